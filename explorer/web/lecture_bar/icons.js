// The bar's buttons.

import { html, svg } from "../js/dom.js";

const ICONS = {
  previous: "M15 5 8 12l7 7", next: "M9 5l7 7-7 7", list: "M4 6h16M4 12h16M4 18h10", notes: "M6 3h12v18H6zM9 8h6M9 12h6M9 16h3",
  restore: "M5 12a7 7 0 1 0 2.2-5.1M5 4v4h4", present: "M3 4h18v12H3zM12 16v4M8 20h8", end: "M6 6l12 12M18 6 6 18",
  code: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM18 18h2v2h-2zM18 14h2M14 18v2",
  votes: "M7 3h10v18H7zM11 18h2M9.5 10.5l2 2 3.5-4",
  window: "M9 5H5v14h14v-4M13 5h6v6M19 5l-9 9",
};

const icon = (name) => svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: ICONS[name] }));

export const iconButton = (name, label, action, pressed) => html("button", {
  type: "button", class: `icon i-${name}`, "aria-label": label, title: label, onclick: action,
  "aria-pressed": pressed === undefined ? null : String(pressed) }, icon(name));
