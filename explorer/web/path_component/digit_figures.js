// Steps 1 to 4: the digit's pixels, the window and its sum, the map that the sums make, and one map for each filter.

import { html } from "../js/dom.js";
import { NEGATIVE, POSITIVE, SIGN_KEY } from "../js/given.js";
import { clamp, fixed } from "../js/numbers.js";
import { Board } from "./board.js";
import { css, grey, inkOn, ramp, signed } from "./colours.js";
import { slider } from "./slider.js";
import { convolved, mostOf, scaled, sumOf, two, under } from "./sums.js";
import { places, stopsOf, told } from "./told.js";

const AROUND = 2; // pixels on each side that step 1 writes out

const pictureOf = (digit, more) =>
  new Board({ side: digit.side, label: `The handwritten digit ${digit.name}`, ...more }).show(digit.pixels, grey);

const beside = (...boxes) => html("div", { class: "beside" }, ...boxes);
const drag = (step) => html("p", { class: "drag" }, step.drag);

export function pixels(step, { digit }, words) {
  const values = scaled(digit);
  const cells = Array.from({ length: (2 * AROUND + 1) ** 2 }, () => html("span", { class: "cell" }));
  const table = html("div", { class: "cells five", "aria-hidden": "true" }, ...cells);
  const said = told(words, places(digit.side), (row, column) => {
    const pixel = digit.pixels[row * digit.side + column];
    const shown = two(values[row * digit.side + column]);
    const card = {
      shown,
      rule: "(brightness ÷ 255 − mean) ÷ spread, both of many digits",
      term: ["~", [":", ["(", ["-", [":", pixel, 255], digit.mean]], digit.std], shown],
    };
    return [`Row ${row + 1}, column ${column + 1}: brightness ${pixel}. The net gets `, card, "."];
  });
  const moved = (row, column) => {
    cells.forEach((cell, place) => {
      const y = row - AROUND + Math.floor(place / (2 * AROUND + 1));
      const x = column - AROUND + (place % (2 * AROUND + 1));
      const outside = y < 0 || x < 0 || y >= digit.side || x >= digit.side;
      const value = outside ? 0 : digit.pixels[y * digit.side + x];
      cell.textContent = outside ? "" : String(value);
      Object.assign(cell.style, outside ? { background: "transparent" } : { background: css(grey(value)), color: inkOn(grey(value)) });
      cell.classList.toggle("now", y === row && x === column);
    });
    said.tell(row, column);
  };
  const board = pictureOf(digit, { span: 1, at: [8, 16], moved });
  moved(...board.at);
  const signs = html("p", { class: "note" }, "Tap a number on a dotted line: it says how it comes about. A sign says what kind of number it is: ∑ computed, ◆ measured, ◇ recorded earlier.");
  return [drag(step), beside(board.element, table), said.element, signs];
}

export function convolution(step, { digit }, words) {
  const [values, weights] = [scaled(digit), digit.filters[digit.filter]];
  const most = mostOf(weights);
  const cells = weights.map((weight) => {
    const colour = signed(weight, most);
    const [product, sum] = [html("small"), html("b")];
    const cell = html("span", { class: "cell" }, product, sum);
    Object.assign(cell.style, { background: css(colour), color: inkOn(colour) });
    return { cell, product, sum, weight };
  });
  const table = html("div", { class: "cells three" }, ...cells.map(({ cell }) => cell));
  const said = told(words, places(digit.side), (row, column) => {
    const window = under(values, digit.side, row, column);
    const shown = two(sumOf(window, weights));
    const terms = window.map((value, place) => ["*", inBrackets(value), inBrackets(weights[place])]);
    const rule = "pixel · weight, added over the nine places of the window; the layer has no other number";
    const over = [row, column].some((at) => at === 0 || at === digit.side - 1);
    const outside = over ? ". Outside the picture 0 is taken: the next step says why." : "";
    return ["All nine added: ", { shown, rule, term: ["~", ["+", ...terms], shown] }, outside];
  }, true);
  const moved = (row, column) => {
    const window = under(values, digit.side, row, column);
    cells.forEach(({ product, sum, weight }, place) => {
      product.textContent = `${two(window[place])} × ${two(weight)}`;
      sum.textContent = two(window[place] * weight);
    });
    said.tell(row, column);
  };
  const board = pictureOf(digit, { span: 3, at: [7, 15], moved });
  moved(...board.at);
  const key = html("p", { class: "note" }, ramp(), `Pixel × weight. The colours are the weights: ${POSITIVE} ones are positive, ${NEGATIVE} ones negative. Rounded to two places.`);
  return [drag(step), said.element, beside(board.element, html("div", {}, table, key))]; // the sum first: on a phone the nine reach below the fold
}

// Four places, a negative number in brackets.
function inBrackets(value) {
  const text = fixed(value, 4);
  return value < 0 ? ["(", text] : text;
}

export function featureMap(step, { digit }, words) {
  const { side } = digit;
  const map = convolved(scaled(digit), side, digit.filters[digit.filter]);
  const most = mostOf(map);
  const said = told(words, stopsOf(1, side * side), (done) => [`Position ${done} of ${side * side}: the sum is ${two(map[done - 1])}.`]);
  const picture = new Board({ side, label: `The digit ${digit.name}, with the window`, span: 3 }).show(digit.pixels, grey);
  const result = new Board({ side, label: "The feature map, as far as it is known", span: 1 });
  const moved = (done) => {
    const last = clamp(done - 1, 0, side * side - 1);
    result.show(map.map((value, place) => (place < done ? value : null)), (value) => signed(value, most));
    picture.at = result.at = [Math.floor(last / side), last % side];
    picture.place();
    result.place();
    said.tell(done);
  };
  const control = slider({ label: step.drag, min: 1, max: side * side, value: 400, words: (done) => `${done}`, moved });
  picture.moved = result.moved = (row, column) => {
    control.go(row * side + column + 1);
  };
  moved(400);
  const black = two(Math.min(...scaled(digit)));
  const key = html("p", { class: "note" }, ramp(), `Here the colours are sums: ${POSITIVE} above 0, where it looks like the filter; ${NEGATIVE} below 0, where it looks like the filter’s opposite. The stripes along the edges: there black (${black}) meets the 0 outside, which is brighter, and the filter answers to that edge too.`);
  return [control.element, beside(captioned("picture", picture.element), captioned("feature map", result.element)), said.element, key];
}

export const captioned = (name, element) => html("figure", {}, element, html("figcaption", {}, name));

export function channels(step, { digit }) {
  const { side, filters } = digit;
  const values = scaled(digit);
  const maps = filters.map((weights) => convolved(values, side, weights));
  const [most, heaviest] = [mostOf(...maps), mostOf(...filters)];
  const filter = new Board({ side: 3, label: "The filter’s nine weights" });
  const map = new Board({ side, label: "Its feature map" });
  const small = maps.map((one, place) => {
    const board = new Board({ side, label: `Channel ${place + 1}` }).show(one, (value) => signed(value, most));
    board.element.addEventListener("click", () => {
      control.go(place + 1);
    });
    return board.element;
  });
  const moved = (number) => {
    filter.show(filters[number - 1], (value) => signed(value, heaviest));
    map.show(maps[number - 1], (value) => signed(value, most));
    small.forEach((element, place) => element.classList.toggle("now", place === number - 1));
  };
  const words = (number) => `${number} of ${filters.length}`;
  const control = slider({ label: step.drag, min: 1, max: filters.length, value: digit.filter + 1, words, moved });
  moved(digit.filter + 1);
  const large = beside(captioned("filter", filter.element), captioned("feature map", map.element));
  filter.element.classList.add("filter");
  const key = html("p", { class: "note" }, ramp(), SIGN_KEY);
  return [control.element, large, html("div", { class: "strip" }, ...small), key];
}
