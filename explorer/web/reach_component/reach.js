// Where on the picture a unit looks, along one side; nothing here knows of the page. field: {first, size, jump}.

// [first pixel, one past the last] of a picture of so many pixels; what lies outside is padding.
export function spanOf({ first, size, jump }, unit, side) {
  if (size === null) return [0, side];
  const start = first + unit * jump;
  return [Math.max(0, start), Math.min(side, start + size)];
}

// The unit whose field has its middle nearest to a pixel.
export function unitAt({ first, size, jump }, pixel, units) {
  const middle = size === null ? pixel : (pixel + 0.5 - first - size / 2) / jump;
  return Math.max(0, Math.min(units - 1, Math.round(middle)));
}
