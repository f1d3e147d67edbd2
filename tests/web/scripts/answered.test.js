import assert from "node:assert/strict";
import test from "node:test";

import { judged, pressed, wholeNumber } from "../lecture_file/answered.js";

test("whole numbers as people write them", () => {
  assert.deepEqual(["9,408", " 9 408 ", "9’408", "−3", "12"].map(wholeNumber), [9408, 9408, 9408, -3, 12]);
  assert.deepEqual(["", "a lot", "3.5", "3·64", "1e3"].map(wholeNumber), [null, null, null, null, null]);
});

test("what is typed is held to the tolerance; a known mistake has its hint, another its side", () => {
  const one = { kind: "typed", answer: 100, tolerance: 2, known: { 50: "<b>half</b>" }, low: "Too small.", high: "Too large." };
  assert.deepEqual([97, 98, 100, 102, 103].map((value) => judged(one, value).right), [false, true, true, true, false]);
  assert.deepEqual(judged(one, 50), { right: false, hint: "<b>half</b>", text: "" });
  assert.deepEqual([97, 103].map((value) => judged(one, value).text), ["Too small.", "Too large."]);
});

test("what is chosen or put in order is looked up", () => {
  const one = { kind: "choice", answer: "1", known: { 0: "no", 2: "nor" } };
  assert.deepEqual(["0", "1", "2"].map((place) => judged(one, place)), [
    { right: false, hint: "no", text: "" },
    { right: true, hint: "", text: "" },
    { right: false, hint: "nor", text: "" },
  ]);
});

test("a second press takes back", () => {
  assert.deepEqual(pressed(["0", "2"], "1"), ["0", "2", "1"]);
  assert.deepEqual(pressed(["0", "2"], "0"), ["2"]);
});
