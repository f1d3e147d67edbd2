// The panel of a block: the reason for its shortcut, its figures, the price of the options, its arithmetic.

import { html } from "../js/dom.js";
import { SHORTCUTS } from "../js/given.js";
import { blockName } from "../js/names.js";
import { exact } from "../js/numbers.js";
import { inText, withoutValue } from "../js/terms.js";
import { factList, heading, source } from "./facts.js";
import { indexIn, stageOf } from "./net.js";
import { blockSteps, provable, rule, shareOf, woven, written } from "./proof.js";

export function blockPanel(map, id, { block, kind }) {
  const stage = map.data.details.stages[stageOf(block)];
  const place = `${blockName(block)} of ${stage.blocks} in ${stage.name}`;
  const opened = map.view.open;
  return [
    ...heading(`${place}  ·  ${block}`, kind.question, kind.shortcut),
    html("p", { class: "reason" }, reasonOf(map, kind)),
    html(
      "button",
      { class: "wide", type: "button", onclick: () => (opened ? map.close() : map.open(block)) },
      opened ? "Back to the map" : "Open the block",
    ),
    unfoldButton(map, block),
    blockFacts(map, block, kind, stage),
    optionTable(map, kind),
    arithmetic(map, kind),
    source(map),
  ];
}

// Why, with the weights of the projection opening their formula.
function reasonOf(map, kind) {
  const [first, ...rest] = kind.reason;
  const conv = kind.layers.find((layer) => layer.id === kind.projection);
  return [...woven(map, [`${first[0].toUpperCase()}${first.slice(1)}`, ...rest], conv && rule(map, "params", conv.proofs.params)), "."];
}

function unfoldButton(map, block) {
  const tile = map.net.tiles[map.net.tile(block)];
  if (!tile?.block || !(tile.count > 1) || !map.isOverview() || map.data.level === "stages") return null;
  return html(
    "button",
    { class: "wide", type: "button", onclick: () => map.unfold(tile.id) },
    `Unfold the run of ${tile.count}`,
  );
}

function blockFacts(map, block, kind, stage) {
  const { metrics } = map.data.details;
  const rows = Object.entries(metrics).map(([name, metric]) => {
    if (kind.metrics[name] === undefined) {
      const now = stage.last[name][indexIn(block)];
      const formula = fieldFormula(map, block, kind, now);
      return [metric.label, provable(map, now, rule(map, name, formula)), written(map, name, formula)];
    }
    return [
      metric.label,
      provable(map, kind.said[name], rule(map, name, kind.proofs[name], blockSteps(kind, name))),
      [shareOf(map, kind.shares[name]), " of the net", written(map, name, kind.proofs[name])],
    ];
  });
  const extra = Object.entries(map.data.columns)
    .filter(([name]) => !metrics[name])
    .map(([, column]) => {
      const index = map.net.tile(block);
      return index < 0 ? null : [column.label, column.words[index], column.provenance];
    });
  const out = provable(map, kind.out, rule(map, "out", kind.proofs.out));
  return factList([["Output", out, [`from ${kind.in}`, written(map, "out", kind.proofs.out)]], ...rows, ...extra]);
}

// What the block before it saw, and what its own layers add; nothing where it is the whole picture.
function fieldFormula(map, block, kind, now) {
  const { stages } = map.data.details;
  const index = indexIn(block);
  const before = Object.values(stages)[Object.keys(stages).indexOf(stageOf(block)) - 1];
  const seen = index ? stages[stageOf(block)].last.receptive_field[index - 1] : before.words.receptive_field;
  const px = (text) => text.replace(" px", "");
  return now.endsWith(" px") && ["=", ["+", px(seen), kind.widens], px(now)];
}

function optionTable(map, kind) {
  const here = map.data.spec_shortcut;
  const rows = Object.entries(kind.options).map(([option, cost]) =>
    html(
      "tr",
      { class: option === here ? "here" : null },
      html("th", { scope: "row" }, `${option}${option === here ? " ◂" : ""}`),
      html("td", {}, SHORTCUTS[cost.shortcut].named),
      html("td", {}, provable(map, exact(cost.params), rule(map, "params", cost.proofs.params))),
      html("td", {}, provable(map, cost.said, rule(map, "macs", cost.proofs.macs))),
    ),
  );
  return html(
    "table",
    { class: "options" },
    html("caption", {}, "This block under each option"),
    html(
      "thead",
      {},
      html(
        "tr",
        {},
        ["option", "shortcut", "params", "MACs"].map((text) => html("th", { scope: "col" }, text)),
      ),
    ),
    html("tbody", {}, rows),
  );
}

function arithmetic(map, kind) {
  const rows = kind.layers
    .filter((layer) => layer.params)
    .map((layer) =>
      html(
        "tr",
        {},
        html("th", { scope: "row" }, layer.id),
        html("td", {}, inText(withoutValue(layer.proofs.params))),
        html("td", {}, provable(map, exact(layer.params), rule(map, "params", layer.proofs.params))),
      ),
    );
  rows.push(
    html(
      "tr",
      { class: "sum" },
      html("th", { scope: "row" }, "sum"),
      html("td", {}),
      html("td", {}, provable(map, exact(kind.metrics.params), rule(map, "params", kind.proofs.params))),
    ),
  );
  return html(
    "table",
    { class: "options arithmetic" },
    html("caption", {}, "Its parameters, substituted"),
    html("tbody", {}, rows),
  );
}
