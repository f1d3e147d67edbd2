// The map as an operating table. It shows what Python says was done, and reports what is asked; nothing is decided here.

import { html, svg } from "../js/dom.js";
import { blockName } from "../js/names.js";
import { once } from "../js/place.js";
import { drawScene } from "../map_component/scene.js";

const NARROW = 520; // px: below it the map's lanes stand as on a phone
const LOOK = { narrow: { text: 13, chip: [30, 20] }, medium: { text: 18, chip: [38, 26] } }; // medium: 16 px on a projector

class Table {
  constructor(place) {
    this.key = "";
    this.drawing = svg("svg", { class: "drawing" });
    place.replaceChildren(html("div", { class: "table map-root" }, this.drawing));
    this.drawing.addEventListener("click", (event) => this.press(event));
    this.drawing.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") this.press(event);
    });
    new ResizeObserver(() => this.data && this.draw()).observe(place);
    this.place = place;
  }

  update(data, send) {
    this.data = data;
    this.send = send;
    this.draw();
    this.mark();
  }

  draw() {
    const name = this.place.clientWidth < NARROW ? "narrow" : "medium";
    const key = `${this.data.stamp} ${name}`;
    if (key === this.key) return;
    this.key = key;
    const { scene, palette } = this.data;
    const layout = scene.layouts[name];
    this.drawing.setAttribute("viewBox", `0 0 ${layout.w} ${layout.h}`);
    this.look = LOOK[name];
    const drawn = drawScene(this.data, name, this.look.text);
    drawn.setAttribute("role", "group");
    drawn.setAttribute("aria-label", "The net on the table: its blocks, their shortcuts, their BN");
    this.drawing.replaceChildren(drawn);
    const tiles = drawn.querySelectorAll(".tile");
    scene.tiles.forEach((tile, index) => this.dress(tiles[index], tile, layout.tiles[index], palette.stages[tile.stage]));
    drawn.querySelectorAll(".bypass").forEach((arch, index) => {
      const [, x, top] = layout.shortcuts[index];
      asButton(arch, { "data-act": "cut", "data-path": scene.shortcuts[index].tile });
      arch.append(svg("path", { class: "gap", d: `M${x - 7} ${top + 8}L${x + 7} ${top - 8}` })); // where it is cut
    });
    this.mark();
  }

  // A tile in its stage's colour; a block has its name and its BN to click on.
  dress(element, tile, [x, y, width, height], colour) {
    element.style.setProperty("--tile", colour);
    const { text: size, chip: [wide, high] } = this.look;
    const text = (words, at, line) => svg("text", { x: at, y: line, "font-size": size, "aria-hidden": "true" }, words);
    const middle = y + height / 2;
    if (!tile.block) {
      element.removeAttribute("tabindex");
      element.removeAttribute("aria-selected");
      element.setAttribute("role", "img");
      element.setAttribute("aria-label", tile.says ?? tile.id);
      element.append(text(tile.id, x + width / 2, middle + size * 0.36));
      return;
    }
    asButton(element, { "data-act": "remove", "data-path": tile.id });
    const small = width < 66; // name above, BN below
    element.append(text(tile.name, x + (small ? width : width - wide) / 2, small ? y + 14 : middle + size * 0.36));
    const left = x + width - wide - (small ? (width - wide) / 2 : 5);
    const top = small ? y + height - high + 4 : middle - high / 2;
    const box = { x: left, y: top, width: wide, height: high, rx: 5 };
    const chip = svg("g", { class: "chip" }, svg("rect", box), text("BN", left + wide / 2, top + high / 2 + size * 0.36));
    chip.style.setProperty("--norm", this.data.palette.kinds.norm);
    asButton(chip, { "data-act": "bare", "data-path": tile.id });
    element.after(chip);
  }

  mark() {
    for (const part of this.drawing.querySelectorAll("[data-act]")) {
      const { act, path } = part.dataset;
      const done = this.data.wounds[FIELD[act]].includes(path);
      part.classList.toggle("done", done);
      part.setAttribute("aria-pressed", String(done));
      const written = act === "cut" && part.querySelector("text")?.textContent; // the 0 on an arc: a label says what is seen
      const padded = written ? `, padded with ${written}` : "";
      part.setAttribute("aria-label", `${blockName(path)}: ${WORDS[act][done ? 1 : 0]}${padded}`);
      part.querySelector("title")?.remove();
      part.append(svg("title", {}, `${blockName(path)}: ${WORDS[act][done ? 1 : 0]}`));
    }
  }

  press(event) {
    const part = event.target.closest?.("[data-act]");
    if (!part) return;
    event.preventDefault();
    const { act, path } = part.dataset;
    this.send({ what: OPERATIONS[act][this.data.wounds[FIELD[act]].includes(path) ? 1 : 0], path });
  }
}

const FIELD = { cut: "cut", remove: "removed", bare: "bare" };
const OPERATIONS = { cut: ["cut", "join"], remove: ["remove", "put back"], bare: ["take BN", "add BN"] };
const WORDS = {
  cut: ["cut its shortcut", "join its shortcut again"],
  remove: ["remove this block", "put this block back"],
  bare: ["take its BN", "add BN to it"],
};

function asButton(element, attributes) {
  for (const [name, value] of Object.entries({ role: "button", tabindex: "0", ...attributes })) element.setAttribute(name, value);
  element.removeAttribute("aria-selected");
}

const shown = once((place) => new Table(place));

export default function ({ data, parentElement, setTriggerValue }) {
  shown(parentElement.querySelector(".place")).update(data, (asked) => setTriggerValue("operate", asked));
}
