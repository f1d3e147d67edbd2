// A place with stylesheets of its own, as Streamlit gives one to each component.

import { html } from "../js/dom.js";

export function shadowed(name, css) {
  const host = html("div", { class: `${name}-host` }), root = host.attachShadow({ mode: "open" });
  const place = html("div", { class: name });
  root.append(html("style", {}, css), place);
  return { host, root, place };
}
