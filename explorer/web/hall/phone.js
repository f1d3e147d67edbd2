// The page for phones: the lecturer's scene, or only its question. It waits for news, and tells the server one number at a time.

import { html } from "../js/dom.js";
import { prose } from "../lecture_bar/prose.js";
import { answerForm } from "./answer.js";
import { distribution, wordsOf } from "./charts.js";
import { keepFocus } from "./focus.js";
import { ask, keeper, patience, sleep } from "./wire.js";

const place = document.getElementById("place");
const base = location.pathname.replace(/\/+$/, "");
const code = /\/vote\/([^/]+)$/.exec(base)?.[1].toUpperCase() ?? "";
const root = base.replace(/\/vote(\/[^/]*)?$/, "");
const hex = () => [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");

const own = keeper("resnet-vote"); // one number for all tabs of this browser: it counts once
const voter = own.read().voter ?? hex();
own.write({ voter });
const kept = keeper(`resnet-vote-${code}`);

const cards = new Map(); // slug, and whether it is revealed → what the server says of it
const now = { state: null, seen: "", follows: true, only: Boolean(kept.read().only), away: false, over: "", said: "", before: "" };
let mine = kept.read().mine ?? {}; // ballot → choice
let pending = kept.read().pending ?? null; // not yet counted: it outlives a reload
let drawn = "", waiting = null;
let turn = 0; // of a choice: grows from one to the next, in all tabs, so that one that comes late does not undo the next

const live = html("p", { class: "status", role: "status" }), foot = html("div", {});
const body = html("div", {}), shows = html("div", {}); // words and question, and below what is said of the answer: the pictures

function join() {
  const input = html("input", { type: "text", name: "code", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", maxlength: 5,
    required: true, "aria-label": "The code on the screen", placeholder: "K7QMD", value: code });
  place.replaceChildren(html("form", { class: "join", onsubmit: (event) => {
    event.preventDefault();
    location.href = `${root}/vote/${encodeURIComponent(input.value.trim().toUpperCase())}`;
  } }, html("h1", {}, "Vote from your phone"), html("label", {}, html("span", {}, "Type the code on the screen"), input),
  html("button", { type: "submit", class: "main" }, "Join"), now.over ? html("p", { class: "status", role: "alert" }, now.over) : null));
  input.select();
  input.focus();
}

// ── news ──

async function listen() {
  let failures = 0;
  for (;;) {
    waiting = new AbortController();
    try {
      const since = now.state && !now.away ? now.state.version : "";
      const state = await ask(`${base}/state?since=${since}&voter=${voter}`, { signal: waiting.signal });
      failures = 0;
      await arrived(state);
    } catch (error) {
      if ([403, 404, 400].includes(error.status)) return over(error.status === 404 && now.state ? "The lecturer has ended it, or nobody used it for hours." : error.message);
      if (error.name === "AbortError") continue; // woken
      away(error.status === 503 ? error.message : "No connection. This goes on by itself; your answer is kept.");
      await sleep(patience(failures++));
    }
  }
}

async function arrived(state) {
  const before = now.state;
  now.state = state;
  if (now.away) say(now.before); // there is a connection again
  now.away = false;
  const ballot = `${state.slug}/${state.round}`;
  if (state.yours !== null && pending?.ballot !== ballot) mine[ballot] = state.yours;
  if (now.follows) now.seen = state.slug;
  if (now.seen) await card(now.seen);
  if (state.open && !(before?.open && before.slug === state.slug && before.round === state.round)) say(state.round > 1 ? "Vote again: a new round is open." : "A question is open.");
  else if (before?.open && !state.open && before.slug === state.slug) say(state.revealed ? "The answer is shown." : closed(state));
  else if (!(before && before.slug === state.slug && before.left === state.left && before.revealed === state.revealed) && !pending) say(closed(state)); // in place of what was said before
  draw();
}

// Said once, whoever comes and when: the question above only shows that it takes no answer.
const closed = (state) => (state.open || state.left || state.revealed || !asks(state.slug) ? "" : "The vote is closed.");
const asks = (slug) => Boolean([...cards].find(([key]) => key.startsWith(`${slug} `))?.[1].card.question);

function away(sentence) {
  if (!now.away) now.before = now.said;
  now.away = true;
  say(sentence);
  draw();
}

function over(sentence) {
  now.over = sentence;
  if (!now.state) return join(); // it never began here: the code may be mistyped
  place.replaceChildren(html("div", { class: "join" }, html("h1", {}, "This vote is over"), html("p", { role: "status" }, sentence),
    html("a", { class: "button", href: `${root}/vote` }, "Another code"), html("a", { class: "button", href: `${root}/` }, "Open the explorer")));
}

async function card(slug) {
  const key = `${slug} ${now.state.slug === slug} ${now.state.revealed} ${now.state.round}`;
  if (!cards.has(key)) cards.set(key, await ask(`${base}/scene/${encodeURIComponent(slug)}`, { signal: waiting?.signal }));
  return cards.get(key);
}
const cardNow = () => cards.get(`${now.seen} ${now.state.slug === now.seen} ${now.state.revealed} ${now.state.round}`);

// ── votes ──

function choose(choice) {
  const { slug, round } = now.state;
  turn = Math.max(Date.now(), turn + 1);
  pending = { ballot: `${slug}/${round}`, slug, round, choice, turn };
  mine[pending.ballot] = choice;
  kept.write({ mine, pending });
  answered("Sending your answer …");
  deliver();
}

// What has become of the answer. The news may come later than it, as a net comes back: they do not say again what stood there before.
function answered(sentence) {
  now.before = sentence;
  say(sentence);
}

let delivering = false;
async function deliver() {
  if (delivering) return;
  delivering = true;
  for (let failures = 0; pending; ) {
    const { ballot, slug, round, choice, turn: said } = pending;
    let done = true;
    try {
      await ask(`${base}/choice`, { method: "POST", body: { voter, slug, round, choice, turn: said } });
      if (pending?.turn === said) answered(`Your answer is counted: ${words(slug, choice)}. You can change it until the vote closes.`);
    } catch (error) {
      if (error.status === 409) lost(ballot, "The vote closed before your answer came: it is not counted.");
      else if ([400, 403, 404].includes(error.status)) lost(ballot, error.message);
      else {
        done = false;
        say(error.status ? error.message : "No connection. Your answer is kept, and sent as soon as there is one.");
        await sleep(patience(failures++));
      }
    }
    if (done && pending?.turn === said) pending = null;
    kept.write({ mine, pending });
  }
  delivering = false;
}

function lost(ballot, sentence) {
  delete mine[ballot];
  answered(sentence);
  drawn = "";
  draw();
}

function words(slug, choice) {
  const found = [...cards].find(([key]) => key.startsWith(`${slug} `))?.[1];
  return found?.card.question ? wordsOf(found.card.question, choice) : String(choice);
}

// ── the page ──

const faces = document.getElementById("fonts").textContent;
const imageOf = (svg) => `data:image/svg+xml,${encodeURIComponent(svg.replace("<style>", `<style>${faces}`))}`;

function say(sentence) {
  now.said = sentence;
  live.textContent = sentence;
}

function look(slug) {
  now.follows = slug === now.state.slug;
  now.seen = slug;
  card(slug).then(draw, () => away("No connection. This goes on by itself."));
}

function draw() {
  if (now.over) return;
  const { state } = now, shown = state && now.seen ? cardNow() : null;
  if (!place.contains(live)) place.replaceChildren(body, live, shows, foot);
  if (!shown) return void body.replaceChildren(html("div", { class: "wait" }, html("p", { class: "where" }, code),
    html("h1", {}, state?.title || "Joining …"), html("p", {}, state ? "You are in. The first scene comes by itself." : "")));
  const key = JSON.stringify([state.slug, state.round, state.open, state.revealed, state.left, state.shown, now.seen, now.follows, now.only, shown.tallies]);
  if (key === drawn) return;
  drawn = key;
  const back = keepFocus(place);
  body.replaceChildren(...page(state, shown));
  shows.replaceChildren(...pictured(state, shown));
  foot.replaceChildren(...ways(state, shown.card));
  back();
}

function page(state, { card: one, answer, tallies }) {
  const current = now.seen === state.slug, ballot = `${state.slug}/${state.round}`;
  return [
    state.left ? html("div", { class: "card paused", role: "status" }, html("p", { class: "ask" }, "The lecture pauses"),
      html("p", {}, "It is not on the projector now. This page goes on by itself when it is; until then you can look back.")) : null,
    html("p", { class: "where" }, `${code} · ${one.number} of ${one.of}`, // a line of its own would push the choices down under a finger
      state.round > 1 && one.question && current && !answer ? html("b", { class: "again" }, " · Vote again") : null),
    html("h1", {}, one.title),
    now.only && one.question ? null : linked(prose("div", { class: "prose" }, one.text), one.address),
    one.question && current && !answer ? html("div", { class: "card" },
      answerForm(one.question, mine[ballot] ?? null, state.open, choose),
      state.left ? html("p", { class: "soft" }, "This vote waits for the lecture.") : null) : null,
    one.question && !current && !answer ? html("p", { class: "card soft" }, one.question.ask) : null,
    answer ? verdict(one, answer, tallies) : null,
  ].filter(Boolean);
}

// What the projector's text drives opens here as the live page, so driven.
function linked(text, address) {
  for (const phrase of text.querySelectorAll("[data-drive]")) {
    const to = new URL(root + address, location.origin);
    for (const [name, value] of new URLSearchParams(phrase.dataset.drive)) to.searchParams.set(name, value);
    Object.assign(phrase, { href: to.href, target: "_blank", rel: "noopener" });
  }
  return text;
}

// Below the question, which is in sight without them. Where the answer is a tile, the map is what is tapped: no second one that
// only looks like it.
function pictured(state, { card: one, answer }) {
  const tapped = one.question?.kind === "block" && now.seen === state.slug && !answer;
  return tapped || (now.only && one.question) ? [] : [html("div", { class: "scene" }, one.pictures.map(({ svg, words: said }) => html("img", { src: imageOf(svg), alt: said })))];
}

function ways(state, one) {
  const number = state.shown.indexOf(now.seen);
  const step = (label, slug, key) => html("button", { type: "button", "data-key": key, disabled: !slug, onclick: () => look(slug) }, label);
  return [
    html("nav", { class: "steps", "aria-label": "Scenes so far" },
      step("‹ Earlier", state.shown[number - 1], "earlier"), step("Later ›", state.shown[number + 1], "later"),
      one.question ? html("button", { type: "button", "data-key": "only", "aria-pressed": String(now.only), onclick: () => {
        now.only = !now.only;
        kept.write({ only: now.only });
        draw();
      } }, "Only the question") : null,
      html("a", { class: "button", "data-key": "open", href: root + one.address, target: "_blank", rel: "noopener" }, "Open it live")),
    now.follows ? null : html("button", { type: "button", class: "main back", "data-key": "back", onclick: () => look(state.slug) },
      state.open ? "A question is open: back to the lecture" : "Back to the lecture"),
  ].filter(Boolean);
}

function verdict(one, answer, tallies) {
  const last = mine[`${one.slug}/${tallies.length}`] ?? mine[`${one.slug}/1`];
  return html("div", { class: "card verdict" }, html("p", { class: "ask" }, one.question.ask), html("p", { class: "figure" }, answer.answer),
    last === undefined ? null : html("p", {}, `You said ${wordsOf(one.question, last)}.`), prose("div", { class: "prose" }, answer.because),
    distribution(one.question, tallies, answer), html("p", { class: "soft" }, answer.source));
}

// A phone that has slept, or has a net again, asks at once; another tab's answer is this one's too.
const wake = () => {
  waiting?.abort();
  if (pending) deliver();
};
if (code) {
  draw();
  listen();
  if (pending) deliver();
  addEventListener("online", wake);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") wake(); });
  addEventListener("storage", ({ key }) => {
    if (key !== `resnet-vote-${code}`) return;
    mine = { ...mine, ...kept.read().mine };
    drawn = "";
    draw();
  });
} else join();
