// The arithmetic of the first layer, as the net does it; nothing here knows of the page.

import { fixed } from "../js/numbers.js";

// Grey values 0 … 255 as the net gets them.
export const scaled = ({ pixels, mean, std }) => pixels.map((one) => (one / 255 - mean) / std);

// The nine values under a 3×3 window whose middle stands at (row, column); 0 outside.
export function under(values, side, row, column) {
  const found = [];
  for (let y = row - 1; y <= row + 1; y++)
    for (let x = column - 1; x <= column + 1; x++)
      found.push(y < 0 || x < 0 || y >= side || x >= side ? 0 : values[y * side + x]);
  return found;
}

export const sumOf = (window, weights) => window.reduce((sum, value, place) => sum + value * weights[place], 0);

// Where the window's middle stands along one side.
export const stops = (side, stride) => Array.from({ length: Math.floor((side - 1) / stride) + 1 }, (_, at) => at * stride);

// The whole feature map, row by row.
export function convolved(values, side, weights, stride = 1) {
  const places = stops(side, stride);
  return places.flatMap((row) => places.map((column) => sumOf(under(values, side, row, column), weights)));
}

export const two = (value) => fixed(value, 2);

export const mostOf = (...lists) => Math.max(...lists.flat().map(Math.abs)) || 1;
