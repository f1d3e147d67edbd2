// What moves over the map's drawing: the maps on the tiles, x and F(x) on their ways, and where they meet.

import { svg } from "../js/dom.js";
import { LEAST } from "../map_component/hall.js";
import { Ends } from "./ends.js";
import { drawCells } from "./pictures.js";
import { between, fitting } from "./timeline.js";

const TOKEN = { share: 0.62, least: 13, most: 34 }; // a picture on its way, in parts of its tile's height
const FRAME = 1.6; // around a picture on its way
const RIPPLE = 26; // px: how far the meeting is seen

// Where the data goes: for each tile the way from the tile before to it, as SVG path data. flow: of the layout, in order.
export function ways(flow, count) {
  const through = flow.filter((line) => line.kind === "through");
  const back = flow.filter((line) => line.kind === "back");
  const ends = flow.filter((line) => line.kind === "end");
  const rows = []; // after how many tiles each row ends
  let seen = 0;
  for (const line of flow) {
    if (line.kind === "through") seen += 1;
    else if (line.kind === "back") rows.push(seen / 2);
  }
  return Array.from({ length: count + 1 }, (_, at) => {
    if (at === 0) return [ends[0], through[0]].map((line) => line.d);
    const out = through[2 * at - 1].d;
    if (at === count) return [out, ends.at(-1).d];
    const row = rows.indexOf(at);
    return [out, ...(row < 0 ? [] : [back[row].d]), through[2 * at].d];
  });
}

// Where the middle of what reaches `half` to either side stands, so that none of it is cut off.
export const inside = (x, half, wide) => Math.min(Math.max(x, half), wide - half);

// SVG path data in a row → points along all of it.
class Way {
  constructor(parts) {
    this.parts = parts.map((d) => svg("path", { d }));
    this.lengths = this.parts.map((path) => path.getTotalLength());
    this.length = this.lengths.reduce((sum, one) => sum + one, 0);
  }

  at(u) {
    let left = u * this.length;
    for (const [index, length] of this.lengths.entries()) {
      if (left <= length || index === this.lengths.length - 1) return this.parts[index].getPointAtLength(Math.min(left, length));
      left -= length;
    }
    return { x: 0, y: 0 };
  }
}

export class OnMap {
  // map: {canvas, data, layout, tileElements, viewport, scene, least}. walk: what Python made.
  constructor(map, walk) {
    this.map = map;
    this.walk = walk;
    this.steps = walk.steps;
    this.colours = { ink: "", shortcut: "", sees: "", stage: (tile) => tile }; // the theme's, once it is known
    this.canvas = Object.assign(document.createElement("canvas"), { className: "walk-layer", ariaHidden: "true" });
    map.canvas.append(this.canvas);
    this.context = this.canvas.getContext("2d");
    this.place();
  }

  // After a new drawing or a new size.
  place() {
    const { map } = this;
    const tiles = map.data.scene.tiles;
    this.boxes = map.layout.tiles;
    const routes = ways(map.layout.flow, tiles.length).map((parts) => new Way(parts));
    this.routes = routes;
    const at = new Map(tiles.map((tile, index) => [tile.id, index]));
    this.tileAt = this.steps.map((step) => at.get(step.tile));
    this.arches = new Map(
      map.data.scene.shortcuts.map((line, index) => [line.tile, { way: new Way([map.layout.shortcuts[index][0]]), index }]),
    );
    this.names = [...map.scene.querySelectorAll(".lane-name, .lane-shape")].map((one) => one.getBBox());
    this.marked = -2;
    this.ends?.group.remove();
    this.size();
    this.ends = map.layout.held ? new Ends(this.walk, map.layout.held, Math.max(map.least, this.scale && LEAST / this.scale)) : null;
    if (this.ends) map.drawing.append(this.ends.group); // beside the list of tiles: it is none of them
  }

  size() {
    const { clientWidth: width, clientHeight: height } = this.map.canvas;
    this.dense = Math.min(window.devicePixelRatio || 1, 2);
    this.canvas.width = Math.round(width * this.dense);
    this.canvas.height = Math.round(height * this.dense);
    this.scale = Math.min(width / this.map.layout.w, height / this.map.layout.h);
  }

  remove() {
    this.canvas.remove();
    this.ends?.group.remove();
    this.mark(-2);
    this.map.root.classList.remove("walking");
  }

  // Classes on the drawing, only where they change: which tiles have been reached, which is the one.
  mark(now) {
    if (now === this.marked) return;
    this.marked = now;
    this.map.root.classList.toggle("walking", now > -2);
    const reached = now < 0 ? now : this.tileAt[Math.min(now, this.steps.length - 1)];
    this.map.tileElements.forEach((group, index) => {
      group.classList.toggle("reached", now > -2 && index <= reached);
      group.classList.toggle("now", now >= 0 && now < this.steps.length && index === reached);
    });
    const id = this.steps[now]?.tile;
    this.map.scene.querySelectorAll(".bypass").forEach((line, index) => {
      line.classList.toggle("lit", this.arches.get(id)?.index === index);
    });
  }

  // sees: the part of the picture that one unit sees, as `Beside` has it.
  draw({ segment, moves }, sheets, sees) {
    const { context } = this;
    const view = this.map.viewport?.view ?? { scale: 1, x: 0, y: 0 };
    const scale = this.scale * this.dense;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.setTransform(scale * view.scale, 0, 0, scale * view.scale, scale * view.x, scale * view.y);
    const { step } = segment;
    this.mark(step);
    this.ends?.picture(context, sheets.picture, sees, this.colours.sees);
    this.ends?.grow(segment.kind === "leave" ? moves.fill : 0);
    for (let at = 0; at < Math.min(step, this.steps.length); at += 1) this.tile(at, 1, sheets);
    if (segment.kind === "enter") this.enter(moves, sheets);
    else if (segment.kind === "layer") this.layer(step, moves, sheets);
    else if (segment.kind === "block") this.block(step, moves, sheets);
    else this.leave(moves, sheets);
  }

  box(at) {
    return this.boxes[this.tileAt[at]];
  }

  tile(at, shown, sheets) {
    if (shown <= 0) return;
    const step = this.steps[at],
      [x, y, w, h] = this.box(at);
    const [, , wide, high] = step.maps[0];
    const { across, side } = wide > high && step.maps.length === 1 ? { across: 1, side: w - 8 } : fitting(w, h, step.maps.length);
    const gap = (w - across * side) / (across + 1);
    const { context } = this;
    context.save();
    context.globalAlpha = shown;
    const grown = between(0.86, 1, shown);
    context.translate(x + w / 2, y + h / 2);
    context.scale(grown, grown);
    drawCells(context, step.relu ? sheets.relu : sheets.sum, step.maps.slice(0, across), {
      x: -w / 2 + gap,
      y: -side / 2,
      side,
      columns: across,
      gap,
    });
    context.restore();
  }

  // A picture on its way, in a frame. what: {sheet, cell} or {picture}.
  token({ x, y }, at, what, colour, shown = 1, grown = 1) {
    const h = this.boxes[Math.max(at, 0)][3];
    const side = Math.min(Math.max(h * TOKEN.share, TOKEN.least), TOKEN.most) * grown;
    x = inside(x, side / 2 + FRAME, this.map.layout.w); // a row begins at the drawing's very edge on a phone
    const { context } = this;
    context.save();
    this.behindNames();
    context.globalAlpha = shown;
    context.fillStyle = colour;
    context.beginPath();
    context.roundRect(x - side / 2 - FRAME, y - side / 2 - FRAME, side + 2 * FRAME, side + 2 * FRAME, 3);
    context.fill();
    if (what.picture) {
      context.imageSmoothingEnabled = true;
      const short = Math.min(what.picture.width, what.picture.height);
      context.drawImage(what.picture, 0, 0, short, short, x - side / 2, y - side / 2, side, side);
    } else drawCells(context, what.sheet, [what.cell], { x: x - side / 2, y: y - side / 2, side, columns: 1, gap: 0 });
    context.restore();
  }

  // A stage's name can be read while a picture goes by: that goes behind it.
  behindNames() {
    const { w, h } = this.map.layout, around = new Path2D();
    around.rect(-w, -h, 3 * w, 3 * h);
    for (const { x, y, width, height } of this.names) around.rect(x - 1, y, width + 2, height);
    this.context.clip(around, "evenodd");
  }

  // What the tile before sends on; before the first one, the picture.
  sent(step, sheets) {
    const before = this.steps[step - 1];
    return before
      ? { sheet: before.relu ? sheets.relu : sheets.sum, cell: before.maps[0] }
      : { picture: sheets.picture };
  }

  enter(moves, sheets) {
    const way = this.routes[0];
    this.token(way.at(moves.in * 0.5), 0, { picture: sheets.picture }, this.colours.ink, moves.fill, between(0.7, 1.15, moves.fill));
  }

  // Along the flow into the tile, until it is taken in. The first way is half gone by then.
  arrive(step, moves, sheets, last = 1) {
    const tile = this.tileAt[step];
    const u = step === 0 ? between(0.5, 1, moves.in) : moves.in;
    const from = this.routes[tile].at(u);
    const [x, , , ] = this.box(step);
    this.token({ x: Math.min(from.x, x + 40), y: from.y }, tile, this.sent(step, sheets), this.colours.ink, last);
  }

  layer(step, moves, sheets) {
    this.tile(step, moves.fill, sheets);
    if (moves.fill < 1) this.arrive(step, moves, sheets, 1 - moves.fill);
  }

  block(step, moves, sheets) {
    const { x, f, maps } = this.steps[step];
    const tile = this.tileAt[step],
      box = this.box(step);
    if (!x.length) {
      this.tile(step, Math.max(moves.split * 0.35, moves.fill), sheets);
      if (moves.split < 1) this.arrive(step, moves, sheets, 1 - moves.split);
      return;
    }
    const arch = this.arches.get(this.steps[step].tile)?.way;
    this.tile(step, moves.fill, sheets);
    if (moves.split === 0) this.arrive(step, moves, sheets);
    if (!arch || moves.split === 0) return;
    const end = arch.at(1);
    const middle = { x: box[0] + box[2] / 2, y: box[1] + box[3] / 2 };
    const gone = 1 - moves.fill;
    const overArch = between(0, 0.9, moves.split) + 0.1 * moves.meet;
    const made = { x: between(middle.x, end.x, moves.meet), y: between(middle.y, end.y, moves.meet) };
    this.token(made, tile, { sheet: sheets.sum, cell: f[0] }, this.colours.stage(this.steps[step].tile), Math.min(moves.split * 1.6, 1) * gone, between(0.55, 1, moves.split));
    this.token(arch.at(overArch), tile, { sheet: sheets.sum, cell: x[0] }, this.colours.shortcut, gone);
    if (moves.meet > 0.7 && gone > 0) this.ripple(end, (moves.meet - 0.7) / 0.3, gone);
    if (moves.meet >= 1 && gone > 0) this.token(end, tile, { sheet: sheets.relu, cell: maps[0] }, this.colours.shortcut, gone, 1.12);
  }

  ripple({ x, y }, u, shown) {
    const { context } = this;
    context.save();
    context.globalAlpha = shown * (1 - u * 0.75);
    context.strokeStyle = this.colours.shortcut;
    context.lineWidth = between(4, 1, u);
    context.beginPath();
    context.arc(x, y, between(8, RIPPLE, u), 0, 7);
    context.stroke();
    context.restore();
  }

  leave(moves, sheets) {
    const count = this.steps.length;
    if (moves.in < 1) this.token(this.routes.at(-1).at(moves.in), this.boxes.length - 1, this.sent(count, sheets), this.colours.ink, 1 - moves.fill);
  }
}
