// One question, answered at once, with why.

import { html } from "../js/dom.js";
import { steady } from "../js/steady.js";

const VERDICTS = { right: "Yes. ", wrong: "Not right. " };

let number = 0;

// step: {check, options, answer, why}; known: it was answered before; passed(): after the right answer.
export function check(step, words, known, passed) {
  const name = `check-${(number += 1)}`;
  const verdict = html("p", { class: "verdict", role: "status" });
  const options = step.options.map((option, place) => {
    const right = place === step.answer;
    const input = html("input", { type: "radio", name, value: place, checked: known && right });
    const say = () => {
      const kind = right ? "right" : "wrong";
      verdict.className = `verdict ${kind}`;
      verdict.replaceChildren(html("b", {}, VERDICTS[kind]), ...words.text(step.why));
    };
    if (input.checked) say();
    input.addEventListener("change", () => {
      say();
      if (right) passed();
    });
    return html("label", { class: "option" }, input, html("span", {}, option));
  });
  const both = Object.values(VERDICTS).map((said) => [{ shown: said }, ...step.why.map((part) => part.shown ?? part)]);
  const room = steady(verdict, both, { big: true });
  return html("fieldset", { class: "check" }, html("legend", {}, ...words.text(step.check)), ...options, room);
}
