// Draws a level of the map from its data. Every function returns SVG elements; none of them knows about state.

import { svg } from "../js/dom.js";
import { SHORTCUTS } from "../js/given.js";
import { clamp } from "../js/numbers.js";

const BROADEST = 2.6; // px: an arch's line this broad takes the dots as they are, a finer one takes them smaller

function dashOf(kind, stroke) {
  const { dash } = SHORTCUTS[kind];
  const size = stroke / BROADEST;
  return dash.length ? dash.map((part) => (part * size).toFixed(1)).join(" ") : null;
}

// least: size of the smallest words, where there is a bound.
export function drawScene(data, name, least = 0) {
  const layout = data.scene.layouts[name];
  const scene = svg("g", { class: `scene ${data.level}`, role: "listbox", "aria-label": sceneLabel(data) });
  const lanes = data.scene.lanes.map((lane, index) => drawLane(data, lane, layout, index, least));
  scene.append(drawFlow(layout), ...(layout.frames ?? []).map((box, index) => drawFrame(data, box, index)));
  const arches = svg("g", { class: "arches" });
  scene.append(arches, ...lanes);
  const holders = new Map(data.scene.lanes.map((lane, index) => [lane.stage, lanes[index]]));
  data.scene.tiles.forEach((tile, index) =>
    holders.get(tile.stage).append(drawTile(data, tile, layout.tiles[index], index)),
  );
  data.scene.shortcuts.forEach((line, index) =>
    arches.append(drawArch(data, line, layout.shortcuts[index], data.level)),
  );
  scene.append(svg("g", { class: "adds", "aria-hidden": "true" }, layout.adds.map(drawAdd(layout))));
  return scene;
}

function sceneLabel(data) {
  return `${data.title}: ${data.level} in the order of the data flow`;
}

function drawFlow(layout) {
  const lines = layout.flow.map((line) => svg("path", { class: `flow ${line.kind}`, d: line.d }));
  return svg("g", { class: "flows", "aria-hidden": "true" }, lines);
}

function drawLane(data, lane, layout, index, least) {
  const [x, y, , height] = layout.lanes[index];
  const beside = layout.label > 0;
  const size = Math.max(beside ? clamp(height * 0.4, 9, 17) : 16, least);
  const top = beside ? y + Math.min(height * 0.5, 34) : y + 17;
  const name = svg("text", { class: "lane-name", x: x + 12, y: top, "font-size": size }, lane.stage);
  const form = svg(
    "text",
    {
      class: "lane-shape",
      x: beside ? x + 12 : x + Math.max(84, 14 + 4.3 * size),
      y: beside ? top + size * 1.05 : top,
      "font-size": Math.max(beside ? clamp(size * 0.82, 8, 14) : 14, least),
    },
    lane.shape,
  );
  const bar = svg("rect", {
    class: "lane-bar",
    x,
    y: beside ? top - size : y + 4,
    width: 4,
    rx: 2,
    height: beside ? size * 2.2 : 16,
    fill: data.palette.stages[lane.stage],
  });
  const label = svg("g", { class: "lane-label", "data-module": lane.module, "aria-hidden": "true" }, bar, name, least && beside && height < 2.3 * least ? null : form);
  if (beside && layout.label > 140 && !least) label.append(drawVolume(data, lane, layout.label - 24, top));
  return svg(
    "g",
    { class: "lane", role: "group", "aria-label": [lane.stage, lane.shape, lane.shortcuts].filter(Boolean).join(", ") },
    label,
  );
}

// The feature map seen from the side: as tall as its height, as wide as its channels (both on a gentle scale).
function drawVolume(data, lane, right, middle) {
  const most = data.scene.lanes[0].size[0];
  const tall = 3 + 25 * Math.sqrt(lane.size[0] / Math.max(most, 1));
  const wide = clamp(2 + 2 * Math.log2(Math.max(lane.channels, 2) / 16 + 1), 2, 18);
  return svg("rect", {
    class: "lane-volume",
    x: right - 8 - wide / 2,
    y: middle - tall / 2,
    width: wide,
    height: tall,
    fill: data.palette.stages[lane.stage],
  });
}

function drawFrame(data, [x, y, w, h], index) {
  const frame = data.scene.frames[index];
  return svg("rect", { class: "frame", x, y, width: w, height: h, rx: 4, stroke: data.palette.stages[frame.stage] });
}

function drawTile(data, tile, [x, y, w, h], index) {
  const round = tile.adds ? w / 2 : Math.min(5, w * 0.12, h * 0.2);
  const box = { x, y, width: w, height: h, rx: round };
  const group = svg("g", {
    class: `tile${tile.kind ? ` kind-${tile.kind}` : ""}`,
    role: "option",
    id: `tile-${index}`,
    "data-index": index,
    "data-id": tile.id,
    tabindex: "-1",
    "aria-selected": "false",
  });
  if (tile.count > 1 && tile.block && data.level !== "stages") {
    for (const shift of [6, 3]) group.append(svg("rect", { ...box, class: "card", x: x + shift, y: y + shift }));
  }
  group.append(
    svg("rect", { ...box, class: "face" }),
    svg("rect", { class: "ring", x: x - 3, y: y - 3, width: w + 6, height: h + 6, rx: round + 3 }),
  );
  if (tile.adds) group.append(plus(x + w / 2, y + h / 2, w / 2));
  return group;
}

const plus = (x, y, r) =>
  svg("path", { class: "plus", d: `M${x - r * 0.55} ${y}h${r * 1.1}M${x} ${y - r * 0.55}v${r * 1.1}` });

function drawArch(data, line, [d, x, y, width], level) {
  const stroke = clamp(width / 22, 0.9, BROADEST);
  const group = svg(
    "g",
    { class: "bypass", "data-id": line.id, "data-kind": line.kind },
    svg("path", { class: "hit", d, "aria-hidden": "true" }),
    svg("path", {
      class: "shortcut",
      d,
      "data-kind": line.kind,
      "data-count": line.count,
      "stroke-width": stroke,
      "stroke-dasharray": dashOf(line.kind, stroke),
      "stroke-linecap": SHORTCUTS[line.kind].cap,
    }),
  );
  const mark = markOf(line, width, level);
  if (mark) group.append(...drawMark(mark, x, y, width));
  return group;
}

// What stands on top of an arch: how many it stands for, zeros for zero-padding, the 1×1 where there is room.
function markOf(line, width, level) {
  if (line.count > 1) return `${line.count}`;
  const { mark } = SHORTCUTS[line.kind];
  return mark.length === 1 || (width >= 120 && level === "blocks") ? mark : "";
}

function drawMark(text, x, y, width) {
  const size = clamp(width * 0.17, 3, 13);
  const wide = Math.max(size * 1.4, size * 0.62 * text.length + size), high = size * 1.25;
  const middle = y + size * 0.3; // it hangs on the line: above it a stage's name may stand
  return [
    svg("rect", { class: "mark", x: x - wide / 2, y: middle - high / 2, width: wide, height: high, rx: high / 2 }),
    svg("text", { class: "mark-text", x, y: middle + size * 0.36, "font-size": size }, text),
  ];
}

function drawAdd(layout) {
  const sizes = layout.tiles.map(([, , w]) => w);
  const radius = clamp(Math.min(...sizes) * 0.13, 1.6, 7);
  return ([x, y]) => svg("g", { class: "add" }, svg("circle", { cx: x, cy: y, r: radius }), plus(x, y, radius));
}
