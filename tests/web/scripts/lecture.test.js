import assert from "node:assert/strict";
import test from "node:test";

globalThis.window = globalThis;
globalThis.document = { documentElement: { style: {} } };
globalThis.location = { pathname: "/base/blocks", search: "?present=1&hide=nav&depth=34&embed=true", href: "http://x/" };

const { actionOf } = await import("../lecture_bar/keys.js");
const { largest, range } = await import("../lecture_bar/fit.js");
const { urlOf } = await import("../lecture_bar/travel.js");
const { guessNow } = await import("../lecture_bar/question.js");

test("an address keeps the projector view and what is hidden, and nothing else of where we were", () => {
  assert.equal(urlOf("blocks", "/cost?lecture=a&node=layer1.0"), "/base/cost?lecture=a&node=layer1.0&present=1&hide=nav&embed=true");
  assert.equal(urlOf("blocks", "/?lecture=a", { present: null }), "/base/?lecture=a&hide=nav&embed=true");
  assert.equal(urlOf("blocks", "/x?stages=3%2C4&present=0"), "/base/x?stages=3,4&present=0&hide=nav&embed=true");
  assert.equal(urlOf("", "/cost", { guess: "4" }), "/base/blocks/cost?present=1&hide=nav&embed=true&guess=4");
});

test("the largest value that fits is found, and the least is taken where none does", () => {
  for (const most of [1, 7, 13, 20]) {
    let now = 0;
    largest(range(20, 1, 1), (value) => (now = value), () => now <= most);
    assert.equal(now, most);
  }
  let now = 0;
  largest([5, 4, 3], (value) => (now = value), () => false);
  assert.equal(now, 3);
});

test("keys: a clicker pages everywhere but in a text field; arrows stay with what has arrows of its own", () => {
  const nothing = { editable: false, arrows: false };
  assert.equal(actionOf({ key: "PageDown" }, nothing), "next");
  assert.equal(actionOf({ key: "ArrowLeft" }, nothing), "previous");
  assert.equal(actionOf({ key: "PageUp" }, { editable: false, arrows: true }), "previous");
  assert.equal(actionOf({ key: "ArrowRight" }, { editable: false, arrows: true }), undefined);
  assert.equal(actionOf({ key: "Home" }, nothing), "begin");
  assert.equal(actionOf({ key: "Home" }, { editable: false, arrows: true }), undefined);
  assert.equal(actionOf({ key: "n" }, { editable: true, arrows: false }), undefined);
  assert.equal(actionOf({ key: "n", metaKey: true }, nothing), undefined);
  assert.equal(actionOf({ key: "z" }, nothing), undefined);
});

test("no guess is a guess too", () => {
  assert.equal(guessNow({ question: { kind: "choice" }, slug: "a" }), "none");
  assert.equal(guessNow({ question: { kind: "block" }, slug: "a" }), "none");
});
