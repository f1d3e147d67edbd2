// Numbers as colours: grey for the picture, Python's two-sided ramp around 0 for everything that can be negative.

import { html } from "../js/dom.js";
import { TWO_SIDED } from "../js/given.js";

const parsed = (stops) => stops.map((stop) => [1, 3, 5].map((at) => Number.parseInt(stop.slice(at, at + 2), 16)));
const STOPS = parsed(TWO_SIDED);

// value from −most to most → [r, g, b]
export function signed(value, most) {
  const at = ((Math.max(-1, Math.min(1, value / most)) + 1) / 2) * (STOPS.length - 1);
  const low = Math.min(Math.floor(at), STOPS.length - 2);
  return STOPS[low].map((part, channel) => Math.round(part + (STOPS[low + 1][channel] - part) * (at - low)));
}

// The whole ramp, −most … +most, to stand before the words that name its colours.
export function ramp() {
  const made = html("i", { class: "ramp", "aria-hidden": "true" });
  made.style.background = `linear-gradient(to right, ${TWO_SIDED.join(", ")})`;
  return made;
}

export const grey = (value) => [value, value, value];
export const css = (colour) => `rgb(${colour.join(" ")})`;

// Ink that can be read on a colour.
export const inkOn = (colour) =>
  colour.reduce((sum, part, channel) => sum + part * [0.299, 0.587, 0.114][channel], 0) > 140 ? "#1d2026" : "#fff";

// One pixel a number.
export function paint(canvas, values, side, colour) {
  canvas.width = canvas.height = side;
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(side, side);
  values.forEach((value, place) => {
    if (value === null) return; // not yet known: nothing is there
    image.data.set([...colour(value), 255], 4 * place);
  });
  pen.putImageData(image, 0, 0);
  return canvas;
}
