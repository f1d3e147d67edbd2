// The first page before Streamlit is there: its walk begins in a frame of the page that the server sends, and goes over,
// as it plays, to the component that Streamlit mounts.

import { html } from "../js/dom.js";
import { PARTS, STATES } from "../js/given.js";
import { streamlitIs } from "../js/streamlit.js";
import { Alone } from "./alone.js";

const PATIENCE = 2500; // ms at rest without the first page: it is not going to come

export default function arrive() {
  const frame = document.getElementById("arrival");
  const { css, walk } = JSON.parse(frame.querySelector("script[type='application/json']").textContent);
  try { // the visitor's own choice, where Streamlit keeps it
    const theme = localStorage.getItem(`stActiveTheme-${location.pathname}-v2`) ?? "";
    frame.style.colorScheme = (/dark|light/i.exec(theme)?.[0] ?? "light dark").toLowerCase();
  } catch { /* a browser that keeps nothing has no choice either */ }
  const look = new CSSStyleSheet();
  look.replaceSync(css);
  const place = html("div", { class: "walk-place" });
  const tree = frame.querySelector(".arrival-walk").attachShadow({ mode: "open" });
  tree.adoptedStyleSheets = [look];
  tree.append(place);
  const alone = new Alone(place);
  alone.update(walk);

  const first = location.pathname;
  let patience;
  const rests = new MutationObserver(() => {
    if (location.pathname !== first) return leave(); // its visitor has gone on before it was there
    if (!document.querySelector(PARTS.dialog) && !(streamlitIs("connected") && streamlitIs("idle"))) return;
    patience ??= setTimeout(leave, PATIENCE);
  });
  window.addEventListener("popstate", leave, { once: true }); // another address was asked for
  rests.observe(document.body, { subtree: true, childList: true, attributeFilter: Object.values(STATES).map(([name]) => name) });

  function leave() {
    delete window["resnetExplorerWalks"];
    clearTimeout(patience);
    window.removeEventListener("popstate", leave);
    rests.disconnect();
    document.head.append(frame.querySelector("style")); // the page's own look may come a stroke later
    frame.remove();
  }

  // What plays already, for the component's place; nothing where another is asked for.
  window["resnetExplorerWalks"] = (stamp, its) => {
    const same = stamp === alone.stamp;
    if (same) alone.moveTo(its);
    leave();
    return same ? alone : null;
  };
}
