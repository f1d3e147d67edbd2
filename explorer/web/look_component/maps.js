// Feature maps beside the picture. Pointing at a unit (or walking to it with the arrow keys) marks on the picture the
// square that it sees; a click (or Enter) holds it and follows it on: the same place in every later row.

import { spanOf, unitBelow } from "../js/field.js";
import { once } from "../js/place.js";
import { cardOf } from "../js/proof_card.js";

const NARROW = 560; // px: below, a row breaks after half as many maps
const GAP = 2; // px between two maps
const LEAST = 28; // px of a map, or nothing is seen in it: what would be smaller is drawn larger, and says so
const SLIM = 4; // times the usual size at most, where two nets have a few maps each

class Maps {
  constructor(place) {
    this.place = place;
    this.stamp = "";
    this.data = null;
    this.held = null;
    new ResizeObserver(() => this.fit()).observe(place);
  }

  update(data, report) {
    this.report = report;
    const stamp = JSON.stringify(data);
    if (stamp === this.stamp) return;
    this.stamp = stamp;
    this.data = data;
    this.rows = [];
    const root = made("div", data.slim ? "look slim" : "look");
    this.card = Object.assign(made("div", "proof-card"), { popover: "auto" });
    root.append(this.picture(data), this.groups(data), this.card);
    this.place.replaceChildren(root);
    this.fit();
    this.again();
  }

  picture(data) {
    const box = made("div", "seen");
    const image = made("img", "pixels");
    image.alt = data.picture.alt;
    image.src = data.picture.src;
    this.mark = made("div", "square");
    const frame = made("div", "frame");
    frame.append(image, this.mark);
    this.told = made("p", "told");
    this.told.setAttribute("role", "status");
    box.append(frame, this.told);
    this.hide();
    return box;
  }

  groups(data) {
    this.room = made("div", "rows");
    this.room.append(...data.groups.map((group) => this.group(group)));
    return this.room;
  }

  // One scale for all rows, so that halving and doubling are seen; as large as the widest row allows. A map that would be
  // too small to see is drawn larger.
  fit() {
    const room = this.room?.clientWidth;
    if (!room) return;
    const narrow = room < NARROW;
    for (const [box, group] of this.boxes) {
      const terms = group.kind === "terms";
      const columns = (row) => (terms ? (narrow ? 6 : 3) : narrow && !this.data.slim ? 7 : row.columns);
      const side = (row) => columns(row) * row.width * row.scale;
      const total = (sizes) => sizes.reduce((sum, one) => sum + one, 0);
      const abreast = terms && !narrow ? [group.rows] : group.rows.map((row) => [row]); // lines, each of what stands in it
      const free = (line) => room - total(line.map((row) => (terms ? 36 : 0) + GAP * columns(row)));
      const fits = abreast.map((line) => free(line) / total(line.map(side)));
      const fit = Math.min(terms ? 1.4 : this.data.slim ? SLIM : 1, ...fits);
      box.style.setProperty("--fit", fit);
      if (this.data.slim) box.style.setProperty("--high", total(group.rows.map((row) => row.height * row.scale)));
      group.rows.forEach((row, index) => {
        const sheet = box.querySelectorAll(".sheet")[index];
        const larger = this.data.slim ? 1 : Math.max(1, LEAST / (fit * row.width * row.scale));
        sheet.style.setProperty("--columns", columns(row));
        sheet.style.setProperty("--larger", larger);
        const note = box.querySelectorAll(".larger")[index];
        note.hidden = larger < 1.25;
        note.textContent = `drawn ${larger.toFixed(1)}× larger`;
      });
    }
  }

  group(group) {
    const box = made("section", `group ${group.kind}`);
    if (group.title) box.append(made("h3", "title", group.title));
    const line = made("div", "across");
    for (const row of group.rows) {
      const term = made("div", "summand");
      if (group.kind === "terms") term.append(made("span", "sign", row.sign ?? ""));
      term.append(this.row(row));
      line.append(term);
    }
    const key = made("div", "key");
    box.append(...(group.kind === "terms" ? [line, key] : [key, line])); // rows are many: what their colours mean is said first
    if (group.key) {
      const ramp = made("span", "ramp");
      ramp.style.background = group.key.ramp;
      key.append(made("span", "", group.key.low), ramp, made("span", "", group.key.high), made("span", "source", group.key.source));
    }
    (this.boxes = this.boxes?.filter(([one]) => one.isConnected) ?? []).push([box, group]);
    return box;
  }

  row(row) {
    const box = made("figure", "row");
    const caption = made("figcaption", "");
    caption.append(made("b", "", row.label), row.opens ? this.proved(row) : made("span", "shape", row.shape));
    if (row.note) caption.append(made("span", "note", row.note));
    caption.append(Object.assign(made("span", "note larger"), { hidden: true }));
    const sheet = made("div", "sheet");
    sheet.setAttribute("role", "img");
    sheet.setAttribute("aria-label", `${row.label}: ${row.channels.length} feature maps, ${row.shape}`);
    const size = (units) => `calc(var(--unit) * var(--larger, 1) * ${units * row.scale})`;
    const tiles = row.channels.map((channel, number) => {
      const tile = made("div", "tile pixels");
      tile.title = `channel ${channel}`;
      const [line, column] = [Math.floor(number / row.columns), number % row.columns];
      Object.assign(tile.style, {
        width: size(row.width),
        height: size(row.height),
        backgroundImage: `url(${row.src})`,
        backgroundSize: size(row.columns * (row.width + 1) - 1),
        backgroundPosition: `${size(-column * (row.width + 1))} ${size(-line * (row.height + 1))}`,
      });
      return tile;
    });
    sheet.append(...tiles);
    const known = { row, sheet, tiles };
    this.rows.push(known);
    this.listen(known);
    box.append(caption, sheet);
    return box;
  }

  // A row's size, which opens how its side comes about.
  proved(row) {
    const button = Object.assign(made("button", "shape proved", row.shape), { type: "button" });
    button.addEventListener("click", () => this.card.replaceChildren(...cardOf(row.opens)));
    button.popoverTargetElement = this.card;
    return button;
  }

  listen(known) {
    const { row, sheet, tiles } = known;
    sheet.tabIndex = 0;
    const unitAt = (event) => {
      const number = tiles.indexOf(event.target.closest(".tile"));
      if (number < 0) return null;
      const box = tiles[number].getBoundingClientRect();
      const at = (offset, length, count) => Math.min(count - 1, Math.max(0, Math.floor((offset / length) * count)));
      return {
        channel: row.channels[number],
        row: at(event.clientY - box.top, box.height, row.height),
        column: at(event.clientX - box.left, box.width, row.width),
      };
    };
    sheet.addEventListener("pointermove", (event) => this.held || this.show(known, unitAt(event)));
    sheet.addEventListener("pointerleave", () => this.held || this.hide());
    sheet.addEventListener("click", (event) => this.hold(known, unitAt(event)));
    sheet.addEventListener("focus", () => {
      this.walk ??= { channel: row.channels[0], row: row.height >> 1, column: row.width >> 1 };
      this.walk = { ...this.walk, channel: row.channels[0], row: row.height >> 1, column: row.width >> 1 };
      if (sheet.matches(":focus-visible") && !this.held) this.show(known, this.walk);
    });
    sheet.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === "Escape") {
        event.preventDefault();
        this.hold(known, event.key === "Enter" ? this.walk : null);
        return;
      }
      const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (!step) return;
      event.preventDefault();
      this.walk.row = Math.min(row.height - 1, Math.max(0, this.walk.row + step[0]));
      this.walk.column = Math.min(row.width - 1, Math.max(0, this.walk.column + step[1]));
      this.show(known, this.walk);
    });
  }

  // The same unit again, or none, lets go.
  hold(known, unit) {
    const held = unit && { path: known.row.path, ...unit };
    const same = held && JSON.stringify(held) === JSON.stringify(this.held);
    if (!held && !this.held) return;
    this.held = same ? null : held;
    this.unmark();
    if (this.held) this.follow(known, unit);
    else this.hide();
    this.report?.("unit", this.held);
  }

  // What was held stays held where the new rows still have it.
  again() {
    if (!this.held) return;
    const known = this.rows.find((one) => one.row.path === this.held.path);
    const there = known && this.held.row < known.row.height && this.held.column < known.row.width;
    if (there) this.follow(known, this.held);
  }

  follow(known, unit) {
    this.show(known, unit);
    const from = this.rows.indexOf(known);
    for (const { row, tiles } of this.rows.slice(from)) {
      const at = (one) => unitBelow(one, known.row.field, row.field);
      tiles.forEach((tile) => {
        const mark = made("div", "at");
        Object.assign(mark.style, {
          top: `${(100 * at(unit.row)) / row.height}%`,
          left: `${(100 * at(unit.column)) / row.width}%`,
          height: `${100 / row.height}%`,
          width: `${100 / row.width}%`,
        });
        tile.append(mark);
      });
    }
    const own = known.row.channels.indexOf(unit.channel);
    known.tiles[own]?.classList.add("own");
  }

  unmark() {
    for (const { tiles } of this.rows)
      for (const tile of tiles) {
        tile.classList.remove("own");
        tile.replaceChildren();
      }
  }

  show(known, unit) {
    if (!unit) return this.hide();
    const { row } = known;
    const { height, width } = this.data.picture;
    const [top, bottom] = spanOf(row.field, unit.row, height);
    const [left, right] = spanOf(row.field, unit.column, width);
    Object.assign(this.mark.style, {
      top: `${(100 * top) / height}%`,
      left: `${(100 * left) / width}%`,
      height: `${(100 * (bottom - top)) / height}%`,
      width: `${(100 * (right - left)) / width}%`,
    });
    this.mark.hidden = false;
    this.told.textContent =
      `${row.label}, channel ${unit.channel}, row ${unit.row}, column ${unit.column}: ` +
      `sees ${bottom - top}×${right - left} pixels of the picture (computed).`;
  }

  hide() {
    this.mark.hidden = true;
    this.told.textContent = this.data.hint;
  }
}

function made(tag, name, text = "") {
  return Object.assign(document.createElement(tag), { className: name, textContent: text });
}

const shown = once((place) => new Maps(place));

export function showMaps({ data, parentElement, setStateValue }) {
  shown(parentElement.querySelector(".place")).update(data, setStateValue);
}

export default showMaps;
