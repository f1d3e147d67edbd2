// The sheet of feature maps, coloured for the page's theme. A grey value is an activation; the middle is 0.

const ZERO = 127;

const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

// 256 colours: `low` … paper … `high`. stops: from paper to the end of each side.
export function table({ paper, high, low }) {
  const side = (stops, share) => {
    const all = [paper, ...stops].map(rgb);
    const at = Math.min(share, 1) * (all.length - 1);
    const from = Math.min(Math.floor(at), all.length - 2);
    return all[from].map((value, part) => Math.round(value + (all[from + 1][part] - value) * (at - from)));
  };
  return Array.from({ length: 256 }, (_, grey) => side(grey < ZERO ? low : high, Math.abs(grey - ZERO) / ZERO));
}

// ImageData's bytes in place. relu: what is below 0 is not there.
export function colour(bytes, colours, relu = false) {
  for (let at = 0; at < bytes.length; at += 4) {
    const grey = relu ? Math.max(bytes[at], ZERO) : bytes[at];
    [bytes[at], bytes[at + 1], bytes[at + 2]] = colours[grey];
  }
  return bytes;
}

const loaded = (src) =>
  new Promise((done, failed) => {
    const image = new Image();
    image.onload = () => done(image);
    image.onerror = () => failed(new Error("a picture of the walk cannot be read"));
    image.src = src;
  });

const canvasOf = (width, height) => Object.assign(document.createElement("canvas"), { width, height });

// {sum, relu, picture}: canvases to draw from. The picture of one channel is ink on the theme's paper.
export async function pictures(walk, ramp) {
  const [sheet, picture] = await Promise.all([loaded(walk.sheet), loaded(walk.picture.src)]);
  const colours = table(ramp);
  const made = (image, relu, as = (grey) => grey) => {
    const canvas = canvasOf(image.width, image.height);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(image, 0, 0);
    const held = context.getImageData(0, 0, canvas.width, canvas.height);
    for (let at = 0; at < held.data.length; at += 4) held.data[at] = as(held.data[at]);
    colour(held.data, colours, relu);
    context.putImageData(held, 0, 0);
    return canvas;
  };
  const photograph = () => {
    const canvas = canvasOf(picture.width, picture.height);
    canvas.getContext("2d").drawImage(picture, 0, 0);
    return canvas;
  };
  return {
    sum: made(sheet, false),
    relu: made(sheet, true),
    picture: walk.picture.grey ? made(picture, false, (ink) => ZERO + Math.round((ink * (255 - ZERO)) / 255)) : photograph(),
  };
}

// Draws cells of the sheet side by side, sharp: `columns` a row, each `side` wide, from (x, y).
export function drawCells(context, sheet, cells, { x, y, side, columns, gap }) {
  context.imageSmoothingEnabled = false;
  cells.forEach(([sx, sy, w, h], at) => {
    const left = x + (at % columns) * (side + gap),
      top = y + Math.floor(at / columns) * (side + gap);
    const scale = side / Math.max(w, h);
    context.drawImage(sheet, sx, sy, w, h, left + (side - w * scale) / 2, top + (side - h * scale) / 2, w * scale, h * scale);
  });
}
