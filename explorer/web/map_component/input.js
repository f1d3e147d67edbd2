// Mouse, touch and keyboard on the picture.

function listen(map) {
  map.canvas.addEventListener("click", (event) => onClick(map, event));
  map.canvas.addEventListener("dblclick", (event) => onOpen(map, event));
  map.canvas.addEventListener("pointerover", (event) => hover(map, event));
  map.canvas.addEventListener("pointermove", (event) => {
    if (!map.tip.hidden) moveTip(map, event);
  });
  map.canvas.addEventListener("pointerleave", () => {
    map.tip.hidden = true;
  });
  map.svg.addEventListener("keydown", (event) => onKey(map, event));
  map.panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !cardIsOpen(map)) map.close();
  });
}

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
  const words = [html("b", {}, shown(id, 80))];
  if (index >= 0) words.push(...tipLines(map, index).map((text) => html("span", {}, shown(text, 160))));
  if (line && found.kind) words.push(html("span", {}, found.kind.reason));
  if (column && index >= 0) words.push(html("span", {}, `${column.label}: ${column.words[index]}`));
  map.tip.replaceChildren(...words);
  map.tip.hidden = false;
  moveTip(map, event);
}

function tipLines(map, index) {
  const box = map.openBlock ? null : map.net.tiles[index];
  if (!box) return [map.tileElements[index].getAttribute("aria-label").replace(/^[^,]*, /, "")];
  return [
    box.recipe ?? box.name,
    [box.count > 1 ? box.holds : box.holds?.replace(/^1 /, ""), box.shape ?? box.out].filter(Boolean).join(" · "),
  ];
}

function moveTip(map, event) {
  const box = map.canvas.getBoundingClientRect();
  const x = clamp(event.clientX - box.left + 14, 4, Math.max(box.width - map.tip.offsetWidth - 4, 4));
  const below = event.clientY - box.top + 18;
  const y = below + map.tip.offsetHeight > box.height ? event.clientY - box.top - map.tip.offsetHeight - 10 : below;
  map.tip.style.transform = `translate(${x}px, ${y}px)`;
}

const KEYS = {
  ArrowRight: (map, at) => at + 1,
  ArrowLeft: (map, at) => at - 1,
  ArrowDown: (map, at) => (map.isOverview() ? inNextRow(map, at, 1) : at + 1),
  ArrowUp: (map, at) => (map.isOverview() ? inNextRow(map, at, -1) : at - 1),
  Home: () => 0,
  End: (map) => map.tileElements.length - 1,
};

function onKey(map, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const at = Number(event.target.closest?.(".tile")?.dataset.index ?? -1);
  const commands = {
    Enter: () => map.enter(map.tileElements[at]?.dataset.id ?? ""),
    " ": () => map.select(map.tileElements[at]?.dataset.id ?? ""),
    Escape: () => cardIsOpen(map) || map.close(),
    "+": () => map.viewport.zoom(ZOOM.step),
    "-": () => map.viewport.zoom(1 / ZOOM.step),
    0: () => map.viewport.reset(),
  };
  const command = commands[event.key] ?? (KEYS[event.key] && (() => go(map, KEYS[event.key](map, at))));
  if (!command) return;
  event.preventDefault();
  event.stopPropagation();
  command();
}

function go(map, index) {
  const tile = map.tileElements[clamp(index, 0, map.tileElements.length - 1)];
  if (tile) map.select(tile.dataset.id, true);
}

// The nearest tile in the row below or above.
function inNextRow(map, at, direction) {
  const [x, y, w, h] = boxOf(map.tileElements[Math.max(at, 0)]);
  const middle = (box) => [box[0] + box[2] / 2, box[1] + box[3] / 2];
  const [mx, my] = middle([x, y, w, h]);
  const places = map.tileElements
    .map((group, index) => [index, ...middle(boxOf(group))])
    .filter(([, , py]) => direction * (py - my) > h * 0.5);
  const nearest = Math.min(...places.map(([, , py]) => Math.abs(py - my)));
  const row = places.filter(([, , py]) => Math.abs(py - my) < nearest + h * 0.5);
  row.sort((a, b) => Math.abs(a[1] - mx) - Math.abs(b[1] - mx));
  return row.length ? row[0][0] : at;
}
