import assert from "node:assert/strict";
import test from "node:test";

import { entries } from "../every_page/entries.js";

const LEFT = "timing?batch=8&dtype=bf16", BARE = "timing?batch=8", NEXT = "cost?batch=8", WHOLE = "cost?batch=8&dtype=bf16";

// What the browser's list of entries is after these steps; a step is "touch", "travel" or an address that Streamlit pushes.
function after(list, steps, always = false) {
  const made = entries();
  const found = [...list];
  for (const step of steps) {
    if (step === "touch") made.touch();
    else if (step === "travel") made.travel();
    else {
      const samePage = step.split("?")[0] === found.at(-1).split("?")[0];
      if (!made.push(samePage, always)) found.pop();
      found.push(step);
    }
  }
  return found;
}

test("a page that is opened is one entry, in whatever order its path and its parameters come", () => {
  assert.deepEqual(after([LEFT], ["touch", "cost", NEXT, WHOLE]), [LEFT, WHOLE]);
  assert.deepEqual(after([LEFT], ["touch", "timing", BARE, LEFT, WHOLE]), [LEFT, WHOLE]);
  assert.deepEqual(after([LEFT], ["touch", "cost", NEXT, WHOLE, "touch", LEFT]), [LEFT, WHOLE, LEFT]);
});

test("each thing that a visitor does on a page is one entry, and what follows from it none", () => {
  assert.deepEqual(after(["cost"], ["touch", NEXT, "touch", WHOLE]), ["cost", NEXT, WHOLE]);
  assert.deepEqual(after(["cost"], ["touch", NEXT, WHOLE]), ["cost", WHOLE]);
});

test("a scene that was asked for elsewhere is an entry, and what the page makes of it none", () => {
  assert.deepEqual(after(["cost"], ["touch", NEXT, WHOLE], true), ["cost", NEXT, WHOLE]);
  const made = entries();
  made.touch();
  made.travel();
  assert.equal(made.replace(true), false);
});

test("a control's word is an entry once it was touched, and not before", () => {
  const made = entries();
  assert.equal(made.replace(true), false);
  made.touch();
  assert.deepEqual([made.replace(false), made.replace(true), made.replace(true)], [false, true, false]);
});
