// The map itself: holds what is chosen, draws, listens, and reports to Python what the URL should say.

const LAYOUT_FROM = [["wide", 820], ["medium", 520], ["narrow", 0]]; // least width of the canvas in pixels
const REPORT_AFTER = 120; // ms without a further change
const lastViews = new Map(); // key of the component → {seq, view}: survives a change of page

class NetMap {
  constructor(host, key) {
    Object.assign(this, { key, view: {}, data: null, net: null, seq: null, tileElements: [] });
    this.build(host);
    new ResizeObserver(() => this.data && this.layoutName() !== this.layoutUsed && this.draw()).observe(this.canvas);
  }

  build(host) {
    this.drawing = svg("g", { class: "view" });
    this.svg = svg("svg", { class: "drawing", preserveAspectRatio: "xMidYMin meet" }, arrowMarkers(), this.drawing);
    this.tip = html("div", { class: "tip", "aria-hidden": "true", hidden: true });
    this.canvas = html("div", { class: "canvas" }, this.svg, this.tip);
    this.panel = html("aside", { class: "panel", "aria-label": "What is selected", "aria-live": "polite", tabindex: "0" });
    this.legend = html("div", { class: "legend" });
    this.table = html("div", { class: "table", tabindex: "0", role: "region", "aria-label": "The map as a table" });
    this.headingProbe = html("h3", { hidden: true });
    this.toolbar = buildToolbar(this);
    this.root = html("div", { class: "map-root" }, this.headingProbe, this.toolbar.bar,
      html("div", { class: "body" }, html("div", { class: "picture" }, this.canvas, this.legend), this.panel), this.table);
    host.replaceChildren(this.root);
    this.viewport = new Viewport(this.canvas, this.svg, this.drawing);
    listen(this);
  }

  // Called after each run of the page, mostly with the data it already has.
  update(data, setStateValue) {
    this.setStateValue = setStateValue;
    const outside = data.seq !== this.seq;
    if (outside) this.takeView(data);
    if (data === this.data && !outside) return;
    if (this.data && !outside && data.stamp === this.data.stamp) { this.data = data; return; }
    const before = this.data && this.data.slug === data.slug ? rememberTiles(this) : new Map();
    if (this.data?.stamp !== data.stamp) this.net = null;
    this.data = data;
    this.net ??= new Net(data);
    this.draw(before);
  }

  takeView(data) {
    const last = lastViews.get(this.key);
    this.view = last?.seq === data.seq ? { ...last.view } : { ...data.view };
    this.seq = data.seq;
  }

  layoutName() {
    const width = this.canvas.clientWidth;
    return LAYOUT_FROM.find(([, least]) => width >= least)[0];
  }

  draw(before = new Map()) {
    const { data, view } = this;
    const found = data.figure === "map" ? this.net.describe(view.node) : {};
    this.openBlock = view.open && found.kind ? found.block : "";
    this.layoutUsed = this.layoutName();
    this.layout = data.scene?.layouts[this.layoutUsed];
    const [scene, width, height] = this.picture(found.kind);
    const from = before.get?.(this.openBlock);
    this.scene = scene;
    this.drawing.replaceChildren(scene);
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.tileElements = [...scene.querySelectorAll(".tile")];
    this.root.dataset.layout = this.layoutUsed;
    this.root.classList.toggle("opened-block", Boolean(this.openBlock));
    this.svg.style.setProperty("--ratio", `${width} / ${height}`);
    this.viewport.reset();
    if (this.isOverview()) paintTiles(this);
    if (this.openBlock) growFrom(scene, from, { width, height }); else grow(this, before);
    this.refresh();
    clearTimeout(this.tableLater);
    this.tableLater = setTimeout(() => this.fillTable(), 60); // the picture first
  }

  picture(kind) {
    const { data } = this;
    if (data.figure === "fig3") return [drawFigure3(data), data.w, data.h];
    if (this.openBlock) return [drawOpened(data, kind, this.openBlock), kind.opened.w, kind.opened.h];
    return [drawScene(data, this.layoutUsed), this.layout.w, this.layout.h];
  }

  isOverview() { return this.data.figure === "map" && !this.openBlock; }

  fillTable() {
    this.table.replaceChildren(buildTable(this));
    this.markSelected();
  }

  refresh() {
    updateToolbar(this);
    this.legend.replaceChildren(...legendItems(this));
    this.panel.replaceChildren(...panelContent(this, this.view.node).filter(Boolean));
    this.panel.scrollTop = 0;
    this.root.classList.toggle("has-selection", Boolean(this.view.node));
    this.markSelected();
  }

  tileOf(id) {
    if (!this.openBlock) return this.net.tile(id);
    return this.tileElements.findIndex((group) => group.dataset.id === id);
  }

  markSelected() {
    const { node } = this.view, at = this.tileOf(node);
    this.tileElements.forEach((group, index) => {
      group.setAttribute("aria-selected", String(index === at));
      group.setAttribute("tabindex", index === Math.max(at, 0) ? "0" : "-1");
    });
    const bypass = node.endsWith(".downsample") ? node : "";
    this.scene.querySelectorAll(".bypass").forEach((line) => line.classList.toggle("selected", line.dataset.id === bypass));
    const id = this.data.figure === "map" && at >= 0 && !this.openBlock ? this.net.tiles[at].id : this.openBlock || node;
    this.table.querySelectorAll("tr[data-id]").forEach((row) => {
      const is = row.dataset.id === id;
      row.classList.toggle("selected", is);
      if (is) { row.setAttribute("aria-current", "true"); } else row.removeAttribute("aria-current");
    });
  }

  select(id, focus = false) {
    const redraw = this.openBlock && blockOf(id) !== this.openBlock;
    this.change({ node: id, open: this.view.open && !redraw }, redraw);
    const at = this.tileOf(id);
    if (at < 0) return;
    this.viewport.show(boxOf(this.tileElements[at]));
    if (focus) this.tileElements[at].focus({ preventScroll: this.layoutUsed !== "narrow" });
  }

  change(fields, redraw = false) {
    const before = redraw ? rememberTiles(this) : null;
    Object.assign(this.view, fields);
    lastViews.set(this.key, { seq: this.seq, view: { ...this.view } });
    if (redraw) this.draw(before); else this.refresh();
    clearTimeout(this.reportLater);
    this.reportLater = setTimeout(() => this.setStateValue("view", { ...this.view, seq: this.seq }), REPORT_AFTER);
  }

  // Enter: a stage opens into its blocks, a run unfolds, a block opens into its layers.
  enter(id) {
    const found = this.net.describe(id), tile = this.net.tiles[this.net.tile(id)];
    if (found.type === "stage" && found.stage.blocks) return this.setLevel("blocks", `${id}.0`);
    if (found.type === "block" && tile?.count > 1 && tile.id === id && this.isOverview() && tile.block) return this.unfold(id);
    if (found.kind && !this.openBlock) {
      this.change({ node: found.type === "layer" ? id : found.block, open: true }, true);
      this.focusFirst();
    }
    return undefined;
  }

  focusFirst() { this.tileElements[Math.max(this.tileOf(this.view.node), 0)]?.focus({ preventScroll: true }); }

  close() {
    if (this.openBlock) {
      this.change({ open: false, node: this.openBlock }, true);
      this.focusFirst();
    } else if (this.viewport.scale > 1.001) this.viewport.reset();
    else this.change({ node: "" });
  }

  find(path) {
    const found = this.net.describe(path);
    const inside = found.type === "layer" && found.block && this.data.level !== "layers";
    if (inside) this.change({ node: path, open: true }, true); else this.select(path);
    this.focusFirst();
  }

  setLevel(level, node = null) {
    const figure = level === "fig3" ? "fig3" : "map";
    const keep = figure === this.view.figure ? this.view.node : "";
    this.change({ level: figure === "fig3" ? this.view.level : level, figure, open: false, node: node ?? keep }, this.openBlock !== "");
    if (this.openBlock === "") updateToolbar(this);
  }

  setColor(color) {
    this.change({ color });
    if (this.isOverview()) paintTiles(this);
  }

  toggleFold() {
    const folded = this.data.folded && !this.view.unfold.length;
    this.change({ fold: folded ? "off" : "on", unfold: [] });
  }

  unfold(id) { this.change({ unfold: [...this.view.unfold, id], node: id }); }

  titleNow() {
    const figure = this.data.figure === "fig3" ? "" : this.openBlock ? ` · ${this.openBlock}` : "";
    return `${this.data.title}${figure}`;
  }

  save(format) { return saveAs(this, format); }

  toggleFullScreen() {
    const root = this.root.getRootNode();
    if (root.fullscreenElement ?? document.fullscreenElement) document.exitFullscreen();
    else this.root.requestFullscreen?.();
  }
}

const maps = new WeakMap();

export default function ({ parentElement, data, key, setStateValue }) {
  const place = parentElement.querySelector(".map-place");
  if (!maps.has(place)) maps.set(place, new NetMap(place, data.key ?? key));
  maps.get(place).update(data, setStateValue);
}
