// The one place where a string becomes markup: what Python has written, escaped and marked up there.

import { html, unbroken } from "../js/dom.js";

export function prose(tag, attributes, markup) {
  const element = html(tag, attributes);
  element.innerHTML = markup;
  if (element.classList.contains("prose")) holdNames(element);
  return element;
}

// In running text no net's name is cut at its hyphen.
function holdNames(element) {
  const words = document.createTreeWalker(element, NodeFilter.SHOW_TEXT), named = [];
  while (words.nextNode()) if (/-\d/.test(words.currentNode.nodeValue)) named.push(words.currentNode);
  for (const one of named) one.replaceWith(...unbroken(one.nodeValue));
}
