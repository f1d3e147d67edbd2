// SVG and PNG of what is on the screen: styles, colours and fonts written into the file, with a title, fit for a slide.

import { SVG_NS, html, svg } from "../js/dom.js";
import { SHORTCUTS } from "../js/given.js";
import { dashes } from "./facts.js";

const SLIDE = { width: 1600, height: 900, margin: 56, head: 104, foot: 56, scale: 2 };
const TALL = { width: 1000, margin: 40, head: 104, foot: 56, scale: 2 }; // a column, such as Fig. 3, keeps its form
const KEPT = [
  "fill",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-linecap",
  "opacity",
  "font-family",
  "font-size",
  "font-weight",
  "text-anchor",
  "fill-opacity",
  "stroke-opacity",
  "display",
];

async function slide(map) {
  const page = pageOf(map),
    { width, height, margin, head, foot } = page;
  const look = getComputedStyle(map.root);
  const text = (x, y, size, words, extra = {}) =>
    svg("text", { x, y, "font-size": size, fill: look.color, "font-family": look.fontFamily, ...extra }, words);
  const heading = getComputedStyle(map.slideTitle).fontFamily;
  const muted = { "fill-opacity": 0.72 };
  const drawn = withStyles(map.svg.querySelector("g.scene"), map.svg.querySelector("defs"));
  const box = map.svg.viewBox.baseVal;
  const inner = svg(
    "svg",
    {
      x: margin,
      y: head,
      width: width - 2 * margin,
      height: height - head - foot,
      viewBox: `${box.x} ${box.y} ${box.width} ${box.height}`,
      preserveAspectRatio: "xMidYMid meet",
    },
    drawn,
  );
  const picture = svg(
    "svg",
    { xmlns: SVG_NS, width, height, viewBox: `0 0 ${width} ${height}` },
    svg("title", {}, map.data.title),
    svg("style", {}, await fontFaces([look.fontFamily, heading])),
    svg("rect", { width, height, fill: look.backgroundColor }),
    text(margin, 58, 34, map.titleNow(), { "font-family": heading, "font-weight": 600 }),
    text(margin, 86, 17, map.data.facts, muted),
    inner,
    ...legendLine(map, look, page),
  );
  return new XMLSerializer().serializeToString(picture);
}

// A copy that needs no stylesheet. The transform of the view is left out: the whole scene goes into the file.
function withStyles(scene, defs) {
  const copyOf = (original) => {
    const copy = original.cloneNode(true);
    const from = [original, ...original.querySelectorAll("*")],
      to = [copy, ...copy.querySelectorAll("*")];
    from.forEach((element, index) => {
      const style = getComputedStyle(element);
      for (const name of KEPT) {
        const value = style.getPropertyValue(name);
        if (value) to[index].setAttribute(name, value.replace(/^url\("[^"]*#/, 'url("#'));
      }
      for (const name of ["style", "tabindex", "role", "aria-selected", "aria-label", "aria-hidden"])
        to[index].removeAttribute(name);
    });
    copy.querySelectorAll(".hit, .ring").forEach((element) => element.remove());
    return copy;
  };
  return svg("g", {}, copyOf(defs), copyOf(scene));
}

function pageOf(map) {
  const box = map.svg.viewBox.baseVal;
  if (box.height < box.width * 1.2) return SLIDE;
  return {
    ...TALL,
    height: Math.round(TALL.head + TALL.foot + ((TALL.width - 2 * TALL.margin) * box.height) / box.width),
  };
}

function legendLine(map, look, page) {
  const shortcut = map.data.palette.shortcut,
    y = page.height - 22;
  let x = page.margin;
  const put = (element, advance) => {
    const placed = element(x);
    x += advance;
    return placed;
  };
  const words = (text) => [
    put(
      (at) => svg("text", { x: at, y, "font-size": 16, fill: look.color, "font-family": look.fontFamily }, text),
      text.length * 8.1 + 26,
    ),
  ];
  const items = [];
  const column = map.data.columns?.[map.view.color];
  if (column && !map.view.open) {
    items.push(...words(`${column.legend_label}:`));
    for (const [colour, text] of column.legend) {
      items.push(
        put((at) => svg("rect", { x: at, y: y - 13, width: 22, height: 15, rx: 3, fill: colour }), 30),
        ...words(text),
      );
    }
  }
  for (const [kind, count] of Object.entries(map.data.shortcuts_held ?? {})) {
    const there = SHORTCUTS[kind].line !== "none";
    if (there)
      items.push(
        put(
          (at) =>
            svg("path", {
              d: `M${at} ${y - 5}h40`,
              stroke: shortcut,
              "stroke-width": 3.5,
              ...dashes(kind),
            }),
          50,
        ),
      );
    items.push(...words(there ? `${count} ${map.data.palette.words[kind]}` : map.data.palette.words[kind]));
  }
  return items;
}

// The page's own web fonts as data, so that the file looks the same anywhere. Without one the next family takes over.
async function fontFaces(families) {
  const wanted = families.join(",").toLowerCase();
  const rules = [...document.styleSheets]
    .flatMap((sheet) => {
      try {
        return [...sheet.cssRules];
      } catch {
        return [];
      }
    })
    .flatMap((rule) => (rule instanceof CSSFontFaceRule ? [rule] : []))
    .filter(
      (rule) =>
        rule.style.getPropertyValue("font-style") !== "italic" &&
        wanted.includes(rule.style.getPropertyValue("font-family").replace(/["']/g, "").toLowerCase()),
    );
  const faces = await Promise.all(
    rules.map(async (rule) => {
      const url = /url\(["']?([^"')]+)/.exec(rule.style.getPropertyValue("src"))?.[1];
      if (!url) return "";
      try {
        const file = await fetch(new URL(url, rule.parentStyleSheet.href ?? document.baseURI));
        return file.ok ? rule.cssText.replace(/url\([^)]*\)/, `url(${await asDataUrl(await file.blob())})`) : "";
      } catch {
        return "";
      }
    }),
  );
  return faces.join("\n");
}

const asDataUrl = (blob) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });

export async function saveAs(map, format) {
  const name = `${map.data.slug}-${map.view.open ? map.view.node : (map.data.level ?? "fig3")}.${format}`;
  const blob = new Blob([await slide(map)], { type: "image/svg+xml" });
  download(format === "png" ? await rasterised(blob, pageOf(map)) : blob, name);
}

async function rasterised(blob, { width, height, scale }) {
  const image = new Image();
  image.src = await asDataUrl(blob);
  await image.decode();
  const canvas = html("canvas", { width: width * scale, height: height * scale });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

function download(blob, name) {
  const link = html("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
