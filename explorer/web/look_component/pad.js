// A square to draw a digit on with a finger, a pen or the mouse. Reports the ink when the finger is lifted.

import { once } from "../js/place.js";

const SIDE = 280; // pixels of the pad's own picture
const PEN = 22;

class Pad {
  constructor(place) {
    this.canvas = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE, className: "pad" });
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", "Draw a digit here");
    this.undo = this.button("Undo", () => this.back());
    this.clear = this.button("Clear", () => this.empty());
    const bar = Object.assign(document.createElement("div"), { className: "pad-bar" });
    this.hint = Object.assign(document.createElement("span"), { textContent: "Draw your own over it", hidden: true });
    bar.append(this.undo, this.clear, this.hint);
    place.replaceChildren(this.canvas, bar);
    this.pen = this.canvas.getContext("2d", { willReadFrequently: true });
    this.pen.lineCap = this.pen.lineJoin = "round";
    this.before = [];
    this.kept();
    this.untouched = true;
    this.paper();
    this.listen();
  }

  button(text, act) {
    const made = Object.assign(document.createElement("button"), { type: "button", textContent: text });
    made.addEventListener("click", act);
    return made;
  }

  paper() {
    this.pen.fillStyle = "#000";
    this.pen.fillRect(0, 0, SIDE, SIDE);
  }

  // What can be taken back: nothing, at first.
  kept(...held) {
    this.before.push(...held);
    this.undo.disabled = !this.before.length;
  }

  update(data, report) {
    this.report = report;
    if (this.untouched && data.sample !== this.sample) {
      this.sample = data.sample;
      const picture = new Image();
      picture.onload = () => {
        if (this.untouched) this.pen.drawImage(picture, 0, 0, SIDE, SIDE);
        this.hint.textContent = data.own ? "A new one takes its place" : "Draw your own over it";
        this.hint.hidden = !this.untouched;
      };
      picture.src = data.sample;
    }
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * SIDE, ((event.clientY - box.top) / box.height) * SIDE];
  }

  listen() {
    this.canvas.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      event.preventDefault();
      this.canvas.setPointerCapture(event.pointerId);
      if (this.untouched) this.paper(); // the sample makes room for one's own
      this.kept(this.untouched ? null : this.pen.getImageData(0, 0, SIDE, SIDE));
      this.untouched = false;
      this.hint.hidden = true;
      this.last = this.at(event);
      this.stroke(this.last);
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (this.last) (event.getCoalescedEvents?.() ?? [event]).forEach((one) => this.stroke(this.at(one)));
    });
    for (const end of ["pointerup", "pointercancel"])
      this.canvas.addEventListener(end, () => {
        if (!this.last) return;
        this.last = null;
        this.tell();
      });
  }

  stroke(point) {
    const [fromX, fromY] = this.last;
    const [x, y] = point;
    this.pen.strokeStyle = "#fff";
    this.pen.lineWidth = PEN;
    this.pen.beginPath();
    this.pen.moveTo(fromX, fromY);
    this.pen.lineTo(x, y);
    this.pen.stroke();
    this.last = point;
  }

  back() {
    const held = this.before.pop();
    this.kept();
    if (held === undefined) return;
    if (held) this.pen.putImageData(held, 0, 0);
    else this.paper();
    this.tell(held === null);
  }

  empty() {
    this.kept(this.untouched ? null : this.pen.getImageData(0, 0, SIDE, SIDE));
    this.untouched = false;
    this.hint.hidden = true;
    this.paper();
    this.tell(true);
  }

  tell(blank = false) {
    this.report("ink", blank ? "" : this.canvas.toDataURL("image/png"));
  }
}

const shown = once((place) => new Pad(place));

export default function ({ data, parentElement, setStateValue }) {
  shown(parentElement.querySelector(".place")).update(data, setStateValue);
}
