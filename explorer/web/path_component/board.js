// A picture of numbers, and a window on it that is dragged, by finger, mouse or arrow keys.

import { html } from "../js/dom.js";
import { dragged } from "../js/dragged.js";
import { clamp } from "../js/numbers.js";
import { paint } from "./colours.js";

export class Board {
  // side: numbers a side; label: what it is, for who cannot see it; span: numbers under the window, 0 for none;
  // at: [row, column] where it begins; moved(row, column): what happens then.
  constructor({ side, label, span = 0, at = [0, 0], moved = null }) {
    this.side = side;
    this.span = span;
    this.at = at;
    this.moved = moved;
    this.canvas = html("canvas", { role: "img", "aria-label": label });
    this.frame = span ? html("div", { class: "window" }) : null;
    this.element = html("div", { class: "board" }, this.canvas, this.frame);
    if (span) this.listen(label);
  }

  show(values, colour) {
    paint(this.canvas, values, this.side, colour);
    return this;
  }

  listen(label) {
    const { element } = this;
    this.canvas.setAttribute("aria-hidden", "true"); // the board itself says what it is
    Object.assign(element, { tabIndex: 0, role: "application" });
    element.setAttribute("role", "application");
    element.setAttribute("aria-roledescription", "picture with a window");
    element.setAttribute("aria-label", `${label}. The arrow keys move the window.`);
    element.classList.add("moves");
    dragged(element, this.frame, (event) => this.follow(event), ([down, right], event) => {
      const far = event.shiftKey ? 5 : 1;
      this.move(this.at[0] + far * down, this.at[1] + far * right);
    });
    this.place();
  }

  follow(event) {
    const box = this.canvas.getBoundingClientRect();
    const number = (at, from, size) => Math.floor(((at - from) / size) * this.side);
    this.move(number(event.clientY, box.top, box.height), number(event.clientX, box.left, box.width));
  }

  move(row, column) {
    this.at = [clamp(row, 0, this.side - 1), clamp(column, 0, this.side - 1)];
    this.place();
    this.moved?.(...this.at);
  }

  place() {
    const cell = 100 / this.side;
    const [row, column] = this.at;
    const before = (this.span - 1) / 2;
    Object.assign(this.frame.style, {
      top: `${(row - before) * cell}%`,
      left: `${(column - before) * cell}%`,
      width: `${this.span * cell}%`,
      height: `${this.span * cell}%`,
    });
  }
}
