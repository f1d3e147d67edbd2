// What a phone answers with: a choice, a slider or the tiles of the map. The browser's own inputs, so that keyboards and screen
// readers know them. `given(choice)` is called with a whole number from 0.

import { html } from "../js/dom.js";
import { wordsOf } from "./charts.js";

export function answerForm(question, mine, open, given) {
  const draw = { choice: choiceForm, number: sliderForm, block: tilesForm }[question.kind];
  return html("fieldset", { class: `answer ${question.kind}`, disabled: !open }, html("legend", {}, question.ask), draw(question, mine, given));
}

const radio = (index, mine, given, ...label) => html("label", {},
  html("input", { type: "radio", name: "choice", value: index, checked: mine === index, onchange: () => given(index) }), ...label);

const choiceForm = ({ choices }, mine, given) =>
  choices.map((choice, index) => radio(index, mine, given, html("span", {}, choice)));

function sliderForm(question, mine, given) {
  const said = html("p", { class: "said", "aria-hidden": "true" }, mine === null ? "Move the slider" : wordsOf(question, mine)); // where it stands is no hint
  let soon = 0;
  const input = html("input", { type: "range", id: "slider", min: 0, max: question.options - 1, step: 1, value: mine ?? 0, "aria-label": question.ask,
    class: mine === null ? "untouched" : null, "aria-valuetext": mine === null ? "no answer yet" : wordsOf(question, mine) });
  const take = (wait) => {
    const choice = Number(input.value);
    input.classList.remove("untouched");
    said.textContent = wordsOf(question, choice);
    input.setAttribute("aria-valuetext", said.textContent);
    clearTimeout(soon);
    soon = setTimeout(() => given(choice), wait);
  };
  input.addEventListener("input", () => take(400));
  input.addEventListener("change", () => take(0));
  return [said, input, html("div", { class: "ends", "aria-hidden": "true" }, html("span", {}, wordsOf(question, 0)),
    html("span", {}, wordsOf(question, question.options - 1)))];
}

function tilesForm(question, mine, given) {
  let index = 0;
  return html("div", { class: "heat" }, html("p", { class: "soft" }, "Tap it: the number is the block’s place in its stage."), question.lanes.map((lane) => html("div", { class: "lane" },
    html("span", { class: "name", "aria-hidden": "true" }, lane.name),
    html("div", { class: "tiles" }, lane.tiles.map((tile) => {
      const label = radio(index++, mine, given, html("span", { "aria-hidden": "true" }, tile.number || "all")); // stem and head are whole
      label.firstChild.setAttribute("aria-label", tile.label);
      return label;
    })))));
}
