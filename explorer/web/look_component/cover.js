// The picture as the net gets it, with what spoke for the class over it. Dragging covers a part; the net then looks again. A
// finger on it scrolls the page, but for one drag after its button: without a mouse the picture lies under the thumb.

import { once } from "../js/place.js";

const STEP = 1 / 8; // of the side: a step of the arrow keys, and half the box that they move

class Cover {
  constructor(place) {
    this.frame = make("div", "frame cover");
    this.image = make("img", "pixels");
    this.glow = make("img", "glow");
    this.glow.alt = "";
    this.box = make("div", "box");
    this.frame.append(this.image, this.glow, this.box);
    this.frame.tabIndex = 0;
    this.frame.setAttribute("role", "application");
    this.off = make("button", "", "Uncover");
    this.off.type = "button";
    this.on = make("button", "by-finger");
    this.on.type = "button";
    this.hint = make("p", "told");
    const bar = make("div", "pad-bar");
    bar.append(this.off, this.on);
    place.replaceChildren(this.frame, this.hint, bar);
    this.arm(false);
    this.draw(null);
    this.listen();
  }

  update(data, report) {
    this.report = report;
    this.image.src = data.src;
    this.image.alt = data.alt;
    this.glow.src = data.glow;
    this.hint.textContent = data.hint;
    this.frame.setAttribute("aria-label", `${data.alt}. ${data.hint}`);
    if (!this.from) this.draw(data.box);
  }

  at(event) {
    const box = this.frame.getBoundingClientRect();
    const within = (offset, length) => Math.min(1, Math.max(0, offset / length));
    return [within(event.clientX - box.left, box.width), within(event.clientY - box.top, box.height)];
  }

  listen() {
    this.frame.addEventListener("pointerdown", (event) => {
      if (event.button || (event.pointerType === "touch" && !this.armed)) return;
      event.preventDefault();
      this.frame.focus();
      this.frame.setPointerCapture(event.pointerId);
      this.from = this.at(event);
    });
    this.frame.addEventListener("pointermove", (event) => {
      if (this.from) this.draw(this.between(event));
    });
    this.frame.addEventListener("pointerup", (event) => {
      if (!this.from) return;
      const box = this.between(event);
      this.from = null;
      this.armed = false;
      const large = box[2] - box[0] > 0.03 && box[3] - box[1] > 0.03; // a tap covers nothing
      this.tell(large ? box : null);
    });
    this.frame.addEventListener("pointercancel", () => {
      this.from = null;
      this.draw(null);
    });
    this.frame.addEventListener("keydown", (event) => {
      const step = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
      if (event.key === "Escape") this.tell(null);
      if (!step) return;
      event.preventDefault();
      const [left, top] = this.covered ?? [0.5 - STEP, 0.5 - STEP];
      const to = (one, by) => Math.min(1 - 2 * STEP, Math.max(0, one + by * STEP));
      const [x, y] = this.covered ? [to(left, step[0]), to(top, step[1])] : [left, top];
      this.tell([x, y, x + 2 * STEP, y + 2 * STEP]);
    });
    this.off.addEventListener("click", () => this.tell(null));
    this.on.addEventListener("click", () => this.arm(!this.armed));
  }

  // Whether a finger's next drag covers.
  arm(armed) {
    this.armed = armed;
    this.frame.classList.toggle("armed", armed);
    this.on.setAttribute("aria-pressed", String(armed));
    this.on.textContent = armed ? "Drag over the picture" : this.covered ? "Cover another part" : "Cover a part";
  }

  between(event) {
    const [x, y] = this.at(event);
    const [left, top] = this.from;
    return [Math.min(left, x), Math.min(top, y), Math.max(left, x), Math.max(top, y)];
  }

  draw(box) {
    this.covered = box;
    this.box.hidden = !box;
    this.off.disabled = !box;
    if (!this.armed) this.arm(false);
    if (!box) return;
    const part = (one) => `${100 * one}%`;
    const [left, top, right, bottom] = box;
    Object.assign(this.box.style, {
      left: part(left),
      top: part(top),
      width: part(right - left),
      height: part(bottom - top),
    });
  }

  tell(box) {
    this.draw(box);
    this.report("box", box);
  }
}

function make(tag, name, text = "") {
  return Object.assign(document.createElement(tag), { className: name, textContent: text });
}

const shown = once((place) => new Cover(place));

export default function ({ data, parentElement, setStateValue }) {
  shown(parentElement.querySelector(".place")).update(data, setStateValue);
}
