// Which key does what to the lecture.

const KEYS = {
  PageDown: "next", PageUp: "previous", ArrowRight: "next", ArrowLeft: "previous", n: "toggleNotes", l: "toggleList", q: "toggleCode", v: "toggleJoin",
  Home: "begin", Escape: "escape", " ": "halt",
};

// inside: whether the key was pressed in a text field (editable), or in what has arrows of its own.
export function actionOf({ key, ctrlKey = false, metaKey = false, altKey = false }, { editable, arrows }) {
  if (ctrlKey || metaKey || altKey || editable) return undefined;
  return arrows && /^Arrow|^Home$/.test(key) ? undefined : KEYS[key];
}
