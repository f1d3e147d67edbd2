// The ten steps, from top to bottom; the numbers above go to each. Nothing here asks the server.

import { calm, html } from "../js/dom.js";
import { once } from "../js/place.js";
import { check } from "./check.js";
import { bottleneck, cost, depth } from "./count_figures.js";
import { channels, convolution, featureMap, pixels } from "./digit_figures.js";
import { block, shortcut, stages } from "./net_figures.js";
import { Words } from "./words.js";

const FIGURES = {
  pixel: pixels,
  convolution,
  "feature-map": featureMap,
  channel: channels,
  stage: stages,
  block,
  shortcut,
  bottleneck,
  depth,
  cost,
};

// Which steps are known, in this tab's storage: a phone loads a page anew that lay in the background.
const KNOWN = "resnetPath";
const knownSteps = () => { try { return JSON.parse(sessionStorage.getItem(KNOWN) ?? "[]"); } catch { return []; } };
function keepStep(slug) {
  try { sessionStorage.setItem(KNOWN, JSON.stringify([...new Set([...knownSteps(), slug])])); } catch { /* it is known until the page goes */ }
}

class Path {
  // reached(step): which is on the screen, from 1, as often as it is another.
  constructor(place, data, reached) {
    this.reached = reached;
    this.words = new Words(data.terms);
    this.marks = data.steps.map((step, at) => this.mark(step, at));
    this.sections = data.steps.map((step, at) => this.section(step, at, data));
    const way = html("nav", { class: "way", "aria-label": "The ten steps" }, html("ol", {}, ...this.marks));
    place.replaceChildren(way, ...this.sections, this.words.card);
    this.watch();
    if (data.start > 1) this.go(data.start - 1, true);
  }

  mark(step, at) {
    const button = html("button", { type: "button", title: step.title, onclick: () => this.go(at) }, String(at + 1));
    button.setAttribute("aria-label", `Step ${at + 1}: ${step.title}`);
    return html("li", { class: knownSteps().includes(step.slug) ? "known" : "" }, button);
  }

  section(step, at, data) {
    const figure = FIGURES[step.slug](step, data, this.words);
    const heading = html("h3", { tabindex: -1, id: `step-${step.slug}` }, html("span", {}, String(at + 1)), " ", step.title);
    const next = data.steps[at + 1];
    const on = next && html("button", { type: "button", class: "next", onclick: () => this.go(at + 1) }, `Next: ${next.title}`);
    return html(
      "section",
      { class: `step ${step.slug}`, "aria-labelledby": `step-${step.slug}` },
      html("div", { class: "says" }, heading, html("p", { class: "text" }, ...this.words.text(step.text))),
      html("div", { class: "figure" }, ...figure),
      html("div", { class: "asks" }, check(step, this.words, knownSteps().includes(step.slug), () => this.passed(step, at)), on),
    );
  }

  passed(step, at) {
    this.marks[at].classList.add("known");
    keepStep(step.slug);
  }

  go(at, atOnce = false) {
    this.sections[at].scrollIntoView({ behavior: atOnce || calm() ? "instant" : "smooth", block: "start" });
    this.sections[at].querySelector("h3").focus({ preventScroll: true });
  }

  // Which step is on the screen: the last whose top has passed the middle.
  watch() {
    const seen = new IntersectionObserver(
      () => {
        const tops = this.sections.map((one) => one.getBoundingClientRect().top);
        const now = Math.max(0, tops.findLastIndex((top) => top < innerHeight / 2)); // behind the last step no section is in the middle
        this.marks.forEach((mark, at) => mark.classList.toggle("now", at === now));
        this.reached?.(now + 1);
      },
      { rootMargin: "-49% 0px -50% 0px" },
    );
    for (const section of this.sections) seen.observe(section);
  }
}

// The step on the screen stands in the address, so that back, and a phone that loads the page anew, come to it again. It is
// written over what stood there, past what makes an entry of each change: one step back leaves the path. A lecture's address
// is its scene's, and the page that comes next has its own.
function inTheAddress() {
  const path = location.pathname;
  return (step) => {
    const asks = new URLSearchParams(location.search);
    if (location.pathname !== path || asks.has("lecture")) return;
    step > 1 ? asks.set("step", String(step)) : asks.delete("step");
    History.prototype.replaceState.call(history, history.state, "", `${path}${String(asks) && `?${asks}`}`);
  };
}

const shown = once((place, data, reached) => new Path(place, data, reached?.()));

export function showPath({ data, parentElement }, reached) {
  shown(parentElement.querySelector(".place"), data, reached);
}

const showInTheAddress = (component) => showPath(component, inTheAddress);

export default showInTheAddress;
