// From scene to scene. A history entry of our own and the event of a browser's "back": for Streamlit the URL then wins
// over every control, so page and controls change in one run, and the address on the screen is always the scene's.

import { KEPT_PARAMS } from "../js/given.js";
import { streamlitIs } from "../js/streamlit.js";
import { holder } from "./holder.js";

// A lecture that is saved as one file has a way of its own (web/lecture_file): its scenes stand behind the address's #.
export const search = () => holder.route?.search() ?? location.search;

const root = (page) => {
  if (holder.route) return "#/";
  const path = location.pathname.replace(/\/+$/, "");
  return page && path.endsWith(`/${page}`) ? path.slice(0, -page.length) : `${path}/`;
};

// address: a path from the app's root, with its query. changes: parameters laid over it; null takes one away.
export function urlOf(page, address, changes = {}) {
  const [path, query] = address.split("?");
  const params = new URLSearchParams(query ?? "");
  const now = new URLSearchParams(search());
  for (const name of KEPT_PARAMS) for (const value of now.getAll(name)) if (!params.has(name)) params.append(name, value);
  for (const [name, value] of Object.entries(changes)) value === null ? params.delete(name) : params.set(name, value);
  const text = params.toString().replaceAll("%2C", ",").replaceAll("%2F", "/").replaceAll("%3A", ":");
  return root(page) + path.replace(/^\//, "") + (text ? `?${text}` : "");
}

let waiting = null;

export function travel(url, whileWaiting) {
  if (holder.route) return holder.route.go(url);
  clearInterval(waiting);
  if (streamlitIs("connected")) return arrive(url);
  whileWaiting?.();
  waiting = setInterval(() => {
    if (!streamlitIs("connected")) return;
    clearInterval(waiting);
    arrive(url);
  }, 250);
}

function arrive(url, tries = 2) {
  if (url !== location.pathname + location.search) history.pushState({ entry: true }, "", url);
  window.dispatchEvent(new PopStateEvent("popstate", { state: {} }));
  holder.stage?.arrived();
  makeSure(url, tries, performance.now());
}

// A click on the page in the instant before may be answered after us, and bring an old choice into the new scene. So when
// all is quiet, and nobody has touched anything since, the address is compared once more.
let making = null;
const LONG_QUIET = 10; // looks, 80 ms apart: on a busy host an answer may be that late

function makeSure(url, tries, since) {
  clearInterval(making);
  let quiet = 0;
  making = setInterval(() => {
    const running = !streamlitIs("idle");
    quiet = running ? 0 : quiet + 1;
    if (holder.touched > since || performance.now() - since > 8000) clearInterval(making);
    else if (quiet >= LONG_QUIET) {
      clearInterval(making);
      const wanted = new URL(url, location.href).searchParams;
      const strange = [...new URLSearchParams(location.search)].some(([name, value]) => wanted.get(name) !== value);
      if (strange && tries > 0) arrive(url, tries - 1);
    }
  }, 80);
}
