// A lecture as one file: the app's own bar, map and charts over what Python has prepared. No server is asked for anything.

import { showStage } from "../lecture_bar/stage.js";
import { holder } from "../lecture_bar/holder.js";
import { urlOf } from "../lecture_bar/travel.js";
import { copy } from "../js/copy.js";
import { fingersScroll } from "../js/finger.js";
import { means } from "../js/means.js";
import { html } from "../js/dom.js";
import { drawView, themed } from "./views.js";
import { fillNotes, openNotes } from "./notes.js";
import { keyOf, mapView, netKeyOf, paramsOf } from "./route.js";
import { shadowed } from "./shadow.js";
import { unpacked } from "./packed.js";
import { verdictOf } from "./verdicts.js";

const OWN = ["lecture", "guess", "present", "hide"];
const BEGINS = ["PageDown", "ArrowRight", " "]; // on the list of scenes: no stage stands there that hears of keys
const THEMES = { auto: "light dark", light: "light", dark: "dark" };
const root = document.getElementById("lecture");

class File {
  constructor(data) {
    this.data = data;
    this.theme = "auto";
    this.main = html("main", { class: "file-main", tabindex: "-1" });
    this.bar = shadowed("stage-place", data.css.stage);
    this.list = shadowed("stage-place", data.css.stage);
    this.head = html("header", { class: "head" }, html("h1", {}, data.title), html("p", {}, data.subtitle), this.list.host);
    this.page = html("div", { class: "page" });
    this.foot = html("footer", {});
    this.main.append(html("div", { class: "inner" }, this.head, this.bar.host, this.page, this.foot));
    root.replaceChildren(this.main);
    holder.route = { search: () => `?${this.query()}`, go: (url) => this.go(url), main: () => this.main, notes: openNotes };
    fingersScroll();
    window.addEventListener("hashchange", () => this.show());
    document.addEventListener("click", (event) => {
      const path = /** @type {HTMLElement[]} */ (event.composedPath()), button = path.find((one) => one.dataset?.copy !== undefined);
      if (button) copy(button);
      else means(path);
    });
    window.addEventListener("keydown", (event) => this.begins(event));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => themed());
    this.show();
  }

  query() {
    return location.hash.split("?")[1] ?? "";
  }

  go(url) {
    if (url === location.hash) this.show();
    else location.hash = url;
  }

  show() {
    const params = paramsOf(this.query());
    const scene = this.data.scenes[params.lecture];
    const present = Boolean(scene) && params.present === "1";
    root.classList.toggle("presents", present);
    root.classList.toggle("overviews", !scene);
    this.main.dataset.hide = present ? scene.hide : "";
    scene ? this.scene(scene, params, present) : this.overview();
    themed();
  }

  overview() {
    document.title = this.data.title;
    holder.stage = null;
    showStage({ parentElement: this.list.root, data: this.data.list });
    this.foot.replaceChildren(html("p", {}, this.data.about), this.themes());
    this.main.focus({ preventScroll: true }); // so that ↓ and the wheel's keys scroll before anybody has clicked
  }

  // A clicker starts the lecture. The space bar on a button is the button's.
  begins(event) {
    if (!root.classList.contains("overviews") || !BEGINS.includes(event.key) || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.key === " " && event.composedPath().some((one) => one instanceof Element && one.matches("button, a, summary"))) return;
    event.preventDefault();
    this.go(urlOf(this.data.list.page, this.data.list.scenes[0].address, { present: "1" }));
  }

  scene(scene, params, present) {
    root.dataset.page = scene.asked.page || this.data.home;
    document.title = `${scene.asked.title} · ${this.data.title}`;
    const guess = params.guess ?? "";
    const bar = guess && scene.revealed ? { ...scene.revealed, verdict: verdictOf(scene, guess) } : scene.asked;
    const question = bar.question && { ...bar.question, step: scene.step };
    const here = guess ? bar.here.replace(/([?&]guess=)[^&]*/, (_, name) => name + encodeURIComponent(guess)) : bar.here;
    showStage({ parentElement: this.bar.root, data: { ...bar, question, here, present, phone: scene.phone } });
    fillNotes(bar);
    const state = Object.fromEntries(Object.entries(params).filter(([name]) => !OWN.includes(name)));
    const known = scene.states[keyOf(state)] ?? scene.states[netKeyOf(state)] ?? scene.states[guess ? scene.then : scene.first];
    const view = this.data.views[known];
    root.classList.toggle("elsewhere", !view.parts.length); // only the app can show it
    drawView(this.page, view, { data: this.data, known, present, look: mapView(state), report: (look) => this.report(look) });
    this.foot.replaceChildren(html("p", { class: "live" }, view.live, " ", this.link(scene.asked.page, state, scene.slug)), this.themes());
  }

  // What a visitor does on a map stands in the address, as in the app; a click is no step back.
  report(look) {
    const [path, query] = location.hash.split("?");
    const params = new URLSearchParams(query ?? "");
    for (const [name, value] of Object.entries(look)) value ? params.set(name, value) : params.delete(name);
    history.replaceState(null, "", `${path}?${params}`);
    this.show(); // a second map follows
    holder.stage?.arrived();
  }

  link(page, state, slug) {
    const { root: app } = this.data;
    const address = `/${page}?${new URLSearchParams({ ...state, lecture: slug })}`;
    if (!app) return html("span", {}, "Start the app (streamlit run explorer/app.py) and open ", html("code", {}, address));
    return html("a", { href: app.replace(/\/$/, "") + address, target: "_blank", rel: "noopener" }, "This scene in the app");
  }

  themes() {
    const next = { auto: "light", light: "dark", dark: "auto" }[this.theme];
    const words = { auto: "as the system", light: "light", dark: "dark" };
    return html("button", { type: "button", class: "theme", onclick: (event) => {
      this.theme = next;
      document.documentElement.style.colorScheme = THEMES[next];
      event.currentTarget.replaceWith(this.themes());
      themed();
    } }, `Colours: ${words[this.theme]}`);
  }
}

export default unpacked("data").then((text) => new File(JSON.parse(text)), (error) => root.replaceChildren(html("p", { class: "failed" }, error.message)));
