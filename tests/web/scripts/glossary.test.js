import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { found } from "../js/glossary.js";

const cases = JSON.parse(readFileSync(new URL("../words.json", import.meta.url), "utf8"));

test("the browser finds the terms that Python finds, and loses no letter", () => {
  assert.ok(cases.length > 100);
  for (const { text, found: wanted } of cases) {
    const parts = found(text);
    assert.deepEqual(parts.filter((part) => typeof part !== "string").map((part) => [part.slug, part.shown]), wanted, text);
    assert.equal(parts.map((part) => part.shown ?? part).join(""), text);
  }
});

test("what was marked is not marked again", () => {
  const seen = new Set();
  assert.equal(found("a block", seen).length, 2);
  assert.deepEqual(found("another block", seen), ["another block"]);
});
