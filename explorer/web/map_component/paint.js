// Colours and values on the tiles: painting again costs no new layout and no new data.

import { html, svg } from "../js/dom.js";
import { SHORTCUTS, UNKEYED } from "../js/given.js";
import { clamp, fitted, shown } from "../js/numbers.js";
import { dashes } from "./facts.js";
import { fewerWords, shorter } from "./hall.js";
import { counted, provable } from "./proof.js";

const ROOM_FOR_TWO_LINES = { width: 84, height: 34 };
const LOW_TILE = 16; // size of its number, where half of its height would be too small to be read
const LEAST_SMALL = 11.5; // size of a second line; what needs a smaller one is said shorter

export function paintTiles(map) {
  const { data, layout, view } = map;
  const column = data.columns[view.color];
  // One size of text for all values.
  const longest = column && data.level !== "layers" ? Math.max(...column.texts.map((text) => text.length)) : 0;
  map.tileElements.forEach((group, index) => {
    const tile = data.scene.tiles[index],
      [x, y, w, h] = layout.tiles[index];
    const colour = tile.kind && !column ? data.palette.kinds[tile.kind] : data.palette.stages[tile.stage];
    const shade = column?.shades[index];
    group.style.setProperty("--tile", shade ?? colour);
    group.classList.toggle("shaded", Boolean(shade));
    group.style.setProperty("--ink", shade ? column.inks[index] : "var(--st-text-color)");
    group.querySelectorAll("text").forEach((text) => text.remove());
    group.append(...tileText(tile, column ? column.texts[index] : null, longest, [x, y, w, h], map.least));
    nameTile(group, column ? `${tile.says}, ${column.label}: ${column.words[index]}` : tile.says);
  });
}

// Whoever speaks to the page says what stands on a tile: each line of it is in its name.
export function nameTile(group, says) {
  const written = [...new Set([...group.querySelectorAll("text")].map((text) => text.textContent))];
  group.setAttribute("aria-label", [...written.filter((words) => !says.includes(words)), says].join(": "));
}

function tileText(tile, value, longest, [x, y, w, h], least = 0) {
  if (tile.adds) return [];
  if (tile.kind) return layerText(tile, value, [x, y, w, h], least);
  const texts = tileWords(tile, value);
  const two = texts[1] && w >= ROOM_FOR_TWO_LINES.width && h >= Math.max(ROOM_FOR_TWO_LINES.height, 2.9 * least);
  if (least && fitted(texts[0], w - 5, 99) < least) texts[0] = shorter(texts[0]);
  const high = two ? 0.4 : least ? 0.85 : 0.5; // of the tile
  const most = Math.max(20, 1.1 * least);
  const tall = two ? h * high : Math.max(h * high, Math.min(h * 0.72, LOW_TILE)); // a low tile's number stands nearly as high as it
  const size = clamp(fitted(texts[0].padEnd(longest), w - 5, Math.min(tall, most)), 1.5, most);
  const middle = y + h / 2;
  const line = (text, at, big, kind) =>
    svg("text", { class: kind, x: x + w / 2, y: at, "font-size": big.toFixed(1) }, text);
  if (!two) return [line(texts[0], middle + size * 0.36, size, "tile-value")];
  const second =
    [...recipeWays(texts[1]), tile.count > 1 ? tile.holds : "", tile.shape].find(
      (text) => text && fitted(text, w - 8, Math.max(14, least)) >= Math.max(LEAST_SMALL, least),
    ) ?? "";
  const small = fitted(second, w - 8, Math.max(14, least));
  return [line(texts[0], middle - 1, size, "tile-value"), line(second, middle + small + 3, small, "tile-recipe")];
}

// A recipe with a stride is longer than its neighbours': where that has no room, the tile says the same as they do, as it would
// stand alone with a shape in its place.
export const recipeWays = (recipe) => [recipe, recipe.replaceAll(/,? \/\d/g, "")];

// The words of a layer from the most to the fewest, as ways to write them: `legible` shows the first that can be read.
function layerText(tile, value, box, least) {
  const words = value ?? shown(tile.name, 40);
  const strided = tile.down && value === null && box[3] >= 22;
  const ways = strided ? [stackedText([words.slice(0, -`, ${tile.down}`.length), tile.down], box)] : [];
  for (const said of value === null ? fewerWords(words) : [words]) {
    const lying = [lyingText(said, box, least)], climbing = [uprightText(said, box, least)];
    const tall = box[3] > box[2];
    if (strided && said === words) continue;
    if (box[3] > box[2] * 1.5 && said.length > 1) ways.push(climbing, lying);
    else ways.push(lying, ...(tall ? [climbing] : []));
  }
  ways.forEach((way, index) => way.forEach((text) => (text.dataset.way = index)));
  return ways.flat();
}

function lyingText(text, [x, y, w, h], least) {
  const most = Math.max(20, 1.1 * least), size = clamp(fitted(text, w - 5, Math.min(h * 0.5, most)), 1.5, most);
  return svg("text", { class: "tile-value", x: x + w / 2, y: y + h / 2 + size * 0.36, "font-size": size.toFixed(1) }, text);
}

// "3×3, 128, /2" in two lines, where one would be small.
function stackedText(lines, [left, top, w, h]) {
  const x = left + w / 2, y = top + h / 2, size = clamp(fitted(lines[0], w - 4, h * 0.36), 1.5, 15);
  return lines.map((text, index) =>
    svg("text", { class: "tile-value", x, y: y + size * (index ? 1.05 : -0.1), "font-size": size.toFixed(1) }, text),
  );
}

// In a tile that is taller than wide the text climbs.
function uprightText(text, [x, y, w, h], least) {
  const most = Math.max(15, 1.1 * least), size = clamp(fitted(text, h - 4, w * 0.8), 1.5, most);
  return svg(
    "text",
    {
      class: "tile-value",
      "font-size": size.toFixed(1),
      transform: `translate(${x + w / 2 + size * 0.34} ${y + h / 2}) rotate(-90)`,
    },
    text,
  );
}

// First line, second line. Without a metric the tile says what it is.
function tileWords(tile, value) {
  const run = tile.count > 1 && tile.block ? `×${tile.count}` : "";
  const stage = !tile.id.includes(".") && tile.block;
  const name = stage ? `${tile.count} ${tile.count === 1 ? "block" : "blocks"}` : run || shown(tile.name, 40);
  const recipe = stage && tile.holds ? `${tile.holds} · ${tile.recipe}` : run ? tile.holds : tile.recipe;
  if (value === null) return [name, saidMore(name, shown(recipe, 90))];
  return [value, stage ? `${name}${tile.holds ? ` · ${tile.holds}` : ""}` : run ? `${run} · ${tile.holds}` : recipe];
}

// What the second line adds to the first: nothing is said twice ("avgpool", "avg pool"; "fc", "fc 1000").
export function saidMore(name, recipe) {
  if (recipe.replaceAll(" ", "") === name) return "";
  return recipe.startsWith(`${name} `) ? recipe.slice(name.length + 1) : recipe;
}

export function legendItems(map) {
  const { data, view } = map;
  const column = data.columns?.[view.color];
  const drawn = map.openBlock ? [map.net.kind(map.openBlock).shortcut] : Object.keys(data.shortcuts_held ?? {}); // of an opened block its own
  const items = map.hall && column && map.isOverview() ? [] : drawn.filter((kind) => data.shortcuts_held?.[kind]).map((kind) => shortcutItem(map, kind)); // a hall looks at the colours
  if (!map.isOverview() || (!column && data.level === "layers")) return [...items, ...kindItems(map)];
  if (!column) return items;
  const stops = column.legend.map(([colour, text]) =>
    html("span", { class: "stop" }, html("i", { style: { background: colour } }), text),
  );
  const mark = data.palette.provenance[column.provenance];
  return [
    html(
      "span",
      { class: "scale", title: column.counts },
      html("b", {}, column.legend_label),
      ...stops,
      html("span", { class: "mark-source", title: mark[1] }, `${mark[0]} ${column.provenance}`),
    ),
    ...items,
  ];
}

// The colours of the layers that are on the screen.
function kindItems({ data, tileElements }) {
  const kinds = new Set(
    tileElements.flatMap((group) => [...group.classList].filter((name) => name.startsWith("kind-"))),
  );
  return [...kinds]
    .map((name) => name.slice(5))
    .filter((kind) => !UNKEYED.includes(kind))
    .map((kind) =>
      html(
        "span",
        { class: "key" },
        html("i", { class: "swatch", style: { background: data.palette.kinds[kind] } }),
        data.palette.kind_labels[kind],
      ),
    );
}

function shortcutItem(map, kind) {
  const { data } = map;
  const count = data.shortcuts_held[kind];
  if (SHORTCUTS[kind].line === "none") return html("span", { class: "key" }, data.palette.words[kind]);
  const { mark } = SHORTCUTS[kind];
  const line = svg(
    "svg",
    { width: 34, height: 16, viewBox: "0 0 34 16", "aria-hidden": "true" },
    svg("path", { class: "shortcut", d: "M1 8H33", "stroke-width": 2.6, ...dashes(kind) }),
    ...(mark.length === 1 // as it stands on the arch
      ? [
          svg("circle", { class: "mark", cx: 17, cy: 8, r: 7.3 }),
          svg("text", { class: "mark-text", x: 17, y: 12.2, "font-size": 12 }, mark),
        ]
      : []),
  );
  if (map.openBlock) return html("span", { class: "key" }, line, html("span", {}, data.palette.words[kind])); // one line is drawn: no count of all
  const proof = data.details.stages ? counted(map, [kind]) : null;
  return html("span", { class: "key" }, line, html("span", {}, provable(map, `${count}`, proof), ` ${data.palette.words[kind]}`));
}
