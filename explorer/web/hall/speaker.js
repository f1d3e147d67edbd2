// The speaker's window: notes, the next scene, clock and time per scene, the votes as they come, the reveal. Beside the projector's
// window it hears from it through a channel of the browser; on another device (a phone as the remote) it asks the server.

import { html } from "../js/dom.js";
import { actionOf } from "../lecture_bar/keys.js";
import { toRead } from "../lecture_bar/prose.js";
import { distribution, sum } from "./charts.js";
import { keepFocus } from "./focus.js";
import { SEEN, mayAgain, standing } from "./standing.js";
import { ask, keeper, patience, sleep } from "./wire.js";

const place = document.getElementById("place");
const beside = location.protocol === "blob:" ? location.hash.slice(1) : "";
const base = location.pathname.replace(/\/speaker\/*$/, "");
const kept = keeper(`resnet-speaker-${beside || base}`);
let started = kept.read().started ?? Date.now();
let spent = kept.read().spent ?? {}; // slug → seconds
kept.write({ started });

let paired = 0; // how many remotes there were when a code for one was asked for
let view = null, since = Date.now(), drawn = "", problem = "", tooled = false, ended = ""; // ended: of ENDS, or ""
let act = (/** @type {string} */ _what) => {};
const clock = html("time", {}), total = html("span", {}), here = html("span", {}), live = html("p", { class: "status", role: "status" });
// Why there is no scene to steer any more: what is said, and how to go on.
const ENDS = {
  over: ["The lecture pauses", "It was left on the projector. Go on there from the Lecture page, at any scene: this window goes on by itself."],
  gone: ["The projector’s window is closed", "Opened again in the same tab, the lecture goes on here by itself. In another tab, N opens a new window."],
};
const OVER = "The votes have ended, and with them this remote. Go on at the projector: there V begins new votes, and N the window that makes a phone its remote.";
const minutes = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

function tick() {
  const time = Date.now();
  if (view && !ended) spent[view.slug] = (spent[view.slug] ?? 0) + Math.max(0, time - since) / 1000;
  since = time;
  clock.textContent = new Date(time).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  if (ended) return; // what the lecture took stands still
  total.textContent = minutes((time - started) / 1000);
  if (!view) return;
  here.textContent = minutes(spent[view.slug]);
  here.classList.toggle("long", spent[view.slug] > 60 * view.minutes);
  kept.write({ spent });
}

// A window that was closed by mistake goes on counting when it is opened again; who talks a second time begins at 0.
function beginTalk() {
  started = since = Date.now();
  spent = {};
  kept.write({ started, spent });
  drawn = "";
  tick();
  draw();
}

function say(sentence) {
  problem = sentence;
  live.textContent = sentence;
}

// view: { slug, title, number, of, notes, after, minutes, question, answer, revealed, hall, code }; hall is what `watch` says.
function show(next) {
  tick();
  view = next;
  ended = "";
  if (view.hall?.remotes > paired) joined();
  tick();
  draw();
}

function end(how) {
  tick();
  ended = how;
  say("");
  place.querySelector("dialog")?.remove();
  draw();
}

function draw() {
  const key = JSON.stringify([view, problem, ended]);
  if (!view || key === drawn) return;
  drawn = key;
  const back = keepFocus(place);
  const button = (key, label, attributes = {}) => html("button", { type: "button", "data-key": key, onclick: () => act(key), ...attributes }, label);
  const dialog = place.querySelector("dialog");
  place.querySelector(".speaker")?.remove();
  if (!dialog) place.replaceChildren();
  place.prepend(html("div", { class: "speaker" }, ended ? over(button) : scene(button)));
  back();
}

// At the window's lower edge, however long the notes are; what went wrong is said above the buttons, each of which has its place
// in every state: a second click on Reveal never goes on.
const steer = (...buttons) => html("div", { class: "steer" }, live, html("nav", { class: "steps", "aria-label": "Steer" }, buttons));

const times = (...more) => html("div", { class: "times" }, html("div", {}, clock, html("small", {}, "clock")), ...more);

// Nothing can be steered: nothing is offered that would do nothing.
function over(button) {
  const [title, on] = ENDS[ended];
  return [html("header", {}, times(html("div", {}, total, html("small", {}, "from opened to the end"))), html("h1", {}, title)),
    html("section", { class: "notes", "aria-label": "How to go on" }, html("p", {}, on), html("p", { class: "soft" }, `The last scene shown was ${view.number} of ${view.of}, “${view.title}”.`)),
    html("section", { class: "aside" }, ended === "over" && view.hall ? html("div", { class: "card" }, html("p", {}, `The phones in ${view.code} are told that the lecture pauses; votes so far are kept. Take the results home:`),
      html("div", { class: "steps" }, results(button))) : null),
    steer(beside ? html("button", { type: "button", "data-key": "leave", onclick: () => close() }, "Close this window") : null)];
}

function scene(button) {
  const asks = view.question && !view.revealed;
  return [html("header", {}, times(html("div", {}, total, html("small", {}, `since ${new Date(started).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })} · `,
          html("button", { type: "button", class: "plain", "data-key": "anew", onclick: beginTalk, "aria-label": "Start the talk’s clock again" }, "reset"))), html("div", {}, here, html("small", {}, `this scene, of ${minutes(60 * view.minutes)}`)),
        html("div", { class: "next" }, html("b", {}, view.after || "The last scene"), view.after ? html("small", {}, "next") : null)),
      html("p", { class: "where" }, `${view.number} of ${view.of}`), html("h1", {}, view.title)),
    html("section", { class: "notes", "aria-label": "Notes" }, view.notes ? toRead(view.notes) : html("p", { class: "soft" }, "No notes."), view.hall ? tools(button) : null),
    html("section", { class: "aside" },
      view.question ? html("div", { class: "card" }, html("p", { class: "ask" }, view.question.ask), votes(button), answer()) : null),
    steer(button("previous", "‹ Back", { disabled: view.number <= 1 }), button("reveal", "Reveal", { class: asks ? "main" : null, disabled: !asks }),
      button("next", "Next ›", { class: asks ? null : "main", disabled: asks || view.number >= view.of }))];
}

// Once revealed nobody adds to them: what they were is said once. Before, the buttons stand above all that changes: each has its
// place in every state, and is disabled where it does nothing.
function votes(button) {
  const { hall } = view;
  if (!hall || hall.slug !== view.slug) return null;
  if (hall.revealed) {
    const voted = hall.tallies.some(sum), said = view.revealed ? "Revealed." : SEEN;
    return html("div", {}, html("p", { class: "soft" }, voted ? said : `${said} Nobody had voted.`), voted ? distribution(view.question, hall.tallies, view.answer) : null);
  }
  return html("div", {}, html("p", { class: "count" }, html("b", {}, String(hall.answered)), ` of ${Math.max(hall.here, hall.answered)} answered`),
    html("div", { class: "steps" }, button("close", "Close the vote", { disabled: !hall.open }), button("again", "Vote again", { disabled: !mayAgain(hall) })),
    html("p", { class: "soft standing" }, standing(hall)), distribution(view.question, hall.tallies, view.answer));
}

const answer = () => (view.answer ? html("div", { class: "soft" }, html("p", {}, view.revealed ? "The answer: " : "The answer, for you: ", html("b", {}, view.answer.answer)),
  toRead(view.answer.because)) : null);

const results = (button) => [button("results.csv", "Results (CSV)"), button("results.json", "Results (JSON)")];

function tools(button) {
  return html("details", { open: tooled, ontoggle: (event) => { tooled = event.currentTarget.open; } }, html("summary", {}, `Votes ${view.code}: ${view.hall.here} ${view.hall.here === 1 ? "phone" : "phones"}`), html("div", { class: "steps" },
    results(button), beside ? button("remote", "A phone as the remote") : null,
    button("end", "End the votes", { onclick: () => confirm("End the votes? Take the results home before: nothing of them is kept.") && act("end") })));
}

function download(name, text) {
  const url = URL.createObjectURL(new Blob([text]));
  html("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

const csv = (found) => [["scene", "question", "round", "choice", "votes", "right", "answer"],
  ...found.flatMap((one) => one.choices.map((row) => [one.scene, one.question, one.round, row.choice, row.votes, row.right, one.answer]))]
  .map((row) => row.map((cell) => (/[",\n]/.test(String(cell)) ? `"${String(cell).replaceAll('"', '""')}"` : String(cell))).join(",")).join("\n") + "\n";

function take(name, found, code) {
  download(`votes-${code}.${name.slice(8)}`, name === "results.csv" ? csv(found) : JSON.stringify({ session: code, results: found }, null, 2));
}

// ── beside the projector: a channel of the browser, no server ──

function byChannel() {
  const channel = new BroadcastChannel(beside);
  channel.onmessage = ({ data }) => {
    if (data.kind === "scene") { say(""); show(data.view); }
    if (data.kind === "faces") for (const { family, bytes, look } of data.faces) document.fonts.add(new FontFace(family, bytes, look));
    if (data.kind === "over" || data.kind === "gone") end(data.kind);
    if (data.kind === "results") take(data.name, data.results, data.code);
    if (data.kind === "remote") remoteCode(data.remote);
    if (data.kind === "problem") { say(data.sentence); draw(); }
  };
  act = (what) => channel.postMessage({ kind: "do", do: what });
  channel.postMessage({ kind: "hello" });
}

function remoteCode({ url, code }) {
  paired = view.hall?.remotes ?? 0;
  const dialog = html("dialog", { class: "remote", "aria-label": "A phone as the remote" }, html("h2", {}, "A phone as the remote"),
    html("p", {}, "For your own phone: it shows there what this window shows, and steers too. The code works once, within three minutes."),
    code ? html("img", { src: code, alt: `QR code of ${url}` }) : null, html("p", { class: "soft" }, url),
    html("form", { method: "dialog" }, html("button", { class: "main" }, "Close")));
  place.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
}

// A code that has been used is of no use to anybody else.
function joined() {
  paired = view.hall.remotes;
  place.querySelector("dialog")?.replaceChildren(html("h2", {}, "A phone as the remote"), html("p", { role: "status" }, html("b", {}, "Joined: "), "your phone steers now, and this window goes on as before."),
    html("form", { method: "dialog" }, html("button", { class: "main" }, "Close")));
}

// ── on another device: the server, by token ──

async function byServer() {
  const word = new URLSearchParams(location.hash.slice(1)).get("pair");
  if (word) {
    history.replaceState(null, "", location.pathname);
    try { kept.write({ token: (await ask(`${base}/pair`, { method: "POST", body: { word } })).token }); } catch (error) { return stopped(error.message); }
  }
  const token = kept.read().token;
  if (!token) return stopped("Open this from the speaker’s window on the computer: “A phone as the remote” shows a code for it.");
  const code = base.split("/").at(-1).toUpperCase();
  act = (what) => void remote(what, token, code);
  let seen = "", last = null;
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") seen = ""; });
  for (let failures = 0; ; ) {
    try {
      const hall = await ask(`${base}/watch?scene=1&since=${seen}`, { token });
      failures = 0;
      seen = hall.stamp;
      last = { ...last, ...hall };
      if (problem) say("");
      if (last.left && view) end("over");
      else if (last.card) show({ slug: last.slug, title: last.card.title, number: last.card.number, of: last.card.of, ...last.speaker, question: last.card.question,
        answer: last.answer, revealed: last.shows || !last.card.question, hall: last, code });
    } catch (error) {
      if (error.status === 403 || error.status === 404) return stopped(view ? OVER : error.message);
      say("No connection. This goes on by itself.");
      draw();
      await sleep(patience(failures++));
    }
  }
}

async function remote(what, token, code) {
  try {
    if (what.startsWith("results")) take(what, (await ask(`${base}/results.json`, { token })).results, code);
    else await ask(`${base}/steer`, { method: "POST", token, body: { do: what, n: 0 } });
    if (problem) say("");
  } catch (error) {
    say(error.status ? error.message : "No connection: try again.");
  }
}

function stopped(sentence) {
  place.replaceChildren(html("div", { class: "join" }, html("h1", {}, "Speaker’s window"), html("p", { role: "status" }, sentence)));
}

// The focus may lie here while the clicker is pressed: what it does on the projector it does here.
addEventListener("keydown", (event) => {
  const on = actionOf(event, { editable: false, arrows: false });
  if (!["next", "previous"].includes(on) || !view || ended || place.querySelector("dialog")) return;
  event.preventDefault();
  act(on);
});

place.replaceChildren(html("div", { class: "join" }, html("h1", {}, "Speaker’s window"), html("p", {}, "Waiting for the lecture …")));
setInterval(tick, 1000);
beside ? byChannel() : byServer();
