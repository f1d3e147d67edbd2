import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { inLatex, inText, withoutValue } from "../js/terms.js";

const told = JSON.parse(readFileSync(new URL("../terms.json", import.meta.url)));

test("a proof is written as Python writes it, as text and as LaTeX", () => {
  assert.ok(told.length > 100);
  for (const { packed, text, latex } of told) assert.deepEqual([inText(packed), inLatex(packed)], [text, latex]);
});

test("what is put together here, and what stands left of the value", () => {
  const share = ["~", [":", ["*", 100, "1,200"], "25,557,032"], "0.0047"];
  assert.equal(inText(share), "100·1,200 ÷ 25,557,032 ≈ 0.0047");
  assert.equal(inLatex(share), "100\\cdot 1{,}200 \\div 25{,}557{,}032 \\approx 0.0047");
  assert.equal(inText(withoutValue(["=", ["*", 2, 64], 128])), "2·64");
  assert.equal(withoutValue(7), 7);
  assert.throws(() => inText(["?", 1, 2]));
});
