// The field's words in a text that is written in the browser: each, where it first stands, opens what it means.

import { html, kept } from "./dom.js";
import { GLOSSARY } from "./given.js";

const FINDER = new RegExp(GLOSSARY.finder, "g");
const OWN = GLOSSARY.patterns.map(([slug, pattern]) => ({ slug, whole: new RegExp(`^(?:${pattern})$`) }));
const CLOSED = "button, a, code, select, svg"; // words in these are part of something else

// The slug of the term that is spelled so: as Python's own `glossary.find` says.
function slugOf(shown) {
  for (const word of [shown, shown.toLowerCase(), shown.replace(/s$/, ""), shown.toLowerCase().replace(/s$/, "")])
    if (Object.hasOwn(GLOSSARY.spelled, word)) return GLOSSARY.spelled[word];
  return OWN.find((one) => one.whole.test(shown)).slug;
}

// A text cut at its terms: strings, and {slug, shown}. seen: the slugs that are not marked again; those found are added.
export function found(text, seen = new Set()) {
  const parts = [];
  let at = 0;
  for (const match of text.matchAll(FINDER)) {
    const slug = slugOf(match[0]);
    if (seen.has(slug)) continue;
    seen.add(slug);
    parts.push(text.slice(at, match.index), { slug, shown: match[0] });
    at = match.index + match[0].length;
  }
  return [...parts, text.slice(at)].filter((part) => part !== "");
}

// Makes buttons of the terms in these elements; card: the popover that they open.
export function explain(elements, card) {
  const seen = new Set();
  for (const element of elements)
    for (const node of [...textsIn(element)]) {
      const parts = found(node.data, seen);
      if (parts.some((part) => typeof part !== "string"))
        node.replaceWith(...kept(parts.map((part) => (typeof part === "string" ? part : button(part, card)))));
    }
}

function* textsIn(element) {
  for (const child of element.childNodes)
    if (child.nodeType === 3) yield child;
    else if (!child.matches(CLOSED)) yield* textsIn(child);
}

function button({ slug, shown }, card) {
  const [name, says] = GLOSSARY.said[slug];
  const called = OWN.some((one) => one.slug === slug && one.whole.test(shown)) ? shown : name; // as Python's `Marked.name`
  const meaning = () => card.replaceChildren(html("div", { class: "meaning" }, html("b", {}, called), ` ${says}`));
  const made = html("button", { type: "button", class: "term", onclick: meaning }, shown);
  made.popoverTargetElement = card;
  return made;
}
