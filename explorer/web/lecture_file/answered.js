// What is said to an answer of an exercise. Python has judged all that can be chosen or pressed, and every known mistake.

// "9,408" or "9 408" → 9408; null for what is no whole number.
export function wholeNumber(text) {
  const plain = text.trim().replace(/[\s,_'’]+(?=\d)/g, "");
  return /^[-−]?\d{1,16}$/.test(plain) ? Number(plain.replace("−", "-")) : null;
}

// {right, hint}: the hint as HTML, or, of a number that no known mistake leads to, as text beside it.
export function judged(one, answer) {
  const right = one.kind === "typed" ? Math.abs(answer - one.answer) <= one.tolerance : answer === one.answer;
  if (right) return { right, hint: "", text: "" };
  const hint = one.known[String(answer)] ?? "";
  return { right, hint, text: hint ? "" : answer < one.answer ? one.low : one.high };
}

// Pressing one of what is put in order: it is taken, or taken back.
export const pressed = (taken, place) => (taken.includes(place) ? taken.filter((one) => one !== place) : [...taken, place]);
