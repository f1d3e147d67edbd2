// A picture on which something is moved: by finger, by mouse, by arrow keys.

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

// follow(event): to where the pointer is; step([rows, columns], event): by an arrow key, one to its side.
// A finger drags the handle alone, which is `touch-action: none`: elsewhere it scrolls the page, and a tap is followed.
export function dragged(element, handle, follow, step) {
  let held = null; // which pointer drags: every finger is captured, one that scrolls too
  element.addEventListener("pointerdown", (event) => {
    if (event.button || (event.pointerType === "touch" && event.target !== handle)) return;
    event.preventDefault();
    element.focus({ preventScroll: true });
    element.setPointerCapture(event.pointerId);
    held = event.pointerId;
    follow(event);
  });
  element.addEventListener("pointermove", (event) => event.pointerId === held && follow(event));
  element.addEventListener("lostpointercapture", () => (held = null));
  element.addEventListener("click", (event) => event.pointerType === "touch" && event.target !== handle && follow(event));
  element.addEventListener("keydown", (event) => {
    const by = STEPS[event.key];
    if (!by) return;
    event.preventDefault();
    step(by, event);
  });
}
