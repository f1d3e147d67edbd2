// The one place where a string becomes markup: what Python has written, escaped and marked up there.

import { html } from "../js/dom.js";

export function prose(tag, attributes, markup) {
  const element = html(tag, attributes);
  element.innerHTML = markup;
  return element;
}
