// Mouse, touch and keyboard on the picture.

import { html } from "../js/dom.js";
import { clamp, shown } from "../js/numbers.js";
import { ZOOM } from "./geometry.js";
import { KEYS, commandOf } from "./keys.js";
import { boxOf } from "./transitions.js";

export function listen(map) {
  window.addEventListener("pointermove", rest, { capture: true, passive: true });
  map.canvas.addEventListener("click", (event) => onClick(map, event));
  map.canvas.addEventListener("dblclick", (event) => onOpen(map, event));
  map.canvas.addEventListener("pointerover", (event) => {
    if (hasMoved(event)) hover(map, event);
  });
  map.canvas.addEventListener("pointermove", (event) => {
    if (map.tip.hidden) hover(map, event);
    else moveTip(map, event);
  });
  map.canvas.addEventListener("pointerleave", () => {
    map.tip.hidden = true;
  });
  map.svg.addEventListener("keydown", (event) => onKey(map, event));
  map.panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !cardIsOpen(map)) map.close();
  });
}

// A picture that changes under a pointer at rest is no reason for a tip over it: on a projector the pointer lies somewhere.
let rests = null;
const rest = ({ clientX, clientY }) => {
  rests = [clientX, clientY];
};
const hasMoved = ({ clientX, clientY }) => rests !== null && (rests[0] !== clientX || rests[1] !== clientY);

// Escape closes a proof card first, as the browser does by itself.
const cardIsOpen = (map) => map.card.matches(":popover-open");

function under(event) {
  const tile = event.target.closest?.(".tile"),
    line = event.target.closest?.(".bypass"),
    lane = event.target.closest?.(".lane-label");
  return { id: tile?.dataset.id ?? line?.dataset.id ?? lane?.dataset.module ?? "", tile, line };
}

function onClick(map, event) {
  const { id, tile } = under(event);
  if (map.walking?.show(id)) return;
  map.select(id);
  if (tile) tile.focus({ preventScroll: true });
}

function onOpen(map, event) {
  const { id } = under(event);
  if (id) map.enter(id);
}

function hover(map, event) {
  const { id, tile, line } = under(event);
  if (!id || event.pointerType === "touch") {
    map.tip.hidden = true;
    return;
  }
  const found = map.net.describe(id);
  const index = tile ? Number(tile.dataset.index) : -1;
  const column = map.isOverview() ? map.data.columns[map.view.color] : null;
  const words = [html("b", {}, shown(map.net.called(id, map.openBlock ? null : map.net.tiles[index]), 80))];
  if (index >= 0) words.push(...tipLines(map, index).map((text) => html("span", {}, shown(text, 160))));
  if (line && found.kind) words.push(html("span", {}, found.kind.reason.join("")));
  if (column && index >= 0) words.push(html("span", {}, `${column.label}: ${column.words[index]}`));
  map.tip.replaceChildren(...words.slice(0, 1), ...[map.walking?.tip(id)].filter(Boolean), ...words.slice(1));
  map.tip.hidden = false;
  moveTip(map, event);
}

function tipLines(map, index) {
  const opened = map.openBlock ? map.net.kind(map.openBlock).opened.boxes[index] : null;
  if (opened) return [opened.says];
  const box = map.net.tiles[index];
  return [
    box.recipe ?? box.name,
    [box.holds, box.shape ?? box.out].filter(Boolean).join(" · "),
  ];
}

function moveTip(map, event) {
  const box = map.canvas.getBoundingClientRect();
  const x = clamp(event.clientX - box.left + 14, 4, Math.max(box.width - map.tip.offsetWidth - 4, 4));
  const below = event.clientY - box.top + 18;
  const y = below + map.tip.offsetHeight > box.height ? event.clientY - box.top - map.tip.offsetHeight - 10 : below;
  map.tip.style.transform = `translate(${x}px, ${y}px)`;
}

function onKey(map, event) {
  const command = commandOf(event);
  if (!command) return;
  event.preventDefault();
  event.stopPropagation();
  const at = Number(event.target.closest?.(".tile")?.dataset.index ?? -1);
  const id = map.tileElements[at]?.dataset.id ?? "";
  const commands = {
    enter: () => map.enter(id),
    select: () => map.select(id),
    close: () => cardIsOpen(map) || map.close(),
    in: () => map.viewport.zoom(ZOOM.step),
    out: () => map.viewport.zoom(1 / ZOOM.step),
    fit: () => map.viewport.reset(),
    go: () => go(map, KEYS[event.key](at, tilesOf(map))),
  };
  commands[command]();
}

const tilesOf = (map) => ({
  boxes: map.tileElements.map(boxOf),
  count: map.tileElements.length,
  overview: map.isOverview(),
});

function go(map, index) {
  const tile = map.tileElements[clamp(index, 0, map.tileElements.length - 1)];
  if (tile) map.select(tile.dataset.id, true);
}
