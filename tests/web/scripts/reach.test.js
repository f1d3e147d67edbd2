// Where a unit looks, against Python's own rule on the traced nets.

import assert from "node:assert";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { spanOf, unitAt } from "../reach_component/reach.js";

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
