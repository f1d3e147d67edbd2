// Elements by hand. Labels only ever become text nodes or attribute values, never markup.

const SVG_NS = "http://www.w3.org/2000/svg";

function make(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") Object.assign(element.style, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

const svg = (tag, attributes, ...children) => make(document.createElementNS(SVG_NS, tag), attributes, children);
const html = (tag, attributes, ...children) => make(document.createElement(tag), attributes, children);

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const exact = (value) => Math.round(value).toLocaleString("en-US");
const percent = (part, whole) => (whole ? `${((100 * part) / whole).toFixed(part / whole < 0.0995 ? 1 : 0)} %` : "");
const brief = (value) => Number(value.toPrecision(4)).toLocaleString("en-US", { maximumFractionDigits: 8 });
const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

// The size at which a text of so many characters fits a width, in the sans-serif of the theme.
const fitted = (text, width, most) => Math.min(most, width / (0.56 * Math.max([...text].length, 1)));

// What a label shows of a text that may be endless.
const shown = (text, most = 60) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
