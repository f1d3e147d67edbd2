// Exercises, one after another: answer, see what went wrong, then how the answer comes about. The app's own words.

import { html } from "../js/dom.js";
import { exact } from "../js/numbers.js";
import { prose } from "../lecture_bar/prose.js";
import { judged, pressed, wholeNumber } from "./answered.js";

const STATES = { open: "to come", first: "right at once", later: "right after a hint", shown: "solution shown" };

export class Exercises {
  // filled(element): puts the drawings into what has just been made.
  constructor({ every, first }, filled) {
    this.every = every;
    this.filled = filled;
    this.at = first;
    this.tried = every.map(() => ({ wrong: [], state: "open", taken: [] }));
    this.element = html("div", { class: "exercises" });
    this.show();
  }

  show(focus = false) {
    const one = this.every[this.at], tried = this.tried[this.at], over = tried.state !== "open";
    const drawn = over ? one.after : one.before;
    const card = html("div", { class: "card" }, prose("div", {}, one.asked), prose("div", {}, one.lines), over && one.kind === "order" ? null : this.control(one, tried, over),
      this.said(one, tried, over), this.on(one, tried, over), over ? prose("div", {}, one.solution) : null);
    this.element.replaceChildren(this.way(), html("div", { class: "beside-parts" }, card, drawn ? prose("div", { class: "part" }, drawn) : null));
    this.filled(this.element);
    if (focus) this.element.querySelector(".on button").focus({ preventScroll: true });
  }

  way() {
    const dots = this.tried.map(({ state }, at) => html("i", { class: `${state}${at === this.at ? " now" : ""}` }));
    const said = this.tried.map(({ state }, at) => `${at + 1}: ${STATES[state]}`).join("; ");
    return html("div", { class: "exercise-way" }, html("b", {}, `${this.at + 1} of ${this.every.length}`), html("span", { role: "img", "aria-label": said }, dots));
  }

  control(one, tried, over) {
    if (one.kind === "typed") return over ? null : this.field(one);
    const note = one.kind === "order" ? html("p", { class: "note" }, one.how) : null;
    const buttons = one.choices.map((words, at) => {
      const place = String(at), wrong = one.kind === "choice" && tried.wrong.some(({ answer }) => answer === place), right = over && place === one.answer;
      const turn = tried.taken.indexOf(place);
      const press = () => (one.kind === "order" ? this.order(one, tried, place) : this.give(one, tried, place));
      return html("button", { type: "button", class: wrong ? "wrong" : right ? "right" : turn >= 0 ? "taken" : "", disabled: over || wrong, onclick: press },
        wrong ? `✗ ${words}` : right ? `✓ ${one.found}` : turn >= 0 ? `${turn + 1} · ${words}` : words);
    });
    return html("div", { class: "choices" }, note, buttons, one.kind === "order" ? this.check(one, tried) : null);
  }

  field(one) {
    const input = html("input", { type: "text", inputmode: "numeric", autocomplete: "off", "aria-label": `Your answer, in ${one.unit}`, placeholder: "a whole number" });
    const problem = html("span", { class: "problem", role: "alert" });
    const send = (event) => {
      event.preventDefault();
      const value = wholeNumber(input.value);
      if (value === null) problem.textContent = "Type a whole number.";
      else this.give(one, this.tried[this.at], value);
    };
    return html("form", { onsubmit: send }, html("label", {}, `Your answer, in ${one.unit}`, input), html("button", { type: "submit", class: "main" }, "Check"), problem);
  }

  order(one, tried, place) {
    tried.taken = pressed(tried.taken, place);
    this.show();
  }

  // What was not right stays as it was pressed, to be mended.
  check(one, tried) {
    const answer = tried.taken.join(",");
    const disabled = tried.taken.length < one.choices.length || tried.wrong.some((before) => before.answer === answer);
    return html("div", {}, html("button", { type: "button", class: "main", disabled, onclick: () => this.give(one, tried, answer) }, "Check"));
  }

  give(one, tried, answer) {
    const verdict = judged(one, answer);
    if (verdict.right) tried.state = tried.wrong.length ? "later" : "first";
    else if (!tried.wrong.some((before) => before.answer === answer)) tried.wrong.push({ answer, ...verdict });
    this.show(true);
  }

  said(one, tried, over) {
    const solved = tried.state === "first" || tried.state === "later"; // what is right has no “Not right” below it
    const hints = (solved ? [] : tried.wrong).map(({ answer, hint, text }) =>
      hint ? prose("div", {}, hint) : html("div", { class: "exercise-hint" }, html("b", {}, `Not right: your answer was ${exact(answer)} ${answer === 1 ? one.unit.replace(/s$/, "") : one.unit}.`), over ? "" : ` ${text}`)); // the answer says it, and its rule stands below
    return html("div", { class: "exercise-said", role: "status" }, over ? prose("div", {}, one.verdict[tried.state]) : null, hints);
  }

  on(one, tried, over) {
    const to = (at) => () => {
      this.at = at;
      this.show(true);
    };
    const before = this.at ? html("button", { type: "button", onclick: to(this.at - 1) }, "← Back") : null;
    const next = this.at + 1 < this.every.length ? html("button", { type: "button", class: over ? "main" : "", onclick: to(this.at + 1) }, "Next →") : null;
    const show = () => {
      tried.state = "shown";
      this.show(true);
    };
    return html("div", { class: "on" }, over ? null : html("button", { type: "button", onclick: show }, "Show the answer"), before, next);
  }
}
