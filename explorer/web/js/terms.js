// Arithmetic as Python packs it (explorer/terms.py), [sign, part, …], written as text or as LaTeX from Python's own table.

import { IN_A_NUMBER, SIGNS } from "./given.js";

export const inText = (term) => written(term, 0, String);
export const inLatex = (term) => written(term, 1, (one) => [...String(one)].map((sign) => IN_A_NUMBER[sign] ?? sign).join(""));

// What stands left of "= 128".
export const withoutValue = (term) => (Array.isArray(term) && term[0] === "=" ? term[1] : term);

function written(term, form, number) {
  if (!Array.isArray(term)) return number(term);
  const [sign, ...parts] = term;
  const [before, between, behind] = SIGNS[sign][form];
  return before + parts.map((part) => written(part, form, number)).join(between) + behind;
}
