// Pan, zoom and fit: one transform on one group. Wheel zooms with Ctrl, in full screen, or once zoomed in.

import { isZoomed, panned, showing, span, zoomed } from "./geometry.js";

const DRAG_FROM = 4; // pixels that make a press a drag

export class Viewport {
  constructor(canvas, drawing, group) {
    this.canvas = canvas;
    this.drawing = drawing;
    this.group = group;
    this.pointers = new Map();
    this.dragged = false;
    this.changed = null; // told of each change
    this.scaled = null; // as well
    this.reset();
    canvas.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    canvas.addEventListener("pointerdown", (event) => this.#down(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, (event) => this.#up(event));
    // A drag is no click: the capture phase stops it before a tile hears of it.
    canvas.addEventListener(
      "click",
      (event) => {
        if (this.dragged) event.stopPropagation();
      },
      true,
    );
  }

  get isZoomed() {
    return isZoomed(this.view);
  }

  reset() {
    this.apply({ scale: 1, x: 0, y: 0 });
  }

  apply(view) {
    this.view = view;
    this.group.setAttribute("transform", `translate(${view.x} ${view.y}) scale(${view.scale})`);
    this.canvas.classList.toggle("zoomed", this.isZoomed);
    this.changed?.();
    this.scaled?.();
  }

  #size() {
    return this.drawing.viewBox.baseVal;
  }

  // Screen pixels → units of the drawing.
  point(clientX, clientY) {
    const matrix = this.drawing.getScreenCTM();
    return matrix ? new DOMPoint(clientX, clientY).matrixTransform(matrix.inverse()) : { x: 0, y: 0 };
  }

  zoom(factor, at = null) {
    this.apply(zoomed(this.view, factor, at, this.#size()));
  }

  pan(dx, dy) {
    this.apply(panned(this.view, dx, dy, this.#size()));
  }

  // Bring a rectangle of the drawing (x, y, w, h) into view when zoomed in.
  show(box) {
    if (this.isZoomed) this.apply(showing(this.view, box, this.#size()));
  }

  #wheel(event) {
    const full = Boolean(this.canvas.getRootNode().fullscreenElement);
    if (!event.ctrlKey && !event.metaKey && !this.isZoomed && !full) return;
    event.preventDefault();
    this.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0016)), this.point(event.clientX, event.clientY));
  }

  #down(event) {
    if (event.button > 0) return;
    this.dragged = false;
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY, from: [event.clientX, event.clientY] });
  }

  #move(event) {
    const last = this.pointers.get(event.pointerId);
    if (!last) return;
    const before = this.#span();
    const was = this.point(last.x, last.y),
      now = this.point(event.clientX, event.clientY);
    Object.assign(last, { x: event.clientX, y: event.clientY });
    if (Math.hypot(event.clientX - last.from[0], event.clientY - last.from[1]) > DRAG_FROM) this.#startDrag(event);
    if (!this.dragged) return;
    if (this.pointers.size === 2) this.#pinch(before);
    else if (this.isZoomed) this.pan(now.x - was.x, now.y - was.y);
  }

  #startDrag(event) {
    if (!this.dragged && this.isZoomed) this.canvas.setPointerCapture?.(event.pointerId);
    this.dragged = this.dragged || this.isZoomed || this.pointers.size === 2;
  }

  #span() {
    const [a, b, ...more] = this.pointers.values();
    return b && !more.length ? span(a, b) : null;
  }

  #pinch(before) {
    const after = this.#span();
    if (!before || !after || !before.wide) return;
    this.zoom(after.wide / before.wide, this.point(after.x, after.y));
    const was = this.point(before.x, before.y),
      now = this.point(after.x, after.y);
    this.pan(now.x - was.x, now.y - was.y);
  }

  #up(event) {
    this.pointers.delete(event.pointerId);
  }
}

const SEEN = 200; // px of a picture below which nobody looks at it before scrolling
const ABOVE = 180; // px that stand over a picture to which somebody has scrolled: the page's head, the map's tools

// The picture reaches down to the lower edge of the window as it is before scrolling; one that only begins there fills it after.
export function fillScreen(root, body) {
  let top = body.getBoundingClientRect().top;
  for (let element = root.getRootNode().host ?? root; element; element = element.parentElement)
    top += element.scrollTop;
  const below = window.innerHeight - top - 14;
  body.style.setProperty("--room", `${Math.round(below < SEEN ? window.innerHeight - ABOVE : below)}px`);
}
