// Which changes of the address are entries of the browser's history: one for each thing that a visitor does, whichever way
// and in how many steps Streamlit writes it. A page that is opened gets its parameters one by one, and on a busy browser
// they come before its path: all of that is one step back.

export function entries() {
  let touched = false, made = "", opened = false;
  const enter = (kind) => {
    made = kind;
    return true;
  };
  return {
    // The visitor has pressed something.
    touch: () => ([touched, made, opened] = [true, "", false]),
    // The browser's own back or forward, or a lecture's change of scene: what follows only corrects the address.
    travel: () => ([touched, made, opened] = [false, "", false]),
    // Whether a new address (`pushState`) is an entry, else it is written over the one at hand. always: it says so itself.
    push(samePage, always = false) {
      if (!samePage) opened = true;
      if (always) return enter("own");
      if (samePage) return made || opened ? false : !touched || enter("change");
      return made === "change" ? !enter("page") : enter("page");
    },
    // Whether a control's word, which Streamlit writes over the address (`replaceState`), is an entry all the same.
    replace: (changes) => changes && touched && !made && !opened && enter("change"),
  };
}
