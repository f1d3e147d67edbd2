// Steps 5 to 7: strides and stages, the way through a block, and the two terms that meet.

import { calm, html, svg } from "../js/dom.js";
import { NEGATIVE, POSITIVE, SIGN_KEY } from "../js/given.js";
import { Board } from "./board.js";
import { captioned } from "./digit_figures.js";
import { grey, paint, ramp, signed } from "./colours.js";
import { slider } from "./slider.js";
import { convolved, mostOf, scaled, stops, two } from "./sums.js";
import { places, stopsOf, told } from "./told.js";

const beside = (...boxes) => html("div", { class: "beside" }, ...boxes);

export function stages(step, { digit, strides, stages: found }, words) {
  const { side } = digit;
  const [values, weights] = [scaled(digit), digit.filters[digit.filter]];
  const most = mostOf(convolved(values, side, weights));
  const picture = new Board({ side, label: `The digit ${digit.name}, a dot where the window stops` }).show(digit.pixels, grey);
  const dots = svg("svg", { viewBox: `0 0 ${side} ${side}`, class: "dots", "aria-hidden": "true" });
  picture.element.append(dots);
  const room = html("div", { class: "room" });
  const said = told(words, stopsOf(1, strides.length), (place) => [`Stride ${strides[place - 1].stride}: the map’s side is `, strides[place - 1].card, strides[place - 1].stride === 1 ? ", as the picture’s." : ` instead of ${side}.`]);
  const moved = (place) => {
    const { stride, side: made } = strides[place - 1];
    const at = stops(side, stride);
    dots.replaceChildren(...at.flatMap((y) => at.map((x) => svg("circle", { cx: x + 0.5, cy: y + 0.5, r: 0.28 }))));
    const map = new Board({ side: made, label: `The feature map, ${made} by ${made}` });
    map.show(convolved(values, side, weights, stride), (value) => signed(value, most));
    map.element.style.width = `${(100 * made) / side}%`;
    room.replaceChildren(map.element);
    said.tell(place);
  };
  const control = slider({ label: step.drag, min: 1, max: strides.length, value: 2, words: (place) => `stride ${strides[place - 1].stride}`, moved });
  moved(2);
  const rows = found.map((one, place) => stageRow(one, place, side));
  const heading = html("p", { class: "drag" }, "This net’s three stages, four channels of each");
  return [
    control.element,
    beside(captioned("where the window stops", picture.element), captioned("feature map, to scale", room)),
    said.element,
    html("p", { class: "note" }, ramp(), SIGN_KEY),
    heading,
    html("div", { class: "stages" }, ...rows),
    html("p", { class: "note" }, `Only ${POSITIVE}: at the end of a stage what was negative is 0. Steps 6 and 7 say what makes it so.`),
  ];
}

function stageRow({ side, channels, maps }, place, whole) {
  const most = mostOf(...maps);
  const boards = maps.map((map, channel) => {
    const board = new Board({ side, label: `Stage ${place + 1}, one of ${channels} channels: map ${channel + 1}` });
    board.show(map, (value) => signed(value, most)).element.style.width = `${(22 * side) / whole}%`;
    return board.element;
  });
  return html("div", { class: "stage" }, html("b", {}, `${side}×${side}, ${channels} channels`), html("div", { class: "maps" }, ...boards));
}

// x, what each operation makes of it, and F(x): names and values.
const wayOf = (block) => [
  { name: "x, as it comes in", values: block.x },
  ...block.parts.map((part, place) => ({
    name: place === block.parts.length - 1 ? `after ${part.name}: F(x)` : `after ${part.name}`,
    values: part.values,
  })),
];

export function block(step, { block: found }, words) {
  const way = wayOf(found);
  const names = ["x", ...found.parts.map((part) => part.name), "F(x)"];
  const boxes = names.map((name, place) => {
    const at = Math.min(place, way.length - 1); // F(x) is what the last operation makes
    const button = html("button", { type: "button", onclick: () => control.go(at) }, name);
    return html("li", { class: place % (names.length - 1) ? "box" : "end" }, button);
  });
  const chain = html("ol", { class: "chain", "aria-label": "The block’s operations in order" }, ...boxes);
  const map = new Board({ side: found.side, label: "One channel of the feature maps" });
  const said = told(words, stopsOf(0, way.length - 1), (place) => {
    const { values } = way[place];
    return [`The map’s numbers go from ${two(Math.min(...values))} to ${two(Math.max(...values))}.`];
  });
  const moved = (place) => {
    const { values } = way[place];
    const most = mostOf(values);
    map.show(values, (value) => signed(value, most));
    boxes.forEach((box, at) => box.classList.toggle("now", at === place || (at === names.length - 1 && place === way.length - 1)));
    said.tell(place);
  };
  const control = slider({ label: step.drag, min: 0, max: way.length - 1, value: 3, words: (place) => way[place].name, moved });
  moved(3);
  const key = html("p", { class: "note" }, ramp(), `One channel, number ${found.channel + 1} of 16. ${SIGN_KEY}`);
  map.element.classList.add("large");
  return [control.element, chain, said.element, map.element, key]; // the number stands where the hand is
}

// ── the shortcut ────────────────────────────────────────────────────────────────────────────────────────────────────

const [FORK, LEAVE, MEET, RELU, OUT, AXIS, TOP] = [76, 204, 234, 286, 336, 176, 54]; // places in the drawing
const TOKEN = 46;
const LASTS_MS = 4500; // once through, when it plays
const MAIN = `M${FORK} ${AXIS}H${MEET}`;
const ARCH = `M${FORK} ${AXIS}V${TOP + 26}Q${FORK} ${TOP} ${FORK + 26} ${TOP}H${MEET - 26}Q${MEET} ${TOP} ${MEET} ${TOP + 26}V${AXIS}`;
const [PARTED, JOINED] = [0.14, 0.84]; // when x parts, and when the two meet again

const relu = (value) => Math.max(value, 0);

export function shortcut(step, { block: found }, words) {
  const way = wayOf(found).map((one) => one.values);
  const most = mostOf(found.x, way.at(-1), found.sum);
  const pictureOf = (values) => paint(html("canvas"), values, found.side, (value) => signed(value, most)).toDataURL();
  const pictures = { way: way.map(pictureOf), sum: pictureOf(found.sum), on: pictureOf(found.sum.map(relu)) };
  const scene = sceneOf(pictures);
  const terms = sumRow(found, way.at(-1), most, words);
  const moved = (now) => {
    scene.show(now / 100);
    terms.known(now / 100);
  };
  const control = slider({ label: step.drag, min: 0, max: 100, value: 62, words: (now) => whereIs(now / 100), moved });
  moved(62);
  return [control.element, calm() ? null : player(control), scene.element, ...terms.elements].filter(Boolean);
}

// Moves the slider by itself, once from end to end; a hand on the slider stops it.
function player(control) {
  const button = html("button", { type: "button", class: "play" }, "▶ Play");
  let running = 0;
  const stop = () => {
    cancelAnimationFrame(running);
    running = 0;
    button.textContent = "▶ Play";
  };
  const run = (from) => {
    const frame = (now) => {
      const part = Math.min(100, (100 * (now - from)) / LASTS_MS);
      control.go(part);
      if (part < 100) running = requestAnimationFrame(frame);
      else stop();
    };
    running = requestAnimationFrame(frame);
    button.textContent = "❚❚ Pause";
  };
  button.addEventListener("click", () => {
    if (running) return stop();
    const at = Number(control.input.value);
    run(performance.now() - ((at < 100 ? at : 0) / 100) * LASTS_MS);
  });
  for (const hand of ["pointerdown", "keydown"]) control.input.addEventListener(hand, stop);
  return button;
}

function whereIs(now) {
  if (now < PARTED) return "x arrives";
  if (now < JOINED) return "x goes both ways";
  return now < 0.92 ? "both are added" : "through ReLU, and on";
}

function sceneOf({ way, sum, on }) {
  const line = (d, kind) => svg("path", { d, class: kind });
  const word = (x, y, text, kind = "") => svg("text", { x, y, class: kind }, text);
  const [arch, main] = [line(ARCH, "arch"), line(MAIN, "main")];
  const token = () => svg("image", { width: TOKEN, height: TOKEN, class: "token" });
  const [above, below, out] = [token(), token(), token()];
  const element = svg(
    "svg",
    { viewBox: "0 0 360 236", class: "scene", role: "img", "aria-label": "x goes through the block and around it; both are added, and the sum goes through ReLU" },
    line(`M14 ${AXIS}H${FORK}`, "main"),
    main,
    line(`M${MEET} ${AXIS}H346`, "main"),
    arch,
    svg("rect", { x: FORK + 26, y: AXIS - 34, width: LEAVE - FORK - 38, height: 68, rx: 8, class: "machine" }),
    svg("rect", { x: RELU - 25, y: AXIS - 18, width: 50, height: 36, rx: 8, class: "machine" }),
    word(RELU, AXIS + 6, "ReLU", "mid"),
    word((FORK + LEAVE) / 2 - 4, AXIS + 54, "block: makes F(x)", "mid"),
    word((FORK + MEET) / 2, TOP - 32, "shortcut: x, unchanged", "mid around"),
    word(34, AXIS + 44, "x", "mid"),
    word(MEET + 8, AXIS + 54, "x\u00a0+\u00a0F(x)", "mid"),
    svg("circle", { cx: MEET, cy: AXIS, r: 15, class: "plus" }),
    word(MEET, AXIS + 8, "+", "mid sign"),
    above,
    below,
    out,
  );
  const at = (image, place, href, there) => {
    image.setAttribute("x", place[0] - TOKEN / 2);
    image.setAttribute("y", place[1] - TOKEN / 2);
    image.setAttribute("href", href);
    image.style.display = there ? "" : "none";
  };
  const along = (path, part) => {
    const { x, y } = path.getPointAtLength(path.getTotalLength() * part);
    return [x, y];
  };
  const show = (now) => {
    const part = Math.max(0, Math.min(1, (now - PARTED) / (JOINED - PARTED)));
    const [apart, after] = [now >= PARTED && now < JOINED, now >= JOINED];
    // Inside the block the picture becomes what each operation makes of it.
    const inside = Math.max(0, Math.min(1, (part - 0.2) / 0.5));
    const made = way[Math.round(inside * (way.length - 1))];
    const arriving = 34 + (FORK - 34) * (now / PARTED);
    const leaving = MEET + (OUT - MEET) * ((now - JOINED) / (1 - JOINED));
    at(above, along(arch, 0.9 * part), way[0], apart);
    at(below, along(main, 0.88 * part), made, apart);
    at(out, after ? [leaving, AXIS] : [arriving, AXIS], after ? (leaving < RELU ? sum : on) : way[0], !apart);
    element.classList.toggle("after", after);
  };
  return { element, show };
}

// x + F(x) = sum as three maps; the same place in all three is read out.
function sumRow(found, residual, most, words) {
  const { side } = found;
  const boards = [];
  const said = told(words, places(side), (row, column) => {
    const place = row * side + column;
    const [x, made, sum] = [found.x[place], residual[place], found.sum[place]];
    const signedNumber = made < 0 ? `− ${two(-made)}` : `+ ${two(made)}`;
    const text = `${two(x)} + ${made < 0 ? `(${two(made)})` : two(made)} = ${two(sum)}`;
    const rule = "x\u00a0+\u00a0F(x), at this place of this channel; both rounded to two places, then added";
    const then = sum < 0 ? "; ReLU makes it 0." : "; ReLU leaves it as it is.";
    return [`At this place: ${two(x)} ${signedNumber} = `, { shown: two(sum), rule, text }, then];
  }, true);
  const moved = (row, column) => {
    for (const board of boards) {
      board.at = [row, column];
      board.place();
    }
    said.tell(row, column);
  };
  for (const [label, values] of [["x", found.x], ["F(x)", residual], ["x\u00a0+\u00a0F(x)", found.sum]]) {
    const board = new Board({ side, label, span: 1, at: [8, 15], moved }).show(values, (value) => signed(value, most));
    boards.push(board);
  }
  moved(8, 15);
  const [one, other, sum] = boards.map((board, place) => captioned(["x", "F(x)", "x\u00a0+\u00a0F(x)"][place], board.element));
  const sign = (text) => html("span", { class: "sign", "aria-hidden": "true" }, text);
  const row = html("div", { class: "terms" }, one, sign("+"), other, sign("="), sum);
  const known = (now) => sum.classList.toggle("later", now < JOINED);
  return { elements: [row, said.element], known };
}
