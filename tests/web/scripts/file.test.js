import assert from "node:assert/strict";
import test from "node:test";

import { bytesInWords, unasked } from "../file_component/pick.js";

test("a large file's ends are sent, a small one whole", () => {
  assert.deepEqual(unasked(10), [[0, 10]]);
  assert.deepEqual(unasked(131_072), [[0, 131_072]]);
  assert.deepEqual(unasked(241_000_000), [
    [0, 65_536],
    [240_934_464, 65_536],
  ]);
});

test("sizes as people say them", () => {
  assert.deepEqual([0, 999, 1_000, 241_066_420, 3.5e9].map(bytesInWords), [
    "0 bytes",
    "999 bytes",
    "1.00 kB",
    "241 MB",
    "3.50 GB",
  ]);
});
