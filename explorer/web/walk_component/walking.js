// The walk on the map of the home page: it takes the panel's place, and gives it back.

import { calm, html } from "../js/dom.js";
import { clamp } from "../js/numbers.js";
import { drawCells } from "./pictures.js";
import { Player } from "./player.js";
import { endOf } from "./timeline.js";
import { Walk } from "./walk.js";

export class Walking {
  // map: the NetMap. data: what Python made.
  constructor(map, data) {
    this.map = map;
    this.walk = new Walk(data, map);
    const close = () => map.stopWalk();
    this.player = new Player({
      timeline: this.walk.timeline,
      titles: this.walk.titles,
      track: this.walk.track(),
      draw: (frame) => this.draw(frame),
      close,
    });
    this.player.listen(map.root, close);
    map.root.classList.add("has-walk");
    this.dock = html("div", { class: "walk-dock" }, this.walk.beside.root, this.player.bar);
    map.body.append(this.dock);
    map.viewport.changed = () => this.player.again();
    map.fillScreen();
    this.sizes = new ResizeObserver(() => this.replaced());
    this.begin();
  }

  async begin() {
    await this.walk.ready();
    if (!this.map.root.isConnected || this.gone) return;
    this.reserve();
    this.player.again();
    this.sizes.observe(this.map.canvas);
    this.player.play.focus({ preventScroll: true });
    if (calm()) this.player.seek(endOf(this.player.timeline, 0));
    else this.player.toggle();
  }

  draw(frame) {
    this.walk.draw(frame);
    const { index } = frame.segment;
    if (index !== this.index) this.reveal(frame.segment.step);
    this.index = index;
    this.walk.beside.words.setAttribute("aria-live", this.player?.playing ? "off" : "polite");
  }

  // On a phone the map is longer than the window: the tile of the step stands in sight.
  reveal(step) {
    const { map } = this;
    if (map.layoutUsed !== "narrow") return;
    const { steps } = this.walk.data; // the picture's own stands beside the first, the answer's beside the last
    const tile = map.tileElements[map.net.tile(steps[clamp(step, 0, steps.length - 1)]?.tile ?? "")];
    if (tile) map.uncover(tile, this.dock);
  }

  async replaced() {
    await this.walk.replaced();
    this.reserve();
    this.player.again();
  }

  // On a phone it is a sheet over the map: its upper edge stays where it is.
  reserve() {
    const { beside } = this.walk;
    if (this.map.layoutUsed === "narrow") beside.reserve();
    else beside.words.style.minHeight = "";
  }

  // A tile of the map or a shortcut that was clicked: its step, all of it. Whether there is one.
  show(id) {
    const at = this.walk.stepOf(id);
    if (at < 0) return false;
    this.player.pause();
    this.player.seek(endOf(this.player.timeline, at + 1));
    return true;
  }

  tip = (id) => tipOf(this.walk, id);

  remove() {
    this.gone = true;
    this.player.pause();
    this.player.forget();
    this.sizes.disconnect();
    this.walk.remove();
    this.dock.remove();
    this.map.viewport.changed = null;
    this.map.root.classList.remove("has-walk", "walking");
    this.map.fillScreen();
  }
}

// The feature maps of a tile, large; null where there are none.
export function tipOf({ data, sheets }, id) {
  const step = data.steps.find((one) => one.tile === id);
  if (!step || !sheets) return null;
  const side = 84,
    gap = 4,
    count = step.maps.length;
  const canvas = html("canvas", { class: "tip-maps", width: count * (side + gap) - gap, height: side });
  drawCells(canvas.getContext("2d"), step.relu ? sheets.relu : sheets.sum, step.maps, { x: 0, y: 0, side, columns: count, gap });
  return canvas;
}
