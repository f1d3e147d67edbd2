// The list of all scenes on the Lecture page: start anywhere.

function overview(data) {
  const travelTo = (address, changes) => (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    travel(urlOf(data.page, address, changes));
  };
  const start = data.scenes[0].address;
  const begin = (label, kind, changes) => el("a", { class: `begin ${kind}`, href: urlOf(data.page, start, changes), onclick: travelTo(start, changes) }, label);
  return el("div", { class: "overview" },
    el("div", { class: "begins" }, begin("Start", "main", {}), begin("Start on the projector", "", { present: "1" })),
    el("ol", {}, data.scenes.map((scene) => el("li", {},
      el("a", { href: urlOf(data.page, scene.address), onclick: travelTo(scene.address, {}) },
        el("b", {}, scene.title), scene.asks ? el("span", { class: "asks" }, "predict, then reveal") : null),
      el("p", { class: "about", html: scene.about })))), el("div", { html: data.cards }));
}
