// A finger on a chart scrolls the page: Plotly would take every swipe that begins on one, and zoom. Its listeners for touches
// stand on its own elements, so that none of them hears of a finger. A tap reaches it as a mouse's click, which hides a point's
// values until the mouse moves again: that is said for the finger. A mouse is heard as ever, on the same screen too.

const CHART = ".js-plotly-plot", AFTER_MS = 60; // Plotly takes a move up to 50 ms late

const over = (event) => /** @type {HTMLElement} */ (event.target).closest?.(CHART);

export function fingersScroll() {
  let began = false;
  for (const kind of ["touchstart", "touchmove", "touchend", "touchcancel"])
    window.addEventListener(
      kind,
      (event) => {
        if (kind === "touchstart") began = Boolean(over(event));
        if (over(event)) event.stopPropagation();
      },
      { capture: true, passive: true },
    );
  window.addEventListener(
    "mouseup",
    ({ clientX, clientY }) => {
      if (!began) return;
      began = false;
      setTimeout(() => {
        const moved = new MouseEvent("mousemove", { clientX, clientY, bubbles: true, view: window });
        document.elementFromPoint(clientX, clientY)?.dispatchEvent(moved);
      }, AFTER_MS);
    },
    true,
  );
}
