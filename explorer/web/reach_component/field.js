// The picture, and on it the square that one number of a stage's feature maps depends on: dragged by finger, mouse or arrow
// keys. Nothing here asks the server.

import { html } from "../js/dom.js";
import { dragged } from "../js/dragged.js";
import { before, middleOf, spanOf, unitUnder } from "../js/field.js";
import { clamp, exact } from "../js/numbers.js";
import { once } from "../js/place.js";
import { cardOf } from "../js/proof_card.js";

const COARSE = 100; // pixels: a picture of fewer shows each of them

class Reach {
  constructor(place) {
    this.text = "";
    this.data = this.stage = null;
    this.unit = [0, 0];
    this.at = [0.5, 0.5]; // the place on the picture, a share of its sides: the same for every stage
    this.card = html("div", { popover: true, class: "proof-card" });
    this.image = html("img", { alt: "" });
    this.square = html("div", { class: "square" });
    this.dot = html("div", { class: "dot" });
    this.handle = html("div", { class: "handle" });
    this.board = html("div", { class: "board", tabindex: 0, role: "application" }, this.image, this.square, this.dot, this.handle);
    this.units = html("div", { class: "units", "aria-hidden": "true" }, html("span"));
    this.choice = html("fieldset", { class: "choice" });
    this.told = html("p", { class: "told", role: "status" });
    this.caption = html("figcaption");
    const beside = html("div", { class: "beside" }, this.choice, this.told, html("figure", {}, this.units, this.caption));
    place.replaceChildren(html("div", { class: "reach" }, this.board, beside), this.card);
    this.listen();
  }

  update(data) {
    const text = JSON.stringify(data);
    if (text === this.text) return;
    this.text = text;
    this.data = data;
    this.image.src = data.picture.src;
    this.image.classList.toggle("coarse", data.picture.width < COARSE);
    this.board.style.aspectRatio = `${data.picture.width} / ${data.picture.height}`;
    const name = `stage-${data.stages.length}`;
    const options = data.stages.map((stage, at) => {
      const input = html("input", { type: "radio", name, value: at });
      input.addEventListener("change", () => this.choose(at));
      return html("label", { class: "option" }, input, html("span", {}, stage.label));
    });
    this.choice.replaceChildren(html("legend", {}, "After which stage?"), ...options);
    const first = Math.min(1, data.stages.length - 1);
    this.choice.querySelectorAll("input")[first].checked = true;
    this.choose(first);
  }

  choose(at) {
    this.stage = this.data.stages[at];
    this.look();
    const { label, rows, columns } = this.stage;
    this.board.setAttribute("aria-label", `The picture, and what one number of ${label}, ${rows} by ${columns}, sees of it. The arrow keys go to the next number.`);
    this.show();
  }

  listen() {
    dragged(this.board, this.handle, (event) => this.follow(event), ([down, right]) => {
      const { rows, columns } = this.stage;
      const [row, column] = this.unit;
      this.unit = [clamp(row + down, 0, rows - 1), clamp(column + right, 0, columns - 1)];
      const { field } = this.stage, { height, width } = this.data.picture;
      const middle = (unit, units, side) => (field.size === null ? (unit + 0.5) / units : middleOf(field, unit, side));
      this.at = [middle(this.unit[0], rows, height), middle(this.unit[1], columns, width)];
      this.show();
    });
  }

  // The unit of this stage that looks at the place.
  look() {
    const { field, rows, columns } = this.stage;
    const { height, width } = this.data.picture;
    this.unit = [unitUnder(field, this.at[0], height, rows), unitUnder(field, this.at[1], width, columns)];
  }

  follow(event) {
    const box = this.image.getBoundingClientRect();
    this.at = [(event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width];
    this.look();
    this.show();
  }

  show() {
    const { height, width } = this.data.picture;
    const { field, rows, columns, label, colour } = this.stage;
    const [row, column] = this.unit;
    const [top, bottom] = spanOf(field, row, height);
    const [left, right] = spanOf(field, column, width);
    const box = { top: top / height, left: left / width, height: (bottom - top) / height, width: (right - left) / width };
    for (const [side, part] of Object.entries(box)) this.square.style[side] = `${100 * part}%`;
    const middle = { top: `${100 * middleOf(field, row, height)}%`, left: `${100 * middleOf(field, column, width)}%` };
    Object.assign(this.dot.style, middle);
    Object.assign(this.handle.style, middle, { width: this.square.style.width, height: this.square.style.height });
    this.board.style.setProperty("--stage", colour);
    this.grid(rows, columns, row, column, colour);
    this.told.replaceChildren(
      `${label}, row ${row + 1}, column ${column + 1} of ${rows}×${columns}: this one number sees `,
      ...this.seen(),
      field.size === null ? "." : ` pixels a side, and ${exact(bottom - top)}×${exact(right - left)} of them lie on the picture.`,
    );
  }

  seen() {
    const { card } = this.stage;
    if (!card) return ["the whole picture"];
    const fill = () => this.card.replaceChildren(...cardOf(card));
    const button = html("button", { type: "button", class: "proved", onclick: fill }, card.shown);
    button.popoverTargetElement = this.card;
    return [button];
  }

  // Why the dot is not where the filled cell lies, where one sees it.
  aside(rows, columns) {
    const { height, width } = this.data.picture;
    const [up, left] = [before(this.stage.field, rows, height), before(this.stage.field, columns, width)];
    if (Math.min(up, left) < 2) return "";
    return `. The dot, the middle of what it sees, lies ${up} pixels above the cell’s own place and ${left} to its left: a stride of 2 keeps the first pixel of every two.`;
  }

  // The map as its grid of numbers, the one that looks filled.
  grid(rows, columns, row, column, colour) {
    const cell = this.units.firstElementChild;
    Object.assign(this.units.style, { aspectRatio: `${columns} / ${rows}`, backgroundSize: `${100 / columns}% ${100 / rows}%`, color: colour });
    this.units.classList.toggle("fine", Math.max(rows, columns) > 32);
    this.caption.textContent = `one of its feature maps, ${rows}×${columns} numbers; the filled one is what sees the square above${this.aside(rows, columns)}`;
    const at = { left: column / columns, top: row / rows, width: 1 / columns, height: 1 / rows };
    for (const [side, part] of Object.entries(at)) cell.style[side] = `${100 * part}%`;
  }
}

const shown = once((place) => new Reach(place));

export function showReach({ data, parentElement }) {
  shown(parentElement.querySelector(".place")).update(data);
}

export default showReach;
