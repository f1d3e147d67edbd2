// What every page's HTML text may ask of the browser: `data-copy` copies the text beside the button, `data-means` opens what a
// mark means, `data-save="svg"`
// and `data-save="png"` save the figures of the page, a link with `data-within` opens another page without a new visit: what
// was drawn or given comes along. One listener for the whole visit: pages come and go. And two things
// that Streamlit does otherwise: a control's change is a step back in the browser, and a phone's drawer makes way.

import { copy } from "../js/copy.js";
import { fingersScroll } from "../js/finger.js";
import { DRAWER, PARTS, STATES } from "../js/given.js";
import { means } from "../js/means.js";
import { part, streamlitIs } from "../js/streamlit.js";
import { entries } from "./entries.js";

const LOOK_MS = 50, UNSEEN_MS = 700, LATE_MS = 3000;

export default function listen() {
  const visit = document.documentElement.dataset;
  if (visit.resnetExplorerListens) return;
  visit.resnetExplorerListens = "yes";
  document.addEventListener("click", (event) => {
    const path = /** @type {HTMLElement[]} */ (event.composedPath());
    const button = path.find((one) => one.dataset?.copy !== undefined || one.dataset?.save);
    if (button?.dataset.save) saveFigures(button.dataset.save);
    else if (button) copy(button);
    else if (!means(path)) follow(event, path.find((one) => one.dataset?.within !== undefined));
  });
  // Plotly saves by a click on a link of its own beside the page: a popover would take it for a click elsewhere.
  const ownLink = (event) => event.target.matches?.("body > a[download]") && event.stopImmediatePropagation();
  window.addEventListener("click", ownLink, true);
  fingersScroll();
  makeHistory();
  stayInPlace();
  closeDrawer();
}

// One policy for "back": each thing that a visitor does is an entry, as `entries` says. Streamlit writes what stands in a control
// over the address at hand (replaceState), and adds an entry for everything else.
function makeHistory() {
  const made = entries();
  let inDrawer = false, exercise = exerciseAt(location.href);
  const read = (url) => { // an exercise is read from its beginning, as a page is
    const next = exerciseAt(url);
    if (next !== exercise) toTheTop();
    exercise = next;
  };
  const touch = (event) => {
    made.touch();
    inDrawer = Boolean(event.target.closest?.(PARTS.sidebar));
  };
  for (const kind of ["pointerdown", "keydown"]) window.addEventListener(kind, touch, true);
  window.addEventListener("popstate", made.travel, true);
  window.addEventListener("popstate", () => read(location.href));
  const replace = history.replaceState.bind(history), push = history.pushState.bind(history);
  history.pushState = (state, unused, url) => {
    const samePage = new URL(url ?? location.href, location.href).pathname === location.pathname;
    if (!samePage) toTheTop();
    read(url ?? location.href);
    (made.push(samePage, Boolean(state?.entry)) ? push : replace)(state, unused, url);
    if (!samePage && inDrawer) closeDrawer(); // a page was chosen there
  };
  history.replaceState = (state, unused, url) => {
    const next = new URL(url ?? location.href, location.href);
    const changes = next.pathname === location.pathname && next.search !== location.search;
    read(next);
    if (!made.replace(changes)) return replace(state, unused, url);
    push(state, unused, url);
    if (inDrawer) whenAnswered(closeDrawer);
  };
}

const exerciseAt = (url) => new URL(url, location.href).searchParams.get("q");

// A page is read from its beginning; Streamlit leaves it scrolled as far as the one before was.
const toTheTop = () => part("main")?.scrollTo(0, 0);

// While a choice is answered a page is shorter for a moment, and a browser that was scrolled down would jump up from under the
// pointer, and stay there. So the page keeps its height until the answer is whole.
function stayInPlace() {
  let rest = 0, looking = null;
  window.addEventListener("pointerdown", (event) => {
    const page = part("page"), scrolled = part("main")?.scrollTop > 0;
    if (!page?.contains(event.target) || !scrolled) return;
    page.style.minHeight = `${page.getBoundingClientRect().height}px`;
    rest = 0;
    clearInterval(looking);
    looking = setInterval(() => {
      rest = streamlitIs("idle") ? rest + LOOK_MS : 0;
      if (rest < UNSEEN_MS) return;
      clearInterval(looking);
      page.style.minHeight = "";
    }, LOOK_MS);
  }, true);
}

function closeDrawer() {
  const overThePage = innerWidth < DRAWER, open = !part("sidebar-opens");
  if (overThePage && open) part("sidebar-closes")?.click();
}

// After the page's answer, unless the choice has brought further controls to choose from. A short run may begin and end at
// once, so that nobody sees it: whoever is at rest for long has answered too, and on a busy host an answer begins late.
function whenAnswered(then) {
  const controls = () => part("sidebar").querySelectorAll(PARTS.element).length;
  const before = controls();
  let ran = false, rest = 0;
  const runs = new MutationObserver(() => { ran ||= !streamlitIs("idle"); });
  runs.observe(part("app"), { attributeFilter: [STATES.idle[0]] });
  const looking = setInterval(() => {
    const running = !streamlitIs("idle");
    ran ||= running;
    rest = running ? 0 : rest + LOOK_MS;
    if (running || (!ran && rest < LATE_MS)) return;
    clearInterval(looking);
    runs.disconnect();
    if (controls() <= before) then();
  }, LOOK_MS);
}

// As by the browser's back and forward: the address wins over every control.
function follow(event, link) {
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !streamlitIs("connected")) return;
  event.preventDefault();
  history.pushState({ entry: true }, "", link.href);
  window.dispatchEvent(new PopStateEvent("popstate", { state: {} }));
}

function saveFigures(format) {
  for (const plot of part("main").querySelectorAll(".js-plotly-plot")) savePlot(plot, format);
  for (const picture of part("main").querySelectorAll(".drawing img")) saveDrawing(picture, format);
}

// What Plotly's own camera button does, told the format first; on the page's background, so that text of a dark theme
// can be read wherever the picture goes.
function savePlot(plot, format) {
  Object.assign(plot._context.toImageButtonOptions, { format, scale: format === "png" ? 2 : 1 });
  const buttons = plot._fullLayout._modeBar.buttons.flat();
  const before = plot.layout.paper_bgcolor;
  plot.layout.paper_bgcolor = getComputedStyle(part("app")).backgroundColor;
  buttons.find((button) => button.name === "toImage").click(plot);
  plot.layout.paper_bgcolor = before;
}

function saveDrawing(picture, format) {
  const name = `resnet-explorer-${picture.alt.toLowerCase().replace(/[^\w]+/g, "-").slice(0, 60)}.${format}`;
  if (format === "svg") return download(picture.src, name);
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [2 * picture.naturalWidth, 2 * picture.naturalHeight];
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  download(canvas.toDataURL("image/png"), name);
}

function download(href, name) {
  Object.assign(document.createElement("a"), { href, download: name }).click();
}
