// The clock and its controls: play, pause, step, speed, scrub, keys. One clock may drive several walks side by side.

import { calm, html, svg } from "../js/dom.js";
import { clamp } from "../js/numbers.js";
import { SPEEDS, endOf, frameAt, indexAt } from "./timeline.js";

const DWELL = 2; // seconds at each step, where nothing may move
const ICONS = {
  play: "M7 4.5v11l9-5.5z",
  pause: "M6.5 4.5v11M13.5 4.5v11",
  again: "M15.5 10a5.5 5.5 0 1 1-1.7-4M14 2.5V6h-3.5",
  back: "M13 5l-5 5 5 5M6 5v10",
  on: "M7 5l5 5-5 5M14 5v10",
  close: "M5 5l10 10M15 5L5 15",
};

const icon = (name) =>
  svg("svg", { viewBox: "0 0 20 20", width: 20, height: 20, "aria-hidden": "true", class: `icon-${name}` }, svg("path", { d: ICONS[name] }));

export class Player {
  // timeline: of all walks. draw(frame): what they do with it. titles: of its segments. track: the scrub's background.
  // close: leaves the walk; null where there is nowhere to go.
  constructor({ timeline, draw, titles, track, close }) {
    this.timeline = timeline;
    this.drawAll = draw;
    this.titles = titles;
    this.t = 0;
    this.playing = false;
    this.speed = 1;
    this.until = Infinity; // where a step ends
    this.last = null; // when the last frame was
    this.waited = 0;
    const button = (name, label, onclick, kind = "") =>
      html("button", { type: "button", class: `walk-button ${kind}`, "aria-label": label, title: label, onclick }, icon(name));
    this.play = button("play", "Play", () => this.toggle(), "main");
    this.scrub = html("input", {
      type: "range",
      class: "walk-scrub",
      min: 0,
      max: Math.round(timeline.total * 100),
      step: 1,
      value: 0,
      "aria-label": "Where the walk is",
      oninput: () => {
        const t = Number(this.scrub.value) / 100;
        this.pause();
        this.seek(calm() ? endOf(timeline, indexAt(timeline, t)) : t);
      },
    });
    this.scrub.style.setProperty("--track", track);
    this.pace = html("button", { type: "button", class: "walk-button pace", title: "Speed", onclick: () => this.faster() });
    this.bar = html(
      "div",
      { class: "walk-bar", role: "group", "aria-label": "The walk" },
      button("back", "One step back", () => this.step(-1)),
      this.play,
      button("on", "One step on", () => this.step(1)),
      this.scrub,
      this.pace,
      close ? button("close", "Back to the map", close, "close") : null,
    );
    this.told();
  }

  // Keys for all that stands in `root`, until `forget`; what has keys of its own keeps them.
  listen(root, close) {
    this.root = root;
    this.heard = new AbortController();
    root.addEventListener(
      "keydown",
      (event) => {
        const inside = (selector) => event.composedPath().some((node) => node instanceof Element && node.matches(selector));
        if (event.ctrlKey || event.metaKey || event.altKey || inside("input:not(.walk-scrub), select, textarea")) return;
        const keys = {
          " ": () => this.toggle(),
          k: () => this.toggle(),
          ArrowRight: () => this.step(1),
          ArrowLeft: () => this.step(-1),
          Home: () => this.jump(0),
          End: () => this.jump(Infinity),
          "+": () => this.faster(),
          Escape: close,
        };
        if (event.key === "Escape" && root.querySelector(".proof-card:popover-open")) return; // the card first
        if (!keys[event.key] || (event.key === " " && inside("button:not(.main)"))) return;
        event.preventDefault();
        event.stopPropagation();
        keys[event.key]();
      },
      { capture: true, signal: this.heard.signal },
    );
  }

  forget() {
    this.heard.abort();
  }

  get ended() {
    return this.t >= this.timeline.total - 0.01;
  }

  toggle() {
    if (this.playing) return this.pause();
    if (this.ended) this.t = 0;
    return this.go();
  }

  go(until = Infinity) {
    this.playing = true;
    this.until = until;
    this.last = null;
    this.waited = 0;
    this.told();
    cancelAnimationFrame(this.next);
    this.next = requestAnimationFrame((now) => this.tick(now));
  }

  pause() {
    this.playing = false;
    cancelAnimationFrame(this.next);
    this.told();
  }

  tick(now) {
    if (!this.playing) return;
    if (this.root && !this.root.isConnected) return void this.pause();
    const passed = this.last === null ? 0 : Math.min((now - this.last) / 1000, 0.1) * this.speed;
    this.last = now;
    if (calm()) this.still(passed);
    else this.seek(this.t + passed);
    if (this.t >= Math.min(this.until, this.timeline.total)) return void this.pause();
    this.next = requestAnimationFrame((later) => this.tick(later));
  }

  // Without motion: the end of each step, one after another.
  still(passed) {
    this.waited += passed;
    if (this.waited < DWELL && this.t > 0) return;
    this.waited = 0;
    const at = indexAt(this.timeline, this.t);
    const next = this.t === 0 ? 0 : at + 1;
    this.seek(next >= this.timeline.segments.length - 1 ? this.timeline.total : endOf(this.timeline, next));
  }

  // One step: it plays to its end and rests there; where nothing may move, and backwards, it is simply there.
  step(by) {
    const at = indexAt(this.timeline, this.t);
    const rests = this.t >= endOf(this.timeline, at) - 0.01;
    const last = this.timeline.segments.length - 1;
    const steps = this.playing && this.until < Infinity; // asked for again: the one that plays is skipped
    this.pause();
    if (by > 0 && steps && at < last) {
      this.seek(this.timeline.segments[at + 1].start);
      return calm() ? this.seek(endOf(this.timeline, at + 1)) : this.go(endOf(this.timeline, at + 1));
    }
    if (by < 0) return this.seek(endOf(this.timeline, at - 1));
    const to = Math.min(rests ? at + 1 : at, last);
    if (calm()) return this.seek(endOf(this.timeline, to));
    return this.go(endOf(this.timeline, to));
  }

  jump(index) {
    this.pause();
    this.seek(index === 0 ? 0 : this.timeline.total);
  }

  seek(t) {
    this.t = clamp(t, 0, this.playing ? Math.min(this.until, this.timeline.total) : this.timeline.total);
    this.drawAll(frameAt(this.timeline, this.t));
    this.told();
  }

  again() {
    this.drawAll(frameAt(this.timeline, this.t));
  }

  faster() {
    this.speed = SPEEDS[(SPEEDS.indexOf(this.speed) + 1) % SPEEDS.length];
    this.told();
  }

  told() {
    const now = this.playing ? "pause" : this.ended ? "again" : "play";
    if (now !== this.shown) {
      this.shown = now;
      this.play.replaceChildren(icon(now));
      const label = { play: "Play", pause: "Pause", again: "Play again" }[now];
      this.play.setAttribute("aria-label", label);
      this.play.title = `${label} (space)`;
    }
    this.pace.textContent = `${this.speed === 0.5 ? "½" : this.speed}×`;
    this.pace.setAttribute("aria-label", `Speed ${this.speed}×`);
    this.scrub.value = Math.round(this.t * 100);
    this.scrub.style.setProperty("--at", `${(100 * this.t) / this.timeline.total}%`);
    this.scrub.setAttribute("aria-valuetext", this.titles[indexAt(this.timeline, this.t)]);
  }
}
