// A finger that begins on a slider's line may mean the page: the browser sets the value as soon as the line is touched, and
// only then finds that the finger scrolls. So what a touch sets waits until it is known what it means: a finger that goes
// sideways slides, one that is lifted where it began has chosen the place, one that scrolls has said nothing.

const MEANT = 6; // px to the side, and more than up or down

// input: a range, `touch-action: pan-y`. To be called before anybody listens to it.
export function sliding(input) {
  let held = null; // a touch of which it is not known what it means: where it began, what stood there, what it asks for
  const meant = () => {
    const { asked } = held;
    held = null;
    if (asked === null || asked === input.value) return;
    input.value = asked;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  input.addEventListener("pointerdown", (event) => {
    held = event.pointerType === "touch" && event.isPrimary ? { x: event.clientX, y: event.clientY, stood: input.value, asked: null } : null;
  });
  input.addEventListener("input", (event) => {
    if (!held) return;
    event.stopImmediatePropagation();
    held.asked = input.value;
    input.value = held.stood;
  });
  input.addEventListener("pointermove", (event) => {
    if (!held) return;
    const aside = Math.abs(event.clientX - held.x);
    if (aside > MEANT && aside > Math.abs(event.clientY - held.y)) meant();
  });
  input.addEventListener("pointerup", () => held && meant());
  input.addEventListener("pointercancel", () => (held = null));
}
