// The one place where a string becomes markup: what Python has written, escaped and marked up there.

import { html, unbroken } from "../js/dom.js";

const LONG = 24; // letters that may be more than a line has room for

export function prose(tag, attributes, markup) {
  const element = html(tag, attributes);
  element.innerHTML = markup;
  if (element.classList.contains("prose")) {
    holdNames(element);
    holdMarks(element);
  }
  return element;
}

// For a window of its own: what a word means opens on the projector's page, not there.
export function toRead(markup) {
  const made = prose("div", { class: "prose" }, markup);
  for (const door of made.querySelectorAll("button")) door.replaceWith(...door.childNodes);
  return made;
}

// In running text no net's name is cut at its hyphen.
function holdNames(element) {
  const words = document.createTreeWalker(element, NodeFilter.SHOW_TEXT), named = [];
  while (words.nextNode()) if (/-\d/.test(words.currentNode.nodeValue)) named.push(words.currentNode);
  for (const one of named) one.replaceWith(...unbroken(one.nodeValue));
}

// A line begins with no full stop: behind a button browsers would break it off, and behind bold words that end in one.
function holdMarks(element) {
  for (const button of element.querySelectorAll("button")) {
    let whole = button;
    while (!whole.nextSibling && whole.parentElement.matches("b, strong, i, em")) whole = whole.parentElement;
    const after = whole.nextSibling, marks = after?.nodeType === Node.TEXT_NODE ? /^[.,;:!?)]+/.exec(after.nodeValue)?.[0] : "";
    if (!marks || button.textContent.length > LONG) continue;
    after.nodeValue = after.nodeValue.slice(marks.length);
    const held = html("span", { style: { whiteSpace: "nowrap" } });
    whole.before(held);
    held.append(whole, marks);
  }
}
