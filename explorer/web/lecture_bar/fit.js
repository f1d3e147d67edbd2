// The projector view shows a scene whole: the story's type first, then drawings, then all of the page give way.

import { BESIDE } from "../js/given.js";
import { part } from "../js/streamlit.js";
import { holder } from "./holder.js";

const SMALLEST = 0.85, SMALLEST_TEXT = 0.85; // least zoom; least type: 16 px of the stylesheet's 118 %
const SMALLEST_DRAWING = 340; // px of height: its words are drawn for it
const style = document.documentElement.style;
const VARIABLES = ["--stage-zoom", "--stage-drawing", "--stage-text", "--stage-card"];
const LOOKS_MS = [30, 250, 700, 1500, 3000];
let fitting = [], content = null;

export const main = () => holder.route?.main() ?? part("main");
const whole = (element, spare = 0) => !element || element.scrollHeight <= element.clientHeight + spare;
export const range = (from, to, step) => Array.from({ length: Math.max(0, Math.round((from - to) / step)) + 1 }, (_, index) => from - index * step);

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

// The story's type: before a reveal so large that the answer has room too, and after it the same: title and text stay. What the
// answer needs beyond that, a guess's own sentence say, its card gives.
function fitStory(bar) {
  const { slug, verdict, hall } = holder.stage.data, where = `${slug} ${innerWidth}×${innerHeight}`;
  const covered = bar.querySelector("ol.list"), before = holder.fitted?.where === where && !covered ? holder.fitted.text : 0;
  bar.classList.remove("tight", "tighter");
  set("--stage-card")(1);
  if (verdict && before) set("--stage-text")(before);
  else largest(range((hall && before) || 1.1, SMALLEST_TEXT, 0.05), set("--stage-text"), () => whole(bar, 1) && hasRoom(bar)); // a vote's buttons come and go
  const text = Number(style.getPropertyValue("--stage-text"));
  if (!verdict && !covered) holder.fitted = { where, text };
  if (whole(bar, 1)) return;
  largest(range(1, SMALLEST_TEXT / text, 0.05), set("--stage-card"), () => whole(bar, 1));
  if (!whole(bar, 1)) bar.classList.add("tighter"); // what the answer is an answer to stays, in smaller type
  if (!whole(bar, 1)) bar.classList.add("tight"); // the answer says what the story led to
}

// Whether the answer's card would fit in the question's place.
function hasRoom(bar) {
  const { ghost } = holder.stage, card = bar.querySelector(".card");
  if (!ghost || !card) return true;
  card.hidden = true;
  card.after(ghost);
  const fits = whole(bar, 1);
  ghost.remove();
  card.hidden = false;
  return fits;
}

function fit() {
  const page = main(), bar = holder.stage?.place.querySelector(".stage");
  if (!page || innerWidth < BESIDE) return;
  if (bar) fitStory(bar);
  set("--stage-zoom")(1);
  largest(range(900, SMALLEST_DRAWING, 20), set("--stage-drawing", "px"), () => whole(page));
  largest(range(1, SMALLEST, 0.03), set("--stage-zoom"), () => whole(page));
  page.scrollTop = 0;
}

function look() {
  holder.looks -= 1;
  fit();
}

// At once, and again when pictures and charts have come: on a busy host that may be seconds later.
export function fitSoon(present) {
  fitting.forEach(clearTimeout);
  content?.disconnect();
  const inside = present && main()?.firstElementChild;
  if (inside) {
    content = new ResizeObserver(() => setTimeout(() => innerWidth >= BESIDE && !whole(main()) && holder.stage?.data?.present && fit(), 50));
    content.observe(inside);
  }
  holder.looks = present ? LOOKS_MS.length : 0; // how many are to come
  fitting = present ? LOOKS_MS.map((wait) => setTimeout(look, wait)) : [];
  if (!present) VARIABLES.forEach((name) => style.removeProperty(name));
}
