// A square to draw a digit on with a finger, a pen or the mouse. Reports the ink when the finger is lifted.

import { once } from "../js/place.js";

const SIDE = 280; // pixels of the pad's own picture
const PEN = 22;
const CLEAR = "Clear", ANOTHER = "Draw another";

class Pad {
  constructor(place) {
    this.canvas = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE, className: "pad" });
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", "Draw a digit here");
    this.undo = this.button("Undo", () => this.back());
    this.clear = this.button(CLEAR, () => this.empty());
    const bar = Object.assign(document.createElement("div"), { className: "pad-bar" });
    this.hint = Object.assign(document.createElement("span"), { textContent: "Draw your own over it", hidden: true });
    bar.append(this.undo, this.clear, this.hint);
    place.replaceChildren(this.canvas, bar);
    this.pen = this.canvas.getContext("2d", { willReadFrequently: true });
    this.pen.lineCap = this.pen.lineJoin = "round";
    this.before = [];
    this.kept();
    this.untouched = true;
    this.own = this.drawn = false; // drawn: ever, here
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

  // The visitor's own digit, come back to, is finished: a finger on it scrolls the page, until another is begun.
  finished(own) {
    this.own = own;
    this.canvas.classList.toggle("finished", own);
    this.clear.textContent = own ? ANOTHER : CLEAR;
    this.hint.textContent = own ? "Yours, as it was" : "Draw your own over it";
    this.hint.hidden = !this.untouched;
  }

  // One's own takes the place of what the pad began with, which can be taken back as every stroke can.
  begun() {
    this.kept(this.untouched ? { began: this.pen.getImageData(0, 0, SIDE, SIDE), own: this.own } : this.pen.getImageData(0, 0, SIDE, SIDE));
    if (this.untouched) this.paper();
    this.untouched = false;
    this.drawn = true;
    this.finished(false);
  }

  // What can be taken back: nothing, at first.
  kept(...held) {
    this.before.push(...held);
    this.undo.disabled = !this.before.length;
  }

  update(data, report) {
    this.report = report;
    if (this.drawn || data.sample === this.sample) return; // what is drawn here comes back as a sample, too
    this.sample = data.sample;
    const picture = new Image();
    picture.onload = () => {
      if (!this.untouched) return;
      this.pen.drawImage(picture, 0, 0, SIDE, SIDE);
      this.finished(data.own);
    };
    picture.src = data.sample;
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * SIDE, ((event.clientY - box.top) / box.height) * SIDE];
  }

  listen() {
    this.canvas.addEventListener("pointerdown", (event) => {
      if (event.button || (event.pointerType === "touch" && this.own)) return;
      event.preventDefault();
      this.canvas.setPointerCapture(event.pointerId);
      this.begun();
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
    this.pen.putImageData(held.began ?? held, 0, 0);
    if (held.began) {
      this.untouched = true;
      this.finished(held.own);
      this.report("ink", this.sample);
    } else this.tell(this.blank());
  }

  empty() {
    this.begun();
    this.paper();
    this.tell(true);
  }

  blank() {
    return !this.pen.getImageData(0, 0, SIDE, SIDE).data.some((value, at) => at % 4 === 0 && value);
  }

  tell(blank = false) {
    this.report("ink", blank ? "" : this.canvas.toDataURL("image/png"));
  }
}

const shown = once((place) => new Pad(place));

export default function ({ data, parentElement, setStateValue }) {
  shown(parentElement.querySelector(".place")).update(data, setStateValue);
}
