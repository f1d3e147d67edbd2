// Where the picture enters the map and the answer leaves it: two tiles that stand there while a picture walks.

import { svg } from "../js/dom.js";
import { chance, clamp, shown } from "../js/numbers.js";

const SIZE = 12.5; // units: of the words on the answer's tile
const PAD = 4;
const MOST_ROWS = 3; // classes with names
const LEAST_SAID = 0.0005; // eight times "< 0.1 %" would hide the answer
const UPRIGHT = 10; // so many classes of one sign stand side by side

// A map's drawing with room for both in every layout; as it is where it has none. Python says what changes.
export function entered(data) {
  const layouts = Object.entries(data.scene.layouts).map(([name, layout]) => [name, layout.ends ? moved(layout) : layout]);
  return { ...data, scene: { ...data.scene, layouts: Object.fromEntries(layouts) } };
}

function moved(layout) {
  const { in: from, out, lane, tiles, flow } = layout.ends;
  const [first, ...lanes] = layout.lanes;
  const changed = { ...layout, tiles: [...layout.tiles], flow: [...layout.flow], lanes: [[lane, ...first.slice(1)], ...lanes] };
  for (const [at, box] of tiles) changed.tiles[at] = box;
  for (const [at, d] of flow) changed.flow[at] = { ...layout.flow[at], d };
  return { ...changed, held: { in: from, out } };
}

export const answerSaid = ({ answer, best }) =>
  answer.length ? `The answer: ${answer[best][0]}, ${chance(answer[best][1])}` : "The net gives no answer";
export const shareSaid = (share) => (share >= LEAST_SAID ? chance(share) : "");
const box = ([x, y, width, height], kind) => svg("rect", { class: `end-box ${kind}`, x, y, width, height, rx: 5 });

export class Ends {
  // walk: what Python made. held: the boxes. least: size of the smallest words, where there is a bound.
  constructor(walk, held, least = 0) {
    const { answer, best, picture, trained } = walk;
    this.answer = answer;
    this.best = best;
    this.held = held;
    this.shape = [picture.width, picture.height];
    this.size = Math.max(SIZE, least);
    this.group = svg("g", { class: `ends${trained ? "" : " untrained"}`, role: "img", "aria-label": answerSaid(walk) }, box(held.in, "in"));
    const short = answer.length <= UPRIGHT && answer.every(([name]) => name.length === 1);
    this.bars = answer.length ? (short ? this.upright() : this.lying()) : [];
    if (answer.length) this.group.append(box(held.out, "out"), ...this.bars.flatMap(({ parts }) => parts));
    this.u = -1;
    this.grow(0);
  }

  text(kind, x, y, words) {
    return svg("text", { class: `end-${kind}`, x: x.toFixed(1), y: y.toFixed(1), "font-size": this.size.toFixed(1) }, words);
  }

  // A bar for each digit, its name below it; the share of the likeliest beside its end.
  upright() {
    const [x, y, w, h] = this.held.out;
    const wide = (w - 2 * PAD) / this.answer.length, base = y + h - 1.25 * this.size, high = base - y - PAD;
    return this.answer.map(([name], at) => {
      const left = x + PAD + at * wide;
      const fill = svg("rect", { class: "end-bar", x: left + 0.16 * wide, y: base, width: 0.68 * wide, height: 0 });
      const says = this.text("name", left + wide / 2, base + this.size, name);
      const right = at < this.answer.length / 2;
      const share = this.text(right ? "share" : "share left", right ? left + wide + 2 : left - 2, y + PAD + 0.8 * this.size, "");
      const draw = (part) => { fill.setAttribute("y", base - high * part); fill.setAttribute("height", high * part); };
      return { parts: [fill, says, ...(at === this.best ? [share] : [])], says, share, draw };
    });
  }

  // The likeliest classes, each a line, its bar behind it.
  lying() {
    const [x, y, w, h] = this.held.out;
    const rows = clamp(Math.floor((h - PAD) / (1.35 * this.size)), 1, Math.min(MOST_ROWS, this.answer.length));
    const high = (h - PAD) / rows, letters = Math.floor((w - 2 * PAD) / (0.56 * this.size)) - 8;
    return this.answer.slice(0, rows).map(([name], at) => {
      const top = y + PAD / 2 + at * high, line = top + high / 2 + 0.36 * this.size;
      const fill = svg("rect", { class: "end-bar behind", x: x + PAD / 2, y: top + 1, width: 0, height: high - 2, rx: 3 });
      const says = this.text("name left", x + PAD + 2, line, ""), share = this.text("share left", x + w - PAD - 2, line, "");
      const draw = (part) => {
        fill.setAttribute("width", (w - PAD) * part);
        says.textContent = part ? shown(name, Math.max(letters, 4)) : "";
      };
      return { parts: [fill, says, share], says, share, draw };
    });
  }

  // The bars come out with u; what they say, when they have.
  grow(u) {
    if (u === this.u) return;
    this.u = u;
    this.bars.forEach(({ draw, says, share }, at) => {
      const part = this.answer[at][1], told = u > 0.98;
      draw(part * u);
      share.textContent = told ? shareSaid(part) : "";
      says.classList.toggle("best", told && at === this.best);
    });
  }

  // The picture in its box, and the part of it that one unit sees: [[top, bottom], [left, right]] in its pixels, or nothing.
  picture(context, picture, sees, colour) {
    const [x, y, w, h] = this.held.in, [wide, high] = this.shape;
    const scale = Math.min((w - 2) / wide, (h - 2) / high), left = x + (w - wide * scale) / 2, top = y + (h - high * scale) / 2;
    context.imageSmoothingEnabled = picture.width > 2 * w;
    context.drawImage(picture, left, top, wide * scale, high * scale);
    if (!sees) return;
    const [[from, to], [first, last]] = sees;
    context.strokeStyle = colour;
    context.lineWidth = 1.6;
    context.strokeRect(left + first * scale, top + from * scale, (last - first) * scale, (to - from) * scale);
  }
}
