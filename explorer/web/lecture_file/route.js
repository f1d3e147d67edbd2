// Addresses: the app's own, behind a #. Which state of a page they mean, and what they say of the map.

import { LEVELS } from "../js/given.js";

const LOOK = ["node", "level", "color", "fold", "unfold", "open", "figure", "walk"];

export const paramsOf = (query) => Object.fromEntries(new URLSearchParams(query));

const joined = (entries) => entries.sort(([one], [other]) => (one < other ? -1 : 1)).map(([name, value]) => `${name}=${value}`).join("&");

// As `states.key` and `states.net_key` in Python.
export const keyOf = (params) => joined(Object.entries(params));
export const netKeyOf = (params) => joined(Object.entries(params).filter(([name]) => !LOOK.includes(name)));

// As `netmap.parse`: what is unknown falls back to its default. A walk needs the net itself.
export function mapView(params) {
  return {
    node: params.node ?? "",
    level: params.level in LEVELS && params.level !== "fig3" ? params.level : "blocks",
    color: params.color ?? "stage",
    fold: ["on", "off"].includes(params.fold) ? params.fold : "auto",
    unfold: params.unfold ? params.unfold.split(",") : [],
    open: params.open === "1",
    figure: params.figure === "fig3" ? "fig3" : "map",
    walk: "",
  };
}

// A view as parameters; what is at its default is empty.
export function lookOf(view) {
  const usual = mapView({});
  const said = (value) => (Array.isArray(value) ? value.join(",") : value === true ? "1" : String(value || ""));
  return Object.fromEntries(LOOK.map((name) => [name, said(view[name]) === said(usual[name]) ? "" : said(view[name])]));
}
