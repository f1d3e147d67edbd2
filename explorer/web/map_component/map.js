// The map itself: holds what is chosen, draws, listens, and reports to Python what the URL should say.

import { calm, html, svg } from "../js/dom.js";
import { explain } from "../js/glossary.js";
import { once } from "../js/place.js";
import { CHOICES, lastViews } from "./choices.js";
import { saveAs } from "./export.js";
import { arrowMarkers, drawFigure3, narrowed, drawOpened } from "./figures.js";
import { layoutFor } from "./geometry.js";
import { hallLine, isInHall, leastIn, leftIn, legible } from "./hall.js";
import { listen } from "./input.js";
import { Net } from "./net.js";
import { legendItems, paintTiles } from "./paint.js";
import { panelContent } from "./panel.js";
import { proofCard } from "./proof.js";
import { drawScene } from "./scene.js";
import { buildTable } from "./table.js";
import { buildToolbar, updateToolbar } from "./toolbar.js";
import { grow, growFrom, rememberTiles } from "./transitions.js";
import { Viewport, fillScreen } from "./viewport.js";
import { entered } from "../walk_component/ends.js";
import { Walking } from "../walk_component/walking.js";

class NetMap {
  constructor(host, key) {
    this.key = key;
    Object.assign(this, { view: {}, data: null, net: null, seq: null, above: null, tileElements: [], lit: null, hall: false, asked: false });
    this.build(host);
    new ResizeObserver(() => this.data && this.outgrown() && this.draw()).observe(this.canvas);
    this.fillScreen = () => {
      if (this.root.isConnected) fillScreen(this.root, this.body);
      else window.removeEventListener("resize", this.fillScreen);
    };
    window.addEventListener("resize", this.fillScreen);
  }

  build(host) {
    this.drawing = svg("g", { class: "view" });
    this.svg = svg("svg", { class: "drawing", preserveAspectRatio: "xMinYMin meet" }, arrowMarkers(), this.drawing);
    this.tip = html("div", { class: "tip", "aria-hidden": "true", hidden: true });
    this.canvas = html("div", { class: "canvas" }, this.svg, this.tip);
    this.panel = html("aside", { class: "panel", "aria-label": "What is selected", tabindex: "0" });
    this.status = html("p", { class: "heard", role: "status" });
    this.legend = html("div", { class: "legend" });
    this.line = html("div", { class: "hall-line" });
    this.table = html("div", { class: "table", tabindex: "0", role: "region", "aria-label": "The map as a table" });
    this.slideTitle = html("h2", { class: "slide-title" });
    this.toolbar = buildToolbar(this);
    this.pictureBox = html("div", { class: "picture" }, this.canvas, this.legend, this.line);
    this.body = html(
      "div",
      { class: "body" },
      this.pictureBox,
      this.panel,
    );
    this.card = proofCard();
    this.root = html(
      "div",
      { class: "map-root" },
      this.status,
      this.slideTitle,
      this.toolbar.bar,
      this.body,
      this.table,
      this.card,
    );
    host.replaceChildren(this.root);
    this.viewport = new Viewport(this.canvas, this.svg, this.drawing);
    this.viewport.scaled = () => this.data && legible(this);
    this.root.addEventListener("peel", () => this.peel());
    listen(this);
  }

  // Called after each run of the page, mostly with the data it already has.
  update(data, setStateValue) {
    this.setStateValue = setStateValue;
    const outside = data.seq !== this.seq || isInHall(this.root) !== this.hall;
    if (outside) this.takeView(data);
    if (data === this.data && !outside) return;
    if (this.data && !outside && data.stamp === this.data.stamp) {
      this.data = data;
      this.takeWalk();
      return;
    }
    const before = this.data && this.data.slug === data.slug ? rememberTiles(this) : new Map();
    if (this.data?.stamp !== data.stamp) this.net = null;
    this.data = data;
    this.net ??= new Net(data);
    this.draw(before);
    this.takeWalk();
  }

  // The walk that Python has made, once its map is drawn; or the end of it.
  takeWalk() {
    const { walk, stamp } = this.data;
    const wanted = this.view.walk === "net" && walk?.steps && this.isOverview() ? `${stamp} ${walk.stamp}` : "";
    if (!wanted && !this.walking && this.view.walk) return this.refresh(); // why there is none may be another reason now
    if (wanted === (this.walking?.of ?? "")) return this.walking?.replaced();
    this.walking?.remove();
    this.walking = null;
    this.makeRoom(Boolean(wanted));
    if (wanted) this.walking = Object.assign(new Walking(this, walk), { of: wanted });
    else this.refresh();
    return undefined;
  }

  makeRoom(walks) {
    if (walks === Boolean(this.walks)) return;
    const before = rememberTiles(this);
    this.walks = walks;
    if (this.isOverview()) this.draw(before);
  }

  takeView(data) {
    const last = lastViews.get(this.key);
    this.view = last?.seq === data.seq ? { ...last.view } : { ...data.view };
    this.seq = data.seq;
  }

  // The first page stands above the map, and its walk may come after it: then the map begins further down than it did.
  standsBelow(first) {
    if (!first || first === this.above) return;
    this.above = first;
    new ResizeObserver(this.fillScreen).observe(first);
  }

  layoutName() {
    const { clientWidth, clientHeight } = this.canvas;
    if (this.data.figure === "fig3") return clientWidth < this.data.w ? "narrow" : "wide";
    return layoutFor(clientWidth, clientHeight, this.data.scene?.layouts);
  }

  draw(before = new Map()) {
    const { data, view } = this;
    const found = data.figure === "map" ? this.net.describe(view.node) : {};
    this.openBlock = view.open && found.kind ? found.block : "";
    this.enterHall();
    this.fillScreen();
    this.standsBelow(document.querySelector(".st-key-first"));
    this.layoutUsed = this.layoutName();
    this.layout = this.drawn.scene?.layouts[this.layoutUsed];
    const [scene, width, height] = this.picture(found.kind);
    const from = before.get?.(this.openBlock),
      hadFocus = this.drawing.contains(this.root.getRootNode().activeElement);
    this.scene = scene;
    this.tip.hidden = true;
    this.drawing.replaceChildren(scene);
    const left = this.openBlock ? leftIn(this) : 0;
    this.svg.setAttribute("viewBox", `${left} 0 ${width - left} ${height}`);
    this.tileElements = [...scene.querySelectorAll(".tile")];
    if (this.walking) setTimeout(() => this.walking?.replaced()); // once it is painted
    this.root.dataset.layout = this.layoutUsed;
    this.root.classList.toggle("opened-block", Boolean(this.openBlock));
    this.root.classList.toggle("figure-mode", data.figure === "fig3"); // its size is another, and the words go by it
    this.svg.style.setProperty("--ratio", `${width - left} / ${height}`);
    this.viewport.reset();
    if (this.isOverview()) paintTiles(this);
    legible(this);
    if (this.layoutUsed === "narrow" && view.node && this.tileOf(view.node) >= 0)
      setTimeout(() => this.uncover(this.tileElements[this.tileOf(view.node)]));
    if (this.openBlock) growFrom(scene, from, { width, height });
    else grow(this, before);
    this.refresh();
    if (hadFocus) this.focusFirst(); // who came by keyboard stays in the picture
    clearTimeout(this.tableLater);
    this.tableLater = setTimeout(() => this.fillTable(), 60); // the picture first
  }

  // Drawn for another size: of another layout, or on a projector, where words are held to a least size on the screen.
  outgrown() {
    const size = `${this.canvas.clientWidth}×${this.canvas.clientHeight}`;
    return this.layoutName() !== this.layoutUsed || (this.hall && size !== this.drawnFor);
  }

  // On a projector; what was asked for there is forgotten with the next scene's picture.
  enterHall() {
    this.hall = isInHall(this.root);
    if (!this.hall || this.askedOf !== this.data.stamp) this.asked = false;
    this.root.classList.toggle("hall", this.hall);
    this.root.classList.toggle("asked", this.asked);
  }

  toggleDetails() {
    this.asked = !this.asked;
    this.askedOf = this.data.stamp;
    this.draw();
  }

  // Escape, from outside: one layer of what was laid over the picture.
  peel() {
    if (this.asked) this.toggleDetails();
    else this.viewport.reset();
  }

  picture(kind) {
    const { data } = this;
    this.drawnFor = `${this.canvas.clientWidth}×${this.canvas.clientHeight}`;
    if (data.figure === "fig3") {
      const figure = this.layoutUsed === "narrow" ? narrowed(data) : data;
      return [drawFigure3(figure), figure.w, figure.h];
    }
    if (this.openBlock) return [drawOpened(data, kind, this.openBlock), kind.opened.w, kind.opened.h];
    this.least = leastIn(this, this.layout.w, this.layout.h);
    return [drawScene(this.drawn, this.layoutUsed, this.least), this.layout.w, this.layout.h];
  }

  // While a picture walks there is room for it, and for the answer.
  get drawn() {
    return this.walks ? entered(this.data) : this.data;
  }

  isOverview() {
    return this.data.figure === "map" && !this.openBlock;
  }

  fillTable() {
    this.table.replaceChildren(buildTable(this));
    this.markSelected();
  }

  refresh() {
    updateToolbar(this);
    this.slideTitle.replaceChildren(this.titleNow(), html("small", {}, this.data.facts));
    this.legend.replaceChildren(...legendItems(this));
    this.panel.replaceChildren(...panelContent(this, this.view.node).filter(Boolean));
    explain(this.panel.querySelectorAll(".reason, .quiet, .pair span, dt, thead th"), this.card);
    this.panel.scrollTop = 0;
    this.status.textContent = ["h3", ".reason"]
      .map((part) => this.panel.querySelector(part)?.textContent ?? "")
      .join(" ");
    this.root.classList.toggle("has-selection", Boolean(this.view.node));
    this.root.classList.toggle("walk-asked", this.view.walk === "net" && !this.walking); // its panel says what is to be done
    this.line.replaceChildren(...(this.hall ? hallLine(this) : []));
    this.markSelected();
  }

  tileOf(id) {
    if (!this.openBlock) return this.net.tile(id);
    return this.tileElements.findIndex((group) => group.dataset.id === id);
  }

  // The tiles that show or hold one of these paths stand out, as long as something is looked for.
  light(paths, finding) {
    this.lit = finding ? paths : null;
    this.markFound();
  }

  markFound() {
    const tiles = new Set(this.lit?.map((path) => this.tileOf(path)));
    this.svg.classList.toggle("finding", this.lit !== null);
    this.tileElements.forEach((group, index) => group.classList.toggle("found", tiles.has(index)));
  }

  markSelected() {
    const { node } = this.view,
      at = this.tileOf(node);
    this.markFound();
    this.tileElements.forEach((group, index) => {
      group.setAttribute("aria-selected", String(index === at));
      group.setAttribute("tabindex", index === Math.max(at, 0) ? "0" : "-1");
    });
    const bypass = node.endsWith(".downsample") ? node : "";
    this.scene
      .querySelectorAll(".bypass")
      .forEach((line) => line.classList.toggle("selected", line.dataset.id === bypass));
    const id =
      this.data.figure === "map" && at >= 0 && !this.openBlock ? this.net.tiles[at].id : this.openBlock || node;
    this.table.querySelectorAll("tr[data-id]").forEach((row) => {
      const is = row.dataset.id === id;
      row.classList.toggle("selected", is);
      if (is) {
        row.setAttribute("aria-current", "true");
      } else row.removeAttribute("aria-current");
    });
  }

  // On a phone the panel is a sheet over the lower part: bring what it covers into sight.
  uncover(tile, over = this.panel) {
    const { top, bottom } = tile.getBoundingClientRect(),
      sheet = over.getBoundingClientRect().top;
    if (top < 0 || bottom > Math.min(sheet, window.innerHeight))
      tile.scrollIntoView({ block: "center", behavior: calm() ? "auto" : "smooth" });
  }

  focusFirst() {
    this.tileElements[Math.max(this.tileOf(this.view.node), 0)]?.focus({ preventScroll: true });
  }

  titleNow() {
    const figure = this.data.figure === "fig3" ? "" : this.openBlock ? ` · ${this.openBlock}` : "";
    return `${this.data.title}${figure}`;
  }

  save(format) {
    return saveAs(this, format);
  }

  toggleFullScreen() {
    const root = this.root.getRootNode();
    if (root.fullscreenElement ?? document.fullscreenElement) document.exitFullscreen();
    else this.root.requestFullscreen?.();
  }
}

Object.assign(NetMap.prototype, CHOICES);

const shown = once((place, key) => new NetMap(place, key));

export function show({ parentElement, data, key, setStateValue }) {
  shown(parentElement.querySelector(".map-place"), data.key ?? key).update(data, setStateValue);
}

export default show;
