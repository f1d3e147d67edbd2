// Predict, then reveal: a choice, a number on a slider, or a click on the map. The guess goes into the URL.

const guesses = new Map(); // slug → what is chosen and not yet revealed: survives a rerun

function askedCard(stage) {
  const { question, slug } = stage.data;
  const input = { choice: choiceInput, number: numberInput, block: blockInput }[question.kind](question, slug);
  const reveal = el("button", { type: "button", class: "reveal", onclick: () => stage.reveal() }, "Reveal");
  return el("div", { class: "card", role: "group", "aria-label": question.ask },
    el("p", { class: "ask" }, question.ask), input, reveal);
}

function choiceInput({ choices }, slug) {
  const buttons = choices.map((choice) => el("button", {
    type: "button", class: "choice", "aria-pressed": String(guesses.get(slug) === choice),
    onclick: (event) => {
      guesses.set(slug, choice);
      for (const button of buttons) button.setAttribute("aria-pressed", String(button === event.currentTarget));
    } }, choice));
  return el("div", { class: "choices" }, buttons);
}

function numberInput({ low, high, step, unit, ask }, slug) {
  const start = guesses.get(slug) ?? String(low + Math.round((high - low) / 2 / step) * step);
  const said = el("output", {}, `${start} ${unit}`);
  const input = el("input", { type: "range", min: low, max: high, step, value: start, "aria-label": ask, oninput: (event) => {
    guesses.set(slug, event.target.value);
    said.textContent = `${Number(event.target.value).toLocaleString("en-US")} ${unit}`;
  } });
  return el("div", { class: "number" }, input, said);
}

const blockInput = () => el("p", { class: "soft" }, "Click it on the map, then reveal.");

// What stands in the URL as `guess` when it is revealed now.
function guessNow({ question, slug }) {
  if (question.kind === "block") return new URLSearchParams(location.search).get("node") || "none";
  return guesses.get(slug) ?? "none";
}

function verdictCard({ verdict }) {
  const mood = verdict.right === null ? "" : verdict.right ? "right" : "wrong";
  return el("div", { class: `card verdict ${mood}`, role: "status" },
    el("p", { class: "ask" }, verdict.ask), el("p", { class: "answer", html: verdict.answer }),
    verdict.sentence ? el("p", { class: "sentence" }, verdict.sentence) : null,
    el("div", { class: "prose", html: verdict.because }), el("span", { class: "mark" }, verdict.source));
}
