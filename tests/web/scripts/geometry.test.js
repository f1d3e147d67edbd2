import assert from "node:assert/strict";
import test from "node:test";

import { ZOOM, inNextRow, inside, layoutFor, panned, showing, span, zoomed } from "../map_component/geometry.js";

const size = { width: 1000, height: 400 };
const whole = { scale: 1, x: 0, y: 0 };
const on = (view, x, y) => [x * view.scale + view.x, y * view.scale + view.y];

test("the layout follows the room: wide, medium where its text would get small, narrow on a phone", () => {
  const layouts = { wide: { w: 1200, h: 500 } };
  assert.equal(layoutFor(1200, 500, layouts), "wide");
  assert.equal(layoutFor(1105, 500, layouts), "wide"); // 1105 / 1200 > 0.92
  assert.equal(layoutFor(1100, 500, layouts), "medium");
  assert.equal(layoutFor(1200, 450, layouts), "medium");
  assert.equal(layoutFor(518, 420, layouts), "medium", "beside a walk's words in a window of 1280 pixels: a phone's would be a column a finger wide");
  assert.equal(layoutFor(499, 900, layouts), "narrow");
  assert.equal(layoutFor(1200, 500, undefined), "narrow");
  assert.equal(layoutFor(1200, 0, { wide: { w: 1200, h: 300 } }), "wide"); // not laid out yet
});

test("a zoom leaves the point under the pointer where it is", () => {
  const at = { x: 300, y: 200 };
  const view = zoomed(zoomed(whole, 2, at, size), 1.7, at, size);
  assert.equal(view.scale, 3.4);
  assert.deepEqual(on(zoomed(whole, 2, at, size), at.x, at.y), [300, 200]);
  assert.deepEqual(zoomed(whole, 2, null, size), { scale: 2, x: -500, y: -200 });
});

test("zoom has bounds, and out is the way back", () => {
  assert.equal(zoomed(whole, 1e9, null, size).scale, ZOOM.most);
  assert.equal(JSON.stringify(zoomed(zoomed(whole, 5, { x: 9, y: 9 }, size), 1e-9, null, size)), JSON.stringify(whole));
});

test("the picture cannot be pushed out of sight", () => {
  assert.equal(JSON.stringify(panned(whole, 500, -500, size)), JSON.stringify(whole)); // no matter whether 0 or -0
  const view = zoomed(whole, 2, null, size);
  assert.deepEqual(panned(view, 1e6, 1e6, size), { scale: 2, x: 100, y: 40 });
  assert.deepEqual(panned(view, -1e6, -1e6, size), { scale: 2, x: -1100, y: -440 });
  assert.deepEqual(inside({ scale: 2, x: -3, y: 4 }, size), { scale: 2, x: -3, y: 4 });
});

test("what is selected comes into sight, and stays where it is when it is there", () => {
  const view = { scale: 4, x: 0, y: 0 };
  assert.equal(showing(view, [10, 10, 50, 50], size), view);
  const moved = showing(view, [600, 200, 50, 20], size);
  assert.deepEqual(on(moved, 625, 210), [500, 200]);
});

test("two fingers have a middle and a distance", () => {
  assert.deepEqual(span({ x: 0, y: 0 }, { x: 30, y: 40 }), { wide: 50, x: 15, y: 20 });
});

test("up and down go to the nearest tile of the next row, and nowhere at the edge", () => {
  const row = (y, ...columns) => columns.map((x) => [x, y, 40, 20]);
  const boxes = [...row(0, 0, 50, 100), ...row(40, 20, 90), ...row(80, 0)];
  assert.equal(inNextRow(boxes, 0, 1), 3);
  assert.equal(inNextRow(boxes, 2, 1), 4);
  assert.equal(inNextRow(boxes, 4, 1), 5);
  assert.equal(inNextRow(boxes, 4, -1), 2);
  assert.equal(inNextRow(boxes, 5, 1), 5);
  assert.equal(inNextRow(boxes, 1, -1), 1);
  assert.equal(inNextRow(boxes, -1, 1), 3); // nothing selected yet: as from the first
});
