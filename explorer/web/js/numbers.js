// Numbers and words as they are shown. Nothing here knows of the page. What explorer/units.py writes too is held to it by tests;
// here is only what the browser has to write itself: numbers that move under the reader's hand.

export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
export const exact = (value) => Math.round(value).toLocaleString("en-US");
export const percent = (share, places = 0) => {
  const digits = { minimumFractionDigits: places, maximumFractionDigits: places };
  return `${(100 * share).toLocaleString("en-US", digits)} %`.replace("-", "−");
};
export const chance = (share) => (share > 0.9995 ? "> 99.9 %" : share < 0.0005 ? "< 0.1 %" : percent(share, 1));

// The size at which a text of so many characters fits a width, in the sans-serif of the theme.
export const fitted = (text, width, most) => Math.min(most, width / (0.56 * Math.max([...text].length, 1)));

// What a label shows of a text that may be endless.
export const shown = (text, most = 60) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
