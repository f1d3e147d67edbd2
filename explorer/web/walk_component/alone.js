// A walk that stands by itself: the first page's, or two nets side by side on one clock. It needs no torch behind it.

import { calm, html, svg } from "../js/dom.js";
import { SHORTCUTS } from "../js/given.js";
import { once } from "../js/place.js";
import { arrowMarkers } from "../map_component/figures.js";
import { layoutFor } from "../map_component/geometry.js";
import { isInHall, leastIn, legible } from "../map_component/hall.js";
import { paintTiles } from "../map_component/paint.js";
import { drawScene } from "../map_component/scene.js";
import { entered } from "./ends.js";
import { Player } from "./player.js";
import { endOf } from "./timeline.js";
import { Walk } from "./walk.js";
import { tipOf } from "./walking.js";

// A net's map without its tools, as OnMap takes it.
class Plan {
  constructor(data, root) {
    this.data = entered(data);
    this.root = root;
    this.view = { color: "stage" };
    this.drawing = svg("g", {});
    this.svg = svg("svg", { class: "drawing", preserveAspectRatio: "xMinYMin meet" }, arrowMarkers(), this.drawing);
    this.tip = html("div", { class: "tip", "aria-hidden": "true", hidden: true });
    this.canvas = html("div", { class: "canvas" }, this.svg, this.tip);
  }

  isOverview() {
    return true;
  }

  draw() {
    const { clientWidth, clientHeight } = this.canvas;
    const name = layoutFor(clientWidth, clientHeight, this.data.scene.layouts);
    const hall = isInHall(this.root);
    const drawnFor = hall ? `${name} in a hall ${clientWidth}` : name;
    if (drawnFor === this.drawnFor) return false;
    this.drawnFor = drawnFor;
    this.hall = hall;
    this.layoutUsed = name;
    this.layout = this.data.scene.layouts[name];
    this.root.closest(".walk-alone")?.classList.toggle("hall", hall);
    const { w, h } = this.layout;
    const drawn = { clientWidth, clientHeight: (clientWidth * h) / w }; // as high as it is going to be
    this.least = leastIn({ hall, canvas: drawn }, w, h);
    this.scene = drawScene(this.data, name, this.least);
    this.drawing.replaceChildren(this.scene);
    this.svg.setAttribute("viewBox", `0 0 ${this.layout.w} ${this.layout.h}`);
    this.svg.style.setProperty("--ratio", `${this.layout.w} / ${this.layout.h}`);
    this.tileElements = [...this.scene.querySelectorAll(".tile")];
    this.root.dataset.layout = name;
    paintTiles(this);
    legible(this);
    return true;
  }
}

export class Alone {
  constructor(place) {
    this.place = place;
  }

  // To another place in the page, as it is.
  moveTo(place) {
    this.place = place;
    place.replaceChildren(this.root);
  }

  update(data) {
    if (data.stamp === this.stamp && data.begins === this.begins) return void this.sides.forEach(({ walk }) => walk.replaced().then(() => this.player.again()));
    this.stamp = data.stamp;
    this.begins = data.begins; // a lecture may begin, or end, where its walk is on the page already
    this.sides?.forEach(({ walk }) => walk.remove());
    this.sides = data.nets.map((net) => this.side(net, data.first));
    const { walk } = this.sides[0];
    this.player = new Player({
      timeline: walk.timeline,
      titles: walk.titles,
      track: walk.track(),
      draw: (frame) => this.sides.forEach((side) => side.walk.draw(frame)),
      close: null,
    });
    this.root = html("div", { class: `map-root walk-alone${data.first ? " first" : ""}${data.nets.length > 1 ? " twins" : ""}` },
      html("div", { class: "walk-sides" }, this.sides.map((side) => side.root)), this.player.bar);
    this.player.listen(this.root, () => this.player.pause());
    this.place.replaceChildren(this.root);
    this.begin(data);
  }

  side(net, first) {
    const root = html("div", { class: "map-root walk-side" });
    const plan = new Plan(net.drawing, root);
    const walk = new Walk(net.walk, plan);
    const { see, lens, key, words, answer, told, card } = walk.beside;
    const parts = first
      ? [html("div", { class: "walk-in" }, see), plan.canvas, html("div", { class: "walk-now" }, lens, key, answer), words, told, card]
      : [html("h3", { class: "walk-net" }, net.title), plan.canvas, walk.beside.root];
    root.append(...parts);
    plan.canvas.addEventListener("pointerover", (event) => this.hover(plan, walk, event));
    plan.canvas.addEventListener("pointermove", (event) => moveTip(plan, event));
    plan.canvas.addEventListener("pointerleave", () => { plan.tip.hidden = true; });
    plan.canvas.addEventListener("click", (event) => this.click(walk, event));
    return { root, plan, walk };
  }

  async begin({ begins }) {
    this.sides.forEach(({ plan }) => plan.draw());
    await Promise.all(this.sides.map(({ walk }) => walk.ready()));
    this.reserve();
    this.player.again();
    this.sizes = new ResizeObserver(() => this.replaced());
    this.sides.forEach(({ plan }) => this.sizes.observe(plan.canvas));
    this.root.dataset.ready = "true";
    if (begins === "itself" && !calm()) this.player.go();
    if (begins !== "lecture") return;
    this.root.classList.add("steps-on"); // the lecture's stage finds it by this
    this.root.addEventListener("onward", (event) => this.onward(event));
    this.root.addEventListener("halt", () => this.player.toggle());
  }

  // The lecture's next step: the first plays to the first ⊕, the next one to the end. Not taken, it leads to the next scene: of
  // what has ended, or plays to its end.
  onward(event) {
    const { timeline, t, playing, until, ended } = this.player;
    const first = endOf(timeline, timeline.segments.findIndex(({ kind }) => kind === "block"));
    if (ended || (playing && until === Infinity)) return;
    event.preventDefault();
    this.player.go(!playing && t < first - 0.05 ? first : Infinity);
  }

  async replaced() {
    this.sides.forEach(({ plan }) => plan.draw());
    await Promise.all(this.sides.map(({ walk }) => walk.replaced()));
    this.reserve();
    this.player.again();
  }

  reserve() {
    if (this.sides.length > 1) this.sides.forEach(({ walk }) => walk.beside.reserve());
  }

  click(walk, event) {
    const at = walk.stepOf(event.target.closest?.(".tile, .bypass")?.dataset.id);
    if (at < 0) return;
    this.player.pause();
    this.player.seek(endOf(this.player.timeline, at + 1));
  }

  hover(plan, walk, event) {
    const tile = event.target.closest?.(".tile"),
      line = event.target.closest?.(".bypass");
    plan.tip.hidden = !(tile || line) || event.pointerType === "touch";
    if (plan.tip.hidden) return;
    if (tile) {
      const { name, recipe, shape } = plan.data.scene.tiles[Number(tile.dataset.index)];
      const { id } = tile.dataset;
      const called = walk.data.steps.find((step) => step.tile === id && step.kind === "block")?.title ?? id;
      plan.tip.replaceChildren(html("b", {}, called), tipOf(walk, id), html("span", {}, `${recipe || name} · ${shape}`));
    } else {
      const { line: drawn, does, mark } = SHORTCUTS[line.dataset.kind];
      const says = mark.length === 1 ? `${drawn}, ${mark}: ${does}` : `${drawn}: ${does}`;
      plan.tip.replaceChildren(html("b", {}, "Shortcut"), html("span", {}, says));
    }
    moveTip(plan, event);
  }
}

function moveTip({ canvas, tip }, event) {
  const box = canvas.getBoundingClientRect();
  const x = Math.min(Math.max(event.clientX - box.left + 14, 4), Math.max(box.width - tip.offsetWidth - 4, 4));
  const below = event.clientY - box.top + 18;
  const y = below + tip.offsetHeight > box.height ? event.clientY - box.top - tip.offsetHeight - 10 : below;
  tip.style.transform = `translate(${x}px, ${y}px)`;
}

const shown = once((place, stamp) => window["resnetExplorerWalks"]?.(stamp, place) ?? new Alone(place));

export function showWalk({ parentElement, data }) {
  shown(parentElement.querySelector(".walk-place"), data.stamp).update(data);
}

export default showWalk;
