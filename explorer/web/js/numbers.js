// Numbers and words as they are shown. Nothing here knows of the page.

export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
export const exact = (value) => Math.round(value).toLocaleString("en-US");
export const percent = (part, whole) => (whole ? `${((100 * part) / whole).toFixed(part / whole < 0.0995 ? 1 : 0)} %` : "");
export const brief = (value) => Number(value.toPrecision(4)).toLocaleString("en-US", { maximumFractionDigits: 8 });

// The size at which a text of so many characters fits a width, in the sans-serif of the theme.
export const fitted = (text, width, most) => Math.min(most, width / (0.56 * Math.max([...text].length, 1)));

// What a label shows of a text that may be endless.
export const shown = (text, most = 60) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
