"""The projector view, scene by scene: words for the last row, nothing clipped or covered, and the keyboard alone."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from explorer import lecture
from explorer.lecture import Scene
from tests.browser.harness import comes
from tests.browser.test_lecture import STEPS, TOUR, arrive, onward
from tests.conftest import Visit

LEAST = 16  # px on the screen
PATIENCE_MS = 30_000  # a busy host draws and fits a scene late
SIZES = {
    "projector": (1280, 720),
    "old projector": (1024, 768),
    "desktop": (1440, 900),
    "phone": (390, 844),
    "projector at 200 %": (640, 360),
}
# Every text that is painted, with the size that it has on the screen: the page's zoom, an SVG's scale, a picture's own.
SMALL = """least => {
  const found = [];
  const say = (element, size) => size < least - 0.3 && found.push(`${size.toFixed(1)} ${element.tagName} ${element.className?.baseVal ?? element.className}: ${element.textContent.trim().slice(0, 40)}`);
  const seen = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && element.getClientRects().length &&
    !element.closest(".heard, [data-testid=stStatusWidget], [hidden], .modebar, .st-key-share, script, style, title");
  const scale = (element) => {
    const svg = element.closest("svg[viewBox]"), box = svg?.viewBox.baseVal;
    if (!box?.width || svg.matches(".main-svg")) return element.currentCSSZoom ?? 1;
    const at = svg.getBoundingClientRect();
    return Math.min(at.width / box.width, at.height / box.height);
  };
  const walk = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot) walk(element.shadowRoot);
      if (element.matches(".drawing img") && seen(element)) {
        const svg = atob(element.src.split(",")[1]), size = Math.min(...[...svg.matchAll(/style="font-size:([\\d.]+)px/g)].map((one) => +one[1]));
        say(element, size * element.getBoundingClientRect().width / element.naturalWidth);
      }
      const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
      if (own && seen(element)) say(element, parseFloat(getComputedStyle(element).fontSize) * scale(element));
    }
  };
  walk(document);
  return [...new Set(found)];
}"""
# A full stop, a comma, a bracket that stands in another line than the button that it belongs to.
BROKEN_OFF = """() => {
  const found = [], range = document.createRange();
  const apart = (node, at, button, side) => {
    range.setStart(node, at), range.setEnd(node, at + 1);
    const [mark] = range.getClientRects(), boxes = [...button.getClientRects()], box = side === "after" ? boxes.at(-1) : boxes[0];
    if (mark && box && (side === "after" ? mark.top > box.bottom - 2 : mark.bottom < box.top + 2)) found.push(`${button.textContent} | ${node.data.slice(0, 40)}`);
  };
  const ends = (one) => (one?.matches?.("b, strong, i, em") ? ends(one.lastChild) : one); // in bold words their last
  const read = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.shadowRoot) read(node.shadowRoot);
      if (node.nodeType !== 3) continue;
      const [before, after] = [ends(node.previousSibling), node.nextSibling];
      if (/^[.,;:!?)]/.test(node.data) && before?.matches?.(".term, .proved")) apart(node, 0, before, "after");
      if (/[(“]$/.test(node.data) && after?.matches?.(".term, .proved")) apart(node, node.data.length - 1, after, "before");
    }
  };
  read(document.querySelector(".stMain"));
  return found;
}"""
# A mark behind a word that opens something, bold or not, which another width would break off.
LOOSE = """() => [...window.resnetLecture.stage.place.querySelectorAll(".prose button")].filter((one) => one.textContent.length <= 24).flatMap((one) => {
  let whole = one;
  while (!whole.nextSibling && whole.parentElement.matches("b, strong, i, em")) whole = whole.parentElement;
  const mark = whole.nextSibling;
  return mark?.nodeType === 3 && /^[.,;:!?)]/.test(mark.data) && getComputedStyle(mark.parentElement).whiteSpace !== "nowrap" ? [mark.data.slice(0, 40)] : [];
})"""
# What a lecturer needs of a scene: in the window's width, at 720 px and more in its height too, and on top.
LOST = """() => {
  const column = innerWidth >= 1000, found = [];
  const stage = window.resnetLecture.stage.place, map = [...document.querySelectorAll("*")].map((one) => one.shadowRoot).find((root) => root?.querySelector(".map-root"));
  const parts = [...stage.querySelectorAll("h2, .reveal, .choice, .answer, .steps .icon"), ...(map?.querySelectorAll(".tile, .hall-line .details") ?? []),
    ...document.querySelectorAll('.stMain [data-testid="stBaseButton-primary"], .stMain .drawing, .stMain .stPlotlyChart')];
  const on = (root, x, y) => { const top = root.elementFromPoint(x, y); return top?.shadowRoot && top.shadowRoot !== root ? on(top.shadowRoot, x, y) ?? top : top; };
  for (const part of parts) {
    if (!part.checkVisibility()) continue;
    const { left, right, top, bottom } = part.getBoundingClientRect(), name = part.className?.baseVal ?? part.className;
    if (left < -1 || right > innerWidth + 1 || (column && (top < -1 || bottom > innerHeight + 1))) found.push(`outside: ${name} ${[left, right, top, bottom].map(Math.round)}`);
    const x = (left + right) / 2, y = (top + bottom) / 2;
    if (y < 0 || y > innerHeight || part.matches(".drawing, .stPlotlyChart")) continue;
    const over = on(document, x, y);
    if (!column && over?.closest(".controls") && !part.closest(".controls")) continue; // a low window's story goes on behind the bar
    if (over && over !== part && !part.contains(over) && !over.contains(part)) found.push(`covered: ${name} by ${over.tagName}.${over.className?.baseVal ?? over.className}`);
  }
  for (const words of document.querySelectorAll(".stMain .js-plotly-plot .main-svg text")) { // of a chart: inside its frame
    if (!words.checkVisibility() || words.closest(".modebar, .hoverlayer")) continue;
    const at = words.getBoundingClientRect(), frame = words.ownerSVGElement.getBoundingClientRect();
    if (at.left < frame.left - 2 || at.right > frame.right + 2 || at.top < frame.top - 2 || at.bottom > frame.bottom + 2) found.push(`cut: ${words.textContent}`);
  }
  if ([...document.querySelectorAll(".modebar-container")].some((one) => one.checkVisibility())) found.push("over a chart: its camera"); // wherever the pointer rests
  const bar = stage.querySelector(".controls").getBoundingClientRect();
  if (innerWidth >= 600 && (bar.bottom > innerHeight + 1 || bar.top > innerHeight - 20)) found.push(`below the window: the icon bar, ${Math.round(bar.bottom)}`);
  // What stands side by side begins level, and each tile says something.
  const inside = [...document.querySelectorAll(".stMain *")].flatMap((one) => [...(one.shadowRoot?.querySelectorAll(".look.slim .ramp") ?? [])]);
  for (const pair of [[...document.querySelectorAll(".stMain .drawing")], inside]) {
    const [one, other] = pair.filter((part) => part.checkVisibility()).map((part) => part.getBoundingClientRect());
    if (column && other && one.right <= other.left && Math.abs(one.top - other.top) > 2) found.push(`not level: ${one.top} and ${other.top}`);
    if (column && one && one.width < 40) found.push(`too narrow: ${one.width}`);
  }
  const silent = (tile) => ![...tile.querySelectorAll("text")].some((words) => words.checkVisibility() && words.textContent.trim());
  if (column) for (const tile of map?.querySelectorAll(".canvas .tile") ?? []) if (silent(tile) && !tile.querySelector(".plus, canvas")) found.push(`no word: ${tile.dataset.id}`);
  // What is built is said in one line, and the key has what is drawn.
  const [name, ...facts] = [...document.querySelectorAll(".built > *")].map((one) => one.getBoundingClientRect());
  if (innerWidth >= 1200) for (const { top } of facts) if (top > name.bottom) found.push("in a second line: a fact of what is built");
  const keyed = [...(map?.querySelectorAll(".legend .mark-text") ?? [])].some((one) => one.checkVisibility());
  if (keyed && !map.querySelector(".bypass .mark-text:not(.small)")) found.push("in the key, not on the map: a mark");
  // Between two things on the page there is no hole where something is hidden.
  const things = [...document.querySelector(".stMainBlockContainer > [data-testid=stVerticalBlock]").children].map((one) => one.getBoundingClientRect()).filter((one) => one.height > 1).sort((one, other) => one.top - other.top);
  for (const [index, { top }] of things.entries()) if (index && top - Math.max(...things.slice(0, index).map((one) => one.bottom)) > 44) found.push(`a hole above: ${Math.round(top)}`);
  // No net's name is cut at its hyphen.
  const words = document.createTreeWalker(stage, NodeFilter.SHOW_TEXT), range = document.createRange();
  while (words.nextNode()) for (const name of words.currentNode.data.matchAll(/\\S+-\\d\\S*/g)) {
    if (!words.currentNode.parentElement.closest("h2, .ask, .prose")) continue;
    range.setStart(words.currentNode, name.index), range.setEnd(words.currentNode, name.index + name[0].length);
    if (new Set([...range.getClientRects()].map((one) => Math.round(one.top))).size > 1) found.push(`in two lines: ${name[0]}`);
  }
  // In a low window the picture is seen at once, beside the story.
  const picture = map?.querySelector(".canvas") ?? document.querySelector(".stMain :is(.drawing, .stPlotlyChart, .hall)");
  if (innerWidth >= 600 && innerHeight <= 520 && picture && picture.getBoundingClientRect().top > innerHeight - 40) found.push("below the window: the picture");
  return found;
}"""
# Every feature map can be looked at from the last row: its side is 48 px and more.
LARGE = """() => {
  const tiles = [...document.querySelectorAll(".stMain *")].flatMap((one) => [...(one.shadowRoot?.querySelectorAll(".look.slim .tile") ?? [])]);
  return tiles.length && tiles.every((one) => one.getBoundingClientRect().width >= 48);
}"""
# How often it is said that the maps are measured.
MEASURED = """() => {
  const words = (root) => [...root.querySelectorAll("*")].filter((one) => one.checkVisibility()).map((one) =>
    [...one.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join(" ") + (one.shadowRoot ? words(one.shadowRoot) : "")).join(" ");
  return words(document.querySelector(".stMain")).match(/measured/g)?.length;
}"""
# By how many pixels a button to run something widens when its time is known.
TIMED = """(button) => {
  const words = [...button.querySelectorAll("p")].at(-1), said = words.textContent, widths = ["Run it live", "Run it live · about 30 s here"].map((one) => {
    words.textContent = one;
    return button.getBoundingClientRect().width;
  });
  words.textContent = said;
  return widths[1] - widths[0];
}"""
# Where title and text of a projected scene stand, and how large their letters are, once the scene is fitted.
FITTED = "slug => window.resnetLecture.fitted?.where === `${slug} ${innerWidth}×${innerHeight}`"
STORY = """() => JSON.stringify(["h2", ".text"].map((name) => window.resnetLecture.stage.place.querySelector(name)).map((one) => {
  const { left, top, width, height } = one.getBoundingClientRect();
  return [[left, top, width, height].map(Math.round), getComputedStyle(one).fontSize];
}))"""
# The scene has looked at itself for the last time, unless something comes later still.
LOOKED = "() => window.resnetLecture.looks === 0"
# A scene that has room gives its drawings all that they may have.
LOOSENED = "() => document.documentElement.style.getPropertyValue('--stage-drawing') === '900px'"
# The list's last scene stands above the icon bar.
LISTED = """() => {
  const [last, below] = ["ol.list li:last-of-type", ".controls"].map((one) => window.resnetLecture.stage.place.querySelector(one)?.getBoundingClientRect());
  return Boolean(last && below) && last.bottom <= below.top;
}"""
# Nothing of a projected scene is below the fold.
WHOLE = """() => {
  const main = document.querySelector('[data-testid="stMain"]'), stage = window.resnetLecture.stage.place.querySelector(".stage");
  return main.scrollHeight <= main.clientHeight && stage.scrollHeight <= stage.clientHeight + 1;
}"""


def test_every_projected_scene_can_be_read_and_is_whole_at_every_size(visit) -> None:
    """The whole tour by clicker: every state as written, no chrome, and out of the projector view in the same scene."""
    seen = visit(f"{TOUR.scenes[0].address}&present=1", viewport=dict(zip(("width", "height"), SIZES["projector"])))
    found: list[tuple[str, str, str]] = []
    story = ""
    for order, (scene, revealed) in enumerate(STEPS):
        if order:
            onward(seen.page, STEPS[order - 1][0])
        arrive(seen, scene, revealed)
        seen.page.wait_for_function(WHOLE, timeout=PATIENCE_MS)
        if revealed:  # the answer stands below them, and nothing jumps
            seen.page.wait_for_function(f"before => ({STORY})() === before", arg=story, timeout=PATIENCE_MS)
        else:
            seen.page.wait_for_function(
                FITTED if order else LOOKED, arg=scene.slug
            )  # first, until the typefaces have come
            story = seen.page.evaluate(STORY)
        for name, (width, height) in SIZES.items():
            seen.page.set_viewport_size({"width": width, "height": height})
            for script, arg in ((SMALL, LEAST), (LOST, None), (BROKEN_OFF, None)):
                found += [(scene.slug, name, one) for one in settled(seen, script, arg)]
            if width >= 1000 and not seen.page.locator(".stage .text").is_visible():
                found.append((scene.slug, name, "the text that the answer belongs to is gone"))
        seen.page.set_viewport_size(dict(zip(("width", "height"), SIZES["projector"])))
        of_its_own(seen, scene, revealed)
    assert found == []
    for part in ("stSidebar", "stHeader"):
        assert not seen.page.get_by_test_id(part).is_visible()
    seen.page.keyboard.press("PageDown")  # one step too many says so, beside the picture
    expect(seen.page.locator(".stage .ended")).to_contain_text("That was the last scene. × ends the lecture")
    seen.page.wait_for_function(WHOLE, timeout=PATIENCE_MS)
    assert settled(seen, LOST, None) == []
    seen.page.keyboard.press("PageUp")  # a step back finds a question as it was left
    arrive(seen, TOUR.scenes[-2], revealed=True)
    expect(seen.page.locator(".stage .ended")).to_have_count(0)
    seen.page.keyboard.press("PageUp")  # by mistake, say: and so does the step on again
    arrive(seen, TOUR.scenes[-3])
    seen.page.keyboard.press("PageDown")
    arrive(seen, TOUR.scenes[-2], revealed=True)
    seen.page.keyboard.press("Escape")
    seen.page.get_by_test_id("stHeader").wait_for()
    arrive(seen, TOUR.scenes[-2], revealed=True)
    seen.page.get_by_role("button", name="Back to this scene as it was prepared").click()
    arrive(seen, TOUR.scenes[-2])


def test_a_scene_whose_pictures_come_late_is_fitted_when_they_come(visit) -> None:
    """On a busy host that is after the scene's last look at itself."""
    scene = TOUR.find("bottleneck")
    seen = visit(f"{scene.address}&present=1", viewport={"width": 1280, "height": 600})
    arrive(seen, scene)
    seen.page.wait_for_function(WHOLE, timeout=PATIENCE_MS)
    waits = seen.page.add_style_tag(content=".stMain .drawing { display: none; }")
    seen.page.set_viewport_size({"width": 1280, "height": 560})  # looked at anew, without its drawings
    seen.page.wait_for_function(LOOSENED)
    seen.page.wait_for_function(LOOKED)
    waits.evaluate("one => one.remove()")
    seen.page.locator(".stMain .drawing").first.wait_for()
    seen.page.wait_for_function(WHOLE, timeout=PATIENCE_MS)


def of_its_own(seen: Visit, scene: Scene, revealed: bool) -> None:
    """What is held of one scene alone."""
    assert seen.page.evaluate(LOOSE) == [], scene.slug
    if scene.slug == "parameters" and revealed:
        all_scenes_are_seen_at_once(seen)
    if scene.slug == "five-depths":
        for word in ("conv1", "maxpool", "avgpool"):  # whole, in a row of twelve tiles' width
            expect(seen.page.locator(".canvas .tile text", has_text=word)).to_be_visible()
    if scene.slug == "walk":  # two nets, and the answer at the end of each map alone
        expect(seen.page.locator(".built")).to_be_hidden()
        assert seen.page.locator(".twins .walk-answer").evaluate_all(
            "all => all.every((one) => !one.checkVisibility())"
        )
    if scene.slug == "basic-block":  # the key has what is drawn
        expect(seen.page.locator(".legend .key", has_text="solid")).to_have_count(1)
        expect(seen.page.locator(".legend .key", has_text="dotted")).to_have_count(0)
    if scene.slug == "parameters" and revealed:
        expect(seen.page.locator(".legend .key")).to_have_count(0)
    if scene.slug == "degradation" and not revealed:
        assert seen.page.locator(".st-key-run button").evaluate(TIMED) == 0, "its time comes, and nothing moves"
    if scene.slug == "now-you":
        variants_open_where_they_differ(seen, scene)
    if scene.slug == "what-it-sees":
        seen.page.wait_for_function(LARGE, timeout=PATIENCE_MS)
        comes(lambda: seen.page.evaluate(MEASURED), 1)  # once is enough


def test_a_clicker_starts_the_walk_stops_it_at_the_first_sum_and_leads_on(visit) -> None:
    """It waits for its lecturer; a key stops it anywhere."""
    scene, after = TOUR.find("walk"), TOUR.find("identity-or-projection")
    alone = lecture.address(scene.page, scene.params())  # outside a lecture it goes by itself
    seen = visit(alone, viewport=dict(zip(("width", "height"), SIZES["projector"])))
    page = seen.page
    page.locator(".walk-alone.twins:not(.steps-on)").wait_for()
    seen.follow(f"{scene.address}&present=1")
    walk = page.locator(".walk-alone.steps-on")
    walk.wait_for()
    scrub, play = walk.locator(".walk-scrub"), walk.locator(".walk-button.main")
    expect(play).to_have_accessible_name("Play")
    assert scrub.input_value() == "0", "nothing moves before its lecturer says so"
    page.keyboard.press("PageDown")
    expect(play).to_have_accessible_name("Pause")
    expect(play).to_have_accessible_name("Play", timeout=PATIENCE_MS)  # it rests
    assert "conv2_1" in (scrub.get_attribute("aria-valuetext") or ""), "at the first ⊕"
    stopped = int(scrub.input_value())
    page.keyboard.press("PageDown")
    expect(play).to_have_accessible_name("Pause")
    page.keyboard.press("Space")
    expect(play).to_have_accessible_name("Play")
    assert int(scrub.input_value()) >= stopped
    arrive(seen, scene)
    page.keyboard.press("Space")
    expect(play).to_have_accessible_name("Pause")
    page.keyboard.press("PageDown")  # on its way to its end already
    arrive(seen, after)
    page.keyboard.press("PageUp")
    walk.wait_for()
    expect(play).to_have_accessible_name("Play")
    assert scrub.input_value() == "0", "it begins again"


def variants_open_where_they_differ(seen: Visit, scene: Scene) -> None:
    """A block whose layers say it, whole and legible as every scene."""
    for phrase, words in (("pre-activation", "BN"), ("ResNeXt", "3×3, 32 groups")):
        seen.page.get_by_role("button", name=phrase, exact=True).click()
        expect(seen.page.locator(".canvas .tile text", has_text=words).first).to_be_visible(timeout=PATIENCE_MS)
        for script, arg in ((SMALL, LEAST), (LOST, None)):
            assert settled(seen, script, arg) == [], phrase
    seen.page.get_by_role("button", name="Back to this scene as it was prepared").click()
    arrive(seen, scene)


def all_scenes_are_seen_at_once(seen: Visit) -> None:
    """In the list, beside an answer too."""
    seen.page.keyboard.press("l")
    seen.page.wait_for_function(WHOLE, timeout=PATIENCE_MS)
    seen.page.wait_for_function(LISTED, timeout=PATIENCE_MS)
    seen.page.keyboard.press("Escape")


def settled(seen: Visit, script: str, arg: object) -> list[str]:
    """What the script still finds once the scene has fitted itself to the window."""
    try:
        seen.page.wait_for_function(f"arg => ({script})(arg).length === 0", arg=arg, timeout=PATIENCE_MS)
    except Exception:  # what is found is the message
        return seen.page.evaluate(script, arg)
    return []


def tab_to(seen: Visit, label: str) -> None:
    """Press Tab until the focus is on what has this name."""
    focused = "() => { let at = document.activeElement; while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement; return at?.getAttribute('aria-label') ?? at?.textContent ?? ''; }"
    for _ in range(80):
        seen.page.keyboard.press("Tab")
        if seen.page.evaluate(focused).startswith(label):
            return
    raise AssertionError(f"no Tab comes to {label!r}")


def test_a_lecture_by_the_keyboard_alone(visit) -> None:
    """From the list to a guess, its answer and out again; a slider gives nothing away, Escape takes one layer at a time."""
    first, second = TOUR.scenes[:2]
    seen = visit("/lecture", TOUR.title, viewport=dict(zip(("width", "height"), SIZES["projector"])))
    stage = seen.page.locator(".stage")
    seen.settle("Start on the projector")
    tab_to(seen, "Start on the projector")
    seen.page.keyboard.press("Enter")
    arrive(seen, first)
    assert stage.locator("output").inner_text() == "? %" and "stage" in (stage.get_attribute("class") or "")
    assert seen.page.evaluate("document.documentElement.classList.contains('still')")
    tab_to(seen, first.question.ask)
    for _ in range(17):
        seen.page.keyboard.press("ArrowRight")
    assert stage.locator("output").inner_text() == "28.5 %"
    tab_to(seen, "Reveal")
    seen.page.keyboard.press("Enter")
    arrive(seen, first, revealed=True)
    assert "guess=28.5" in seen.page.url
    seen.page.keyboard.press("PageDown")
    arrive(seen, second)
    details = seen.page.locator(".hall-line .details")
    expect(seen.page.locator(".panel")).to_be_hidden()
    tab_to(seen, "Details")
    seen.page.keyboard.press("Enter")
    expect(seen.page.locator(".panel")).to_be_visible()
    seen.page.evaluate("document.activeElement.blur()")
    seen.page.keyboard.press("l")
    seen.page.keyboard.press("q")
    layers = [stage.locator(".code"), stage.locator("ol.list"), seen.page.locator(".panel")]
    for order, layer in enumerate(layers):
        expect(layer).to_be_visible()
        seen.page.keyboard.press("Escape")
        expect(layer).to_be_hidden()
        for under in layers[order + 1 :]:
            expect(under).to_be_visible()
    assert "present=1" in seen.page.url and details.get_attribute("aria-pressed") == "false"
    look_at_the_notes(seen, "Not one parameter more")
    assert stage.locator(".notes").count() == 0
    seen.page.keyboard.press("Home")
    arrive(seen, first)
    leave(seen, first)


def look_at_the_notes(seen: Visit, text: str) -> None:
    """In the speaker's window, for the lecturer's screen only, and back."""
    with seen.page.expect_popup() as opened:
        seen.page.keyboard.press("n")
    speaker = opened.value
    expect(speaker.locator(".notes")).to_contain_text(text)
    speaker.keyboard.press("PageUp")  # the focus lies here: the clicker steers from here too
    expect(speaker.locator(".notes")).to_contain_text("Let the hall commit itself")
    speaker.keyboard.press("PageDown")
    expect(speaker.locator(".notes")).to_contain_text(text)
    speaker.evaluate(
        "localStorage[Object.keys(localStorage).find((name) => name.startsWith('resnet-speaker'))] = JSON.stringify({ started: Date.now() - 903000 })"
    )
    speaker.reload()
    total = speaker.locator(".times > div").nth(1).locator("span")
    expect(total).to_have_text(re.compile(r"^15:\d\d$"))  # however long the window took to load
    speaker.get_by_role("button", name="Start the talk’s clock again").click()
    expect(total).to_have_text(re.compile(r"^0:\d\d$"))
    speaker.close()
    seen.page.bring_to_front()
    seen.page.wait_for_function("document.hasFocus()")  # keys are the projector's again


def leave(seen: Visit, scene: Scene) -> None:
    """Out of the projector view, in the same scene."""
    seen.page.keyboard.press("Escape")
    seen.page.get_by_test_id("stHeader").wait_for()
    arrive(seen, scene)


CUT = """() => [...document.querySelectorAll('.stMain [role="radiogroup"] button')].filter((one) => {
  const column = one.closest('[data-testid="stColumn"], .stMain').getBoundingClientRect(), box = one.getBoundingClientRect();
  return box.right > column.right + 1 || box.left < column.left - 1;
}).map((one) => one.textContent)"""
# Segments without a line on one of their sides.
OPEN = """() => [...document.querySelectorAll('[role="radiogroup"] button')].filter((one) => {
  const look = getComputedStyle(one);
  return ["Left", "Right", "Top", "Bottom"].some((side) => look[`border${side}Color`] === "rgba(0, 0, 0, 0)" || look[`border${side}Width`] === "0px");
}).map((one) => one.textContent)"""


def test_at_200_percent_no_segment_is_cut_and_what_is_built_makes_way(visit) -> None:
    seen = visit("/blocks", "Why the bottleneck?", viewport={"width": 720, "height": 450})
    seen.page.locator(".st-key-place").get_by_role("radio").nth(2).wait_for()
    seen.still()
    assert seen.page.evaluate(CUT) == []
    assert seen.page.evaluate(OPEN) == [], "a segment that begins a line has its left"
    seen.page.get_by_role("heading", name="What the way around costs").scroll_into_view_if_needed()
    expect(seen.page.locator(".built b")).not_to_be_in_viewport()
    seen.see(viewport={"width": 1280, "height": 720})
    expect(seen.page.locator(".built b")).to_be_in_viewport()  # it goes along where there is room


def test_a_run_that_starts_leaves_the_picture_where_it_is(visit) -> None:
    """The tray that comes with a visitor's first run is not on the projector, but its gap was."""
    seen = visit(f"{TOUR.find('degradation').address}&present=1", viewport={"width": 1280, "height": 720})
    arrive(seen, TOUR.find("degradation"))
    button = seen.page.locator(".st-key-run button")
    begins = "() => document.querySelector('.st-key-run button').getBoundingClientRect().top"
    seen.page.locator(".stMain .js-plotly-plot .main-svg").first.wait_for()
    seen.page.wait_for_function(LOOKED)
    seen.still()
    top = seen.page.evaluate(begins)
    button.click()
    seen.page.get_by_role("button", name="Cancel").wait_for(timeout=PATIENCE_MS)
    seen.page.locator(".st-key-live .js-plotly-plot").wait_for(timeout=PATIENCE_MS)
    seen.page.locator(".st-key-tray").wait_for(state="attached", timeout=PATIENCE_MS)
    comes(lambda: seen.page.evaluate(begins), top)  # once the scene has fitted itself to what has come
    seen.page.get_by_role("button", name="Cancel").click()


def test_in_a_low_window_the_question_comes_first_and_its_code_says_what_it_is(visit) -> None:
    """At 640×360, a projector at 200 %, the choices began behind the icon bar."""
    seen = visit(f"{TOUR.find('degradation').address}&present=1", viewport={"width": 640, "height": 360})
    arrive(seen, TOUR.find("degradation"))
    seen.still()
    bar = seen.page.locator(".stage .controls").bounding_box()["y"]
    for choice in seen.page.locator(".stage .choice").all():
        box = choice.bounding_box()
        assert box["y"] + box["height"] <= bar, choice.inner_text()
    seen.page.keyboard.press("q")
    expect(seen.page.locator(".code .what")).to_have_text("This scene on your phone")
    for part in seen.page.locator(".code > *").all():
        box = part.bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= 360, part.inner_text()
    seen.page.keyboard.press("q")
