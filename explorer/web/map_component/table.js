// The same facts as a table; a row selects its tile and the other way round.

import { html } from "../js/dom.js";
import { blockName } from "../js/names.js";
import { exact, shown } from "../js/numbers.js";
import { blockOf } from "./net.js";

export function buildTable(map) {
  const { head, rows } = cellsOf(map.data);
  return tableOf(
    "The same as a table",
    head,
    rows.map(({ id, cells }) => tableRow(map, id, cells)),
  );
}

// {head, rows: [{id, cells}]} of a drawing, as text.
export function cellsOf(data) {
  if (data.figure === "fig3") return fig3Cells(data);
  const columns = Object.values(data.columns ?? {});
  return {
    head: ["Path", "Name", "Layers", "Shortcut", "Output", ...columns.map((column) => column.label)],
    rows: data.scene.tiles.map((tile, index) => ({
      id: tile.id,
      cells: [
        tile.count > 1 && tile.block && tile.last !== tile.id ? `${tile.id} … ${tile.last}` : tile.id,
        nameOf(tile),
        tile.recipe,
        tile.holds,
        tile.shape,
        ...columns.map((column) => column.words[index]),
      ],
    })),
  };
}

// A block by the paper's name, a run of equal ones by its first and last; anything else by its stage.
function nameOf({ id, last, count, block, stage }) {
  if (!block || blockOf(id) !== id) return stage;
  return count > 1 ? `${blockName(id)} to ${blockName(last)}` : blockName(id);
}

const fig3Cells = (data) => ({
  head: ["Path", "Net", "Layer", "Input", "Output", "Parameters", "MACs"],
  rows: data.boxes.map((box) => ({
    id: box.id,
    cells: [box.path, box.net, box.name, box.in, box.out, exact(box.params), exact(box.macs)],
  })),
});

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
