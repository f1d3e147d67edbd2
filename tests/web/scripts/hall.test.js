// Votes in words and in bins: pure functions of the pages without Streamlit.

import assert from "node:assert/strict";
import test from "node:test";

import { bins, sum, wordsOf } from "../hall/charts.js";
import { patience } from "../hall/wire.js";

test("marks of a slider fall into at most twelve groups, or as many as there is room for, each mark into one", () => {
  for (const options of [1, 2, 12, 13, 29, 33, 40, 2001]) for (const most of [undefined, 6]) {
    const tally = Object.fromEntries(Array.from({ length: options }, (_, mark) => [mark, 1]));
    const groups = bins(options, tally, most);
    assert.ok(groups.length <= (most ?? 12));
    assert.equal(groups.reduce((all, one) => all + one.count, 0), options);
    assert.equal(groups[0].from, 0);
    assert.equal(groups.at(-1).to, options - 1);
    groups.slice(1).forEach((one, index) => assert.equal(one.from, groups[index].to + 1));
  }
  assert.equal(sum({ 3: 2, 9: 5 }), 7);
});

test("a choice in words", () => {
  const slider = { kind: "number", low: 0.1, step: 0.05, unit: "%" };
  assert.equal(wordsOf(slider, 4), "0.3 %");
  assert.equal(wordsOf({ kind: "choice", choices: ["3", "4"], lanes: [] }, 1), "4");
  const lanes = [{ tiles: [{ id: "conv1", label: "stem" }] }, { tiles: [{ id: "layer1.0", label: "conv2_1" }] }];
  assert.equal(wordsOf({ kind: "block", choices: [], lanes }, 1), "conv2_1");
});

test("who waits for a server waits longer, and never for long", () => {
  for (let failures = 0; failures < 40; failures++) assert.ok(patience(failures) >= 350 && patience(failures) <= 6500);
});
