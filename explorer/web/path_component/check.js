// One question, answered at once, with why.

import { html } from "../js/dom.js";

let number = 0;

// step: {check, options, answer, why}; passed(): after the right answer.
export function check(step, words, passed) {
  const name = `check-${(number += 1)}`;
  const verdict = html("p", { class: "verdict", role: "status" });
  const options = step.options.map((option, place) => {
    const input = html("input", { type: "radio", name, value: place });
    input.addEventListener("change", () => {
      const right = place === step.answer;
      verdict.className = `verdict ${right ? "right" : "wrong"}`;
      verdict.replaceChildren(html("b", {}, right ? "Yes. " : "Not quite. "), ...words.text(step.why));
      if (right) passed();
    });
    return html("label", { class: "option" }, input, html("span", {}, option));
  });
  return html("fieldset", { class: "check" }, html("legend", {}, ...words.text(step.check)), ...options, verdict);
}
