// One question, answered at once, with why.

import { calm, html } from "../js/dom.js";
import { steady } from "../js/steady.js";

const VERDICTS = { right: "Yes. ", wrong: "Not right. " };

let number = 0;

// step: {check, options: [{text, amiss}], why}; known: it was answered before; passed(): after the right answer. What is said of
// a wrong one leaves the right one to be found.
export function check(step, words, known, passed) {
  const name = `check-${(number += 1)}`;
  const verdict = html("p", { class: "verdict", role: "status" });
  const options = step.options.map(({ text, amiss }, place) => {
    const right = !amiss.length;
    const input = html("input", { type: "radio", name, value: place, checked: known && right });
    const say = () => {
      const kind = right ? "right" : "wrong";
      verdict.className = `verdict ${kind}`;
      verdict.replaceChildren(html("b", {}, VERDICTS[kind]), ...words.text(right ? step.why : amiss));
    };
    if (input.checked) say();
    input.addEventListener("change", () => {
      say();
      if (verdict.getBoundingClientRect().bottom > innerHeight) verdict.scrollIntoView({ behavior: calm() ? "instant" : "smooth", block: "nearest" });
      if (right) passed();
    });
    return html("label", { class: "option" }, input, html("span", {}, text));
  });
  const shown = (said) => said.map((part) => part.shown ?? part);
  const all = [[{ shown: VERDICTS.right }, ...shown(step.why)], ...step.options.map(({ amiss }) => [{ shown: VERDICTS.wrong }, ...shown(amiss)])];
  const room = steady(verdict, all, { big: true });
  return html("fieldset", { class: "check" }, html("legend", {}, ...words.text(step.check)), ...options, room);
}
