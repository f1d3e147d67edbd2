import assert from "node:assert/strict";
import test, { mock } from "node:test";

import { CHOICES, lastViews } from "../map_component/choices.js";
import { KEYS, commandOf } from "../map_component/keys.js";
import { cellsOf } from "../map_component/table.js";

// A map that only remembers: what was drawn, and what was reported to Python.
function remembered(view) {
  const said = { reports: [], drawn: 0, refreshed: 0 };
  return Object.assign(Object.create(CHOICES), {
    said,
    key: "test",
    seq: 3,
    openBlock: "",
    data: { folded: true, level: "blocks" },
    view: { node: "", level: "blocks", color: "stage", fold: "auto", unfold: [], open: false, figure: "map", ...view },
    tileElements: [],
    viewport: { isZoomed: false },
    toolbar: null,
    draw: () => (said.drawn += 1),
    refresh: () => (said.refreshed += 1),
    setStateValue: (name, value) => said.reports.push(value),
    isOverview: () => false,
    focusFirst: () => {},
    tileOf: () => -1,
  });
}

test("a choice is kept, shown, and reported once after keys held down", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const map = remembered();
  for (const node of ["layer1.0", "layer1.1", "layer1.2"]) map.change({ node });
  assert.deepEqual([map.view.node, map.said.refreshed, map.said.reports.length], ["layer1.2", 3, 0]);
  mock.timers.tick(1000);
  assert.deepEqual(map.said.reports, [{ ...map.view, seq: 3 }]);
  assert.deepEqual(lastViews.get("test"), { seq: 3, view: map.view });
  mock.timers.reset();
});

test("what needs another drawing is reported at once", () => {
  const map = remembered();
  map.unfold("layer3.1");
  assert.deepEqual(map.said.reports.map((view) => view.unfold), [["layer3.1"]]);
  map.toggleFold();
  assert.deepEqual(map.view.unfold, []);
  assert.equal(map.view.fold, "on");
});

test("another figure has other tiles: the selection goes", () => {
  const map = remembered({ node: "layer1.0" });
  map.openBlock = "layer1.0"; // a redraw
  map.draw = () => (map.openBlock = "x");
  map.change = (fields) => (map.fields = fields);
  map.setLevel("fig3");
  assert.deepEqual([map.fields.figure, map.fields.node, map.fields.level], ["fig3", "", "blocks"]);
  map.setLevel("layers");
  assert.deepEqual([map.fields.figure, map.fields.node, map.fields.level], ["map", "layer1.0", "layers"]);
});

test("Escape goes one step back: the zoom, then the selection", () => {
  const map = remembered({ node: "layer1.0" });
  map.viewport = { isZoomed: true, reset: () => (map.viewport.isZoomed = false) };
  map.close();
  assert.deepEqual([map.viewport.isZoomed, map.view.node], [false, "layer1.0"]);
  map.close();
  assert.equal(map.view.node, "");
});

test("keys", () => {
  assert.equal(commandOf({ key: "Enter" }), "enter");
  assert.equal(commandOf({ key: "x" }), undefined);
  assert.equal(commandOf({ key: "Enter", ctrlKey: true }), undefined);
  const flat = { boxes: [[0, 0, 9, 9]], overview: false };
  assert.deepEqual(["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp", "Home", "End"].map((key) => KEYS[key](4, { ...flat, count: 9 })), [5, 3, 5, 3, 0, 8]);
});

test("the table says what the tiles say", () => {
  const tile = { id: "layer3.1", last: "layer3.5", count: 5, block: true, stage: "conv4_x", recipe: "1×1, 3×3", holds: "5 solid", shape: "14×14" };
  const data = { scene: { tiles: [tile, { ...tile, id: "layer4.0", last: "layer4.0", count: 1, holds: "dotted" }] }, columns: { params: { label: "Parameters", words: ["1", "2"] } } };
  const { head, rows } = cellsOf(data);
  assert.equal(head.at(-1), "Parameters");
  assert.deepEqual(rows[0], { id: "layer3.1", cells: ["layer3.1 … layer3.5", "conv4_2 to conv4_6", "1×1, 3×3", "5 solid", "14×14", "1"] });
  assert.deepEqual(rows[1].cells.slice(0, 4), ["layer4.0", "conv5_1", "1×1, 3×3", "dotted"]);
});
