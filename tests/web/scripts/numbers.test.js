import assert from "node:assert/strict";
import test from "node:test";

import { chance, clamp, exact, fitted, fixed, percent, plain, shown, size } from "../js/numbers.js";

test("numbers as they are shown", () => {
  assert.deepEqual([exact(25557032), exact(0.6)], ["25,557,032", "1"]);
  assert.deepEqual([percent(1 / 4), percent(1 / 30, 1), percent(0, 1), percent(-0.029, 1)], ["25 %", "3.3 %", "0.0 %", "−2.9 %"]);
  assert.deepEqual([chance(0.99997), chance(0.0001), chance(0.5)], ["> 99.9 %", "< 0.1 %", "50.0 %"]);
  assert.deepEqual([fixed(-0.004, 2), fixed(-1234.5, 2), fixed(0.125, 2), fixed(0.375, 2)], ["0.00", "−1,234.50", "0.12", "0.38"]);
  assert.deepEqual([plain(28.5), plain(1e6), plain(-0.25)], ["28.5", "1,000,000", "−0.25"]);
  assert.deepEqual([0, 999, 1_000, 999_949, 999_950, 241_066_420, 3.5e9].map(size), ["0 B", "999 B", "1.0 KB", "999.9 KB", "1.0 MB", "241.1 MB", "3.5 GB"]);
  assert.deepEqual([clamp(5, 0, 3), clamp(-5, 0, 3), clamp(2, 0, 3)], [3, 0, 2]);
});

test("a long text gets small, an endless one is cut", () => {
  assert.equal(fitted("abc", 1000, 14), 14);
  assert.ok(Math.abs(fitted("x".repeat(100), 56, 14) - 1) < 1e-9);
  assert.equal(fitted("", 56, 14), 14);
  assert.deepEqual([shown("abc"), shown("x".repeat(99), 5)], ["abc", "xxxx…"]);
});
