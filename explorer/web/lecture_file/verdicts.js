// What Python says of a guess. All of them were asked beforehand; a slider's place is found by its number.

export function verdictOf({ revealed, verdicts, step }, guess) {
  const row = verdicts[guess] ?? verdicts[nearest(Object.keys(verdicts), guess, step)];
  if (!row || !revealed.question || (revealed.question.kind !== "number" && !(guess in verdicts))) return revealed.verdict;
  const [right, said, sentence] = row;
  return { ...revealed.verdict, right, said, sentence };
}

function nearest(places, guess, step) {
  const value = Number(guess);
  if (guess === "" || !Number.isFinite(value)) return undefined;
  return places.find((place) => Math.abs(Number(place) - value) < step / 2);
}
