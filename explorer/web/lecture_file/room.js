// A chart that was drawn for a desk, on a phone: names and ticks that have no room there are left out.

const NARROW = 600; // px
const GAP = 4; // px between two words

const meet = (one, other) => one.left < other.right + GAP && other.left < one.right + GAP && one.top < other.bottom && other.top < one.bottom;

// Which of the boxes may stay, the first ones first: inside the frame, and none over another.
export function apart(boxes, frame) {
  const kept = [];
  return boxes.map((box) => {
    const free = box.left >= frame.left && box.right <= frame.right && !kept.some((one) => meet(box, one));
    if (free) kept.push(box);
    return free;
  });
}

export function roomy(place) {
  const chart = place.getBoundingClientRect(), plot = place.querySelector(".nsewdrag")?.getBoundingClientRect();
  if (!plot || chart.width >= NARROW) return;
  for (const [words, frame] of [[".textpoint text", { left: plot.left, right: chart.right }], [".xtick text", chart]]) {
    const found = [...place.querySelectorAll(words)].filter((one) => one.textContent);
    const free = apart(found.map((one) => one.getBoundingClientRect()), frame);
    found.forEach((one, index) => { one.style.visibility = free[index] ? "" : "hidden"; });
  }
}
