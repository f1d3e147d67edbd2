import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { Net, blockOf, indexIn, stageOf } from "../map_component/net.js";

const read = (name) => new Net(JSON.parse(readFileSync(new URL(`../${name}.json`, import.meta.url), "utf8")));

test("a path says where it belongs", () => {
  assert.deepEqual([blockOf("layer2.10.conv1"), stageOf("layer2.10.conv1"), indexIn("layer2.10")], ["layer2.10", "layer2", 10]);
  assert.deepEqual([blockOf("conv1"), stageOf("conv1"), blockOf("layer2")], ["", "", ""]);
});

test("every path of ResNet-50 has a tile, and says what it is", () => {
  const net = read("resnet50");
  const kinds = Map.groupBy?.(net.paths(), (path) => net.describe(path).type);
  for (const path of net.paths()) assert.ok(net.tile(path) >= 0 || !blockOf(path), path);
  assert.equal(net.paths().filter((path) => net.describe(path).type === "block").length, 16);
  assert.equal(net.paths().filter((path) => net.describe(path).type === "stage").length, 4);
  assert.ok(!kinds || !kinds.has("none"));
  assert.equal(net.describe("layer9").type, "none");
  assert.equal(net.describe("").type, "none");
  assert.equal(net.describe("layer2.0.downsample").type, "shortcut");
  assert.equal(net.tile("nothing"), -1);
});

test("a run of equal blocks stands for each of them", () => {
  const net = read("resnet152");
  const run = net.tiles[net.tile("layer3.20")];
  assert.ok(run.count > 1 && run.of !== "layer3.20");
  assert.equal(net.tile("layer3.20.conv2"), net.tile("layer3.20"));
  assert.notEqual(net.tile("layer3.0"), net.tile("layer3.20"));
});

test("search: the exact path first, then what begins so, then what holds it, shorter before longer", () => {
  const net = read("resnet50");
  assert.equal(net.search("layer1.0")[0], "layer1.0");
  assert.ok(net.search("layer1.0").slice(1).every((path) => path.startsWith("layer1.0.")));
  assert.equal(net.search("CONV4")[0], "layer3"); // the paper's name of the stage
  assert.ok(net.search("downsample").length > 0);
  assert.deepEqual(net.search("   "), []);
  assert.deepEqual(net.search("zzz"), []);
  assert.equal(net.search("conv", 5).length, 5);
  assert.deepEqual(net.search("x".repeat(100_000)), []);
  assert.deepEqual(net.search("6x6"), []); // whole numbers: 56×56 is another size
  assert.equal(net.search("STRIDE 2").length, 8);
  assert.deepEqual(net.search("(.*)+[\\"), []);
});

test("a block is found by the paper's name, which stands in no path", () => {
  const net = read("resnet50");
  assert.equal(net.search("conv3_1")[0], "layer2.0");
  assert.deepEqual(net.search("conv3_9"), []);
});
