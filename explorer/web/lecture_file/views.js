// A page of the app from its parts: HTML, charts, maps, feature maps.

import { html } from "../js/dom.js";
import { show } from "../map_component/map.js";
import { showMaps } from "../look_component/maps.js";
import { showPath } from "../path_component/path.js";
import { showRace } from "../race_component/race.js";
import { showReach } from "../reach_component/field.js";
import { showWalk } from "../walk_component/alone.js";
import { prose } from "../lecture_bar/prose.js";
import { charts } from "./packed.js";
import { Exercises } from "./exercise.js";
import { roomy } from "./room.js";
import { lookOf } from "./route.js";
import { shadowed } from "./shadow.js";

const maps = new Map(); // a place on the page → its map, which stays from scene to scene
let drawn = null; // what stands on the page
let plots = []; // the charts on it
let places = 0; // maps so far

export function drawView(page, view, seen) {
  const { data, known, present } = seen;
  const wanted = `${known} ${present}`;
  const onlyLook = drawn === wanted && page.childElementCount > 0;
  drawn = wanted;
  if (!onlyLook) {
    plots = [];
    places = 0;
    page.replaceChildren(...(view.built ? [prose("div", { class: "st-key-built" }, view.built)] : []), ...view.parts.map((part) => partOf(part, seen)));
    fill(page, data);
  }
  places = 0;
  for (const part of view.parts.flatMap((one) => one.columns?.flat() ?? [one])) if (part.kind === "map") mapAt(places++).update(part, seen);
}

function partOf(part, seen) {
  return PARTS[part.kind](part, seen);
}

// The drawings of what has been made.
function fill(box, data) {
  for (const image of box.querySelectorAll("img[data-drawing]")) image.src = pictureOf(data, image.dataset.drawing);
}

const htmlPart = (part, { present }) => prose("div", { class: `part ${part.name}` }, (present && part.hall) || part.html);

function besidePart(part, seen) {
  const box = html("div", { class: "beside-parts" }, part.columns.map((column) => html("div", {}, column.map((one) => partOf(one, seen)))));
  const drawings = [...box.querySelectorAll(".drawing")], narrowest = Math.min(...drawings.map(({ style }) => Number(style.getPropertyValue("--ratio"))));
  for (const { style } of drawings) style.setProperty("--ratio", String(narrowest)); // where a low window makes them smaller, both alike
  return box;
}

// What is folded away is made when it is opened.
function foldPart(part, seen) {
  const box = html("details", { class: "fold" }, html("summary", {}, part.label));
  box.addEventListener("toggle", () => {
    if (!box.open || box.childElementCount > 1) return;
    box.append(...part.parts.map((one) => partOf(one, seen)));
    fill(box, seen.data);
  });
  return box;
}

function looksPart(part, { data }) {
  const place = shadowed("place", data.css.look);
  showMaps({ parentElement: place.root, data: part.data, setStateValue: null });
  return place.host;
}

const headingPart = ({ text }) => html("h3", {}, text);

const codePart = ({ text }) => html("pre", { class: "code", tabindex: "0" }, text);

const exercisesPart = (part, { data }) => new Exercises(part, (box) => fill(box, data)).element;

// A script of the app's that measures its place: once it stands on the page.
const scripted = (name, css, show) => (part, { data }) => {
  const place = shadowed("place", data.css[css]);
  place.host.classList.add(`${name}-host`);
  requestAnimationFrame(() => show({ parentElement: place.root, data: part.data }));
  return place.host;
};

// Pictures that walked when this explorer was made; they walk on with the lecture's steps.
function walkPart(part, { data }) {
  const place = shadowed("walk-place", data.css.walk);
  requestAnimationFrame(() => showWalk({ parentElement: place.root, data: { nets: part.nets, stamp: part.stamp, first: false, begins: "lecture" } }));
  return place.host;
}

const pictureOf = (data, name) => {
  const svg = data.drawings[name].replace("@fonts@", data.fonts);
  return `data:image/svg+xml;base64,${btoa(Array.from(new TextEncoder().encode(svg), (byte) => String.fromCharCode(byte)).join(""))}`;
};

// ── charts ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const FIXED = { displaylogo: false, modeBarButtons: [["toImage"]] };

function chartPart(part, { data, present }) {
  const place = html("div", { class: "file-chart", role: "img", "aria-label": part.alt });
  const chart = { place, at: 0, part, data, present, width: 0 };
  plots.push(chart);
  const buttons = part.plots.map((plot, index) => html("button", { type: "button", "aria-pressed": String(index === 0), onclick: (event) => {
    chart.at = index;
    for (const button of event.currentTarget.parentElement.children) button.setAttribute("aria-pressed", String(button === event.currentTarget));
    draw(chart);
  } }, plot.label));
  new ResizeObserver(() => place.clientWidth !== chart.width && draw(chart)).observe(place);
  return html("div", { class: "chart" }, buttons.length > 1 ? html("div", { class: "views", role: "group", "aria-label": "View" }, buttons) : null, place);
}

async function draw(chart) {
  const plotly = await charts();
  if (!chart.place.isConnected) return;
  chart.width = chart.place.clientWidth;
  const { part, at, data, present } = chart, plot = part.plots[at];
  const { data: traces, layout } = structuredClone(data.plots[present ? plot.hall : plot.figure]);
  await plotly.react(chart.place, traces, { ...layout, width: chart.width, template: template() }, FIXED);
  roomy(chart.place);
  chart.place.dataset.drawn = plot.figure;
}

function template() {
  const look = getComputedStyle(document.querySelector(".file-main"));
  const paper = look.getPropertyValue("background-color");
  const { color, fontFamily: family } = look;
  const colorway = document.getElementById("lecture").dataset.colours.split(" ");
  return { layout: { font: { color, family }, colorway, hoverlabel: { bgcolor: paper, bordercolor: color, font: { color, family } },
    coloraxis: { colorbar: { outlinewidth: 0 } }, separators: ".,", polar: { bgcolor: "rgba(0,0,0,0)" } } };
}

// The charts in the colours of now.
export function themed() {
  requestAnimationFrame(() => plots.forEach((chart) => chart.place.dataset.drawn && draw(chart)));
}

// ── maps ────────────────────────────────────────────────────────────────────────────────────────────────────────────

const mapPart = (part) => {
  const map = mapAt(places++);
  map.box.replaceChildren(...(part.title ? [html("h3", {}, part.title)] : []), ...(map.host ? [map.host] : []));
  return map.box;
};

function mapAt(index) {
  if (!maps.has(index)) maps.set(index, new MapPlace(index));
  return maps.get(index);
}

// What Python's side of the map does in the app: it answers what is asked for with another drawing.
class MapPlace {
  constructor(index) {
    this.key = `map_${index}`;
    this.seq = 0;
    this.now = "";
    this.sent = null;
    this.part = this.seen = null;
    this.host = this.root = null;
    this.box = html("div", { class: "map-box" });
  }

  update(part, seen) {
    if (!this.host) ({ host: this.host, root: this.root } = shadowed("map-place", seen.data.css.map));
    if (!this.host.isConnected) this.box.append(this.host);
    this.part = part;
    this.seen = seen;
    const look = JSON.stringify(seen.look);
    if (look !== this.now) Object.assign(this, { seq: this.seq + 1, sent: seen.look, now: look });
    this.draw();
  }

  draw() {
    const { data } = this.seen;
    show({ parentElement: this.root, key: this.key, setStateValue: (_, reported) => this.take(reported),
      data: { ...drawingOf(data, this.part.net, JSON.parse(this.now)), palette: data.palette, seq: this.seq, view: this.sent, key: this.key } });
  }

  take({ seq, ...view }) {
    if (seq !== this.seq) return;
    const look = { ...view, walk: "" };
    this.now = JSON.stringify(look);
    this.draw();
    this.seen.report(lookOf(look));
  }
}

function drawingOf(data, name, view) {
  if (view.figure === "fig3") return data.fig3;
  const net = data.nets[name];
  const level = data.levels[net.levels[`${view.level} ${view.unfold.length ? "off" : view.fold}`]];
  return { ...net.common, ...level };
}

const PARTS = { html: htmlPart, chart: chartPart, map: mapPart, looks: looksPart, walk: walkPart, race: scripted("race", "race", showRace), beside: besidePart, fold: foldPart,
  heading: headingPart, code: codePart, steps: scripted("steps", "path", showPath), reach: scripted("reach", "reach", showReach), exercises: exercisesPart };
