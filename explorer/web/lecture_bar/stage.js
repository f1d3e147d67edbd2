// The lecture's bar: title, text, question, the way on. All it knows comes from Python with every run.

import { html, unbroken } from "../js/dom.js";
import { once } from "../js/place.js";
import { fitSoon, main } from "./fit.js";
import { card as hallCard, forget, here, join, left, letGo, listens, openSpeaker, result, resumed, says, shared, stands, takesPart, watched } from "./hall.js";
import { holder } from "./holder.js";
import { iconButton } from "./icons.js";
import { listen, restPointer } from "./input.js";
import { overview } from "./overview.js";
import { prose } from "./prose.js";
import { askedCard, ghostCard, guessNow, verdictCard } from "./question.js";
import { search, travel, urlOf } from "./travel.js";

const kept = (holder.kept ??= { notes: false, list: false, code: false, join: false, ended: false });
const asLeft = (holder.asLeft ??= new Map()); // a scene's address → where it stands revealed: a step back finds it so
const ahead = (holder.ahead ??= new Map()); // the same of scenes that were left by a step back: on again finds them so too

function isOn(phrase) {
  const now = new URLSearchParams(search());
  return [...new URLSearchParams(phrase.dataset.drive)].every(([name, value]) => now.get(name) === value);
}

const changesOf = (phrase) => Object.fromEntries(new URLSearchParams(phrase.dataset.drive));

const counted = (slug) => JSON.stringify(watched(slug)?.tallies ?? null);

// A proof card of the page, of the bar or of the map: Escape is for it first.
const roots = () => [...document.querySelectorAll("*")].map((one) => one.shadowRoot).filter(Boolean);
const cardIsOpen = () => [document, ...roots()].some((root) => root.querySelector(":popover-open"));

const mapToPeel = () => roots().map((root) => root.querySelector(".map-root.asked, .map-root:has(.canvas.zoomed)")).find(Boolean);

const walks = (data) => new URLSearchParams(data.here?.split("?")[1]).has("walk");
const walkHere = () => roots().map((root) => root.querySelector(".walk-alone.steps-on")).find(Boolean);

class Stage {
  constructor(place) {
    this.place = place;
    this.data = null;
    this.ghost = null;
    this.trigger = (/** @type {string} */ _name, /** @type {object} */ _value) => {};
  }

  update(data) {
    holder.stage = this;
    this.waits = false;
    fitSoon(data.present);
    restPointer(data.present);
    if (JSON.stringify(data) === this.drawn) return this.press();
    if (kept.slug !== data.slug) {
      kept.list = kept.code = kept.join = kept.ended = false;
      kept.pressed = null;
      main()?.scrollTo(0, 0);
    }
    kept.slug = data.slug;
    this.drawn = JSON.stringify(data);
    this.data = data;
    if (!data.bare) holder.last = { address: data.address, here: data.here };
    if (data.verdict) asLeft.set(data.address, data.here);
    else asLeft.delete(data.address);
    if (data.bare) return this.place.replaceChildren(); // the projector view without a lecture: Escape leaves it
    const began = data.hall && data.hall.code !== holder.room?.hall?.code;
    takesPart(this, data.hall);
    if (began && !holder.quiet) kept.join = true;
    holder.quiet = false;
    if (began) shared(data.hall).then((same) => !same && this.votes({ do: "split" }));
    this.draw();
    listens();
    says(this);
    if (holder.wantsVotes === "anew") {
      letGo();
      this.votes({ do: "anew" });
    }
    else if (holder.wantsVotes && !data.hall) this.votes({ do: "start" });
    else if (!data.hall && resumed(this)) holder.quiet = true;
    holder.wantsVotes = null;
    if (data.open) this.go(data.address);
  }

  draw() {
    const { data } = this;
    const votes = data.verdict && data.hall ? result(this) : null;
    this.counted = counted(data.slug);
    const card = data.verdict ? verdictCard(data, votes) : data.question ? (data.hall ? hallCard(this) : askedCard(this)) : null;
    this.ghost = data.answers && !data.verdict && !data.hall ? ghostCard(data) : null;
    const text = prose("div", { class: "prose text" }, data.text);
    this.phrases = [...text.querySelectorAll("[data-drive]")];
    this.phrases.forEach((phrase, at) => this.drives(phrase, at));
    this.place.replaceChildren(html("section", { class: `stage ${data.present ? "present" : ""} ${data.hall ? "halls" : ""} ${votes ? "voted" : ""}`, "aria-label": `Lecture: ${data.lecture}` },
      html("header", {}, html("h2", {}, html("span", { class: "at" }, `${data.number}/${data.scenes.length}`), unbroken(data.title)), this.controls()),
      html("div", { class: card ? "body asks" : "body" }, text, card),
      kept.notes && data.notes && !data.present ? html("aside", { class: "notes", "aria-label": "Speaker notes" }, prose("div", { class: "prose" }, data.notes),
        iconButton("window", "The speaker’s window", () => this.speaker())) : null,
      kept.list ? this.list() : null,
      kept.code ? this.code() : null,
      kept.join && data.hall ? join(this) : null,
      data.problem ? html("p", { class: "waits", role: "status" }, data.problem) : null,
      kept.ended ? html("p", { class: "waits ended", role: "status" }, `That was the last scene. × ends the lecture, Home begins it again${data.present ? ", Escape leaves the projector view" : ""}.`) : null,
      prose("div", {}, data.cards),
      html("p", { class: "waits", role: "status", hidden: !this.waits }, "The server cannot be reached. This goes on by itself as soon as it is back.")));
    this.press();
  }

  controls() {
    const { data } = this;
    const dots = data.scenes.map((scene, index) => html("a", {
      href: urlOf(data.page, scene.address), class: index + 1 === data.number ? "dot now" : index + 1 < data.number ? "dot past" : "dot",
      title: `${index + 1}. ${scene.title}`, "aria-label": `${index + 1}. ${scene.title}`,
      "aria-current": index + 1 === data.number ? "step" : null, onclick: (event) => this.follow(event, scene.address) }));
    return html("nav", { class: "controls", "aria-label": "Scenes" },
      html("div", { class: "dots" }, dots),
      iconButton("list", "All scenes (L)", () => this.toggleList(), kept.list),
      data.notes ? iconButton("notes", "Speaker notes (N)", () => this.toggleNotes(), kept.notes) : null,
      data.hall ? html("button", { type: "button", class: "joined", title: "How to join (V)", "aria-label": `How to join ${data.hall.code} (V)`, onclick: () => this.toggleJoin() }, data.hall.code)
        : holder.route ? null : iconButton("votes", "Votes from phones (V)", () => this.toggleJoin()), // a file has no server to vote at
      data.phone ? iconButton("code", "This scene as a QR code (Q)", () => this.toggleCode(), kept.code) : null,
      iconButton("restore", "Back to this scene as it was prepared", () => { kept.pressed = null; this.go(data.address); }),
      iconButton("present", data.present ? "Leave the projector view (Esc)" : "Projector view", () => this.togglePresent(), data.present),
      iconButton("end", "End the lecture", () => this.jump("/lecture", { present: null })),
      html("div", { class: "steps" }, this.steps()));
  }

  // Where there is nothing before or after, the arrow says so.
  steps() {
    const { data } = this, reveals = data.question && !data.verdict, steps = walks(data) || data.steps;
    const last = data.number === data.scenes.length && !reveals && !steps;
    const leads = reveals ? "Reveal" : steps ? "On" : "Next scene";
    const back = iconButton("previous", data.number > 1 ? "Previous scene (←, PageUp)" : "This is the first scene", () => this.previous());
    const on = iconButton("next", last ? "This is the last scene" : `${leads} (→, PageDown)`, () => this.next());
    back.disabled = data.number === 1;
    on.disabled = last;
    return [back, on];
  }

  list() {
    const { data } = this;
    return html("ol", { class: "list" }, data.scenes.map((scene, index) => html("li", { class: index + 1 === data.number ? "now" : "" },
      html("a", { href: urlOf(data.page, scene.address), onclick: (event) => this.follow(event, scene.address) }, unbroken(scene.title)))));
  }

  // The scene's QR code, large enough for the last row.
  code() {
    const { url, code } = this.data.phone;
    return html("div", { class: "code", role: "dialog", "aria-label": "This scene on your phone", onclick: () => this.toggleCode() },
      html("p", { class: "what" }, "This scene on your phone"), code ? html("img", { src: code, alt: `QR code of ${url}` }) : null, html("p", {}, url), holder.route ? html("p", { class: "soft" }, "It opens where the app that this file is from can still be reached.") : null, html("p", { class: "leave" }, "→, PageDown, Escape or a click: back to the scene"));
  }

  // A phrase of the text lays its parameters over the scene's state, and takes them back when it is pressed again.
  drives(phrase, at) {
    const changes = changesOf(phrase);
    phrase.href = urlOf(this.data.page, this.data.here, changes);
    phrase.addEventListener("click", (event) => {
      event.preventDefault();
      const off = isOn(phrase);
      kept.pressed = off ? at - 1 : at;
      this.go(this.data.here, off ? {} : changes);
    });
  }

  // A scene of steps: its phrases are pressed one after another, from the one that holds. Whether there was one left.
  stepsOn() {
    if (!this.data.steps) return false;
    const next = (kept.pressed ?? this.phrases.findLastIndex(isOn)) + 1;
    if (next >= this.phrases.length) return false;
    kept.pressed = next;
    this.go(this.data.here, changesOf(this.phrases[next]));
    return true;
  }

  // In the same scene nothing comes from Python: the bar's data has not changed.
  arrived() {
    this.press();
    fitSoon(this.data.present);
  }

  // Which phrases hold now.
  press() {
    for (const phrase of this.place.querySelectorAll("[data-drive]")) {
      const stepped = this.data.steps && phrase === this.phrases[kept.pressed]; // what is usual has left the address
      phrase.setAttribute("aria-pressed", String(stepped || isOn(phrase)));
    }
  }

  follow(event, address) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.jump(address);
  }

  // What was clicked on the map keeps the focus, which the next key would show as a ring around a tile that nothing is said of.
  go(address, changes = {}) {
    for (const root of roots()) /** @type {HTMLElement | null} */ (root.querySelector(".map-root :focus"))?.blur();
    const url = urlOf(this.data.page, address, changes);
    travel(url, () => {
      this.waits = true;
      this.draw();
      fitSoon(this.data.present);
    });
  }

  // While a code covers the scene, the first step only takes it away: nobody wants a reveal that nobody sees.
  uncovers() {
    const cover = kept.join && this.data.hall ? "join" : kept.code && this.data.phone ? "code" : "";
    if (cover) this.toggle(cover);
    return Boolean(cover);
  }

  next() {
    const { data } = this;
    if (this.uncovers()) return;
    if (data.question && !data.verdict) return this.reveal();
    if (data.bare || this.walksOn() || this.stepsOn()) return;
    if (data.number < data.scenes?.length) {
      const { address } = data.scenes[data.number];
      return this.go(ahead.get(address) ?? address);
    }
    kept.ended = true; // a clicker that does nothing leaves its lecturer pressing
    this.draw();
    fitSoon(data.present);
  }

  // A scene's walk has steps of its own: a clicker starts it, and is at its lecturer's word.
  walksOn() {
    return this.canHalt() && !walkHere().dispatchEvent(new CustomEvent("onward", { cancelable: true }));
  }

  canHalt() { return Boolean(walks(this.data) && walkHere()); }
  halt() { walkHere().dispatchEvent(new CustomEvent("halt")); }

  // On a projector nothing is scrolled; elsewhere Home is the browser's own, until the end says otherwise.
  canBegin() { return Boolean(this.data.present || kept.ended); }
  begin() {
    if (!this.uncovers()) this.jump(this.data.scenes[0].address);
  }

  // To any scene: what was left by steps back is no longer the way on.
  jump(address, changes = {}) {
    ahead.clear();
    this.go(address, changes);
  }

  previous() {
    const { data } = this;
    if (this.uncovers()) return;
    if (data.number <= 1) return;
    data.verdict ? ahead.set(data.address, data.here) : ahead.delete(data.address);
    const { address } = data.scenes[data.number - 2];
    this.go(asLeft.get(address) ?? address);
  }

  reveal() {
    kept.join = kept.code = false;
    this.go(this.data.revealed, { guess: guessNow(this.data) });
  }

  togglePresent() {
    const [path, query] = [this.data.path, search().slice(1)];
    this.go(`${path}?${query}`, { present: this.data.present ? null : "1" });
  }

  toggle(name) {
    kept[name] = !kept[name];
    if (!this.data.bare) this.draw();
    fitSoon(this.data.present);
  }

  // On a projector everybody would read them: there they open in a window of their own.
  toggleNotes() { this.data.present ? this.speaker() : this.toggle("notes"); }
  speaker() { (holder.route?.notes ?? openSpeaker)(this); }
  toggleJoin() { this.data.hall ? this.toggle("join") : holder.route ? null : this.votes({ do: "start" }); }

  // To Python: a session begins, goes on in this tab after a reload, or has ended.
  votes(what) {
    if (what.do === "gone" || what.do === "end") forget();
    this.trigger("votes", what);
  }

  // From the speaker's window or a remote.
  act(what, number) {
    if (what === "next" || what === "previous") this[what]();
    else if (what === "reveal") this.data.question && !this.data.verdict && this.reveal();
    else if (what === "go" && this.data.scenes?.[number - 1]) this.jump(this.data.scenes[number - 1].address);
  }

  // Votes have come, or a round has begun or ended: the count changes in place. A phone that comes or leaves is none: what has the
  // focus beside an answer keeps it.
  voted(turned) {
    says(this);
    if (this.data.bare) return;
    const now = watched(this.data.slug), card = this.place.querySelector(".card.hall"), phones = this.place.querySelector(".join .count");
    if (now && phones) phones.textContent = here(now.here);
    if (this.data.verdict) return counted(this.data.slug) === this.counted ? undefined : (this.draw(), fitSoon(this.data.present));
    if (card) stands(card, now);
    if (turned) fitSoon(this.data.present);
  }
  toggleList() { this.toggle("list"); }
  toggleCode() { if (this.data.phone) this.toggle("code"); }
  canEscape() { return !cardIsOpen() && (kept.list || kept.code || kept.join || this.data.present); }

  // One layer at a time: the QR code, the list, what was laid over the map, the projector view.
  escape() {
    const map = mapToPeel();
    kept.join ? this.toggle("join") : kept.code ? this.toggleCode() : kept.list ? this.toggleList() : map ? map.dispatchEvent(new CustomEvent("peel")) : this.togglePresent();
  }
}

const stageIn = once((place) => new Stage(place));

listen();

export function showStage({ parentElement, data, setTriggerValue = () => {} }) {
  const place = parentElement.querySelector(".stage-place");
  if (data.overview) {
    const draw = () => place.replaceChildren(overview(data, setTriggerValue, draw));
    return void draw();
  }
  const stage = stageIn(place);
  stage.trigger = setTriggerValue;
  stage.update(data);
  return () => {
    if (holder.stage !== stage) return;
    holder.stage = null;
    left();
  };
}

export default showStage;
