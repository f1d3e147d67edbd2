// What the browser says itself, against Python's own words and figures for the same random numbers.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { blockName } from "../js/names.js";
import { chance, exact, percent } from "../js/numbers.js";
import { wayAt } from "../race_component/way.js";

const said = JSON.parse(readFileSync(new URL("../said.json", import.meta.url), "utf8"));

test("numbers are written as Python writes them", () => {
  assert.ok(said.exact.length > 400 && said.percent.length >= 1200 && said.chance.length > 600);
  for (const [value, words] of said.exact) assert.equal(exact(value), words);
  for (const [share, places, words] of said.percent) assert.equal(percent(share, places), words);
  for (const [share, words] of said.chance) assert.equal(chance(share), words);
});

test("blocks are called as Python calls them", () => {
  assert.ok(said.blocks.length >= 200);
  for (const [path, name] of said.blocks) assert.equal(blockName(path), name);
});

test("a race that is run again stands where Python lets it stand", () => {
  assert.ok(said.ways.length > 900);
  for (const [done, seconds, way] of said.ways) assert.ok(Math.abs(wayAt(done, seconds) - way) < 1e-9, `${seconds} s of ${done}`);
});
