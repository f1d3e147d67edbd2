// What is told of the place where the reader's hand is, in a room that has the longest of it.

import { html, kept } from "../js/dom.js";
import { steady } from "../js/steady.js";

// say(...at): strings, numbers with their card, and elements for `live` alone; all: every `at` that there is.
export function told(words, all, say, big = false) {
  const live = html("p", { class: "told", role: "status" });
  const shown = (part) => (part.shown ? words.number(part, big) : part);
  const tell = (...at) => live.replaceChildren(...kept(say(...at).map(shown)));
  return { element: steady(live, all.map((at) => say(...at)), { big }), tell };
}

// Every place of a picture with so many numbers a side.
export const places = (side) => Array.from({ length: side * side }, (_, at) => [Math.floor(at / side), at % side]);
// Every stop of a slider.
export const stopsOf = (from, to) => Array.from({ length: to - from + 1 }, (_, at) => [from + at]);
