// Where a unit looks, against Python's own rule on the traced nets.

import assert from "node:assert";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { before, middleOf, spanOf, unitAt, unitBelow, unitUnder } from "../js/field.js";

const { fields } = JSON.parse(readFileSync(new URL("../path.json", import.meta.url), "utf8"));

test("every unit sees what the trace says", () => {
  assert.ok(fields.length > 200);
  for (const { field, unit, side, span } of fields) assert.deepEqual(spanOf(field, unit, side), span);
});

test("a pixel in the middle of a unit's field asks for this unit", () => {
  for (const { field, unit } of fields) {
    if (field.size === null) continue;
    const middle = Math.floor(field.first + unit * field.jump + (field.size - 1) / 2);
    assert.equal(unitAt(field, middle, unit + 1), unit);
  }
  assert.equal(unitAt({ first: -3, size: 7, jump: 2 }, 10_000, 5), 4);
  assert.equal(unitAt({ first: -3, size: 7, jump: 2 }, -50, 5), 0);
});

test("its middle lies in the middle of what it sees, and where it sees all in the picture's", () => {
  for (const { field, unit, side, span } of fields) {
    const [from, to] = span;
    if (field.size === null || to - from === field.size) assert.equal(middleOf(field, unit, side), (from + to) / 2 / side);
  }
});

test("the same place of the picture asks each stage for the unit whose middle is nearest", () => {
  const stage = (jump) => ({ first: 0.5 - jump, size: 2 * jump, jump }); // unit 0 looks at the first pixel, as in a ResNet
  assert.deepEqual([4, 8, 16, 32].map((jump) => unitUnder(stage(jump), 0.5, 224, 224 / jump)), [28, 14, 7, 3]);
  assert.deepEqual([4, 8, 16, 32].map((jump) => unitUnder(stage(jump), 0.2, 224, 224 / jump)), [11, 6, 3, 1]);
  const all = { first: 0, size: null, jump: 32 };
  assert.deepEqual([0, 0.5, 0.99].map((share) => unitUnder(all, share, 224, 7)), [0, 3, 6]);
});

test("the middle of what a unit sees lies before its cell, by half a step less half a pixel", () => {
  for (const { field, side } of fields) {
    if (field.size === null || side % field.jump) continue;
    const [units, at] = [side / field.jump, before(field, side / field.jump, side)];
    assert.ok(Math.abs(0.5 / units - middleOf(field, 0, side) - at / side) < 1e-9);
  }
  assert.equal(before({ first: -213, size: 427, jump: 32 }, 7, 224), 15.5);
  assert.equal(before({ first: -213, size: 427, jump: 32 }, 8, 225), 0);
});

test("on a coarser map the unit below has the same place", () => {
  const [finer, coarser] = [{ first: 0, size: 3, jump: 2 }, { first: 0, size: 9, jump: 8 }];
  assert.deepEqual([0, 3, 4, 27].map((unit) => unitBelow(unit, finer, coarser)), [0, 0, 1, 6]);
});
