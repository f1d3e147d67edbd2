import assert from "node:assert/strict";
import test from "node:test";

import { unasked } from "../file_component/pick.js";

test("a large file's ends are sent, a small one whole", () => {
  assert.deepEqual(unasked(10), [[0, 10]]);
  assert.deepEqual(unasked(131_072), [[0, 131_072]]);
  assert.deepEqual(unasked(241_000_000), [
    [0, 65_536],
    [240_934_464, 65_536],
  ]);
});
