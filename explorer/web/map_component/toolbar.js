// The controls above the map.

import { html, svg } from "../js/dom.js";
import { LEVELS } from "../js/given.js";
import { buildFinder } from "./finder.js";
import { ZOOM } from "./geometry.js";

const ICONS = {
  out: "M5 10h10",
  in: "M5 10h10M10 5v10",
  fit: "M4 8V4h4M12 4h4v4M16 12v4h-4M8 16H4v-4",
  full: "M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4M7 7h6v6H7z",
};

export function buildToolbar(map) {
  const level = html(
    "div",
    { class: "segments", role: "group", "aria-label": "Level of detail" },
    Object.entries(LEVELS).map(([name, label]) =>
      html(
        "button",
        { type: "button", "data-level": name, "aria-pressed": "false", onclick: () => map.setLevel(name) },
        label,
      ),
    ),
  );
  const color = html("select", { "aria-label": "Colour by", onchange: (event) => map.setColor(event.target.value) });
  const fold = html(
    "button",
    {
      type: "button",
      class: "fold",
      "aria-pressed": "false",
      title: "Fold runs of equal blocks to ×N",
      onclick: () => map.toggleFold(),
    },
    "Fold ×N",
  );
  const zoom = html(
    "div",
    { class: "tools", role: "group", "aria-label": "View" },
    iconButton("out", "Zoom out", () => map.viewport.zoom(1 / ZOOM.step)),
    iconButton("in", "Zoom in", () => map.viewport.zoom(ZOOM.step)),
    iconButton("fit", "Fit to screen", () => map.viewport.reset()),
    iconButton("full", "Full screen", () => map.toggleFullScreen()),
  );
  const save = html(
    "div",
    { class: "tools", role: "group", "aria-label": "Save the picture" },
    html(
      "button",
      { type: "button", class: "save", title: "Save what is on the screen as SVG", onclick: () => map.save("svg") },
      "SVG",
    ),
    html(
      "button",
      { type: "button", class: "save", title: "Save what is on the screen as PNG", onclick: () => map.save("png") },
      "PNG",
    ),
  );
  const play = html(
    "button",
    { type: "button", class: "play", title: "A picture walks through the net", onclick: () => map.startWalk() },
    svg("svg", { viewBox: "0 0 20 20", width: 18, height: 18, "aria-hidden": "true" }, svg("path", { d: "M6 4v12l10-6z" })),
    "Play",
  );
  const tools = html(
    "button",
    {
      type: "button",
      class: "more",
      "aria-expanded": "false",
      onclick: () => tools.setAttribute("aria-expanded", String(bar.classList.toggle("all"))),
    },
    "Tools",
  );
  const bar = html(
    "div",
    { class: "bar" },
    play,
    tools,
    level,
    html("label", { class: "color" }, html("span", {}, "Colour"), color),
    fold,
    buildFinder(map),
    zoom,
    save,
  );
  return { bar, play, level, color, fold };
}

function iconButton(name, label, onclick) {
  return html(
    "button",
    { type: "button", class: "icon", "aria-label": label, title: label, onclick },
    svg(
      "svg",
      { viewBox: "0 0 20 20", width: 20, height: 20, "aria-hidden": "true" },
      svg("path", { d: ICONS[name] }),
    ),
  );
}

export function updateToolbar(map) {
  const { play, level, color, fold } = map.toolbar,
    { data, view } = map;
  play.hidden = view.walk === "net" && Boolean(data.walk?.problem); // it is asked for already
  const now = view.figure === "fig3" ? "fig3" : view.level;
  for (const button of level.children) button.setAttribute("aria-pressed", String(button.dataset.level === now));
  const names = {
    stage: "Stage",
    ...Object.fromEntries(Object.entries(data.columns ?? {}).map(([name, one]) => [name, one.label])),
  };
  if (color.dataset.names !== JSON.stringify(names)) {
    color.dataset.names = JSON.stringify(names);
    color.replaceChildren(...Object.entries(names).map(([value, label]) => html("option", { value }, label)));
  }
  color.value = view.color in names ? view.color : "stage";
  fold.setAttribute("aria-pressed", String(Boolean(data.folded) && !view.unfold.length));
}
