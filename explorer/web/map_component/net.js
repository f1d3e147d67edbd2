// Questions to the drawing's data: which tile stands for a path, what a path is, what comes next.

import { blockName } from "../js/names.js";

const BLOCK = /^layer\d+\.\d+$/;
export const blockOf = (id) => (id.startsWith("layer") && id.includes(".") ? id.split(".").slice(0, 2).join(".") : "");
export const stageOf = (id) => (id.startsWith("layer") ? id.split(".")[0] : "");
export const indexIn = (block) => Number(block.split(".")[1]);

export class Net {
  constructor(data) {
    this.data = data;
    this.tiles = data.scene?.tiles ?? data.boxes ?? [];
    this.byId = new Map(this.tiles.map((tile, index) => [tile.id, index]));
    this.bypasses = new Map((data.scene?.shortcuts ?? []).map((line) => [line.id, line]));
    for (const [index, tile] of this.tiles.entries()) {
      for (const path of tile.own ?? []) if (!this.byId.has(path)) this.byId.set(path, index);
    }
  }

  // The tile that shows a path, or the tile that holds it; -1 when there is none.
  tile(id) {
    if (!id) return -1;
    if (this.byId.has(id)) return this.byId.get(id);
    const block = blockOf(id);
    if (this.byId.has(block)) return this.byId.get(block);
    const first = this.tiles.findIndex((tile) => tile.of === block || this.#runHolds(tile, block));
    if (first >= 0) return first;
    return this.byId.get(stageOf(id)) ?? -1;
  }

  #runHolds(tile, block) {
    if (!block || !(tile.count > 1) || stageOf(tile.id) !== stageOf(block)) return false;
    const from = indexIn(blockOf(tile.id)),
      index = indexIn(block);
    return from <= index && index < from + tile.count;
  }

  // The entry of a block in details.kinds.
  kind(block) {
    const stage = this.data.details?.stages[stageOf(block)];
    let index = indexIn(block);
    for (const [kind, count] of stage?.kinds ?? []) {
      if (index < count) return this.data.details.kinds[kind];
      index -= count;
    }
    return null;
  }

  // What a path is: {type: stage | block | shortcut | layer | box | none, …}.
  describe(id) {
    const details = this.data.details;
    if (!id) return { type: "none" };
    if (this.data.figure === "fig3") {
      const box = this.tiles.find((tile) => tile.id === id);
      return box ? { type: "box", box } : { type: "none" };
    }
    if (details.stages[id] && (this.data.level === "stages" || !details.layers[id])) {
      return { type: "stage", stage: details.stages[id] };
    }
    const block = blockOf(id),
      kind = block && this.kind(block);
    if (kind && id === block) return { type: "block", block, kind };
    if (kind && id === `${block}.downsample`) return { type: "shortcut", block, kind };
    if (kind) {
      const layer = kind.layers.find((one) => `${block}.${one.id}` === id);
      return layer ? { type: "layer", block, kind, layer } : { type: "none" };
    }
    return details.layers[id] ? { type: "layer", layer: details.layers[id] } : { type: "none" };
  }

  // For people, as explorer/net/called.py says it. tile: under which the pointer is, which may stand for a run of blocks.
  called(id, tile = null) {
    const { type, stage, block, layer, box } = this.describe(id);
    if (type === "block") return tile?.count > 1 ? `${blockName(id)} to ${blockName(tile.last)}` : blockName(id);
    if (type === "shortcut") return `${blockName(block)}, shortcut`;
    if (type === "layer") return block ? `${blockName(block)}, ${layer.called}` : layer.called;
    return stage?.name ?? box?.net ?? id;
  }

  // Every path that can be searched, in the order of the data flow.
  paths() {
    if (this.all) return this.all;
    const details = this.data.details;
    this.all = Object.keys(details?.layers ?? {});
    for (const [module, stage] of Object.entries(details?.stages ?? {})) {
      if (!stage.blocks) continue;
      this.all.push(module);
      for (let index = 0; index < stage.blocks; index += 1) {
        const block = `${module}.${index}`;
        this.all.push(block, ...this.kind(block).layers.map((layer) => `${block}.${layer.id}`));
      }
    }
    return this.all;
  }

  // What a layer or a block is found by, besides its path: its kind, kernel, stride and shapes, as they are written.
  #words(path) {
    const { type, layer, kind } = this.describe(path);
    if (type === "block") return `${blockName(path)} ${kind.words}`.toLowerCase();
    if (type !== "layer") return "";
    return `${layer.name} ${layer.label} ${layer.in} ${layer.out} ${layer.stride ? `stride ${layer.stride}` : ""}`.toLowerCase();
  }

  // The paths that a text finds, the nearest first: by path, or by words that all have to hold, "3x3 512" say.
  search(text, most = Infinity) {
    const wanted = text.trim().toLowerCase().slice(0, 200);
    if (!wanted) return [];
    const stage = Object.entries(this.data.details.stages).find(([, one]) => one.name.startsWith(wanted));
    const words = wanted.split(/\s+/).map(asWord);
    const rank = (path) => {
      const low = path.toLowerCase();
      if (low.includes(wanted)) return low === wanted ? 0 : low.startsWith(wanted) ? 1 : 2;
      const said = this.#words(path);
      return words.every((word) => word.test(said)) ? 3 : 9;
    };
    const found = this.paths()
      .map((path) => ({ path, place: rank(path) }))
      .filter(({ place }) => place < 9);
    found.sort((a, b) => a.place - b.place || (a.place < 3 ? a.path.length - b.path.length : 0));
    return [...new Set([...(stage ? [stage[0]] : []), ...found.map(({ path }) => path)])].slice(0, most);
  }
}

// "3x3" → 3×3, which is no part of 13×3: a number is a whole number.
function asWord(word) {
  const signed = word.replace(/(?<=\d)[x*](?=\d)/g, "×").replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`${/^\d/.test(word) ? "(?<!\\d)" : ""}${signed}${/\d$/.test(word) ? "(?!\\d)" : ""}`);
}
