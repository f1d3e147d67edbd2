// The same facts as a table; a row selects its tile and the other way round.
function buildTable(map) {
  const { data } = map,
    columns = Object.entries(data.columns ?? {});
  if (data.figure === "fig3") return fig3Table(map);
  const head = ["Path", "Stage", "Layers", "Shortcut", "Output", ...columns.map(([, column]) => column.label)];
  const rows = data.scene.tiles.map((tile, index) =>
    tableRow(map, tile.id, [
      tile.count > 1 && tile.block && tile.last !== tile.id ? `${tile.id} … ${tile.last}` : tile.id,
      tile.stage,
      tile.recipe,
      tile.holds.replace(/^1 /, ""),
      tile.shape,
      ...columns.map(([, column]) => column.words[index]),
    ]),
  );
  return tableOf("The same as a table", head, rows);
}

function fig3Table(map) {
  const rows = map.data.boxes.map((box) =>
    tableRow(map, box.id, [box.path, box.net, box.name, box.in, box.out, exact(box.params), exact(box.macs)]),
  );
  return tableOf("The same as a table", ["Path", "Net", "Layer", "Input", "Output", "Parameters", "MACs"], rows);
}

function tableRow(map, id, cells) {
  const [first, ...rest] = cells;
  return html(
    "tr",
    { "data-id": id, onclick: () => map.select(id) },
    html("th", { scope: "row" }, html("button", { type: "button" }, shown(first, 60))),
    rest.map((text) => html("td", {}, shown(text, 120))),
  );
}

function tableOf(caption, head, rows) {
  return html(
    "table",
    {},
    html("caption", {}, caption),
    html(
      "thead",
      {},
      html(
        "tr",
        {},
        head.map((text) => html("th", { scope: "col" }, text)),
      ),
    ),
    html("tbody", {}, rows),
  );
}
