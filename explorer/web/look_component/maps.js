// Feature maps beside the picture. Pointing at a unit (or walking to it with the arrow keys) marks on the picture
// the square that it sees; a click holds it.


class Maps {
  constructor(place) {
    this.place = place;
    this.held = null;
    new ResizeObserver(() => this.fit()).observe(place);
  }

  update(data) {
    if (data === this.data) return;
    this.data = data;
    this.held = null;
    this.images = [];
    this.picture = this.made("div", "seen");
    const image = this.made("img", "pixels");
    image.alt = data.picture.alt;
    image.src = data.picture.src;
    this.mark = this.made("div", "mark");
    this.mark.hidden = true;
    const frame = this.made("div", "frame");
    frame.append(image, this.mark);
    this.told = this.made("p", "told");
    this.told.setAttribute("role", "status");
    this.told.textContent = data.hint;
    this.picture.append(frame, this.told);
    const rows = this.made("div", "rows");
    rows.append(...data.groups.map((group) => this.group(group)));
    const root = this.made("div", "look");
    root.append(this.picture, rows);
    this.place.replaceChildren(root);
    this.rows = rows;
    this.fit();
  }

  // One scale for all rows, so that halving and doubling are seen; as large as the widest row allows.
  fit() {
    const wide = ([, row]) => (row.columns * (row.width + 1) - 1) * row.scale;
    const room = this.rows?.clientWidth;
    if (!room) return;
    const least = Math.min(1, room / Math.max(...this.images.map(wide)));
    for (const [image, row] of this.images) image.style.width = `${wide([image, row]) * least}px`;
  }

  made(tag, name, text = "") {
    return Object.assign(document.createElement(tag), { className: name, textContent: text });
  }

  group(group) {
    const box = this.made("section", `group ${group.kind}`);
    if (group.title) box.append(this.made("h3", "title", group.title));
    const line = this.made("div", "line");
    for (const row of group.rows) {
      const term = this.made("div", "term");
      if (row.sign) term.append(this.made("span", "sign", row.sign));
      term.append(this.row(row));
      line.append(term);
    }
    box.append(line);
    if (group.key) {
      const key = this.made("div", "key");
      const ramp = this.made("span", "ramp");
      ramp.style.background = group.key.ramp;
      key.append(this.made("span", "", group.key.low), ramp, this.made("span", "", group.key.high));
      box.append(key);
    }
    return box;
  }

  row(row) {
    const box = this.made("figure", "row");
    const caption = this.made("figcaption", "");
    caption.append(this.made("b", "", row.label), this.made("span", "shape", row.shape));
    if (row.note) caption.append(this.made("span", "note", row.note));
    const image = this.made("img", "pixels maps");
    image.src = row.src;
    image.alt = `${row.label}: ${row.channels.length} feature maps, ${row.shape}`;
    this.images.push([image, row]);
    if (row.field) this.listen(image, row);
    box.append(caption, image);
    return box;
  }

  listen(image, row) {
    image.tabIndex = 0;
    const unitAt = (event) => {
      const box = image.getBoundingClientRect();
      const across = row.columns * (row.width + 1) - 1;
      const x = ((event.clientX - box.left) / box.width) * across;
      const y = ((event.clientY - box.top) / box.height) * (row.rows * (row.height + 1) - 1);
      const [column, line] = [Math.floor(x / (row.width + 1)), Math.floor(y / (row.height + 1))];
      const unit = [Math.floor(y - line * (row.height + 1)), Math.floor(x - column * (row.width + 1))];
      const channel = row.channels[line * row.columns + column];
      return unit[0] >= row.height || unit[1] >= row.width || channel === undefined ? null : { unit, channel };
    };
    image.addEventListener("pointermove", (event) => this.held || this.show(row, unitAt(event)));
    image.addEventListener("pointerleave", () => this.held || this.hide());
    image.addEventListener("click", (event) => {
      this.held = this.held ? null : row;
      this.show(row, unitAt(event));
    });
    image.addEventListener("focus", () => {
      this.walk = { unit: [row.height >> 1, row.width >> 1], channel: row.channels[0] };
      if (image.matches(":focus-visible")) this.show(row, this.walk);
    });
    image.addEventListener("keydown", (event) => {
      const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (!step) return;
      event.preventDefault();
      const [y, x] = this.walk.unit;
      this.walk.unit = [
        Math.min(row.height - 1, Math.max(0, y + step[0])),
        Math.min(row.width - 1, Math.max(0, x + step[1])),
      ];
      this.show(row, this.walk);
    });
  }

  show(row, found) {
    if (!found) return this.hide();
    const { height, width } = this.data.picture;
    const [top, bottom] = span(row.field, found.unit[0], height);
    const [left, right] = span(row.field, found.unit[1], width);
    Object.assign(this.mark.style, {
      top: `${(100 * top) / height}%`,
      left: `${(100 * left) / width}%`,
      height: `${(100 * (bottom - top)) / height}%`,
      width: `${(100 * (right - left)) / width}%`,
    });
    this.mark.hidden = false;
    this.told.textContent =
      `${row.label}, channel ${found.channel}, row ${found.unit[0]}, column ${found.unit[1]}: ` +
      `sees ${bottom - top}×${right - left} pixels of the picture.`;
  }

  hide() {
    this.mark.hidden = true;
    this.told.textContent = this.data.hint;
  }
}

// First pixel and one past the last that a unit sees, clipped to the picture.
function span(field, unit, side) {
  if (field.size === null) return [0, side];
  const start = field.first + unit * field.jump;
  return [Math.max(0, start), Math.min(side, start + field.size)];
}

const shown = new WeakMap();

export default function ({ data, parentElement }) {
  const place = parentElement.querySelector(".place");
  if (!shown.has(place)) shown.set(place, new Maps(place));
  shown.get(place).update(data);
}
