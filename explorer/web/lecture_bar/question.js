// Predict, then reveal: a choice, a number on a slider, or a click on the map. The guess goes into the URL.

import { html, unbroken } from "../js/dom.js";
import { NO_GUESS } from "../js/given.js";
import { plain } from "../js/numbers.js";
import { prose } from "./prose.js";
import { search } from "./travel.js";

const guesses = new Map(); // slug → what is chosen and not yet revealed: survives a rerun

export function askedCard(stage) {
  const { question, slug } = stage.data;
  const input = { choice: choiceInput, number: numberInput, block: blockInput }[question.kind](question, slug);
  const reveal = html("button", { type: "button", class: "reveal", onclick: () => stage.reveal() }, "Reveal");
  return html("div", { class: "card", role: "group", "aria-label": question.ask },
    prose("p", { class: "ask prose" }, question.asks), input, reveal);
}

function choiceInput({ choices }, slug) {
  const buttons = choices.map((choice) => html("button", {
    type: "button", class: "choice", "aria-pressed": String(guesses.get(slug) === choice),
    onclick: (event) => {
      guesses.set(slug, choice);
      for (const button of buttons) button.setAttribute("aria-pressed", String(button === event.currentTarget));
    } }, choice));
  return html("div", { class: "choices" }, buttons);
}

function numberInput({ low, high, step, unit, ask }, slug) {
  const words = (value) => `${plain(Number(value))} ${unit}`.trim();
  const guess = guesses.get(slug); // none at first: where a slider stands is a hint
  const said = html("output", { "aria-hidden": "true" }, guess === undefined ? `? ${unit}` : words(guess)); // heard as the slider's own
  const input = html("input", { type: "range", min: low, max: high, step, value: guess ?? low, "aria-label": ask,
    class: guess === undefined ? "untouched" : "", "aria-valuetext": guess === undefined ? "no guess yet" : words(guess), oninput: (event) => {
      guesses.set(slug, event.target.value);
      input.classList.remove("untouched");
      said.textContent = words(event.target.value);
      input.setAttribute("aria-valuetext", said.textContent);
    } });
  return html("div", { class: "number" }, input, said);
}

const blockInput = () => html("p", { class: "soft" }, "Click it on the map, then reveal.");

// What stands in the URL as `guess` when it is revealed now.
export function guessNow({ question, slug }) {
  if (question.kind === "block") return new URLSearchParams(search()).get("node") || NO_GUESS;
  return guesses.get(slug) ?? NO_GUESS;
}

// As large as the answer's card will be, of other words: with it the story is fitted before the reveal already, and stays
// where it is.
export function ghostCard({ question, answers: [because, source], text }) {
  const words = new DOMParser().parseFromString(text, "text/html").body.textContent.trim() || "a word";
  const letters = (count) => words.repeat(Math.ceil(count / words.length)).slice(0, count);
  return html("div", { class: "card ghost" }, html("p", { class: "ask" }, unbroken(question.ask)),
    html("p", { class: "answer" }, "0"), html("div", { class: "prose" }, html("p", {}, letters(because))), html("span", { class: "mark" }, letters(source)));
}

// votes: the hall's, or null.
export function verdictCard({ verdict }, votes) {
  const mood = verdict.right === null ? "" : verdict.right ? "right" : "wrong";
  const answer = prose("p", { class: "answer" }, verdict.answer);
  answer.classList.toggle("words", answer.textContent.length > 10); // as a block’s name: on one line
  return html("div", { class: `card verdict ${mood}`, role: "status" },
    prose("p", { class: "ask prose" }, verdict.asks), answer,
    verdict.sentence ? html("p", { class: "sentence" }, verdict.sentence) : null,
    votes, prose("div", { class: "prose" }, verdict.because), html("span", { class: "mark" }, verdict.source));
}
