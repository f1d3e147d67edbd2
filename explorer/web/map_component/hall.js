// The map on a projector: one picture at full width, words of a least size on the screen, the panel when it is asked for.

import { html } from "../js/dom.js";
import { fitted, shown } from "../js/numbers.js";

export const LEAST = 12;
const IN_HALL = 17; // pixels on the screen; smaller words wait until the map is zoomed in
const CODE_NAMES = 88; // units
const NARROW = 15; // units: where words need more, a long line is two
const SHORT = { conv1: "conv", maxpool: "max", avgpool: "avg" };

// The projector view takes the map's controls away by this property.
export const isInHall = (root) => getComputedStyle(root).getPropertyValue("--on-stage").trim() === "none";

// The least size of words, in units of a drawing of this size on this canvas; 0 where nobody sits in the last row. A page that is
// zoomed out to fit the window has larger ones.
export function leastIn(map, width, height) {
  const { clientWidth, clientHeight, currentCSSZoom: zoom = 1 } = map.canvas;
  return map.hall && clientWidth && clientHeight ? IN_HALL / Math.min(clientWidth / width, clientHeight / height) / zoom : 0;
}

// How much of an opened block's left, where its layers' names in the code stand, is left out: large words and those do not fit a phone.
export const leftIn = (map) => (map.hall && map.layoutUsed === "narrow" ? CODE_NAMES : 0);

export const shorter = (words) => SHORT[words] ?? words;

// Words that would be too small to be read are left out; they come as the map is zoomed in.
export function legible(map) {
  const scale = map.drawing.getScreenCTM()?.a;
  if (!scale) return;
  const least = (map.hall ? IN_HALL : LEAST) / scale;
  map.svg.style.setProperty("--least", `${least.toFixed(2)}px`);
  map.svg.classList.toggle("narrow", least > NARROW);
  for (const text of map.drawing.querySelectorAll("text[data-words]")) enlarge(text, least);
  for (const text of map.drawing.querySelectorAll("text[font-size]")) {
    const small = Number(text.getAttribute("font-size")) < (map.hall ? 0.97 : 0.98) * least;
    text.classList.toggle("small", small);
    if (text.matches(".mark-text")) text.previousElementSibling?.classList.toggle("small", small); // the mark around it
  }
  map.legend?.classList.toggle("unmarked", !map.drawing.querySelector(".bypass .mark-text:not(.small)")); // a key has what is drawn; a walk has none
  for (const tile of map.tileElements) chooseWords(tile);
  const pill = map.drawing.querySelector(".opened .mark");
  if (pill) fitPill(pill, Math.max(92, 6.2 * least));
}

function fitPill(pill, width) {
  pill.setAttribute("x", Number(pill.dataset.middle) - width / 2);
  pill.setAttribute("width", width);
}

// Of the ways to write what a layer is, the first that can be read.
function chooseWords(tile) {
  let chosen = null;
  for (const text of tile.querySelectorAll("text[data-way]")) {
    if (!text.classList.contains("small")) chosen ??= text.dataset.way;
    text.classList.toggle("small", chosen !== text.dataset.way);
  }
}

// A box's words as large as they need to be and the box has room for; fewer where it has none.
function enlarge(text, least) {
  const { words, width, height, size, middle } = text.dataset;
  const room = (said) => Math.min(fitted(said, Number(width), 99), Number(height));
  const ways = [words, ...fewerWords(words.replace(" conv", ""))];
  const said = ways.find((way) => room(way) >= least) ?? ways.at(-1);
  const high = Math.min(Math.max(Number(size), least), room(said));
  text.textContent = shown(said);
  text.setAttribute("font-size", high.toFixed(1));
  text.setAttribute("y", (Number(middle) + 0.36 * high).toFixed(1));
}

// "3×3 max pool, /2" → itself, "3×3 max pool", "max pool"; "1×1, 64" → itself, "1×1"; groups are what a layer has of its own:
// "3×3, 128, 32 groups" → itself, "3×3, 32 groups", "3×3".
export function fewerWords(words) {
  const [first, ...more] = words.split(", "), grouped = more.filter((one) => one.endsWith(" groups"));
  return [...new Set([words, [first, ...grouped].join(", "), first, first.replace(/^\d+×\d+ /, "")])];
}

// What is selected, in a line below the picture, and the button for the rest.
export function hallLine(map) {
  const [title, reason] = ["h3", ".reason"].map((part) => map.panel.querySelector(part)?.textContent ?? "");
  const more = html(
    "button",
    { type: "button", class: "details", "aria-pressed": String(map.asked), onclick: () => map.toggleDetails() },
    "Details",
  );
  return map.view.node ? [html("p", {}, html("b", {}, title), ` ${reason}`), more] : [more];
}
