// The notes in a window of their own, for the lecturer's screen; it follows the scenes. (The app's speaker's window hears
// through a channel that files do not have.)

import { html } from "../js/dom.js";
import { toRead } from "../lecture_bar/prose.js";

let popup = null;

export function openNotes({ data }) {
  if (!popup || popup.closed) popup = window.open("", "resnet-notes", "popup,width=560,height=680");
  fillNotes(data);
}

export function fillNotes(data) {
  if (!popup || popup.closed) return;
  const place = popup.document, after = data.scenes[data.number];
  place.title = "Speaker notes";
  place.head.replaceChildren(html("style", {}, ownFaces()));
  place.documentElement.style.colorScheme = "light dark";
  place.body.style.cssText = 'font: 20px/1.5 "Drawing Sans", system-ui, sans-serif; margin: 28px; max-width: 40em';
  const said = data.verdict ? html("p", {}, html("b", {}, `The answer: ${new DOMParser().parseFromString(data.verdict.answer, "text/html").body.textContent}`)) : null;
  place.body.replaceChildren(html("h1", { style: 'font: 600 1.4em/1.25 "Drawing Serif", Georgia, serif' }, `${data.number}/${data.scenes.length}  ${data.title}`),
    toRead(data.notes), ...[said].filter(Boolean), html("p", { style: "opacity: .8" }, after ? `Next: ${after.title}` : "The last scene"));
}

// The file's own, which another window of it does not know.
const ownFaces = () => [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]).filter((rule) => rule instanceof CSSFontFaceRule).map((rule) => rule.cssText).join("\n");
