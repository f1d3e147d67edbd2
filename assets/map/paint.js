// Colours and values on the tiles: painting again costs no new layout and no new data.

const ROOM_FOR_TWO_LINES = { width: 84, height: 34 };

function paintTiles(map) {
  const { data, layout, view } = map;
  const column = data.columns[view.color];
  map.tileElements.forEach((group, index) => {
    const tile = data.scene.tiles[index], [x, y, w, h] = layout.tiles[index];
    const colour = tile.kind && !column ? data.palette.kinds[tile.kind] : data.palette.stages[tile.stage];
    const shade = column?.shades[index];
    group.style.setProperty("--tile", shade ?? colour);
    group.classList.toggle("shaded", Boolean(shade));
    group.style.setProperty("--ink", shade ? column.inks[index] : "var(--st-text-color)");
    group.querySelectorAll("text").forEach((text) => text.remove());
    group.append(...tileText(tile, column ? column.texts[index] : null, x, y, w, h));
    group.setAttribute("aria-label", column ? `${tile.says}, ${column.label}: ${column.words[index]}` : tile.says);
  });
}

function tileText(tile, value, x, y, w, h) {
  const texts = tileWords(tile, value);
  const two = texts[1] && w >= ROOM_FOR_TWO_LINES.width && h >= ROOM_FOR_TWO_LINES.height;
  const size = clamp(fitted(texts[0], w - 5, Math.min(h * (two ? 0.4 : 0.5), 20)), 1.5, 20);
  const middle = y + h / 2;
  const line = (text, at, big, kind) => svg("text", { class: kind, x: x + w / 2, y: at, "font-size": big.toFixed(1) }, text);
  if (!two) return [line(texts[0], middle + size * 0.36, size, "tile-value")];
  const small = clamp(fitted(texts[1], w - 10, 13), 6, 13);
  return [line(texts[0], middle - 1, size, "tile-value"), line(texts[1], middle + small + 3, small, "tile-recipe")];
}

// First line, second line. Without a metric the tile says what it is.
function tileWords(tile, value) {
  const run = tile.count > 1 && tile.block ? `×${tile.count}` : "";
  const stage = !tile.id.includes(".") && tile.block;
  const name = stage ? `${tile.count} ${tile.count === 1 ? "block" : "blocks"}` : run || shown(tile.name, 40);
  const recipe = stage && tile.holds ? `${tile.holds} · ${tile.recipe}` : run ? tile.holds : tile.recipe;
  if (value === null) return [name, shown(recipe, 90) === name ? "" : shown(recipe, 90)];
  return [value, stage ? `${name}${tile.holds ? ` · ${tile.holds}` : ""}` : run ? `${run} · ${tile.holds}` : recipe];
}

function legendItems(map) {
  const { data, view } = map;
  const column = data.columns?.[view.color];
  const items = Object.keys(data.shortcuts_held ?? {}).map((kind) => shortcutItem(data, kind));
  if (!column) return items;
  const stops = column.legend.map(([colour, text]) => html("span", { class: "stop" },
    html("i", { style: { background: colour } }), text));
  const mark = data.palette.provenance[column.provenance];
  return [html("span", { class: "scale", title: column.counts }, html("b", {}, column.label), ...stops,
    html("span", { class: "mark-source", title: mark[1] }, `${mark[0]} ${column.provenance}`)), ...items];
}

function shortcutItem(data, kind) {
  const count = data.shortcuts_held[kind];
  const line = svg("svg", { width: 34, height: 10, "aria-hidden": "true" }, kind === "none" ? [] :
    [svg("path", { class: "shortcut", d: "M1 5H33", "stroke-width": 2.6, "stroke-dasharray": data.palette.dash[kind] || null,
      "stroke-linecap": kind === "pad" ? "round" : null })]);
  const words = kind === "none" ? data.palette.words[kind] : `${count} ${data.palette.words[kind]}`;
  return html("span", { class: "key" }, line, words);
}
