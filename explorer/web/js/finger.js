// A finger on a chart scrolls the page: Plotly would take every swipe that begins on one, and zoom. Its listeners for touches
// stand on its own elements, so that none of them hears of a finger. A tap reaches it as a mouse's click, which hides a point's
// values until the mouse moves again: that is said for the finger. A mouse is heard as ever, on the same screen too.
// A surface is there to be turned: a tap takes hold of it, from then on Plotly hears of a finger that begins on it, until the
// next tap on it or a touch anywhere else.

const CHART = ".js-plotly-plot", SURFACE = ".gl-container > *", AFTER_MS = 60; // Plotly takes a move up to 50 ms late
const HELD = { touchAction: "none", outline: "2px dashed", outlineOffset: "-2px" };

const over = (event, what) => /** @type {HTMLElement} */ (event.target).closest?.(what) ?? null;

export function fingersScroll() {
  let began = null, held = null;
  const hold = (surface) => {
    if (held) for (const name of Object.keys(HELD)) held.style[name] = "";
    held = surface;
    if (held) Object.assign(held.style, HELD);
  };
  for (const kind of ["touchstart", "touchmove", "touchend", "touchcancel"])
    window.addEventListener(
      kind,
      (event) => {
        if (kind === "touchstart") began = over(event, SURFACE) ?? over(event, CHART);
        if (kind === "touchstart" && held && began !== held) hold(null);
        if (kind === "touchmove") began = null; // no tap
        if (over(event, CHART) && !(held && over(event, SURFACE) === held)) event.stopPropagation();
      },
      { capture: true, passive: true },
    );
  window.addEventListener(
    "mouseup",
    ({ clientX, clientY }) => {
      if (!began) return;
      if (began.matches(SURFACE)) hold(began === held ? null : began);
      began = null;
      setTimeout(() => {
        const moved = new MouseEvent("mousemove", { clientX, clientY, bubbles: true, view: window });
        document.elementFromPoint(clientX, clientY)?.dispatchEvent(moved);
      }, AFTER_MS);
    },
    true,
  );
}
