// One walk: its pictures, what stands beside the map, what moves over it.

import { RAMPS } from "../js/given.js";
import { Beside } from "./beside.js";
import { OnMap } from "./onmap.js";
import { pictures } from "./pictures.js";
import { timelineOf } from "./timeline.js";

export class Walk {
  // data: what Python made. map: as OnMap takes it, with `root`, whose theme is followed.
  constructor(data, map, kept) {
    this.data = data;
    this.map = map;
    this.timeline = timelineOf(data.steps);
    this.beside = new Beside(data, kept);
    this.titles = [data.enter.title, ...data.steps.map((step) => step.title), data.leave.title ?? "The end"];
  }

  // Resolves once there is something to draw from.
  async ready() {
    this.onMap = new OnMap(this.map, this.data);
    await this.dress();
  }

  // The theme's colours. Canvases know nothing of stylesheets.
  async dress() {
    const style = getComputedStyle(this.map.root);
    this.ground = style.backgroundColor;
    const parts = this.ground.match(/[\d.]+/g)?.map(Number) ?? [255];
    const dark = Math.max(...parts.slice(0, 3)) < 128;
    const ramp = RAMPS[dark ? "dark" : "light"];
    this.sheets = await pictures(this.data, ramp);
    const { style: own } = this.map.root;
    own.setProperty("--walk-ramp", [...ramp.low.slice().reverse(), ramp.paper, ...ramp.high].join(", "));
    own.setProperty("--walk-high", ramp.high[dark ? 1 : 2]);
    own.setProperty("--walk-sees", ramp.sees);
    this.beside.taken(this.sheets);
    const stages = this.map.data.palette.stages;
    const stageOf = new Map(this.map.data.scene.tiles.map((tile) => [tile.id, tile.stage]));
    this.onMap.colours = {
      ink: style.color,
      shortcut: this.map.data.palette.shortcut,
      sees: ramp.sees,
      stage: (tile) => stages[stageOf.get(tile)],
    };
  }

  // The place of the step that belongs to a tile, or to the shortcut over it; −1 where there is none.
  stepOf(id) {
    const over = this.map.data.scene.shortcuts.find((line) => line.id === id)?.tile ?? id;
    return this.data.steps.findIndex((step) => step.tile === over);
  }

  draw(frame) {
    if (!this.sheets) return;
    this.beside.draw(frame);
    this.onMap.draw(frame, this.sheets, this.beside.seen);
  }

  // The drawing has another size or theme: so has what lies over it.
  async replaced() {
    if (!this.sheets) return;
    if (getComputedStyle(this.map.root).backgroundColor !== this.ground) await this.dress();
    this.onMap.place();
  }

  // Of the scrub's track: the stages' colours, as a gradient in the order of the data.
  track() {
    const { segments, total } = this.timeline;
    const stages = new Map(this.map.data.scene.tiles.map((tile) => [tile.id, this.map.data.palette.stages[tile.stage]]));
    const line = "color-mix(in srgb, currentColor 30%, transparent)";
    const parts = segments.map(({ start, length, step }) => {
      const colour = stages.get(this.data.steps[step]?.tile) ?? line;
      return `${colour} ${((100 * start) / total).toFixed(2)}% ${((100 * (start + length)) / total).toFixed(2)}%`;
    });
    return `linear-gradient(to right, ${parts.join(", ")})`;
  }

  remove() {
    this.onMap?.remove();
    this.beside.root.remove();
  }
}
