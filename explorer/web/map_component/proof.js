// A number that opens its proof, as on the pages. One card for the whole map, filled when a number is clicked.

import { html } from "../js/dom.js";
import { exact } from "../js/numbers.js";
import { cardOf } from "../js/proof_card.js";
import { inLatex, inText } from "../js/terms.js";

export function proofCard() {
  return html("div", { popover: true, class: "proof-card" });
}

// proof: {rule, term, steps}; without a term the number stands alone.
export function provable(map, shown, proof) {
  if (!proof?.term) return shown;
  const button = html("button", { type: "button", class: "proved", onclick: () => fill(map, proof) }, shown);
  button.popoverTargetElement = map.card;
  return button;
}

function fill(map, proof) {
  map.card.replaceChildren(...cardOf({ ...proof, text: inText(proof.term), latex: inLatex(proof.term) }));
}

export const rule = (map, name, term, steps) => ({ rule: map.data.details.rules[name], term, steps });

// What every layer has to show: where it is, and its figures with their formulas.
export const numbersOf = (map, { out, params, macs, proofs }) => [
  ["Output", provable(map, out, rule(map, "out", proofs.out)), said(proofs.out)],
  ["Parameters", provable(map, exact(params), rule(map, "params", proofs.params)), said(proofs.params)],
  ["MACs", provable(map, exact(macs), rule(map, "macs", proofs.macs)), said(proofs.macs)],
];

const said = (term) => term && inText(term);

// What of the whole net a part has, with its own proof.
export const shareOf = (map, [shown, term]) => provable(map, shown, { rule: map.data.details.rules.share, term });

// Written out at once where the number is what the picture shows: its output, and the metric that colours it.
export const written = (map, name, term) =>
  term && (name === "out" || name === map.view.color) ? html("small", { class: "formula" }, inText(term)) : null;

// A sentence in pieces, of which each second one is a number that opens its proof.
export const woven = (map, pieces, proof) => pieces.map((piece, at) => (at % 2 ? provable(map, piece, proof) : piece));

// How many shortcuts of these kinds, stage by stage.
export function counted(map, kinds) {
  const stages = Object.values(map.data.details.stages).filter((stage) => stage.blocks);
  const counts = stages.map((stage) =>
    stage.kinds.reduce(
      (sum, [kind, count]) => sum + (kinds.includes(map.data.details.kinds[kind].shortcut) ? count : 0),
      0,
    ),
  );
  const term = ["=", ["+", ...counts], exact(counts.reduce((a, b) => a + b, 0))];
  return { rule: "shortcuts of this kind, stage by stage", term };
}

// A stage's sum, block by block, equal ones together.
export function stageSteps(map, id, name) {
  let index = 0;
  const lines = map.data.details.stages[id].kinds.map(([kind, count]) => {
    const first = index;
    index += count;
    const path = count > 1 ? `${id}.${first} … ${id}.${index - 1}, ${count} times` : `${id}.${first}`;
    const term = map.data.details.kinds[kind].proofs[name];
    return term && `${path}: ${inText(term)}`;
  });
  return lines.filter(Boolean).join("\n");
}

export const blockSteps = (kind, name) =>
  kind.layers
    .filter((layer) => layer.proofs[name])
    .map((layer) => `${layer.id}: ${inText(layer.proofs[name])}`)
    .join("\n");
