// What the browser says itself, against Python's own words and figures for the same random numbers.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { blockName } from "../js/names.js";
import { wordsOf } from "../hall/charts.js";
import { chance, exact, fixed, percent, plain, size } from "../js/numbers.js";
import { wayAt } from "../race_component/way.js";

const said = JSON.parse(readFileSync(new URL("../said.json", import.meta.url), "utf8"));

test("numbers are written as Python writes them", () => {
  assert.ok(said.exact.length > 400 && said.percent.length >= 1200 && said.chance.length > 600);
  for (const [value, words] of said.exact) assert.equal(exact(value), words);
  for (const [share, places, words] of said.percent) assert.equal(percent(share, places), words);
  assert.ok(said.fixed.length >= 4000 && said.plain.length >= 1000 && said.size.length > 400);
  for (const [value, places, words] of said.fixed) assert.equal(fixed(value, places), words);
  for (const [value, words] of said.plain) assert.equal(plain(value), words);
  for (const [bytes, words] of said.size) assert.equal(size(bytes), words);
  for (const [share, words] of said.chance) assert.equal(chance(share), words);
});

test("blocks are called as Python calls them", () => {
  assert.ok(said.blocks.length >= 200);
  for (const [path, name] of said.blocks) assert.equal(blockName(path), name);
});

test("a choice on a slider is said as Python says it", () => {
  assert.ok(said.marks.length >= 300);
  for (const [question, choice, words] of said.marks) assert.equal(wordsOf(question, choice), words);
});

test("a race that is run again stands where Python lets it stand", () => {
  assert.ok(said.ways.length > 900);
  for (const [done, seconds, way] of said.ways) assert.ok(Math.abs(wayAt(done, seconds) - way) < 1e-9, `${seconds} s of ${done}`);
});
