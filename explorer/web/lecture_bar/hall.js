// The hall in the bar: the code to join, how many have answered, the votes beside the reveal; and the speaker's window, which
// hears of every scene through a channel of the browser.

import { html, unbroken } from "../js/dom.js";
import { SPEAKER } from "../js/given.js";
import { distribution } from "../hall/charts.js";
import { SEEN, mayAgain, standing } from "../hall/standing.js";
import { ask, patience, sleep } from "../hall/wire.js";
import { holder } from "./holder.js";
import { search } from "./travel.js";

const PROBES = 16;
const ROOM = "resnetHall"; // in this tab's storage: a reload goes on steering
const room = (holder.room ??= { hall: null, watched: null, run: 0, done: null, asked: false, closing: null, popup: null, channel: null });

export const watched = (slug) => (room.watched?.slug === slug ? room.watched : null);
export const answered = ({ answered, here }) => `${answered} of ${Math.max(here, answered)} answered`;

const store = () => { try { return sessionStorage; } catch { return null; } };
export const remembered = () => JSON.parse(store()?.getItem(ROOM) ?? "null");

// With each run of the script: whether a hall takes part, and which.
export function takesPart(stage, hall) {
  const { waits } = room;
  room.waits = null;
  if (waits) stage.act(waits.what, waits.number);
  if (hall?.code === room.hall?.code) return void (room.hall = hall ?? null);
  room.hall = hall ?? null;
  room.watched = room.done = null;
  room.run += 1;
  if (!hall) return;
  room.asked = false;
  room.closing ??= (addEventListener("pagehide", closed), true);
  store()?.setItem(ROOM, JSON.stringify({ code: hall.code, token: hall.token }));
  follow(hall, room.run);
}

// A tab that was loaded anew says once which session it steered.
export function resumed(stage) {
  const before = remembered();
  if (!before || room.asked) return false;
  room.asked = true;
  stage.votes({ do: "resume", ...before });
  return true;
}

// Before another hall is begun: what the old one says is no longer heard.
export function letGo() {
  room.run += 1;
  room.waiting?.abort();
  forget();
}

export function forget() {
  store()?.removeItem(ROOM);
}

const url = (path) => `${room.hall.base}vote/${room.hall.code}/${path}`;

async function follow(hall, run) {
  for (let failures = 0; room.run === run; ) {
    try {
      room.waiting = new AbortController();
      const news = await ask(`${url("watch")}?since=${room.watched?.stamp ?? ""}`, { token: hall.token, signal: room.waiting.signal });
      if (room.run !== run) return;
      failures = 0;
      const last = room.watched;
      room.watched = news;
      command(news.command);
      holder.stage?.voted(!last || last.slug !== news.slug || last.open !== news.open || last.revealed !== news.revealed || last.round !== news.round);
    } catch (error) {
      if (room.run !== run) return;
      if (error.status === 404 || error.status === 403) return holder.stage?.votes({ do: "gone" });
      await sleep(patience(failures++));
    }
  }
}

// What a remote has asked for, once. What it asked for before this window was there is over.
function command(asked) {
  const first = room.done === null;
  const id = asked?.id ?? 0;
  if (!first && id > room.done) act(asked.do, asked.n);
  room.done = id;
}

// Between two scenes no bar stands for a moment: what is asked then is done by the next one. Once the lecture was left, by none.
function act(what, number) {
  if (holder.stage) holder.stage.act(what, number);
  else room.waits = inLecture() ? { what, number } : null;
}

const inLecture = () => new URLSearchParams(search()).has("lecture");

// A bar has gone: between two scenes, or because the lecture was left, which the speaker's window is told.
export function left() {
  if (inLecture()) return;
  room.waits = null;
  tell({ kind: "over" });
}

// A window that is closed cannot wait for an answer; one that is loaded anew shows its scene again at once.
function closed() {
  if (!room.hall) return;
  fetch(url("steer"), { method: "POST", keepalive: true, body: JSON.stringify({ do: "leave", n: 0 }),
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${room.hall.token}` } }).catch(() => {});
}

export async function steer(what) {
  try {
    return await ask(url("steer"), { method: "POST", token: room.hall.token, body: { do: what, n: 0 } });
  } catch (error) {
    tell({ kind: "problem", sentence: error.status ? error.message : "The server cannot be reached." });
  }
}

// Another server behind the same address that does not know the session: then votes are not shared. Asked without cookies, since
// with them a proxy would send us to the same server again. Of two servers one is missed by all of them once in 65,536 times.
export async function shared(hall) {
  const probe = (_, one) => fetch(`${url("watch")}?probe=${one}`, { credentials: "omit", cache: "no-store", headers: { Authorization: `Bearer ${hall.token}` } })
    .then((answer) => answer.status, () => 0);
  return !(await Promise.all(Array.from({ length: PROBES }, probe))).includes(404);
}

// ── what stands in the bar ──

// Buttons stand above all that changes, each in its own place through all states: one that does nothing now is disabled, so that
// a second click never meets another. What is said of the vote has room for its longest sentence.
export function card(stage) {
  const { question, slug } = stage.data;
  const listed = question.kind === "choice" ? html("ul", { class: question.choices.every((one) => one.length <= 8) ? "listed short" : "listed" }, question.choices.map((one) => html("li", {}, one)))
    : html("p", { class: "soft" }, question.kind === "block" ? "Tap the block on your phone." : `On your phone: ${question.low} to ${question.high} ${question.unit}`);
  const made = html("div", { class: "card hall", role: "group", "aria-label": question.ask }, html("p", { class: "ask" }, unbroken(question.ask)), listed,
    html("div", { class: "choices" }, html("button", { type: "button", class: "reveal", onclick: () => stage.reveal() }, "Reveal"),
      html("button", { type: "button", class: "choice close", onclick: () => steer("close") }, "Close the vote"),
      html("button", { type: "button", class: "choice again", onclick: () => steer("again") }, "Vote again")),
    html("div", { class: "standing", role: "status" }));
  stands(made, watched(slug));
  return made;
}

// How the vote stands, in the card that is there.
export function stands(card, now) {
  card.querySelector(".close").disabled = !now?.open;
  card.querySelector(".again").disabled = !mayAgain(now);
  const said = !now ? "" : now.revealed ? SEEN : standing(now);
  card.querySelector(".standing").replaceChildren(...[now?.revealed ? null : html("p", { class: "count" }, now ? answered(now) : "…"), said ? html("p", { class: "soft" }, said) : null].filter(Boolean));
}

export function result(stage) {
  const now = watched(stage.data.slug), { asked, answer } = stage.data.hall ?? {};
  return now && asked && now.tallies.length ? distribution(asked, now.tallies, answer) : null;
}

// How to join, for the last row.
export function join(stage) {
  const { hall, problem } = stage.data;
  return html("div", { class: "code join", role: "dialog", "aria-label": "Vote from your phone", onclick: () => stage.toggleJoin() },
    html("p", { class: "what" }, "Vote with your phone"), hall.qr ? html("img", { src: hall.qr, alt: `QR code of ${hall.url}` }) : null,
    html("p", {}, hall.qr ? "or " : "", html("b", {}, hall.url.replace(/^https?:\/\//, "").replace(/\/[^/]*$/, "")), " with the code"), html("p", { class: "letters" }, hall.code),
    html("p", { class: "count" }, room.watched ? here(room.watched.here) : ""),
    [hall.warning, problem].filter(Boolean).map((said) => html("p", { class: "warns" }, said)), html("p", { class: "leave" }, "→, PageDown, Escape or a click: on with the lecture"));
}

export const here = (count) => `${count} ${count === 1 ? "phone is" : "phones are"} here`;

// ── the speaker's window ──

const NAME = "resnetSpeaker";

function channel() {
  if (room.channel) return room.channel;
  const name = store()?.getItem(NAME) ?? `resnet-speaker-${crypto.randomUUID?.() ?? Math.random().toString(36).slice(2)}`;
  store()?.setItem(NAME, name);
  room.channel = new BroadcastChannel(name);
  room.channel.onmessage = ({ data }) => heard(data);
  addEventListener("pagehide", () => tell({ kind: "gone" }));
  return room.channel;
}

// A window that was opened before a reload is still there, and hears of this one.
export function listens() {
  if (store()?.getItem(NAME)) channel();
}

function tell(message) {
  room.channel?.postMessage(message);
}

function heard({ kind, do: what }) {
  const stage = holder.stage;
  if (kind === "hello") {
    typefaces().then((faces) => tell({ kind: "faces", faces }), () => {}); // without them it has the system's
    return stage && says(stage);
  }
  if (kind !== "do") return;
  if (what.startsWith("results") || what === "remote") return void fetched(what);
  if (what === "end") return end(stage);
  what === "close" || what === "again" ? steer(what) : act(what, 0);
}

// The page's own typefaces, as far as this browser has them, by the names that the window calls them: it asks no server.
async function typefaces() {
  const look = getComputedStyle(holder.stage.place);
  const called = new Map([["--st-font", "Drawing Sans"], ["--st-heading-font", "Drawing Serif"]].map(([name, family]) => [firstFamily(look.getPropertyValue(name)), family]));
  const here = new Set([...document.fonts].filter((one) => one.status === "loaded").map((one) => `${firstFamily(one.family)} ${one.style}`));
  const faces = [...document.styleSheets].flatMap((sheet) => rulesOf(sheet).filter((rule) => rule instanceof CSSFontFaceRule)).filter(({ style }) =>
    called.has(firstFamily(style.fontFamily)) && here.has(`${firstFamily(style.fontFamily)} ${style.fontStyle || "normal"}`));
  return Promise.all(faces.map(async ({ style, parentStyleSheet }) => {
    const file = /url\("?([^")]+)/.exec(style.getPropertyValue("src"))?.[1] ?? "";
    const bytes = await (await fetch(new URL(file, parentStyleSheet?.href ?? document.baseURI), { cache: "force-cache" })).arrayBuffer();
    return { family: called.get(firstFamily(style.fontFamily)), bytes, look: { weight: style.fontWeight || "400", style: style.fontStyle || "normal" } };
  }));
}
const firstFamily = (families) => families.split(",")[0].trim().replace(/^["']|["']$/g, "");
const rulesOf = (sheet) => { try { return [...sheet.cssRules]; } catch { return []; } }; // another site's are not ours to read

// Nobody waits for news of a session that is about to be gone.
function end(stage) {
  if (!stage) return;
  room.run += 1;
  room.waiting?.abort();
  stage.votes({ do: "end" });
}

async function fetched(what) {
  try {
    if (what === "remote") return tell({ kind: "remote", remote: await ask(`${url("remote")}?at=${encodeURIComponent(location.origin + room.hall.base)}`, { token: room.hall.token }) });
    tell({ kind: "results", name: what, code: room.hall.code, results: (await ask(url("results.json"), { token: room.hall.token })).results });
  } catch (error) {
    tell({ kind: "problem", sentence: error.status ? error.message : "The server cannot be reached." });
  }
}

export function says({ data }) {
  if (data.bare || !room.channel) return;
  const now = watched(data.slug);
  tell({ kind: "scene", view: { slug: data.slug, title: data.title, number: data.number, of: data.scenes.length, notes: data.notes,
    after: data.scenes[data.number]?.title ?? "", minutes: data.minutes, question: data.hall?.asked ?? data.question,
    answer: data.hall?.answer ?? data.told, revealed: Boolean(data.verdict) || !data.question, hall: now, code: room.hall?.code ?? "" } });
}

export function openSpeaker(stage) {
  const name = channel().name;
  if (room.popup && !room.popup.closed) return room.popup.focus();
  const page = URL.createObjectURL(new Blob([SPEAKER], { type: "text/html" }));
  room.popup = window.open(`${page}#${name}`, "resnet-speaker", "popup,width=1000,height=720");
  says(stage);
}
