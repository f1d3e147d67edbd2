// What stands beside the map: the picture with what one unit sees, the two terms and their sum, the words, the answer.

import { html } from "../js/dom.js";
import { spanOf } from "../js/field.js";
import { clamp, exact } from "../js/numbers.js";
import { cardOf } from "../js/proof_card.js";
import { answerSaid, shareSaid } from "./ends.js";
import { drawCells } from "./pictures.js";
import { mixed } from "./timeline.js";

const COLUMNS = 2; // maps side by side in a term

export class Beside {
  constructor(walk, kept) {
    this.walk = walk;
    const { picture, steps } = walk;
    this.side = Math.max(picture.height, picture.width);
    this.canvas = html("canvas", { class: "pixels", role: "img", "aria-label": "The picture, and the part of it that one unit sees" });
    this.frame = html("div", { class: "walk-frame" });
    this.photo = html("div", { class: "walk-photo", style: { aspectRatio: `${picture.width} / ${picture.height}` } }, this.canvas, this.frame);
    this.card = html("div", { popover: true, class: "proof-card" });
    this.size = this.number("walk-size", () => this.step?.opens.size);
    this.many = html("span", {});
    this.sees = this.number("walk-sees", () => this.step?.opens.sees);
    this.see = html("div", { class: "walk-see" }, this.photo, html("p", { class: "walk-shape" }, html("b", {}, this.size), this.many, this.sees));
    this.terms = Object.fromEntries(
      [["x", "x", "the shortcut’s"], ["f", "F(x)", "the block’s"], ["sum", "sum", "goes on"]].map(([name, label, how]) => {
        const canvas = html("canvas", { class: "pixels", "aria-hidden": "true" });
        const said = html("span", {}, html("b", {}, label), html("small", {}, how));
        return [name, { canvas, said, box: html("div", { class: `walk-term ${name}` }, canvas, said) }];
      }),
    );
    this.signs = ["+", "="].map((sign) => html("span", { class: "walk-sign", "aria-hidden": "true" }, sign));
    const { x, f, sum } = this.terms;
    this.lens = html("div", { class: "walk-lens" }, x.box, this.signs[0], f.box, this.signs[1], sum.box);
    this.key = html("p", { class: "walk-key", "aria-hidden": "true" }, html("span", {}), html("i", {}), html("span", {}), html("span", {}, walk.source));
    this.title = html("h3", {});
    this.text = html("p", {});
    this.words = html("div", { class: "walk-words" }, this.title, this.text);
    this.bars = walk.answer.map(([name]) => ({
      fill: html("i", {}),
      share: html("span", { class: "walk-share" }),
      name: html("span", { class: "walk-name" }, name),
    }));
    this.answer = html(
      "div",
      { class: `walk-answer${walk.answer.length > 5 ? " many" : ""}`, role: "img", "aria-label": answerSaid(walk) },
      this.bars.map(({ fill, share, name }) => html("div", {}, name, html("span", { class: "walk-track" }, fill), share)),
      walk.answer.length ? html("small", { class: "walk-source" }, walk.source) : null,
    );
    this.told = html("p", { class: `walk-told${walk.trained ? "" : " untrained"}`, "data-source": `Bars and maps are ${walk.source}.` }, sentence(walk.told));
    this.parts = [this.see, this.words, this.lens, this.key, this.answer, this.told];
    this.root = html("div", { class: "walk-beside" }, kept ?? this.parts, this.card);
    this.last = -2;
    this.shapes = [[picture.grey ? 1 : 3, picture.height, picture.width], ...steps.map((step) => step.shape)];
    this.spans = [ // of the unit in the middle
      [picture.height, picture.width].map((side) => [side / 2, side / 2 + 1]),
      ...steps.map(({ field, shape }) => [spanOf(field, shape[1] >> 1, picture.height), spanOf(field, shape[2] >> 1, picture.width)]),
    ];
  }

  // A number that opens where it comes from.
  number(kind, opens, shown = "") {
    const button = html("button", { type: "button", class: `proved ${kind}`, onclick: () => this.fill(opens()) }, shown);
    button.popoverTargetElement = this.card;
    return button;
  }

  fill(said) {
    this.card.replaceChildren(...(said ? cardOf(said) : []));
  }

  // A sentence in pieces, of which each second one is a number that opens where it comes from.
  woven(pieces, opens) {
    return pieces.map((piece, at) => (opens && at % 2 ? this.number("", () => opens, piece) : piece));
  }

  // New colours: everything that is drawn is drawn again.
  taken(sheets) {
    this.sheets = sheets;
    this.last = -2;
    const { picture } = sheets;
    Object.assign(this.canvas, { width: picture.width, height: picture.height });
    this.canvas.getContext("2d").drawImage(picture, 0, 0);
  }

  draw({ segment, moves }) {
    const steps = this.walk.steps;
    const now = clamp(segment.step, -1, steps.length - 1);
    if (segment.index !== this.last) this.begin(segment);
    const u = segment.kind === "leave" ? 1 : moves.seen;
    this.drawShape(now);
    this.drawField(now, segment.kind === "enter" ? 0 : u);
    if (segment.kind === "block") this.meet(moves);
    else this.terms.sum.box.style.opacity = segment.kind === "layer" ? moves.fill : 0;
    this.grow(segment.kind === "leave" ? moves.fill : 0);
  }

  say(said, opens) {
    this.title.textContent = said?.title ?? "";
    this.text.replaceChildren(...this.woven(said?.text ?? [], opens));
  }

  // Room for the longest words, so that nothing moves from step to step; the next frame says again what its step says.
  reserve() {
    const { steps, enter, leave } = this.walk;
    this.words.style.minHeight = "0";
    const heights = [enter, ...steps, leave].map((said) => {
      this.say(said);
      return this.words.offsetHeight;
    });
    this.words.style.minHeight = `${Math.max(...heights) + 1}px`; // they are rounded
    this.last = -2;
  }

  // Once a segment: the words, and the pictures of its terms.
  begin(segment) {
    this.last = segment.index;
    const { steps, enter, leave } = this.walk;
    const step = (this.step = steps[segment.step]);
    const said = segment.kind === "enter" ? enter : segment.kind === "leave" ? leave : step;
    this.say(said, segment.kind === "leave" ? leave.opens : step?.opens.share);
    this.size.disabled = !step?.opens.size;
    this.sees.disabled = !step?.opens.sees;
    const adds = Boolean(step?.x.length);
    this.lens.dataset.kind = segment.kind === "block" && adds ? "sum" : step ? "one" : "none";
    this.key.style.visibility = step ? "" : "hidden"; // nothing moves when it comes
    (this.answer.parentElement ?? this.root).classList.toggle("at-answer", segment.kind === "leave");
    if (!step) return;
    const sheet = step.relu ? this.sheets.relu : this.sheets.sum;
    if (adds) {
      this.paint("x", this.sheets.sum, step.x);
      this.paint("f", this.sheets.sum, step.f);
    }
    this.paint("sum", adds ? this.sheets.sum : sheet, step.maps);
    const [name, how] = this.terms.sum.box.querySelectorAll("b, small");
    name.textContent = adds ? "sum" : `${step.maps.length} of ${step.shape[0]}\u00a0maps`;
    if (step.shape[1] * step.shape[2] === 1) name.textContent = `${exact(step.shape[0])} numbers`;
    how.textContent = adds ? (step.relu ? "then ReLU" : "goes on") : "";
    const [low, , high] = this.key.children;
    [low.textContent, high.textContent] = step.ends;
  }

  paint(name, sheet, cells) {
    const { canvas } = this.terms[name];
    const [columns, gap] = [cells.length === 1 ? 1 : COLUMNS, cells.length === 1 ? 0 : 1];
    const most = Math.max(...cells.map(([, , w, h]) => Math.max(w, h)));
    const side = Math.max(most, Math.ceil(64 / most) * most);
    const rows = Math.ceil(cells.length / columns);
    Object.assign(canvas, { width: columns * (side + gap * 4) - gap * 4, height: rows * (side + gap * 4) - gap * 4 });
    drawCells(canvas.getContext("2d"), sheet, cells, { x: 0, y: 0, side, columns, gap: gap * 4 });
  }

  // x and F(x) go to where the sum will stand, and back; the sum stays.
  meet({ split, meet, fill }) {
    const { x, f, sum } = this.terms;
    x.box.style.opacity = Math.min(split * 2.5, 1);
    f.box.style.opacity = split;
    const adds = this.lens.dataset.kind === "sum";
    sum.box.style.opacity = adds ? clamp((meet - 0.45) / 0.2, 0, 1) : fill;
    this.signs[0].style.opacity = split;
    this.signs[1].style.opacity = sum.box.style.opacity;
    if (!adds) return;
    const near = Math.sin(Math.PI * meet);
    for (const one of [x, f]) one.said.style.opacity = 1 - Math.min(near * 2, 1);
    for (const { box } of [x, f]) {
      const [right, down] = [sum.box.offsetLeft - box.offsetLeft, sum.box.offsetTop - box.offsetTop];
      box.style.transform = near > 0.001 ? `translate(${right * near}px, ${down * near}px)` : "";
    }
    sum.box.style.transform = `scale(${1 + 0.12 * Math.sin(Math.PI * clamp((meet - 0.45) / 0.55, 0, 1))})`;
  }

  // What the step makes, from when its words stand there: the size of the one before stood beside them.
  drawShape(now) {
    const [channels, height, width] = this.shapes[now + 1];
    const vector = height * width === 1;
    const size = vector ? exact(channels) : `${height}×${width}`;
    if (this.size.textContent !== size) this.size.textContent = size;
    const many = vector ? (channels === 1 ? "number" : "numbers") : channels === 1 ? "one channel" : `× ${exact(channels)} ${now < 0 ? "channels" : "maps"}`;
    if (this.many.textContent !== many) this.many.textContent = many;
  }

  // The frame grows; the words are the step's own from its first moment, as is what they open.
  drawField(now, u) {
    const before = this.spans[Math.max(now, 0)],
      after = this.spans[now + 1];
    const [[top, bottom], [left, right]] = [0, 1].map((way) => mixed(before[way], after[way], u));
    const { height, width } = this.walk.picture;
    const start = now <= 0 && u < 0.02;
    this.frame.hidden = now < 0 || start;
    this.seen = this.frame.hidden ? null : [[top, bottom], [left, right]];
    Object.assign(this.frame.style, {
      left: `${(100 * left) / width}%`,
      width: `${(100 * (right - left)) / width}%`,
      top: `${(100 * top) / height}%`,
      height: `${(100 * (bottom - top)) / height}%`,
    });
    const [tall, wide] = after.map(([from, to]) => to - from);
    const sees = now < 0 ? "" : tall >= height && wide >= width ? "one unit sees it all" : `one unit sees ${tall}×${wide} pixels`;
    if (this.sees.textContent !== sees) this.sees.textContent = sees;
    this.sees.style.visibility = sees ? "" : "hidden"; // a button without words is none
  }

  grow(u) {
    this.walk.answer.forEach(([, share], at) => {
      const { fill, share: said, name } = this.bars[at];
      fill.style.transform = `scaleX(${Math.max(share * u, 0.0001)})`;
      said.textContent = u > 0.98 ? shareSaid(share) : "";
      name.parentElement.classList.toggle("best", u > 0.98 && at === this.walk.best);
    });
  }
}

// A percentage is never cut from its sign.
const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}.`.replace(/(\d) %/g, "$1\u00a0%");
