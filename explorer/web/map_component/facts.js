// What every panel is made of: a heading, rows of figures, the mark that says where they come from.

import { html, svg } from "../js/dom.js";
import { SHORTCUTS } from "../js/given.js";

export function heading(kicker, title, solidity) {
  const mark = solidity && solidity !== "none" ? [lineSample(solidity)] : [];
  return [html("p", { class: "kicker" }, kicker), html("h3", { tabindex: "-1" }, title, ...mark)];
}

// How a shortcut's line is drawn.
export function dashes(kind) {
  return { "stroke-dasharray": SHORTCUTS[kind].dash.join(" ") || null, "stroke-linecap": SHORTCUTS[kind].cap };
}

export function lineSample(kind) {
  return svg(
    "svg",
    { class: "sample", width: 54, height: 14, "aria-hidden": "true" },
    svg("path", { class: "shortcut", d: "M2 7H52", "stroke-width": 3, ...dashes(kind) }),
  );
}

// Rows of [term, value, small print].
export function factList(rows) {
  return html(
    "dl",
    { class: "facts" },
    rows
      .filter(Boolean)
      .map(([term, value, small]) =>
        html("div", {}, html("dt", {}, term), html("dd", {}, ...[value].flat(2), small ? html("small", {}, ...[small].flat(2)) : null)),
      ),
  );
}

export function source(map, name = "computed") {
  const [mark, words] = map.data.palette.provenance[name];
  return html("p", { class: "source" }, `${mark} ${name}: ${words}`);
}
