// A number that opens its proof, as on the pages. One card for the whole map, filled when a number is clicked.

import { html } from "../js/dom.js";
import { brief, exact, percent, shown } from "../js/numbers.js";
import { cardOf } from "../js/proof_card.js";

export function proofCard() {
  return html("div", { popover: true, class: "proof-card" });
}

// proof: {rule, text, steps}; without a text the number stands alone.
export function provable(map, shown, proof) {
  if (!proof?.text) return shown;
  const button = html("button", { type: "button", class: "proved", onclick: () => fill(map, proof) }, shown);
  button.popoverTargetElement = map.card;
  return button;
}

function fill(map, proof) {
  map.card.replaceChildren(...cardOf({ ...proof, latex: inLatex(map, proof.text) }));
}

const inLatex = (map, text) =>
  map.data.details.latex.reduce((now, [pattern, put]) => now.replace(new RegExp(pattern, "gu"), put), text);

export const rule = (map, name, text, steps) => ({ rule: map.data.details.rules[name], text, steps });

// What every layer has to show: where it is, and its figures with their formulas.
export const numbersOf = (map, { out, params, macs, proofs }) => [
  ["Output", provable(map, out, rule(map, "out", proofs.out)), proofs.out],
  ["Parameters", provable(map, exact(params), rule(map, "params", proofs.params)), proofs.params],
  ["MACs", provable(map, exact(macs), rule(map, "macs", proofs.macs)), proofs.macs],
];

// What of the whole net a part has, with its own proof.
export function shareOf(map, part, whole) {
  const text = `100·${exact(part)} ÷ ${exact(whole)} ≈ ${brief((100 * part) / whole)}`;
  return provable(map, percent(part, whole), { rule: "100 · part ÷ whole, in %", text: whole && text });
}

// Written out at once where the number is what the picture shows: its output, and the metric that colours it.
export const written = (map, name, text) =>
  text && (name === "out" || name === map.view.color) ? html("small", { class: "formula" }, text) : null;

// A sentence in which one number opens its proof.
export function woven(map, sentence, shown, proof) {
  const [before, ...after] = sentence.split(shown);
  return after.length === 1 && proof.text ? [before, provable(map, shown, proof), after[0]] : [sentence];
}

// How many shortcuts of these kinds, stage by stage.
export function counted(map, kinds) {
  const stages = Object.values(map.data.details.stages).filter((stage) => stage.blocks);
  const counts = stages.map((stage) =>
    stage.kinds.reduce(
      (sum, [kind, count]) => sum + (kinds.includes(map.data.details.kinds[kind].shortcut) ? count : 0),
      0,
    ),
  );
  const text = `${counts.join(" + ")} = ${exact(counts.reduce((a, b) => a + b, 0))}`;
  return { rule: "shortcuts of this kind, stage by stage", text };
}

// A stage's sum, block by block, equal ones together.
export function stageSteps(map, id, name) {
  let index = 0;
  const lines = map.data.details.stages[id].kinds.map(([kind, count]) => {
    const first = index;
    index += count;
    const path = count > 1 ? `${id}.${first} … ${id}.${index - 1}, ${count} times` : `${id}.${first}`;
    return map.data.details.kinds[kind].proofs[name] && `${path}: ${map.data.details.kinds[kind].proofs[name]}`;
  });
  return lines.filter(Boolean).join("\n");
}

export const blockSteps = (kind, name) =>
  kind.layers
    .filter((layer) => layer.proofs[name])
    .map((layer) => `${layer.id}: ${layer.proofs[name]}`)
    .join("\n");
