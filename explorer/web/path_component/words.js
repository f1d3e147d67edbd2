// Texts whose words open what they mean, and numbers that open their proof: one card for the whole path.

import { html, kept, unbroken } from "../js/dom.js";
import { cardOf } from "../js/proof_card.js";
import { inLatex, inText } from "../js/terms.js";

export class Words {
  constructor(terms) {
    this.terms = terms;
    this.card = html("div", { popover: true, class: "proof-card" });
  }

  opens(name, fill, shown) {
    const button = html("button", { type: "button", class: name, onclick: fill }, shown);
    button.popoverTargetElement = this.card;
    return button;
  }

  // parts: strings, and {term, shown}.
  text(parts) {
    const shown = (part) => this.opens("term", () => this.mean(this.terms[part.term]), part.shown);
    return kept(parts.map((part) => (typeof part === "string" ? part : shown(part)))).flatMap((part) => (typeof part === "string" ? unbroken(part) : part));
  }

  mean({ name, says }) {
    this.card.replaceChildren(html("div", { class: "meaning" }, html("b", {}, name), ` ${says}`));
  }

  // A number that was measured before: how it came about.
  recorded(shown, how) {
    return this.opens("proved", () => this.card.replaceChildren(html("p", {}, how, " ◇ recorded: measured earlier, and shipped with this app.")), shown);
  }

  // A number with its card from Python, or one that was worked out here: {shown, rule, term}; {shown, recorded} is a measured one.
  number(card, big = false) {
    if (card.recorded) return this.recorded(card.shown, card.recorded);
    const said = card.term ? { ...card, text: inText(card.term), latex: inLatex(card.term) } : card;
    const fill = () => this.card.replaceChildren(...cardOf(said));
    return this.opens(big ? "proved big" : "proved", fill, card.shown);
  }
}
