// Which key does what on the picture.

import { inNextRow } from "./geometry.js";

const COMMANDS = { Enter: "enter", " ": "select", Escape: "close", "+": "in", "-": "out", 0: "fit" };

// From the tile of this index to another one. tiles: {boxes, count, overview}; rows are followed on the overview only.
export const KEYS = {
  ArrowRight: (at) => at + 1,
  ArrowLeft: (at) => at - 1,
  ArrowDown: (at, { boxes, overview }) => (overview ? inNextRow(boxes, at, 1) : at + 1),
  ArrowUp: (at, { boxes, overview }) => (overview ? inNextRow(boxes, at, -1) : at - 1),
  Home: () => 0,
  End: (_, { count }) => count - 1,
};

// What a key without a modifier asks for; nothing for any other.
export function commandOf({ key, ctrlKey = false, metaKey = false, altKey = false }) {
  if (ctrlKey || metaKey || altKey) return undefined;
  return COMMANDS[key] ?? (KEYS[key] && "go");
}
