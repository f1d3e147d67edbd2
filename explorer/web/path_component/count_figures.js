// Steps 8 to 10: what a block's width costs, what depth does without shortcuts, and what a picture's size costs.

import { html, svg } from "../js/dom.js";
import { BLOCK_COLOURS } from "../js/given.js";
import { chance, fixed, percent } from "../js/numbers.js";
import { captioned } from "./digit_figures.js";
import { slider } from "./slider.js";
import { stopsOf, told } from "./told.js";

export function bottleneck(step, { widths }, words) {
  const widest = widths.at(-1);
  const [basic, thrifty] = ["basic block", "bottleneck"].map((name) => counted(name, widest.width, widest.basic.value));
  const said = told(words, stopsOf(0, widths.length - 1), (place) => [
    "The bottleneck has ",
    widths[place].fewer,
    " times fewer weights, at every width: with twice the channels, either block has four times as many.",
  ]);
  const moved = (place) => {
    const { width, basic: many, bottleneck: few } = widths[place];
    basic.show(words, [width, width, width], ["3×3", "3×3"], many);
    thrifty.show(words, [width, width / 4, width / 4, width], ["1×1", "3×3", "1×1"], few);
    said.tell(place);
  };
  const control = slider({ label: step.drag, min: 0, max: widths.length - 1, value: 2, words: (place) => `${widths[place].width} channels`, moved });
  moved(2);
  return [control.element, basic.element, thrifty.element, said.element];
}

const [SPREAD, HIGH, AXIS] = [320, 64, 56]; // of the drawing: width of the pipes, height of the widest, their middle
const PIPES = { "3×3": BLOCK_COLOURS.basic, "1×1": BLOCK_COLOURS.bottleneck };

// A block as pipes, as high as it has channels, and a bar as long as it has weights; widest, most: of which both are drawn whole.
function counted(name, widest, most) {
  const [number, bar, place] = [html("span"), html("span"), html("div")];
  const element = html("div", { class: "counted" }, html("p", { class: "name" }, html("b", {}, name), " ", number), html("div", { class: "bar" }, bar), place);
  const show = (words, channels, convs, card) => {
    number.replaceChildren(words.number(card, true), " weights");
    bar.style.width = `${(100 * card.value) / most}%`;
    const step = SPREAD / convs.length;
    const height = (channel) => (HIGH * channel) / widest;
    const pipes = convs.map((conv, at) => {
      const [left, right] = [20 + at * step, 20 + (at + 1) * step];
      const [from, to] = [height(channels[at]) / 2, height(channels[at + 1]) / 2];
      return [
        svg("polygon", { points: `${left},${AXIS - from} ${right},${AXIS - to} ${right},${AXIS + to} ${left},${AXIS + from}`, class: "pipe", fill: PIPES[conv], stroke: PIPES[conv] }),
        svg("text", { x: (left + right) / 2, y: 16, class: "mid" }, conv),
      ];
    });
    const ends = channels.map((channel, at) =>
      svg("text", { x: 20 + at * step, y: 108, class: at === 0 ? "" : at === channels.length - 1 ? "end" : "mid" }, `${channel}`),
    );
    const label = `${name}: ${channels.join(", ")} channels, with ${convs.join(", ")} convolutions between`;
    place.replaceChildren(svg("svg", { viewBox: "0 0 360 114", class: "pipes", role: "img", "aria-label": label }, ...pipes.flat(), ...ends));
  };
  return { element, show };
}

const GUESSED = 2; // of ten digits: whoever guesses has one right on average, and two or more in a quarter of all tries

export function depth(step, { fading }, words) {
  const place = html("div");
  let layers = "20";
  const all = Object.entries(fading).flatMap(([one, rows]) => rows.map((_, cut) => [cut, one]));
  const said = told(words, all, (cut, net = layers) => {
    const now = fading[net][cut];
    const answer = now.right === 10 ? "all ten digits are" : `${now.right} of the ten digits ${now.right === 1 ? "is" : "are"}`;
    const recorded = `What this net's own forward pass gives for the 7 when the shortcuts of its last blocks (${cut}) carry 0.`;
    const sure = { shown: chance(now.sure), recorded };
    return [`${cut === 1 ? "1 shortcut" : `${cut} shortcuts`} cut: ${answer} still recognised${now.right > GUESSED ? "" : ", about as many as by guessing"}. The net is `, sure, " sure that the 7 is a 7."];
  });
  const moved = (cut) => {
    const [whole, now] = [fading[layers][0], fading[layers][cut]];
    place.replaceChildren(blocksOf(whole, now, cut, layers));
    said.tell(cut);
  };
  const control = slider({ label: step.drag, min: 0, max: 9, value: 2, words: (cut) => `${cut} cut`, moved });
  const choices = Object.keys(fading).map((one) => {
    const input = html("input", { type: "radio", name: "layers", value: one, checked: one === layers });
    input.addEventListener("change", () => {
      layers = one;
      control.input.max = String(fading[one].length - 1);
      control.tell();
    });
    return html("label", { class: "option" }, input, html("span", {}, `${one} layers`));
  });
  const choice = html("fieldset", { class: "choice" }, html("legend", {}, "Which net?"), ...choices);
  moved(2);
  const note = html("p", { class: "note" }, "Bars: how much the ten digits differ after each block; grey, with all shortcuts. ◇ recorded: this net was run with each cut.");
  return [choice, control.element, place, said.element, note];
}

function blocksOf(whole, now, cut, layers) {
  const [count, wide, base] = [whole.signal.length, 352, 176];
  const [step, most] = [wide / count, Math.max(...whole.signal)];
  const high = (value) => (110 * value) / most;
  const parts = [];
  for (let at = 0; at < count; at++) {
    const x = 4 + at * step;
    const bar = (value, kind) => svg("rect", { x: x + step * 0.12, y: base - high(value), width: step * 0.76, height: Math.max(high(value), 0.6), class: kind });
    parts.push(bar(whole.signal[at], "was"), bar(now.signal[at], "is"));
    if (!at) continue; // the first layer is no block
    const gone = at >= count - cut;
    const [left, right, top] = [x - step * 0.35, x + step * 0.95, 40];
    parts.push(svg("path", { d: `M${left} 56C${left} ${top - 8} ${right} ${top - 8} ${right} 56`, class: gone ? "cut" : "arch thin" }));
    if (gone) parts.push(svg("text", { x: (left + right) / 2, y: 48, class: "mid cross" }, "×"));
  }
  const label = `${layers} layers, ${cut} shortcuts cut: the signal behind the last block is ${percent(now.signal.at(-1) / whole.signal.at(-1), 1)} of what it was`;
  return svg(
    "svg",
    { viewBox: "0 0 360 204", class: "fading", role: "img", "aria-label": label },
    svg("text", { x: 4, y: 22 }, "shortcuts"),
    ...parts,
    svg("path", { d: `M0 ${base}H360`, class: "floor" }),
    svg("text", { x: 4, y: 198 }, "start"),
    svg("text", { x: 356, y: 198, class: "end" }, "last block"),
  );
}

export function cost(step, { costs }, words) {
  const { sides, params } = costs;
  const most = sides.at(-1);
  const usual = sides.find((one) => one.side === 224).macs.value;
  const said = told(words, stopsOf(0, sides.length - 1), (place) => {
    const { side, macs } = sides[place];
    return [side === 224 ? "224 pixels a side: the usual size." : `${fixed(macs.value / usual, 2)} times the MACs of the usual 224 pixels.`];
  });
  const [square, positions] = [html("div", { class: "square" }), html("span")];
  const work = html("p", { class: "name" });
  const learned = html("p", { class: "name" }, words.number(params, true), " parameters, whatever the size");
  const moved = (place) => {
    const { side, macs } = sides[place];
    square.style.width = `${(100 * side) / most.side}%`;
    positions.style.width = `${(100 * macs.value) / most.macs.value}%`;
    work.replaceChildren(words.number(macs, true));
    said.tell(place);
  };
  const start = sides.findIndex((one) => one.side === 224);
  const control = slider({ label: step.drag, min: 0, max: sides.length - 1, value: start, words: (place) => `${sides[place].side}×${sides[place].side} pixels`, moved });
  moved(start);
  return [
    control.element,
    html("p", { class: "drag" }, "ResNet-50"),
    captioned(`the picture, to scale in a frame of ${most.side}×${most.side}`, html("div", { class: "square-room" }, square)),
    work,
    html("div", { class: "bar" }, positions),
    said.element,
    learned,
  ];
}
