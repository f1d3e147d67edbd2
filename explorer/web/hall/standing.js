// How a vote stands, in the same words on the projector and in the speaker's window. hall: what `watch` says.

const ROUNDS = ["", "second ", "third "];
export const SEEN = "The phones have seen the answer: they do not vote on it again.";

// Of the round that is on; "" where there is nothing to say beyond the count.
export function standing({ open, round }) {
  const which = ROUNDS[round - 1] ?? "last ";
  if (!open) return `The ${which}vote is closed.`;
  return round > 1 ? `This is the ${which}vote: the ${round > 2 ? "others are" : "first is"} kept.` : "";
}

// Another round is of use once somebody has answered in this one; so a second click begins no third.
export const mayAgain = (hall) => Boolean(hall && hall.rounds_left > 0 && hall.answered > 0);
