// Where a bar stands; nothing here knows of the page. done: seconds after which each pass is over, from 0 on.

// Share of the way, 0 … 1, after so many seconds.
export function wayAt(done, seconds) {
  const last = done.length - 1;
  if (seconds >= done[last]) return 1;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (done[middle] <= seconds) low = middle;
    else high = middle;
  }
  return (low + (seconds - done[low]) / (done[high] - done[low])) / last;
}
