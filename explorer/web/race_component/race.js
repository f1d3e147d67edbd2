// Two bars that move: as the news of a race comes in, or once more as it was.

import { calm, html } from "../js/dom.js";
import { fixed } from "../js/numbers.js";
import { once } from "../js/place.js";
import { wayAt } from "./way.js";

const LEAST_S = 3; // a replay takes at least so long, so that it can be followed

class Race {
  constructor(place) {
    this.text = "";
    this.where = html("p", { class: "where" });
    this.lanes = html("div", { class: "lanes" });
    this.said = html("p", { class: "said", role: "status" });
    this.button = html("button", { type: "button", onclick: () => this.replay() });
    this.root = html("div", { class: "race" }, this.where, this.lanes, this.said, this.button);
    place.replaceChildren(this.root);
  }

  update(data) {
    const text = JSON.stringify(data);
    if (text === this.text) return;
    this.text = text;
    this.data = data;
    cancelAnimationFrame(this.frame);
    if (this.lanes.children.length !== data.bars.length) this.lanes.replaceChildren(...data.bars.map(lane));
    const ended = Boolean(data.bars[0].done_s);
    this.root.classList.toggle("faint", data.faint);
    this.root.classList.toggle("live", !ended);
    this.button.hidden = !ended || calm();
    if (ended) this.button.textContent = this.slower() > 1 ? `Run it again, ${fixed(this.slower(), 1)}× as slow` : "Run it again";
    this.where.textContent = data.where;
    this.said.textContent = data.said;
    this.stand();
  }

  stand() {
    this.said.style.visibility = "";
    this.data.bars.forEach((bar, index) => this.show(index, bar, bar.way));
  }

  show(index, bar, way) {
    const row = this.lanes.children[index];
    row.querySelector("b").textContent = bar.title;
    row.querySelector("span").textContent = bar.told;
    const fill = row.querySelector(".fill");
    fill.style.width = `${100 * way}%`;
    fill.style.background = bar.colour;
  }

  // When the first one arrives, in seconds.
  end() {
    return Math.min(...this.data.bars.map(({ done_s }) => done_s[done_s.length - 1]));
  }

  slower() {
    return Math.max(1, LEAST_S / this.end());
  }

  // As it was, at one speed for both, until the first has finished, in LEAST_S seconds or as long as it took: what the words
  // say holds there and not before, so they come with it.
  replay() {
    const end = this.end();
    const slow = this.slower();
    let began = null; // with the first frame: on a busy machine that is late, and all the same the beginning
    cancelAnimationFrame(this.frame);
    this.said.style.visibility = "hidden";
    const move = (now) => {
      began ??= now;
      const seconds = (now - began) / 1000 / slow;
      if (seconds >= end) return this.stand();
      this.data.bars.forEach((bar, index) => this.show(index, bar, wayAt(bar.done_s, seconds)));
      this.frame = requestAnimationFrame(move);
      return undefined;
    };
    this.frame = requestAnimationFrame(move);
  }
}

const lane = () =>
  html("div", { class: "lane" }, html("div", { class: "words" }, html("b"), html("span")), html("div", { class: "track" }, html("div", { class: "fill" })));

const shown = once((place) => new Race(place));

export function showRace({ data, parentElement }) {
  shown(parentElement.querySelector(".place")).update(data);
}

export default showRace;
