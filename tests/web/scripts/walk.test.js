import assert from "node:assert/strict";
import test from "node:test";

import { entered } from "../walk_component/ends.js";
import { inside, ways } from "../walk_component/onmap.js";
import { colour, table } from "../walk_component/pictures.js";
import { endOf, fitting, frameAt, indexAt, timelineOf } from "../walk_component/timeline.js";

const steps = [{ kind: "layer" }, { kind: "block" }, { kind: "block" }, { kind: "layer" }];
const line = timelineOf(steps);

test("the walk begins with the picture, goes through every step and ends with the answer", () => {
  assert.deepEqual(line.segments.map(({ kind }) => kind), ["enter", "layer", "block", "block", "layer", "leave"]);
  assert.deepEqual(line.segments.map(({ step }) => step), [-1, 0, 1, 2, 3, 4]);
  for (const [at, { start, length }] of line.segments.entries()) {
    assert.equal(indexAt(line, start), at);
    assert.equal(indexAt(line, endOf(line, at)), at, "a rest stays in its step");
    assert.ok(start + length <= line.total + 1e-9);
  }
  assert.equal(indexAt(line, 1e9), 5);
});

test("a deep net takes no longer to film than a minute or so, and each of its blocks can be seen", () => {
  const deep = timelineOf(Array.from({ length: 54 }, () => ({ kind: "block" })));
  assert.ok(deep.total < 60 && deep.segments[1].length > 0.7, `${deep.total}`);
  assert.ok(line.total < 20);
});

test("x and F(x) are on their ways before they meet, and the tile fills after that", () => {
  const block = line.segments[2];
  const at = (u) => frameAt(line, block.start + u * block.length).moves;
  let before = at(0);
  for (let u = 0; u <= 1; u += 0.01) {
    const now = at(u);
    for (const name of Object.keys(now)) assert.ok(now[name] >= before[name] - 1e-9, `${name} never goes back`);
    if (now.meet > 0) assert.equal(now.split, 1);
    if (now.fill > 0.5) assert.ok(now.meet > 0.95);
    before = now;
  }
  assert.deepEqual([before.split, before.meet, before.fill], [1, 1, 1]);
});

test("as many square pictures as a tile has room for, one at least", () => {
  assert.equal(fitting(150, 60, 4).across, 2);
  assert.equal(fitting(400, 60, 4).across, 4);
  assert.equal(fitting(30, 60, 4).across, 1);
  const { across, side } = fitting(97, 46, 4);
  assert.ok(across * side <= 97 && side <= 46);
});

test("0 is paper, more is darker on one side, less on the other, and a ReLU leaves nothing below 0", () => {
  const colours = table({ paper: "#ffffff", high: ["#0000ff", "#000000"], low: ["#ff0000"] });
  assert.deepEqual([colours[127], colours[254], colours[0]], [[255, 255, 255], [0, 0, 0], [255, 0, 0]]);
  assert.deepEqual([...colour(new Uint8ClampedArray([0, 0, 0, 255, 254, 0, 0, 255]), colours)], [255, 0, 0, 255, 0, 0, 0, 255]);
  assert.deepEqual([...colour(new Uint8ClampedArray([0, 0, 0, 255]), colours, true)], [255, 255, 255, 255]);
});

test("the way to a tile leads from the one before, round the corner where a row ends", () => {
  const through = (d) => ({ kind: "through", d });
  const flow = [through("a"), through("b"), { kind: "end", d: "in" }, { kind: "back", d: "turn" }, through("c"), through("d"), through("e"), through("f"), { kind: "end", d: "out" }];
  assert.deepEqual(ways(flow, 3), [["in", "a"], ["b", "turn", "c"], ["d", "e"], ["f", "out"]]);
});

test("while a picture walks the first and the last row make room, and the map itself stays as it is", () => {
  const through = (d) => ({ kind: "through", d });
  const layout = {
    lanes: [[0, 4, 100, 40], [0, 44, 100, 40]],
    tiles: [[5, 4, 50, 30], [5, 44, 50, 30]],
    flow: [through("a"), through("b")],
    ends: { in: [5, 4, 30, 30], out: [60, 44, 40, 30], lane: 43, tiles: [[0, [57, 4, 40, 30]]], flow: [[1, "c"]] },
  };
  const data = { title: "net", scene: { tiles: ["conv1"], layouts: { wide: layout, bare: { tiles: [] } } } };
  const { scene } = entered(data);
  assert.deepEqual(scene.layouts.wide.tiles, [[57, 4, 40, 30], [5, 44, 50, 30]]);
  assert.deepEqual(scene.layouts.wide.flow, [through("a"), through("c")]);
  assert.deepEqual(scene.layouts.wide.lanes, [[43, 4, 100, 40], [0, 44, 100, 40]]);
  assert.deepEqual(scene.layouts.wide.held, { in: [5, 4, 30, 30], out: [60, 44, 40, 30] });
  assert.deepEqual(scene.layouts.bare, { tiles: [] });
  assert.deepEqual(layout.tiles[0], [5, 4, 50, 30]);
  assert.equal(layout.held, undefined);
});

test("a picture on its way is never cut at the drawing's edge", () => {
  assert.deepEqual([0, 9, 50, 99].map((x) => inside(x, 18.6, 100)), [18.6, 18.6, 50, 81.4]);
});
