import assert from "node:assert/strict";
import test from "node:test";

import { recipeWays, saidMore } from "../map_component/paint.js";

test("a tile's second line says what the first does not", () => {
  assert.equal(saidMore("avgpool", "avg pool"), "");
  assert.equal(saidMore("fc", "fc 1000"), "1000");
  assert.equal(saidMore("maxpool", "3×3 max pool, /2"), "3×3 max pool, /2");
  assert.equal(saidMore("1", "3×3, 64 · 3×3, 64"), "3×3, 64 · 3×3, 64");
});

test("a recipe with a stride can be said as its neighbours' are", () => {
  assert.deepEqual(recipeWays("3×3, 128, /2 · 3×3, 128"), ["3×3, 128, /2 · 3×3, 128", "3×3, 128 · 3×3, 128"]);
  assert.deepEqual(recipeWays("3×3, 64 · 3×3, 64"), ["3×3, 64 · 3×3, 64", "3×3, 64 · 3×3, 64"]);
});
