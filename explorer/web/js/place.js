// What stands in a component's place, made when the place is first seen: Streamlit calls again with each rerun.

export function once(make) {
  const all = new WeakMap();
  return (place, ...given) => {
    if (!all.has(place)) all.set(place, make(place, ...given));
    return all.get(place);
  };
}
