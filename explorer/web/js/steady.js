// Room for the longest of all that may stand in a place: what changes under a thumb moves nothing below it.

import { html, kept } from "./dom.js";

// What takes the same room, once: all digits are equally wide. said: a list of parts, strings and numbers with a card, {shown}.
export const shape = (said) => said.map((part) => part.shown ?? part).join("").replace(/\d/g, "0");

// element, which says what is now; spares: lists of parts that may stand there too, never seen and never read aloud;
// big: numbers with a card are as large as a figure.
export function steady(element, spares, { tag = "div", big = false } = {}) {
  const number = (text) => html("span", big ? { class: "big" } : {}, text.replace(/\d/g, "0"));
  const room = [...new Map(spares.map((said) => [shape(said), said])).values()].map((said) =>
    html(element.localName === "p" ? "p" : "span", { class: "spare", "aria-hidden": "true" }, ...kept(said.map((part) => (part.shown ? number(part.shown) : part)))),
  );
  return html(tag, { class: "steady" }, ...room, element);
}
