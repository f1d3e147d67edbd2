// The search field: a list of what is found, how much that is, and its tiles lit on the map.

import { html } from "../js/dom.js";
import { blockName } from "../js/names.js";
import { blockOf } from "./net.js";

const LISTED = 12;

export function buildFinder(map) {
  const list = html("ul", { role: "listbox", id: "map-found", "aria-label": "Found" });
  const said = html("p", { class: "said", role: "status" });
  const results = html("div", { class: "results", hidden: true }, list, said);
  const input = html("input", {
    type: "search",
    placeholder: "Find: conv2, 3×3, 512 …",
    role: "combobox",
    "aria-label": "Find layers by path, kind, kernel, stride or shape",
    "aria-expanded": "false",
    "aria-controls": "map-found",
    "aria-autocomplete": "list",
    autocomplete: "off",
    spellcheck: "false",
  });
  let paths = [];
  let at = -1; // of paths: where one is in the list, or has gone to last
  let gone = true; // … the latter: Enter goes on to the next
  const close = () => {
    results.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const option = (path, index) =>
    html(
      "li",
      {
        role: "option",
        id: `found-${index}`,
        "aria-selected": "false",
        onmousedown: (event) => {
          event.preventDefault();
          take(index);
        },
      },
      blockOf(path) === path && path ? [`${blockName(path)} `, html("small", {}, path)] : path,
    );
  const show = () => {
    paths = map.net.search(input.value);
    const more = paths.length - LISTED;
    close();
    at = -1;
    gone = true;
    list.replaceChildren(...paths.slice(0, LISTED).map(option));
    list.hidden = !paths.length;
    said.textContent = paths.length
      ? `${paths.length} found, lit on the map${more > 0 ? `; ${more} more than listed` : ""}`
      : "no match";
    results.hidden = !input.value.trim();
    input.setAttribute("aria-expanded", String(paths.length > 0));
    map.light(paths, !results.hidden);
  };
  // Goes there: the words stay, and what they found stays lit; the list makes room for the map.
  const take = (index) => {
    close();
    at = index;
    gone = true;
    map.find(paths[at]);
    list.hidden = true;
    said.textContent = `${at + 1} of ${paths.length}${paths.length > 1 ? " · Enter: the next" : ""}`;
    results.hidden = false;
  };
  const step = (by) => {
    const items = [...list.children];
    if (!items.length || results.hidden) return;
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    at = (Math.max(at, by < 0 ? 0 : -1) + by + items.length) % items.length;
    gone = false;
    items.forEach((item, index) => item.setAttribute("aria-selected", String(index === at)));
    input.setAttribute("aria-activedescendant", items[at].id);
    items[at].scrollIntoView({ block: "nearest" });
  };
  const keys = {
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    Enter: () => {
      if (paths.length) take(gone ? (at + 1) % paths.length : at);
    },
    Escape: () => {
      input.value = "";
      show();
    },
  };
  input.addEventListener("input", show);
  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  });
  input.addEventListener("blur", close); // what it found stays lit as long as it stands there
  return html("div", { class: "search" }, input, results);
}
