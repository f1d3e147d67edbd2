// The list of all scenes on the Lecture page: start anywhere.

import { html, unbroken } from "../js/dom.js";
import { letGo, remembered } from "./hall.js";
import { holder } from "./holder.js";
import { prose } from "./prose.js";
import { travel, urlOf } from "./travel.js";

// A hall that takes part stays so, or makes room for the next.
function withVotes(begin, { reach, scenes }) {
  const on = remembered();
  const start = (how, what) => begin("Start with votes from phones", how, "", { present: "1" }, () => { holder.wantsVotes = what; });
  if (!on) return [start(`the same, and the hall votes: its phones join by a QR code or by letters. ${reach}`, "start")];
  const at = scenes.findIndex((scene) => scene.address === holder.last?.address);
  const where = at < 0 ? "from the first scene" : `at scene ${at + 1}, “${scenes[at].title}”, as it was left`;
  return [begin(`Go on with the votes ${on.code}`, `${where}; phones that have joined stay`, "", { present: "1" }, undefined, at < 0 ? undefined : holder.last.here),
    start(`another hall, a new code: the votes ${on.code} end`, "anew")];
}

// Who goes on without the votes ends them here: the stage knows no other way than with them.
function ending(trigger, redraw) {
  const on = remembered();
  if (!on) return null;
  const end = () => {
    if (!confirm(`End the votes ${on.code}? Take the results home before, in the speaker’s window: nothing of them is kept.`)) return;
    trigger("votes", { do: "end", ...on });
    letGo();
    redraw();
  };
  return html("p", { class: "keys" }, `Votes ${on.code} are open: every start goes on with them. `, html("button", { type: "button", class: "ends", onclick: end }, "End them"));
}

export function overview(data, trigger, redraw) {
  const travelTo = (address, changes, first) => (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    first?.();
    travel(urlOf(data.page, address, changes));
  };
  const start = data.scenes[0].address;
  const begin = (label, how, kind, changes, first, at = start) => html("div", {},
    html("a", { class: `begin ${kind}`, href: urlOf(data.page, at, changes), onclick: travelTo(at, changes, first) }, label), html("small", {}, how));
  return html("div", { class: "overview" },
    html("div", { class: "begins" }, begin("Start", "on your own screen, with every control", "main", {}),
      begin("Start on the projector", "the picture alone in large type, N for notes", "", { present: "1" }),
      ...(holder.route ? [] : withVotes(begin, data))),
    ending(trigger, redraw), html("p", { class: "keys" }, data.keys),
    html("ol", {}, data.scenes.map((scene) => html("li", {},
      html("a", { href: urlOf(data.page, scene.address), onclick: travelTo(scene.address, {}) },
        html("b", {}, unbroken(scene.title)), scene.asks ? html("span", { class: "asks" }, "predict, then reveal") : null),
      prose("p", { class: "about" }, scene.about)))), prose("div", {}, data.cards));
}
