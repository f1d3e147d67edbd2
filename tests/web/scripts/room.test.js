// What stays of a chart's names where they have no room.

import assert from "node:assert/strict";
import test from "node:test";

import { apart } from "../lecture_file/room.js";

const box = (left, right, top = 0, bottom = 10) => ({ left, right, top, bottom });

test("the first name stays, whoever meets it or leaves the frame goes", () => {
  const frame = { left: 0, right: 100 };
  assert.deepEqual(apart([box(0, 40), box(30, 60), box(50, 90), box(95, 130), box(-5, 5)], frame), [true, false, true, false, false]);
  assert.deepEqual(apart([box(0, 40), box(42, 60), box(30, 60, 20, 30)], frame), [true, false, true]); // too near; below it
});
