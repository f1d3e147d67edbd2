// When what happens: seconds in, what is to be seen out. Nothing here draws; the same second always shows the same.

import { clamp } from "../js/numbers.js";

export const SPEEDS = [0.5, 1, 2, 4];
const ENTER = 2.2, LAYER = 1.9, LEAVE = 3; // seconds at speed 1
const BLOCK = { most: 3.2, least: 0.85, all: 40 }; // of one block: `all` is shared among them
const NONE = { in: 0, split: 0, meet: 0, fill: 0, seen: 0 };

// How far along each of a segment's movements are, as [from, to] of the segment.
const MOVES = {
  enter: { in: [0.1, 0.9], fill: [0, 0.3], seen: [0.2, 0.9] },
  layer: { in: [0, 0.34], fill: [0.34, 0.78], seen: [0.2, 0.8] },
  block: { in: [0, 0.16], split: [0.14, 0.5], meet: [0.5, 0.74], fill: [0.68, 0.86], seen: [0.12, 0.8] },
  leave: { in: [0, 0.3], fill: [0.25, 0.85], seen: [0, 0.3] },
};

const ease = (u) => (u < 0.5 ? 4 * u * u * u : 1 - (2 - 2 * u) ** 3 / 2);
export const between = (a, b, u) => a + (b - a) * u;

// steps: of the walk. Segments in order: the picture enters, one a step, the answer.
export function timelineOf(steps) {
  const blocks = steps.filter((step) => step.kind === "block").length;
  const block = clamp(BLOCK.all / Math.max(blocks, 1), BLOCK.least, BLOCK.most);
  const lasts = (kind) => (kind === "block" ? block : Math.min(LAYER, block * 1.6));
  const all = [["enter", ENTER], ...steps.map(({ kind }) => [kind, lasts(kind)]), ["leave", LEAVE]];
  let start = 0;
  const segments = all.map(([kind, length], index) => {
    const segment = { kind, index, step: index - 1, start, length };
    start += length;
    return segment;
  });
  return { segments, total: start };
}

export const indexAt = ({ segments }, t) => {
  const after = segments.findIndex(({ start }) => start > t);
  return after < 0 ? segments.length - 1 : Math.max(after - 1, 0);
};

// The end of a segment, where all of it has been seen: a breath before the next one starts.
export const endOf = ({ segments }, index) => {
  const { start, length } = segments[clamp(index, 0, segments.length - 1)];
  return start + length * 0.999;
};

// t → {segment, u, moves}: u and each of the moves go from 0 to 1.
export function frameAt(timeline, t) {
  const segment = timeline.segments[indexAt(timeline, t)];
  const u = clamp((t - segment.start) / segment.length, 0, 1);
  const moves = { ...NONE };
  for (const [name, [from, to]] of Object.entries(MOVES[segment.kind])) {
    moves[name] = ease(clamp((u - from) / (to - from), 0, 1));
  }
  return { segment, u, moves };
}

// Two spans or shapes on the way from one to the other.
export const mixed = (a, b, u) => a.map((value, at) => between(value, b[at], u));

// How many square pictures fit side by side into a tile, and how large they are.
export function fitting(width, height, most, pad = 2) {
  const across = clamp(Math.floor((width - pad) / (height - pad)), 1, most);
  return { across, side: Math.max(Math.min(height - 2 * pad, (width - pad) / across - pad), 1) };
}
