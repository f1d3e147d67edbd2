// The path's window and maps against torch's own convolution of the same digit by the same trained filters.

import assert from "node:assert";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { NEGATIVE, POSITIVE, RAMPS, SIGN_KEY } from "../js/given.js";
import { signed } from "../path_component/colours.js";
import { table } from "../walk_component/pictures.js";
import { convolved, mostOf, scaled, stops, sumOf, two, under } from "../path_component/sums.js";

const { digit, maps } = JSON.parse(readFileSync(new URL("../path.json", import.meta.url), "utf8"));
const values = scaled(digit);

test("every channel at every stride is torch's, number by number", () => {
  for (const [stride, channels] of Object.entries(maps))
    channels.forEach((expected, channel) => {
      const found = convolved(values, digit.side, digit.filters[channel], Number(stride));
      assert.equal(found.length, expected.length);
      found.forEach((value, place) => assert.ok(Math.abs(value - expected[place]) < 1e-4, `${stride} ${channel} ${place}`));
    });
});

test("a window that hangs over the border reads zeros there", () => {
  assert.deepEqual(under([1, 2, 3, 4], 2, 0, 0), [0, 0, 0, 0, 1, 2, 0, 3, 4]);
  assert.equal(sumOf(under([1, 2, 3, 4], 2, 1, 1), [1, 0, 0, 0, 1, 0, 0, 0, 1]), 5);
});

test("where the window stops", () => {
  assert.deepEqual(stops(7, 3), [0, 3, 6]);
  assert.equal(stops(28, 1).length, 28);
});

test("numbers as they are shown", () => {
  assert.equal(two(-0.004), "0.00");
  assert.equal(two(-1.5), "−1.50");
  assert.equal(mostOf([0, -3], [2]), 3);
});

test("a negative number has the walk’s colour for it, and the words name that one", () => {
  const walk = table(RAMPS.light);
  const apart = (one, other) => Math.max(...one.map((part, channel) => Math.abs(part - other[channel])));
  for (let at = 0; at <= 10; at++) {
    assert.ok(apart(signed(at - 5, 5), walk[Math.round((254 * at) / 10)]) <= 2, `${at - 5} of 5`);
  }
  const [low, high] = [signed(-2, 5), signed(2, 5)];
  assert.deepEqual([high[2] > high[0], low[0] > low[2]], [true, true], "blue above 0, ochre below");
  assert.deepEqual([POSITIVE, NEGATIVE, SIGN_KEY], ["blue", "ochre", "Blue is positive, ochre negative, pale zero."]);
});
