// Which layout fits, where the picture stands when it is zoomed, which tile is in the next row: sizes in, sizes out.

import { clamp } from "../js/numbers.js";

const NARROW_BELOW = 500; // width of the canvas in pixels
const LEAST_SCALE = 0.92; // below it, the text of the wide layout would get small
const LEAST_HEIGHT = 300; // of the canvas, while it has none yet
const BEYOND = 0.1; // share of the picture by which it may be pushed over its edge
export const ZOOM = { least: 1, most: 24, step: 1.35 };

// layouts: {wide: {w, h}, …}, or nothing where there is only one.
export function layoutFor(width, height, layouts) {
  if (width < NARROW_BELOW || !layouts) return "narrow";
  const scale = Math.min(width / layouts.wide.w, Math.max(height, LEAST_HEIGHT) / layouts.wide.h);
  return scale >= LEAST_SCALE ? "wide" : "medium";
}

export const isZoomed = ({ scale }) => scale > 1.001;

// A view is {scale, x, y}: a point p of the drawing stands at p · scale + (x, y). size: the drawing's width and height.
export function zoomed(view, factor, at, size) {
  const { x, y } = at ?? { x: size.width / 2, y: size.height / 2 };
  const scale = clamp(view.scale * factor, ZOOM.least, ZOOM.most);
  const move = (from, to) => to - ((to - from) * scale) / view.scale;
  return inside({ scale, x: move(view.x, x), y: move(view.y, y) }, size);
}

export const panned = (view, dx, dy, size) => inside({ ...view, x: view.x + dx, y: view.y + dy }, size);

export function inside({ scale, x, y }, { width, height }) {
  const beyond = scale > 1 ? BEYOND : 0;
  const kept = (value, side) => clamp(value, -side * (scale - 1) - side * beyond, side * beyond);
  return { scale, x: kept(x, width), y: kept(y, height) };
}

// With a rectangle of the drawing (x, y, w, h) in sight: as it is, or with it in the middle.
export function showing(view, [x, y, w, h], size) {
  const { scale } = view;
  const left = x * scale + view.x,
    top = y * scale + view.y;
  if (left >= 0 && top >= 0 && left + w * scale <= size.width && top + h * scale <= size.height) return view;
  return inside({ scale, x: size.width / 2 - (x + w / 2) * scale, y: size.height / 2 - (y + h / 2) * scale }, size);
}

// Two fingers: how far apart, and their middle.
export const span = (a, b) => ({ wide: Math.hypot(a.x - b.x, a.y - b.y), x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });

// boxes: [x, y, w, h] of each tile. The nearest tile in the row below (1) or above (-1); where there is none, the same.
export function inNextRow(boxes, at, direction) {
  const middle = ([x, y, w, h]) => [x + w / 2, y + h / 2];
  const here = boxes[Math.max(at, 0)];
  const [mx, my] = middle(here),
    h = here[3];
  const places = boxes
    .map((box, index) => [index, ...middle(box)])
    .filter(([, , py]) => direction * (py - my) > h * 0.5);
  const nearest = Math.min(...places.map(([, , py]) => Math.abs(py - my)));
  const row = places.filter(([, , py]) => Math.abs(py - my) < nearest + h * 0.5);
  row.sort((a, b) => Math.abs(a[1] - mx) - Math.abs(b[1] - mx));
  return row.length ? row[0][0] : at;
}
