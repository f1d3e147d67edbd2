// What a mark of proof means (∑ computed, ◆ measured, …): a press on it opens that, in one card for the whole page. A finger
// has no tooltip.

import { html } from "./dom.js";

let card = null;

// path: of a click. Gives whether it was on a mark.
export function means(path) {
  const mark = path.find((one) => one.dataset?.means);
  if (!mark) return false;
  card ??= html("div", { popover: "auto", class: "proof-card" });
  mark.after(card); // where the theme is the mark's
  card.replaceChildren(html("div", { class: "meaning" }, html("b", {}, mark.textContent), ` ${mark.dataset.means}`));
  card.showPopover({ source: mark });
  return true;
}
