// From one picture to the next: new tiles grow out of what they were, unless the visitor wants no motion.

import { calm } from "../js/dom.js";
import { blockOf, stageOf } from "./net.js";

const MOTION = { duration: 240, easing: "cubic-bezier(.2,.7,.2,1)", mostTiles: 160 };

// id → [x, y, w, h] of the tiles on the screen before a change.
export function rememberTiles(map) {
  return new Map(map.tileElements.map((group) => [group.dataset.id, boxOf(group)]));
}

export function boxOf(group) {
  const face = group.querySelector(".face");
  return ["x", "y", "width", "height"].map((name) => Number(face.getAttribute(name)));
}

// Where a tile came from: itself, what it was part of, or what is now part of it.
function originOf(id, before) {
  if (before.has(id)) return before.get(id);
  const parent = [blockOf(id), stageOf(id)].find((path) => path && before.has(path));
  if (parent) return before.get(parent);
  const child = [...before.keys()].find((path) => path.startsWith(`${id}.`));
  return child ? before.get(child) : null;
}

export function grow(map, before) {
  if (calm() || !before.size || map.tileElements.length > MOTION.mostTiles) return;
  for (const group of map.tileElements) {
    const from = originOf(group.dataset.id, before);
    if (!from) continue;
    const [x, y, w, h] = boxOf(group);
    if (from[0] === x && from[1] === y && from[2] === w) continue;
    const wider = from[2] / w;
    const taller = from[3] / h;
    const start = `translate(${from[0] - x * wider}px, ${from[1] - y * taller}px) scale(${wider}, ${taller})`;
    group.animate(
      [
        { transform: start, opacity: 0.35 },
        { transform: "none", opacity: 1 },
      ],
      MOTION,
    );
  }
  map.scene
    .querySelectorAll(".arches, .adds, .flows")
    .forEach((part) => part.animate([{ opacity: 0 }, { opacity: 1 }], MOTION));
}

// A block opens out of its tile.
export function growFrom(scene, from, box) {
  if (calm() || !from) return;
  const scale = from[3] / box.height;
  scene.animate(
    [
      { transform: `translate(${from[0]}px, ${from[1]}px) scale(${scale})`, opacity: 0.2 },
      { transform: "none", opacity: 1 },
    ],
    MOTION,
  );
}
