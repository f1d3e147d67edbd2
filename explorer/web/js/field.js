// Where on the picture a unit looks, along one side, and back: the one place where the browser works out what
// explorer/net/field.py says, held to it by tests. field: {first, size, jump}; size null: the whole picture.

// [first pixel, one past the last] of a picture of so many pixels; what lies outside is padding.
export function spanOf({ first, size, jump }, unit, side) {
  if (size === null) return [0, side];
  const start = first + unit * jump;
  return [Math.max(0, start), Math.min(side, start + size)];
}

// The middle of what a unit sees, as a share of the picture's side.
export const middleOf = ({ first, size, jump }, unit, side) => (size === null ? 0.5 : (first + unit * jump + size / 2) / side);

// The unit whose field has its middle nearest to a pixel.
export function unitAt({ first, size, jump }, pixel, units) {
  const middle = size === null ? pixel : (pixel + 0.5 - first - size / 2) / jump;
  return Math.max(0, Math.min(units - 1, Math.round(middle)));
}

// The unit that looks at a place, a share of the side; where each sees the whole picture, the one whose cell lies there.
export function unitUnder(field, share, side, units) {
  return unitAt(field, (field.size === null ? share * units : share * side) - 0.5, units);
}

// By how many pixels the middle of what a unit sees lies before its cell's own place on the picture: a stride of 2 keeps the
// first pixel of each two. 0 where the map does not divide the picture evenly.
export const before = ({ size, jump, first }, units, side) => (size === null || units * jump !== side ? 0 : jump / 2 - first - size / 2);

// The unit of a coarser map that lies where a unit of a finer one does.
export const unitBelow = (unit, finer, coarser) => Math.floor((unit * finer.jump) / coarser.jump);
