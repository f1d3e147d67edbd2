// What a proof card says: Python's own card, from markup.py, with its slots filled by text.

import { PROOF_CARD } from "./given.js";

const template = () => new DOMParser().parseFromString(PROOF_CARD, "text/html").body;

// said: {rule, text, latex, steps, source}; computed where no source is given. Gives the card's children.
export function cardOf(said) {
  const card = document.importNode(template(), true);
  for (const slot of card.querySelectorAll("[data-slot]")) slot.replaceWith(said[slot.getAttribute("data-slot")] ?? "");
  for (const mark of card.querySelectorAll("[data-source]"))
    if (mark.getAttribute("data-source") !== (said.source ?? "computed")) mark.remove();
  if (!said.steps) card.querySelector("details").remove();
  return [...card.childNodes];
}
