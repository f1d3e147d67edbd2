// Choose a file, or drop it. It is not uploaded: its first and its last bytes are sent, then what Python asks for.

import { size } from "../js/numbers.js";
import { once } from "../js/place.js";

const FIRST = 65536; // bytes, as in explorer/weights/slices.py

// The slices that are sent unasked, as [offset, length]: the beginning and the end, or a small file whole.
export function unasked(length) {
  if (length <= 2 * FIRST) return [[0, length]];
  return [
    [0, FIRST],
    [length - FIRST, FIRST],
  ];
}

function made(tag, className, text = "") {
  return Object.assign(document.createElement(tag), { className, textContent: text });
}

class Picker {
  constructor(place) {
    this.title = made("span", "title");
    this.input = Object.assign(made("input", "input"), { type: "file" });
    this.button = made("span", "button", "Browse");
    this.drop = made("label", "drop");
    this.words = made("span", "words", "Drop a file here, or");
    this.drop.append(this.words, this.button, this.input);
    this.about = made("p", "about");
    this.state = made("p", "state");
    this.state.setAttribute("role", "status");
    place.replaceChildren(this.title, this.drop, this.about, this.state);
    this.input.addEventListener("change", () => this.input.files[0] && this.choose(this.input.files[0]));
    this.drop.addEventListener("dragover", (event) => (event.preventDefault(), this.over(true)));
    this.drop.addEventListener("dragleave", () => this.over(false));
    this.drop.addEventListener("drop", (event) => {
      event.preventDefault();
      this.over(false);
      if (event.dataTransfer.files[0]) this.choose(event.dataTransfer.files[0]);
    });
  }

  over(yes) {
    this.drop.classList.toggle("over", yes);
  }

  update(data, report) {
    this.report = report;
    this.title.textContent = data.label;
    this.about.textContent = data.about;
    this.input.accept = data.accept;
    this.input.setAttribute("aria-label", data.label);
    const want = data.want;
    if (this.file && data.told === this.id) this.say(`${this.file.name} · ${size(this.file.size)}`);
    if (!want || want.id !== this.id) return;
    const asked = `${want.id} ${want.offset} ${want.length}`;
    if (asked !== this.asked) {
      this.asked = asked;
      this.send([[want.offset, want.length]]);
    }
  }

  say(text) {
    this.state.textContent = text;
  }

  choose(file) {
    this.file = file;
    this.id = `${Date.now()}-${Math.random()}`;
    this.parts = [];
    this.say(`Reading the names in ${file.name} …`);
    this.send(unasked(file.size));
  }

  async send(slices) {
    const { file, id } = this;
    try {
      const read = await Promise.all(
        slices.map(async ([offset, length]) => [offset, await base64(file.slice(offset, offset + length))]),
      );
      if (this.id !== id) return; // another file was chosen meanwhile
      this.parts = [...this.parts, ...read];
      this.report("given", { id, name: file.name, size: file.size, parts: this.parts });
    } catch (error) {
      this.say(`${file.name} cannot be read: ${error.message}`);
    }
  }
}

function base64(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(",")[1] ?? "");
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

const shown = once((place) => new Picker(place));

export default function ({ data, parentElement, setStateValue }) {
  shown(parentElement.querySelector(".place")).update(data, setStateValue);
}
