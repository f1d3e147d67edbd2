// The notes in a window of their own, for the lecturer's screen; it follows the scenes. (The app's speaker's window hears
// through a channel that files do not have.)

import { html } from "../js/dom.js";
import { holder } from "../lecture_bar/holder.js";
import { actionOf } from "../lecture_bar/keys.js";
import { toRead } from "../lecture_bar/prose.js";

let popup = null, opened = 0, ticks = 0;

const two = (number) => String(number).padStart(2, "0");
const times = (now) => `${two(now.getHours())}:${two(now.getMinutes())} · ${Math.floor((now - opened) / 60_000)} min since these notes were opened`;
const step = (label, disabled, act) => html("button", { type: "button", style: "font: inherit; padding: .4em 1.4em; margin-right: .6em", disabled, onclick: act }, label);

export function openNotes({ data }) {
  if (!popup || popup.closed) popup = window.open("", "resnet-notes", "popup,width=560,height=680"), opened = Date.now();
  fillNotes(data);
}

function steer(event) {
  const on = actionOf(event, { editable: false, arrows: false });
  if (on !== "next" && on !== "previous") return;
  event.preventDefault();
  holder.stage?.[on]();
}

export function fillNotes(data) {
  if (!popup || popup.closed) return;
  const place = popup.document, after = data.scenes[data.number];
  place.title = "Speaker notes";
  place.onkeydown = steer; // the focus may lie there while the clicker is pressed
  place.head.replaceChildren(html("style", {}, ownFaces()));
  place.documentElement.style.colorScheme = "light dark";
  place.body.style.cssText = 'font: 20px/1.5 "Drawing Sans", system-ui, sans-serif; margin: 28px; max-width: 40em';
  const said = data.verdict ? html("p", {}, html("b", {}, `The answer: ${new DOMParser().parseFromString(data.verdict.answer, "text/html").body.textContent}`)) : null;
  const clock = html("p", { class: "clock", style: "opacity: .8; font-variant-numeric: tabular-nums; margin: 0" }, times(new Date()));
  clearInterval(ticks);
  ticks = setInterval(() => (popup.closed ? clearInterval(ticks) : (clock.textContent = times(new Date()))), 1000);
  const reveals = Boolean(data.question && !data.verdict), on = () => holder.stage?.next();
  const steps = html("p", {}, step("Back", data.number <= 1, () => holder.stage?.previous()), step("Reveal", !reveals, on), step("Next", reveals || !after, on)); // each in its own place
  place.body.replaceChildren(clock, html("h1", { style: 'font: 600 1.4em/1.25 "Drawing Serif", Georgia, serif' }, `${data.number}/${data.scenes.length}  ${data.title}`),
    toRead(data.notes), ...[said].filter(Boolean), html("p", { style: "opacity: .8" }, after ? `Next: ${after.title}` : "The last scene"), steps);
}

// The file's own, which another window of it does not know.
const ownFaces = () => [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]).filter((rule) => rule instanceof CSSFontFaceRule).map((rule) => rule.cssText).join("\n");
