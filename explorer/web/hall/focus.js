// A page that is drawn again: who has the focus keeps it. Buttons are known by `data-key`, inputs by their value.

const name = (one) => one?.dataset?.key ?? (one?.matches?.("input") ? `${one.type} ${one.value}` : "");

// Before the drawing; what it returns gives the focus back after it.
export function keepFocus(place) {
  const focused = name(document.activeElement);
  return () => {
    const again = /** @type {HTMLElement[]} */ ([...place.querySelectorAll("[data-key], input")]);
    if (focused) again.find((one) => name(one) === focused)?.focus({ preventScroll: true });
  };
}
