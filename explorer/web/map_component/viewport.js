// Pan, zoom and fit: one transform on one group. Wheel zooms with Ctrl, in full screen, or once zoomed in.

const ZOOM = { least: 1, most: 24, step: 1.35 };
const DRAG_FROM = 4; // pixels that make a press a drag

class Viewport {
  constructor(canvas, drawing, group) {
    Object.assign(this, { canvas, drawing, group, pointers: new Map(), dragged: false });
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

  reset() {
    this.scale = 1;
    this.x = this.y = 0;
    this.apply();
  }

  apply() {
    this.group.setAttribute("transform", `translate(${this.x} ${this.y}) scale(${this.scale})`);
    this.canvas.classList.toggle("zoomed", this.scale > 1.001);
  }

  // Screen pixels → units of the drawing.
  point(clientX, clientY) {
    const matrix = this.drawing.getScreenCTM();
    return matrix ? new DOMPoint(clientX, clientY).matrixTransform(matrix.inverse()) : { x: 0, y: 0 };
  }

  zoom(factor, at = null) {
    const box = this.drawing.viewBox.baseVal;
    const { x, y } = at ?? { x: box.width / 2, y: box.height / 2 };
    const scale = clamp(this.scale * factor, ZOOM.least, ZOOM.most);
    this.x = x - ((x - this.x) * scale) / this.scale;
    this.y = y - ((y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.#keepInside(box);
    this.apply();
  }

  pan(dx, dy) {
    this.x += dx;
    this.y += dy;
    this.#keepInside(this.drawing.viewBox.baseVal);
    this.apply();
  }

  #keepInside(box) {
    this.x = clamp(
      this.x,
      -box.width * (this.scale - 1) - box.width * 0.1 * (this.scale > 1),
      box.width * 0.1 * (this.scale > 1),
    );
    this.y = clamp(
      this.y,
      -box.height * (this.scale - 1) - box.height * 0.1 * (this.scale > 1),
      box.height * 0.1 * (this.scale > 1),
    );
  }

  // Bring a rectangle of the drawing (x, y, w, h) into view when zoomed in.
  show([x, y, w, h]) {
    if (this.scale <= 1.001) return;
    const box = this.drawing.viewBox.baseVal;
    const left = x * this.scale + this.x,
      top = y * this.scale + this.y;
    if (left >= 0 && top >= 0 && left + w * this.scale <= box.width && top + h * this.scale <= box.height) return;
    this.x = box.width / 2 - (x + w / 2) * this.scale;
    this.y = box.height / 2 - (y + h / 2) * this.scale;
    this.#keepInside(box);
    this.apply();
  }

  #wheel(event) {
    const full = Boolean(this.canvas.getRootNode().fullscreenElement);
    if (!event.ctrlKey && !event.metaKey && this.scale <= 1.001 && !full) return;
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
    else if (this.scale > 1.001) this.pan(now.x - was.x, now.y - was.y);
  }

  #startDrag(event) {
    if (!this.dragged && this.scale > 1.001) this.canvas.setPointerCapture?.(event.pointerId);
    this.dragged = this.dragged || this.scale > 1.001 || this.pointers.size === 2;
  }

  #span() {
    if (this.pointers.size !== 2) return null;
    const [a, b] = [...this.pointers.values()];
    return { wide: Math.hypot(a.x - b.x, a.y - b.y), x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
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

// The picture reaches down to the lower edge of the window as it is before scrolling.
function fillScreen(root, body) {
  let top = body.getBoundingClientRect().top;
  for (let element = root.getRootNode().host ?? root; element; element = element.parentElement)
    top += element.scrollTop;
  body.style.setProperty("--room", `${Math.round(window.innerHeight - top - 14)}px`);
}
