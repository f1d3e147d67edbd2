// What a visitor can do to the map; each ends in `change`, which draws and reports.

import { blockOf } from "./net.js";
import { legible } from "./hall.js";
import { paintTiles } from "./paint.js";
import { updateToolbar } from "./toolbar.js";
import { boxOf, rememberTiles } from "./transitions.js";

const REPORT_AFTER = 120; // ms without a further change: arrow keys held down report once
export const lastViews = new Map(); // key of the component → {seq, view}: survives a change of page
const NEEDS_DATA = ["level", "fold", "unfold", "figure", "walk"]; // what Python must answer with another drawing

export const CHOICES = {
  select(id, focus = false) {
    const redraw = this.openBlock && blockOf(id) !== this.openBlock;
    this.change({ node: id, open: this.view.open && !redraw }, redraw);
    const at = this.tileOf(id);
    if (at < 0) return;
    if (this.layoutUsed === "narrow") this.uncover(this.tileElements[at]);
    this.viewport.show(boxOf(this.tileElements[at]));
    if (focus) this.tileElements[at].focus({ preventScroll: this.layoutUsed !== "narrow" });
  },

  change(fields, redraw = false) {
    const before = redraw ? rememberTiles(this) : null;
    Object.assign(this.view, fields);
    lastViews.set(this.key, { seq: this.seq, view: { ...this.view } });
    if (redraw) this.draw(before);
    else this.refresh();
    clearTimeout(this.reportLater);
    const report = () => this.setStateValue("view", { ...this.view, seq: this.seq });
    if (NEEDS_DATA.some((name) => name in fields)) report();
    else this.reportLater = setTimeout(report, REPORT_AFTER);
  },

  // Enter: a stage opens into its blocks, a run unfolds, a block opens into its layers.
  enter(id) {
    const found = this.net.describe(id),
      tile = this.net.tiles[this.net.tile(id)];
    if (found.type === "stage" && found.stage.blocks) return this.setLevel("blocks", `${id}.0`);
    if (found.type === "block" && tile?.count > 1 && tile.id === id && this.isOverview() && tile.block)
      return this.unfold(id);
    return found.kind && !this.openBlock ? this.open(found.type === "layer" ? id : found.block) : undefined;
  },

  open(id) {
    this.change({ node: id, open: true }, true);
    this.focusFirst();
  },

  close() {
    if (this.openBlock) {
      this.change({ open: false, node: this.openBlock }, true);
      this.focusFirst();
    } else if (this.viewport.isZoomed) this.viewport.reset();
    else this.change({ node: "" });
  },

  // The field that it was looked for in keeps the keys: Enter goes on to the next.
  find(path) {
    const found = this.net.describe(path);
    const inside = found.type === "layer" && found.block && this.data.level !== "layers";
    if (inside) this.change({ node: path, open: true }, true);
    else this.select(path);
  },

  setLevel(level, node = null) {
    const figure = level === "fig3" ? "fig3" : "map";
    const keep = figure === this.view.figure ? this.view.node : "";
    this.change(
      { level: figure === "fig3" ? this.view.level : level, figure, open: false, node: node ?? keep },
      this.openBlock !== "",
    );
    if (this.openBlock === "") updateToolbar(this);
  },

  setColor(color) {
    this.change({ color });
    if (!this.isOverview()) return;
    paintTiles(this);
    legible(this);
  },

  toggleFold() {
    const folded = this.data.folded && !this.view.unfold.length;
    this.change({ fold: folded ? "off" : "on", unfold: [] });
  },

  // A picture walks through the net: Python makes its pictures, `takeWalk` plays them.
  startWalk() {
    if (this.walking) return;
    const blocks = { level: "blocks", fold: "auto", unfold: [], figure: "map", open: false, node: "" };
    this.change({ ...blocks, walk: "net" }, this.openBlock !== "");
  },

  stopWalk() {
    this.walking?.remove();
    this.walking = null;
    this.makeRoom(false);
    this.change({ walk: "" });
    this.toolbar.play.focus({ preventScroll: true });
  },

  unfold(id) {
    this.change({ unfold: [...this.view.unfold, id], node: id });
  },
};
