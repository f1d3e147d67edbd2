// A block's name for people, as explorer/net/called.py gives it, held to it by tests: layer2.0 → conv3_1.

export function blockName(path) {
  const [stage, index] = path.split(".");
  return `conv${Number(stage.slice("layer".length)) + 1}_${Number(index) + 1}`;
}
