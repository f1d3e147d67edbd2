// The projector view shows a scene whole: the story's type first, then drawings, then all of the page give way.

import { BESIDE } from "../js/given.js";
import { part } from "../js/streamlit.js";
import { holder } from "./holder.js";

const SMALLEST = 0.85, SMALLEST_TEXT = 0.85; // least zoom; least type: 16 px of the stylesheet's 118 %
const SMALLEST_DRAWING = 340; // px of height: its words are drawn for it
const style = document.documentElement.style;
const VARIABLES = ["--stage-zoom", "--stage-drawing", "--stage-text"];
let fitting = [];

export const main = () => holder.route?.main() ?? part("main");
const whole = (element, spare = 0) => !element || element.scrollHeight <= element.clientHeight + spare;
export const range = (from, to, step) => Array.from({ length: Math.round((from - to) / step) + 1 }, (_, index) => from - index * step);

// Applies the first of the values (large to small) with which it fits, and the last if none does.
export function largest(values, apply, fits) {
  apply(values[0]);
  if (fits()) return;
  let low = 0, high = values.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    apply(values[middle]);
    fits() ? (high = middle) : (low = middle);
  }
  apply(values[high]);
}

const set = (name, unit = "") => (value) => style.setProperty(name, value + unit);

function fit() {
  const page = main(), bar = holder.stage?.place.querySelector(".stage");
  if (!page || innerWidth < BESIDE) return;
  bar?.classList.remove("tight");
  largest(range(1.1, SMALLEST_TEXT, 0.05), set("--stage-text"), () => whole(bar, 1));
  if (!whole(bar, 1)) bar.classList.add("tight"); // the answer says what the story led to
  set("--stage-zoom")(1);
  largest(range(900, SMALLEST_DRAWING, 20), set("--stage-drawing", "px"), () => whole(page));
  largest(range(1, SMALLEST, 0.03), set("--stage-zoom"), () => whole(page));
  page.scrollTop = 0;
}

// At once, and again when pictures and charts have come.
export function fitSoon(present) {
  fitting.forEach(clearTimeout);
  fitting = present ? [30, 250, 700, 1500, 3000].map((wait) => setTimeout(fit, wait)) : [];
  if (!present) VARIABLES.forEach((name) => style.removeProperty(name));
}
