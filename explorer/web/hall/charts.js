// How a hall has voted, the model's own figure marked: bars over the choices, side by side; histograms over the slider, one below
// the other on one scale; a heat map over the tiles, or of several rounds a table of the tiles that were chosen. All of it is type
// and boxes, so that its words are as large as those around it.

import { html } from "../js/dom.js";
import { percent, plain } from "../js/numbers.js";

const MOST_BINS = 60; // every mark of a slider has its own, unless there are more: a guess beside the answer stands beside it
const COUNT = 7; // % of the chart's width, which a count over its bar takes
const MOST_ROWS = 5; // of a table
const ROUNDS = ["First vote", "Second vote", "Third vote"], ORDINALS = ["1st vote", "2nd vote", "3rd vote"]; // in full, and over a narrow column

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
  if (question.kind === "block" && voted.length > 1) return html("div", { class: "rounds" }, table(question, voted, answer));
  return html("div", { class: question.kind === "number" ? "rounds below" : "rounds" }, voted.map(({ tally, said }) => html("figure", { class: "round" },
    html("figcaption", {}, html("b", {}, said), `: ${sum(tally)}`),
    html("div", { role: "img", "aria-label": summary(question, tally, answer) }, draw(question, tally, answer)))));
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

function histogram(question, tally, answer) {
  const groups = bins(question.options, tally), most = Math.max(1, ...groups.map((one) => one.count));
  const at = answer && answer.at !== null ? (100 * (answer.at + 0.5)) / question.options : null;
  const middles = groups.map(({ from, to }) => (50 * (from + to + 1)) / question.options), counted = roomFor(groups, middles);
  const side = (middle) => (at === null || Math.abs(middle - at) > COUNT / 2 ? null : middle < at ? "before" : "after"); // a count stands beside the line
  return html("div", { class: "histogram" },
    at === null ? null : html("div", { class: at > 50 ? "marker before" : "marker" }, // beside the line, and inside the chart
      html("span", { style: { flex: `0 1 ${at > 50 ? 100 - at : at}%` } }), html("span", { class: "model" }, `✓ ${answer.answer}`)),
    html("div", { class: "columns" }, groups.map((one, index) => html("span", { class: "column", style: { flex: String(one.to - one.from + 1) } },
      counted.has(index) ? html("i", { class: side(middles[index]) }, String(one.count)) : null, html("span", { class: "fill", style: { height: `calc((100% - 1.3em) * ${one.count / most})` } }))),
      at === null ? null : html("span", { class: "line", style: { left: `${at}%` } })),
    html("div", { class: "axis" }, html("span", {}, wordsOf(question, 0)), html("span", {}, wordsOf(question, question.options - 1))));
}

// Which bars have their count over them: the highest first, and none into another's, or over a higher bar beside it.
export function roomFor(groups, middles) {
  const counted = new Set();
  const order = [...groups.keys()].filter((index) => groups[index].count).sort((one, other) => groups[other].count - groups[one].count || one - other);
  const beside = (index, other) => Math.abs(middles[index] - middles[other]) < COUNT;
  const high = (index) => order.some((other) => groups[other].count > groups[index].count && beside(index, other));
  for (const index of order) if (!high(index) && ![...counted].some((other) => beside(index, other))) counted.add(index);
  return counted;
}

// Several rounds over the tiles: those with most votes in any of them, and the model's own; what is left in one row, so that the
// columns add up.
export function rowsOf(question, tallies, answer) {
  const tiles = Array.from({ length: question.options }, (_, tile) => ({ tile, name: wordsOf(question, tile), right: answer?.at === tile, counts: tallies.map((tally) => tally[tile] ?? 0) }));
  const most = (row) => Math.max(...row.counts);
  const chosen = new Set(tiles.filter((row) => most(row) || row.right).sort((one, other) => Number(other.right) - Number(one.right) || most(other) - most(one) || one.tile - other.tile).slice(0, MOST_ROWS));
  const rest = tiles.filter((row) => most(row) && !chosen.has(row));
  const others = { tile: -1, name: "others", right: false, counts: tallies.map((_, index) => rest.reduce((all, row) => all + row.counts[index], 0)) };
  return [...tiles.filter((row) => chosen.has(row)), ...(rest.length ? [others] : [])];
}

function table(question, voted, answer) {
  const rows = rowsOf(question, voted.map(({ tally }) => tally), answer), all = voted.map(({ tally }) => sum(tally));
  return html("table", { class: "chosen" },
    html("thead", {}, html("tr", {}, html("td", {}), voted.map(({ said }, index) => html("th", { scope: "col" }, html("b", {}, ORDINALS[ROUNDS.indexOf(said)] ?? said), `: ${all[index]}`)))),
    html("tbody", {}, rows.map(({ name, right, counts }) => html("tr", { class: right ? "right" : null }, html("th", { scope: "row" }, right ? `✓ ${name}` : name),
      counts.map((count, index) => html("td", { style: heated(count, all[index]) }, String(count)))))));
}

const heated = (count, all) => ({ "background": `color-mix(in srgb, var(--hot) ${all ? Math.round((85 * count) / all) + (count ? 15 : 0) : 0}%, var(--cold))`,
  "color": count > all * 0.45 ? "#fff" : "inherit" });

function heat(question, tally, answer) {
  const all = sum(tally);
  let index = 0;
  return html("div", { class: "heat" }, question.lanes.map((lane) => html("div", { class: "lane" }, html("span", { class: "name" }, lane.name),
    html("div", { class: "tiles" }, lane.tiles.map((tile) => {
      const at = index++, count = tally[at] ?? 0;
      return html("span", { class: answer?.at === at ? "tile right" : "tile", title: `${tile.label}: ${count}`,
        style: heated(count, all) }, count ? String(count) : answer?.at === at ? "✓" : "");
    })))));
}
