// Numbers and words as they are shown. Nothing here knows of the page. What explorer/units.py writes too is held to it by tests;
// here is only what the browser has to write itself: numbers that move under the reader's hand.

const SIZES = [ // least: what rounds to 1.0 of the unit
  { least: 999.95e12, one: 1e15, unit: "PB" },
  { least: 999.95e9, one: 1e12, unit: "TB" },
  { least: 999.95e6, one: 1e9, unit: "GB" },
  { least: 999.95e3, one: 1e6, unit: "MB" },
  { least: 1e3, one: 1e3, unit: "KB" },
];

export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

// With so many places and commas between the thousands: half goes to the even digit, as in Python; never "−0.00".
export function fixed(value, places) {
  const size = Math.abs(value), cut = Math.floor(size * 10 ** places);
  const half = (size * 2 ** (places + 1)) % 2 === 1; // exactly between two digits
  const [whole, part] = (half && cut % 2 === 0 ? cut / 10 ** places : size).toFixed(places).split(".");
  const text = whole.replace(/\B(?=(\d{3})+$)/g, ",") + (part ? `.${part}` : "");
  return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
}

export const exact = (value) => fixed(value, 0);
// As many of six places as it needs: "28.5", "1,000".
export const plain = (value) => fixed(value, 6).replace(/\.?0+$/, "");
export const percent = (share, places = 0) => `${fixed(100 * share, places)} %`;
// Bytes in decimal units, as memory is sold.
export function size(bytes) {
  const found = SIZES.find(({ least }) => Math.abs(bytes) >= least);
  return found ? `${fixed(bytes / found.one, 1)} ${found.unit}` : `${fixed(bytes, 0)} B`;
}
export const chance = (share) => (share > 0.9995 ? "> 99.9 %" : share < 0.0005 ? "< 0.1 %" : percent(share, 1));

// The size at which a text of so many characters fits a width, in the sans-serif of the theme.
export const fitted = (text, width, most) => Math.min(most, width / (0.56 * Math.max([...text].length, 1)));

// What a label shows of a text that may be endless.
export const shown = (text, most = 60) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
