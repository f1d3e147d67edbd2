// The one thing to drag where it is no window: a range with its question before it and its value after it.

import { html } from "../js/dom.js";
import { sliding } from "../js/sliding.js";
import { steady } from "../js/steady.js";
import { stopsOf } from "./told.js";

// words(value): what the value is called; moved(value): what happens.
export function slider({ label, min, max, value, words, moved }) {
  const input = html("input", { type: "range", min, max, value, step: 1 });
  const said = html("output", { "aria-hidden": "true" }, words(value)); // the slider's own value says it to who hears it
  const tell = () => {
    const now = Number(input.value);
    said.textContent = words(now);
    input.setAttribute("aria-valuetext", words(now));
    moved(now);
  };
  const go = (value) => {
    input.value = String(value);
    tell();
  };
  sliding(input);
  input.addEventListener("input", tell);
  input.setAttribute("aria-valuetext", words(value));
  const element = html("label", { class: "slider" }, html("span", { class: "drag" }, label), input, steady(said, stopsOf(min, max).map(([at]) => [words(at)]), { tag: "span" }));
  return { element, input, tell, go };
}
