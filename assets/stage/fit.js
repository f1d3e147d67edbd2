// The projector view shows a scene whole: first drawings give way, then all but the bar is drawn smaller.

const SMALLEST = 0.6;
const style = document.documentElement.style;
let fitting = [];

function main() { return document.querySelector('[data-testid="stMain"]'); }

function fits() { return main().scrollHeight <= main().clientHeight + 1; }

// The largest of the values (large to small) with which all fits; the last if none does.
function largest(values, apply) {
  let low = 0, high = values.length - 1;
  apply(values[0]);
  if (fits()) return;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    apply(values[middle]);
    fits() ? (high = middle) : (low = middle);
  }
  apply(values[high]);
}

const range = (from, to, step) => Array.from({ length: Math.floor((from - to) / step) + 1 }, (_, index) => from - index * step);

function fit() {
  if (!main()) return;
  style.setProperty("--stage-zoom", 1);
  largest(range(900, 200, 20), (height) => style.setProperty("--stage-drawing", `${height}px`));
  largest(range(1, SMALLEST, 0.02), (zoom) => style.setProperty("--stage-zoom", zoom));
  main().scrollTop = 0;
}

// After the page has settled: at once, and again when pictures and charts have come.
function fitSoon(present) {
  fitting.forEach(clearTimeout);
  fitting = present ? [30, 250, 700, 1500].map((wait) => setTimeout(fit, wait)) : [];
  if (!present) ["--stage-zoom", "--stage-drawing"].forEach((name) => style.removeProperty(name));
}
