// Keyboard, clicker (PageUp and PageDown) and swipe. One set of listeners for the window, for whichever stage stands.

import { fitSoon } from "./fit.js";
import { holder } from "./holder.js";
import { actionOf } from "./keys.js";

const EDITABLE = "input:not([type=range], [type=radio], [type=checkbox]), textarea, select, [contenteditable=true]";
const OWN_ARROWS = "[role=application], [role=slider], [role=radiogroup], [role=tablist], [role=listbox], [role=combobox], [role=grid], svg, canvas";
const PRESSED = "button, a, input, summary, [role=button], [role=radio]"; // the space key is theirs
function onKey(event) {
  const stage = holder.stage;
  if (!stage) return;
  const path = event.composedPath().filter((node) => node instanceof Element);
  const inside = (selector) => path.some((node) => node.matches(selector));
  const action = actionOf(event, { editable: inside(EDITABLE), arrows: inside(`${OWN_ARROWS}, input:is([type=range], [type=radio])`) });
  if (action === "escape" && inside(MAP_TO_CLOSE)) return;
  if (action === "begin" && !stage.canBegin()) return;
  if (action === "halt" && (stage.data.bare || !stage.canHalt() || inside(PRESSED))) return;
  if (!action || (action === "escape" ? !stage.canEscape() : stage.data.bare)) return;
  event.preventDefault();
  event.stopPropagation();
  stage[action]();
}

// A block that is opened on the map, or a map that is zoomed in: Escape on it is for the map, and the next one for us.
const MAP_TO_CLOSE = ".map-root.opened-block, .map-root:has(.canvas.zoomed)";

let touch = null;

function onTouchStart(event) {
  const path = event.composedPath().filter((node) => node instanceof Element);
  const scrolls = path.some((node) => node.matches(OWN_ARROWS) || node.matches("input") || node.scrollWidth > node.clientWidth + 4 &&
    /auto|scroll/.test(getComputedStyle(node).overflowX));
  touch = event.touches.length === 1 && !scrolls ? { x: event.touches[0].clientX, y: event.touches[0].clientY } : null;
}

function onTouchEnd(event) {
  if (!touch || !holder.stage || holder.stage.data.bare) return;
  const dx = event.changedTouches[0].clientX - touch.x, dy = event.changedTouches[0].clientY - touch.y;
  touch = null;
  if (Math.abs(dx) > 60 && Math.abs(dx) > 2 * Math.abs(dy)) holder.stage[dx < 0 ? "next" : "previous"]();
}

// On a projector the pointer lies somewhere on the picture: it is not seen until somebody moves it.
const STILL_AFTER = 3000; // ms
let resting = 0, lastSeen = "";

export function restPointer(present = holder.stage?.data?.present) {
  document.documentElement.classList.toggle("still", Boolean(present));
}

function onMove(event) {
  const seen = `${event.screenX} ${event.screenY}`;
  if (seen === lastSeen) return; // the page moved below it
  lastSeen = seen;
  document.documentElement.classList.remove("still");
  clearTimeout(resting);
  resting = setTimeout(() => restPointer(), STILL_AFTER);
}

const onResize = () => holder.stage?.data && fitSoon(holder.stage.data.present);
const onInput = () => { holder.touched = performance.now(); };
const HANDLERS = [["pointerdown", onInput], ["keydown", onInput], ["keydown", onKey], ["touchstart", onTouchStart],
  ["touchend", onTouchEnd], ["pointermove", onMove], ["resize", onResize]];

// A newer copy of this module takes the listeners' place instead of doubling them.
export function listen() {
  holder.handlers?.forEach(([name, handler]) => window.removeEventListener(name, handler, true));
  holder.handlers = HANDLERS;
  holder.handlers.forEach(([name, handler]) => window.addEventListener(name, handler, { capture: true, passive: name !== "keydown" }));
}
