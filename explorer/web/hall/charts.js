// How a hall has voted: bars over the choices, a histogram over the slider, a heat map over the tiles; a figure a round, side
// by side, the model's own figure marked. All of it is type and boxes, so that its words are as large as those around it.

import { html } from "../js/dom.js";
import { percent, plain } from "../js/numbers.js";

const MOST_BINS = 12, MOST_BESIDE = 6; // beside another round: each column has room for its count
const ROUNDS = ["First vote", "Second vote", "Third vote"];

// A choice in words: "28.5 %", "Only the plain one", "conv5_1".
export function wordsOf(question, choice) {
  if (question.kind === "number") return `${plain(question.low + choice * question.step)} ${question.unit}`.trim();
  return question.choices[choice] ?? question.lanes.flatMap((lane) => lane.tiles)[choice]?.label ?? "";
}

// Marks of a slider in at most `most` groups: [{ from, to, count }], `to` inside. All groups are of one size but the last.
export function bins(options, tally, most = MOST_BINS) {
  const size = Math.ceil(options / most);
  return Array.from({ length: Math.ceil(options / size) }, (_, index) => {
    const from = index * size, to = Math.min(options, from + size) - 1;
    let count = 0;
    for (let choice = from; choice <= to; choice++) count += tally[choice] ?? 0;
    return { from, to, count };
  });
}

export const sum = (tally) => Object.values(tally).reduce((all, count) => all + count, 0);
const share = (count, all) => percent(all ? count / all : 0);

// tallies: of each round, choice → count. answer: { answer, at }, or null before the reveal. A round without a vote has no
// chart; null where none has one.
export function distribution(question, tallies, answer) {
  const draw = { choice: bars, number: histogram, block: heat }[question.kind];
  const voted = tallies.map((tally, index) => ({ tally, said: tallies.length > 1 ? ROUNDS[index] : "Votes" })).filter(({ tally }) => sum(tally));
  if (!voted.length) return null;
  return html("div", { class: "rounds" }, voted.map(({ tally, said }) => html("figure", { class: "round" },
    html("figcaption", {}, html("b", {}, said), `: ${sum(tally)}`),
    html("div", { role: "img", "aria-label": summary(question, tally, answer) }, draw(question, tally, answer, voted.length > 1)))));
}

function summary(question, tally, answer) {
  const all = sum(tally);
  const said = Object.entries(tally).map(([choice, count]) => `${wordsOf(question, Number(choice))}: ${count}`);
  return `${all ? said.join(", ") : "no votes"}.${answer ? ` The model says ${answer.answer}.` : ""}`;
}

function bars(question, tally, answer) {
  const all = sum(tally);
  return html("div", { class: "bars" }, question.choices.map((choice, index) => {
    const count = tally[index] ?? 0, right = answer?.at === index;
    return html("div", { class: right ? "bar right" : "bar" },
      html("span", { class: "name" }, right ? `✓ ${choice}` : choice), html("span", { class: "of" }, count ? `${count} · ${share(count, all)}` : share(0, all)),
      html("span", { class: "rail" }, html("span", { class: "fill", style: { width: `${all ? (100 * count) / all : 0}%` } })));
  }));
}

// narrow: it stands beside another of its kind.
function histogram(question, tally, answer, narrow) {
  const groups = bins(question.options, tally, narrow ? MOST_BESIDE : MOST_BINS), most = Math.max(1, ...groups.map((one) => one.count));
  const at = answer && answer.at !== null ? (100 * (answer.at + 0.5)) / question.options : null;
  return html("div", { class: "histogram" },
    at === null ? null : html("div", { class: at > 50 ? "marker before" : "marker" }, // beside the line, and inside the chart
      html("span", { style: { flex: `0 1 ${at > 50 ? 100 - at : at}%` } }), html("span", { class: "model" }, `✓ ${answer.answer}`)),
    html("div", { class: "columns" }, groups.map((one) => html("span", { class: "column", style: { flex: String(one.to - one.from + 1) } },
      one.count ? html("i", {}, String(one.count)) : null, html("span", { class: "fill", style: { height: `calc((100% - 1.3em) * ${one.count / most})` } }))),
      at === null ? null : html("span", { class: "line", style: { left: `${at}%` } })),
    html("div", { class: "axis" }, html("span", {}, wordsOf(question, 0)), html("span", {}, wordsOf(question, question.options - 1))));
}

function heat(question, tally, answer) {
  const all = sum(tally);
  let index = 0;
  return html("div", { class: "heat" }, question.lanes.map((lane) => html("div", { class: "lane" }, html("span", { class: "name" }, lane.name),
    html("div", { class: "tiles" }, lane.tiles.map((tile) => {
      const at = index++, count = tally[at] ?? 0;
      return html("span", { class: answer?.at === at ? "tile right" : "tile", title: `${tile.label}: ${count}`,
        style: { "background": `color-mix(in srgb, var(--hot) ${all ? Math.round((85 * count) / all) + (count ? 15 : 0) : 0}%, var(--cold))`,
          "color": count > all * 0.45 ? "#fff" : "inherit" } }, count ? String(count) : answer?.at === at ? "✓" : "");
    })))));
}
