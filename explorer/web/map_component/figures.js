// The other two pictures: a block opened (as in the paper's Figs. 2 and 5), and Fig. 3.

import { svg } from "../js/dom.js";
import { blockName } from "../js/names.js";
import { fitted, shown } from "../js/numbers.js";
import { dashes } from "./facts.js";
import { nameTile } from "./paint.js";

export function drawOpened(data, kind, block) {
  const picture = kind.opened;
  const scene = svg("g", {
    class: "scene opened",
    role: "listbox",
    "aria-label": `${blockName(block)}, opened: its layers in order`,
  });
  scene.append(
    svg(
      "g",
      { class: "flows", "aria-hidden": "true" },
      picture.wires.map((d, index) =>
        svg("path", { class: "flow arrowed", d, "marker-end": "url(#map-arrow)", "data-wire": index }),
      ),
    ),
  );
  if (picture.shortcut) scene.append(drawBypass(data, picture.shortcut, `${block}.downsample`));
  scene.append(
    svg(
      "g",
      { "aria-hidden": "true" },
      picture.edges.map(([x, y, text, place]) => svg("text", { class: `edge ${place}`, x, y }, text)),
    ),
  );
  picture.boxes.forEach((box, index) => {
    const { called } = kind.layers.find((layer) => layer.id === box.id);
    scene.append(drawBox(data, { ...box, id: `${block}.${box.id}`, says: `${called}, ${box.says}` }, index, box.id));
  });
  return scene;
}

function drawBypass(data, line, id) {
  const [x, y] = line.at;
  const layered = line.label.length > 1;
  return svg(
    "g",
    { class: "bypass", "data-id": id, "data-kind": line.kind },
    svg("path", { class: "hit", d: line.d }),
    svg("path", {
      class: "shortcut",
      d: line.d,
      "data-kind": line.kind,
      "data-count": 1,
      "stroke-width": 3,
      ...dashes(line.kind),
      "marker-end": "url(#map-arrow-shortcut)",
    }),
    !layered
      ? svg("rect", { class: "mark", x: x - 46, y: y - 14, width: 92, height: 28, rx: 14, "data-middle": x })
      : null,
    ...(layered ? shapes(line.label, x - 10, y + 5) : [svg("text", { class: "edge side", x, y: y + 5 }, line.label[0])]),
  );
}

// "56×56×256 → 28×28×512": in one line, and in two where that would lie over the main path.
function shapes([before, after], x, y) {
  const second = svg("tspan", { x, dy: "1.1em" }, after);
  return [
    svg("text", { class: "edge end one", x, y }, `${before} → ${after}`),
    svg("text", { class: "edge end two", x, y: y - 12 }, `${before} →`, second),
  ];
}

function drawBox(data, box, index, small) {
  const [x, y, w, h] = box.box;
  const add = box.adds;
  const round = add ? w / 2 : 6;
  const group = svg("g", {
    class: `tile kind-${box.kind}`,
    role: "option",
    id: `tile-${index}`,
    "data-index": index,
    "data-id": box.id,
    tabindex: "-1",
    "aria-selected": "false",
  });
  group.style.setProperty("--tile", (box.stage && data.palette.stages[box.stage]) || data.palette.kinds[box.kind]);
  group.append(
    svg("rect", { class: "face", x, y, width: w, height: h, rx: round }),
    svg("rect", { class: "ring", x: x - 3, y: y - 3, width: w + 6, height: h + 6, rx: round + 3 }),
    svg(
      "text",
      {
        class: add ? "tile-value plus" : "tile-value",
        x: x + w / 2,
        y: y + h / 2 + (add ? 7 : 5),
        "font-size": (add ? 22 : fitted(box.name, w - 12, 14)).toFixed(1),
        ...(add ? {} : { "data-words": box.name, "data-size": 14, "data-width": w - 8, "data-height": 0.9 * h, "data-middle": y + h / 2 }),
      },
      shown(box.name),
    ),
  );
  if (small && x < 200)
    group.append(svg("text", { class: "tile-path", x: add ? 86 : x - 10, y: y + h / 2 + 4 }, small));
  nameTile(group, box.says);
  return group;
}

// Fig. 3 as wide as a phone: the same parts in other places, and over each net what a column has room for.
export const narrowed = ({ narrow, ...data }) => ({
  ...data,
  w: narrow.w,
  flow: narrow.flow,
  columns: data.columns.map((column, at) => ({ ...column, x: narrow.columns[at], params: column.macs, macs: "", paper: "" })),
  boxes: data.boxes.map((box, at) => ({ ...box, box: narrow.boxes[at], name: narrow.names[at] })),
  shortcuts: data.shortcuts.map((line, at) => ({ ...line, d: narrow.shortcuts[at] })),
});

export function drawFigure3(data) {
  const scene = svg("g", {
    class: "scene fig3",
    role: "listbox",
    "aria-label": `${data.title}: layers, column by column`,
  });
  for (const band of data.bands) {
    scene.append(
      svg("path", { class: "band", d: `M0 ${band.y}H${data.w}` }),
      svg("text", { class: "band-size", x: 4, y: band.y + 24 }, band.size),
    );
  }
  scene.append(svg("text", { class: "band-title", x: 4, y: data.bands[0].y - 12 }, "output size"));
  for (const column of data.columns) {
    scene.append(
      svg("text", { class: "column-name", x: column.x, y: 22 }, column.name),
      svg("text", { class: "column-fact", x: column.x, y: 42 }, column.params),
      svg("text", { class: "column-fact", x: column.x, y: 58 }, column.macs),
      svg("text", { class: "column-fact", x: column.x, y: 74 }, column.paper),
    );
  }
  scene.append(
    svg(
      "g",
      { class: "flows", "aria-hidden": "true" },
      data.flow.map((d) => svg("path", { class: "flow", d })),
    ),
  );
  for (const line of data.shortcuts) {
    scene.append(
      svg(
        "g",
        { class: "bypass", "data-id": line.id, "data-kind": line.kind },
        svg("title", {}, line.says),
        svg("path", {
          class: "shortcut",
          d: line.d,
          "data-kind": line.kind,
          "data-count": 1,
          "stroke-width": 2.4,
          ...dashes(line.kind),
        }),
      ),
    );
  }
  data.boxes.forEach((box, index) => scene.append(drawBox(data, box, index)));
  return scene;
}

export function arrowMarkers() {
  const arrow = (id, kind) =>
    svg(
      "marker",
      {
        id,
        class: kind,
        viewBox: "0 0 8 8",
        refX: 7,
        refY: 4,
        markerWidth: 9,
        markerHeight: 9,
        markerUnits: "userSpaceOnUse",
        orient: "auto",
      },
      svg("path", { d: "M0 0L8 4L0 8z" }),
    );
  return svg("defs", {}, arrow("map-arrow", "arrow"), arrow("map-arrow-shortcut", "arrow-shortcut"));
}
