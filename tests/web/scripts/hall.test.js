// Votes in words and in bins: pure functions of the pages without Streamlit.

import assert from "node:assert/strict";
import test from "node:test";

import { bins, roomFor, rowsOf, sum, wordsOf } from "../hall/charts.js";
import { mayAgain, standing } from "../hall/standing.js";
import { patience } from "../hall/wire.js";

test("marks of a slider have a bar each, or as many as there is room for, each mark one", () => {
  for (const options of [1, 2, 12, 29, 33, 40, 60, 61, 2001]) for (const most of [undefined, 6]) {
    const tally = Object.fromEntries(Array.from({ length: options }, (_, mark) => [mark, 1]));
    const groups = bins(options, tally, most);
    assert.ok(groups.length <= (most ?? 60));
    if (options <= (most ?? 60)) assert.equal(groups.length, options);
    assert.equal(groups.reduce((all, one) => all + one.count, 0), options);
    assert.equal(groups[0].from, 0);
    assert.equal(groups.at(-1).to, options - 1);
    groups.slice(1).forEach((one, index) => assert.equal(one.from, groups[index].to + 1));
  }
  assert.equal(sum({ 3: 2, 9: 5 }), 7);
});

test("two rounds that differ look different, and no bar of a wrong guess stands on the answer", () => {
  const filled = (tally) => bins(40, tally).filter((one) => one.count); // 1 to 40 times; the answer 17 is mark 16
  const [first, second] = [{ 14: 1, 20: 1 }, { 16: 1, 17: 1 }].map(filled);
  assert.notDeepEqual(first, second);
  for (const { from, to } of first) assert.ok(to < 16 || from > 16);
  assert.equal(second.filter(({ from, to }) => from <= 16 && 16 <= to).length, 1);
});

test("counts stand over the highest bars, and none in another's place or over a higher bar", () => {
  const of = (counts) => counts.map((count, mark) => ({ from: mark, to: mark, count })), groups = of([3, 0, 9, 8, 0, 0, 1]);
  assert.deepEqual([...roomFor(of([5, 3, 0, 2]), [0, 4, 8, 10])], [0]);
  assert.deepEqual([...roomFor(groups, [0, 3, 6, 9, 12, 15, 18])], [2, 6]);
  assert.deepEqual([...roomFor(groups, [0, 10, 20, 30, 40, 50, 60])], [2, 3, 0, 6]);
});

test("several rounds over the tiles: the most chosen and the right one in the map's order, and each column adds up", () => {
  const lanes = [{ tiles: Array.from({ length: 9 }, (_, tile) => ({ label: `block ${tile}` })) }], question = { kind: "block", options: 9, choices: [], lanes };
  const rounds = [{ 0: 5, 1: 4, 2: 3, 3: 2, 4: 1 }, { 4: 2, 7: 13 }];
  const rows = rowsOf(question, rounds, { at: 8 });
  assert.deepEqual(rows.map((row) => row.name), ["block 0", "block 1", "block 2", "block 7", "block 8", "others"]);
  assert.deepEqual(rows.filter((row) => row.right).map((row) => row.tile), [8]);
  rounds.forEach((tally, index) => assert.equal(rows.reduce((all, row) => all + row.counts[index], 0), sum(tally)));
  assert.deepEqual(rowsOf(question, [{ 2: 1 }, {}], null).map((row) => row.name), ["block 2"]);
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

test("how a vote stands is said, and a round of nobody has no other after it", () => {
  const said = [1, 2, 3].flatMap((round) => [true, false].map((open) => standing({ round, open })));
  assert.deepEqual(said, ["", "The vote is closed.", "This is the second vote: the first is kept.", "The second vote is closed.",
    "This is the third vote: the others are kept.", "The third vote is closed."]);
  assert.equal(mayAgain({ rounds_left: 1, answered: 0 }), false);
  assert.equal(mayAgain({ rounds_left: 0, answered: 2 }), false);
  assert.equal(mayAgain({ rounds_left: 1, answered: 1 }), true);
  assert.equal(mayAgain(null), false);
});
