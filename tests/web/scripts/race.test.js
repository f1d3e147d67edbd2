import assert from "node:assert/strict";
import test from "node:test";

import { wayAt } from "../race_component/way.js";

test("a bar stands where its passes have brought it", () => {
  const done = [0, 1, 3, 4];
  assert.equal(wayAt(done, 0), 0);
  assert.equal(wayAt(done, 1), 1 / 3);
  assert.equal(wayAt(done, 2), 0.5);
  assert.equal(wayAt(done, 3.5), 2.5 / 3);
  assert.equal(wayAt(done, 99), 1);
});
