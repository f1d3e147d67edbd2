// The panel beside the map: why solid, why dotted, and the block's arithmetic.

import { html } from "../js/dom.js";
import { SHORTCUTS } from "../js/given.js";
import { blockName } from "../js/names.js";
import { blockPanel } from "./block.js";
import { factList, heading, lineSample, source } from "./facts.js";
import { counted, numbersOf, provable, rule, shareOf, stageSteps, written } from "./proof.js";

export function panelContent(map, id) {
  const found = map.net.describe(id);
  const close = html(
    "button",
    {
      type: "button",
      class: "close",
      "aria-label": "Close",
      title: "Close (Escape)",
      onclick: () => map.change({ node: "", open: false }, map.openBlock !== ""),
    },
    "×",
  );
  if (map.view.walk === "net" && !map.walking) return walkPanel(map);
  return [found.type === "none" ? null : close, ...PANELS[found.type](map, id, found)];
}

// While the pictures of the walk are made, or where there are none.
function walkPanel(map) {
  const { problem, title = "No walk" } = map.data.walk ?? {};
  return [
    ...heading("The walk", problem ? title : "A picture goes through the net …"),
    html("p", { class: "reason" }, problem ?? "Its feature maps are being made; this takes a few seconds."),
    html("button", { class: "wide", type: "button", onclick: () => map.stopWalk() }, problem ? "Close" : "Back to the map"),
  ];
}

const PANELS = {
  none: netPanel,
  stage: stagePanel,
  block: blockPanel,
  shortcut: blockPanel,
  layer: layerPanel,
  box: boxPanel,
};

function netPanel(map) {
  const { data } = map;
  if (data.figure === "fig3") return fig3Panel(map);
  const held = data.shortcuts_held;
  const dotted = Object.keys(held).filter((kind) => SHORTCUTS[kind].line === "dotted");
  const does = dotted.length === 1 ? SHORTCUTS[dotted[0]].does : "x must change shape first";
  const plain = Boolean(held.none);
  return [
    ...heading("Shortcuts", plain ? "A plain net: none" : "Solid or dotted?"),
    plain
      ? html("p", { class: "reason" }, "No x is carried around a block: what a block computes replaces its input.")
      : html(
          "div",
          { class: "pair" },
          html(
            "div",
            {},
            html("b", {}, provable(map, `${held.identity ?? 0}`, counted(map, ["identity"]))),
            lineSample("identity"),
            html("span", {}, `solid: ${SHORTCUTS.identity.does}`),
          ),
          html(
            "div",
            {},
            html("b", {}, provable(map, `${dotted.reduce((sum, kind) => sum + held[kind], 0)}`, counted(map, dotted))),
            lineSample(dotted[0] ?? "projection"),
            html("span", {}, dotted.length ? `dotted: ${does}` : "dotted: none here"),
          ),
        ),
    ...(data.special ? [html("p", { class: "kicker" }, "What is special")] : []),
    ...(data.special ?? []).map((sentence) => html("p", { class: "reason" }, `${sentence}.`)),
    html(
      "p",
      { class: "quiet" },
      "Each tile is a block, each row of tiles a stage of one feature-map size. Pick a tile or an arch ",
      "to see why it is solid or dotted.",
      html("span", { class: "by-keys" }, " Arrow keys follow the data, Enter opens, Escape closes."),
    ),
    source(map),
  ];
}

function stagePanel(map, id, { stage }) {
  const rows = Object.entries(map.data.details.metrics).map(([name, metric]) => [
    metric.label,
    provable(map, stage.words[name], rule(map, name, stage.proofs[name], stageSteps(map, id, name))),
    [
      stage.shares[name] ? [shareOf(map, stage.shares[name]), " of the net"] : null,
      written(map, name, stage.proofs[name]),
    ],
  ]);
  return [
    ...heading(id, stage.name),
    stage.blocks
      ? html("p", { class: "reason" }, `${stage.blocks} ${stage.blocks === 1 ? "block" : "blocks"}: ${stage.holds}`)
      : null,
    factList([
      [
        "Output",
        provable(map, stage.out, rule(map, "out", stage.proofs.out)),
        [written(map, "out", stage.proofs.out)],
      ],
      ...rows,
    ]),
    stage.blocks
      ? html("button", { class: "wide", type: "button", onclick: () => map.enter(id) }, "Open the stage")
      : null,
    source(map),
  ];
}

function layerPanel(map, id, { layer, block }) {
  const called = map.net.called(id);
  return [
    ...heading(called === id ? id : `${called}  ·  ${id}`, layer.name),
    html("p", { class: "quiet" }, layer.label),
    factList([
      ["Input", layer.in],
      ...numbersOf(map, layer),
    ]),
    block
      ? html("button", { class: "wide", type: "button", onclick: () => map.select(block) }, `To its block, ${blockName(block)}`)
      : null,
    source(map),
  ];
}

function fig3Panel(map) {
  return [
    ...heading("He et al. 2015, Fig. 3", "The same 34 layers, with and without"),
    html(
      "p",
      { class: "reason" },
      "Plain-34 and ResNet-34 hold the same convolutions; the arcs are all that is added, " +
        "and only the three dotted ones have weights.",
    ),
    html(
      "p",
      { class: "quiet" },
      "VGG-19 has 19 layers and more than five times the multiply-adds. Drawn from the traced models; ",
      "the paper's figures stand beside ours under each name.",
    ),
    factList(
      map.data.columns.map((net) => [
        net.name,
        ["params", "macs"].map((name, index) => [
          index ? " · " : "",
          provable(map, net[name], rule(map, name, net.proofs[name], net.steps[name])),
        ]),
        net.paper,
      ]),
    ),
    source(map),
    source(map, "published"),
  ];
}

function boxPanel(map, id, { box }) {
  return [
    ...heading(box.net, box.name),
    html("p", { class: "quiet" }, box.path),
    factList([
      ["Input", box.in],
      ...numbersOf(map, box),
    ]),
    source(map),
  ];
}
