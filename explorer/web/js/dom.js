// Elements by hand. Labels only ever become text nodes or attribute values, never markup.

export const SVG_NS = "http://www.w3.org/2000/svg";

function make(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style" && typeof value === "object") Object.assign(element.style, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const svg = (tag, attributes, ...children) => make(document.createElementNS(SVG_NS, tag), attributes, children);
export const html = (tag, attributes, ...children) => make(document.createElement(tag), attributes, children);

// A net's name is not cut at its hyphen: "ResNet-50" stands in one line.
export const unbroken = (text) =>
  text.split(/(\S+-\d\S*)/).map((part, at) => (at % 2 ? html("span", { style: { whiteSpace: "nowrap" } }, part) : part));

// Strings and elements as nodes, a button in one line with the bracket before it and the full stop after it: a browser breaks
// a line on either side of a button. Python's own `markup._kept`.
export function kept(parts) {
  const row = [];
  const rest = [...parts];
  rest.forEach((part, at) => {
    if (typeof part === "string") return row.push(part);
    const last = row.at(-1);
    const [opens] = (typeof last === "string" && last.match(/[([“]$/)) || [""];
    const [closes] = (typeof rest[at + 1] === "string" && rest[at + 1].match(/^[.,;:!?)\]”’]+/)) || [""];
    if (opens) row[row.length - 1] = last.slice(0, -1);
    if (closes) rest[at + 1] = rest[at + 1].slice(closes.length);
    row.push(opens || closes ? html("span", { class: "kept" }, opens, part, closes) : part);
  });
  return row.filter((part) => part !== "");
}

export const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;
