"""Every page and view once: in the light theme on a desktop, in the dark one on a projector and a phone. All that is
asked of every page is asked there, in one walk; each question is a test, and says where its answer was no."""

from __future__ import annotations

import hashlib
import os
import re
import urllib.parse
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, Playwright, expect

from explorer.look.subject import source_spec
from tests.browser.test_stage import BROKEN_OFF, SMALL
from tests.conftest import CHEAP_FOR_LONG, Server, Visit, headless
from tests.web.test_pages import PAGES, ROOT
from tests.weights.checkpoints import filled, saved

HOME = next(
    line.split('"')[1] for line in (ROOT / "explorer" / "app.py").read_text().splitlines() if line.startswith('    ("')
)
BY_NAVIGATION = ["/" if page == HOME else f"/{page}" for page in PAGES]
FIRST_PAGE = "/ as it is first seen"
SECTIONS = (
    "/?node=layer2.0&color=params",
    "/cost?node=layer3.1",
    "/compare?diff=maps",
    "/compare?diff=stages",
    "/compare?diff=presets",
    "/cost?show=flops",
    "/cost?show=memory",
    "/paper?table=cifar",
    "/sheet?dtype=amp&optimizer=momentum",  # the longest words of the bar
)
LABORATORY = ("/why_residual?reveal=true", "/why_residual?experiment=surgery")  # with lists of runs
VIEWS = (  # each with parts that no page has on opening
    "/?depth=18&color=params&node=layer2.0",  # tiles in two lines, a panel with formulas
    "/?figure=fig3",
    "/?node=layer2.0&open=1",
    "/cost?show=flops",
    "/timing?view=machines",
    "/timing?view=limit",
    "/compare?diff=layers",
    "/why_residual?reveal=true",
    "/why_residual?experiment=surgery",
    "/practice?seed=v2-7&q=3",
    "/practice?do=sheet&seed=v2-7",
    "/?depth=77",
    "/?depth=50&node=layer1.0&lecture=conv2x-dotted&present=1&guess=13",
    "/blocks?equal=cost&lecture=bottleneck",
)
FIGURES = (  # on which no computed figure stands without its proof
    "/?node=layer2.0&color=params",
    "/?node=layer2",
    "/?figure=fig3",
    "/blocks",
    "/blocks?of=own",
    "/blocks?equal=cost&place=dotted",
    "/shapes",
    "/cost",
    "/cost?node=layer3.1",
    "/cost?show=flops",
    "/cost?show=memory",
    "/cost?show=field",
    "/cost?show=torchinfo",
    "/sheet",
    "/compare",
    "/compare?diff=stages",
    "/compare?diff=layers",
    "/compare?diff=presets",
    "/paper",
    "/paper?table=depth",
    "/paper?table=errors",
    "/lecture",
    "/?lecture=deeper",
    "/cost?lecture=parameters",
    "/timing?view=race",
    "/timing?view=sweep",
    "/timing?view=parts",
    "/why_residual?reveal=true",
    "/feature_maps",
)
OWN_FILE = "/feature_maps?who=net&net=resnet20_cifar&weights=file"  # where the visitor then gives one
PUBLISHED = "/feature_maps?who=net&net=resnet20_cifar&weights=published"  # where the authors' file is on the machine
LOOKED = (  # a picture through each kind of net, each view of it: what was measured says so
    "/feature_maps",
    "/feature_maps?off=layer1.0&rows=conv3_x&channels=order&twin=true",
    "/feature_maps?who=plain-56",
    "/feature_maps?who=net&net=resnet8_cifar&input=32&rows=conv4_x",
    OWN_FILE,
    PUBLISHED,
)
DRAWN = (  # a drawing beside something else
    "/blocks?of=own",
    "/blocks?equal=cost&lecture=bottleneck",
    "/practice?seed=v4-7&q=3",
    "/why_residual?experiment=surgery",
)
NO_MODEL = {  # routes whose header is of no model, or of their own → what stands there instead
    "/explain": "How does a net see?",
    "/feature_maps": "Inside a block",
    "/identify": "Which net is this file of?",
    "/lecture": "Take it with you",
    "/machines": "What is there to measure on?",
    "/why_residual": "Does a deeper net train better?",
    "/why_residual?reveal=true": "Does a deeper net train better?",
    "/paper?table=errors": "Does the model agree",
    "/paper?table=cifar": "Does the model agree",
}
# A computed figure: with thousands, with a unit of ours, or a receptive field.
FIGURE = r"\d,\d{3}|\d ?(?:[KM]|GMACs|MMACs|[KMG]B|px|%)(?![\w-])"
MAY_STAND_ALONE = {
    ".proof-card, [popover], .formula, .sum, code, pre, .options td": "is a formula, or stands in one",
    ".spare": "is never seen: keeps the room for the longest text",
    ".exact": "the same figure as the one above it, in full",
    "svg.map, .picture svg, .legend": "a part of the map: a click on it shows the formula in the panel",
    ".js-plotly-plot": "a part of a chart: a click on it opens the formula below",
    ".mark, [data-testid=stCaptionContainer]": "says what a figure is",
    "tr[data-id]": "the map as a table: a click on a row shows the formulas in the panel",
    ".heard": "the map in words, for screen readers",
    ".flops td:last-child": "the gap with its formula beside it",
    ".note, .soft, .beside, .source": "small print: a source, settings, a protocol, a formula",
    "[data-testid=stFileUploader]": "Streamlit's own words",
}
NO_FORMULA = {  # route -> what stands in a text that has figures without one, and why
    "/shapes": (" positions with ", "-d fc"),  # channels and classes are chosen, not computed
    "/sheet": (" classes · ",),  # the configuration, chosen
    "/cost?show=torchinfo": ("num",),  # torchinfo's own, beside ours
    "/paper?table=errors": ("num",),  # published, with the source below the table
    "/?lecture=deeper": ("28 %",),  # the visitor's own guess
}
BARE = """([pattern, allowed]) => {
  const found = [], figure = new RegExp(pattern);
  const read = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.shadowRoot) read(node.shadowRoot);
      if (node.nodeType !== Node.TEXT_NODE || !figure.test(node.textContent)) continue;
      const box = node.parentElement.getClientRects()[0];
      if (!box || box.width <= 1 || node.parentElement.closest(`.proved, style, script, button, select, ${allowed}`)) continue;
      found.push(`${node.parentElement.className} | ${node.textContent.trim().slice(0, 90)}`);
    }
  };
  read(document.querySelector(".stMain"));
  return found;
}"""
UNSAID = """allowed => {
  const found = [], number = /\\d\\.\\d|\\d ?%|\\d,\\d{3}/;
  const read = (root, host) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.shadowRoot) read(node.shadowRoot, node);
      if (node.nodeType !== Node.TEXT_NODE || !number.test(node.textContent)) continue;
      const near = node.parentElement, box = near.getClientRects()[0];
      if (!box || box.width <= 1 || near.closest(`.proved, style, script, select, ${allowed}`)) continue;
      const part = host ? near.closest(".group") ?? root : near.closest("[data-testid=stVerticalBlock]");
      if (!/\\b(measured|recorded|computed)\\b/.test(part.innerText ?? part.textContent)) found.push(node.textContent.trim());
    }
  };
  read(document.querySelector(".stMain"));
  return found;
}"""
PROVED = {  # route -> the least number of numbers on it that open a proof, the header's two left out
    "/blocks": 12,
    "/shapes": 15,
    "/cost": 35,
    "/cost?show=flops": 5,
    "/cost?show=memory": 16,
    "/cost?show=field": 2,
    "/sheet": 9,
    "/compare": 25,
    "/feature_maps": 7,
    "/compare?diff=stages": 40,
    "/compare?diff=layers": 4,
    "/paper": 12,
    "/paper?table=depth": 1,
    "/paper?table=errors": 20,
    "/paper?table=cifar": 12,
}
# Off in axe by default, since it is young: what is written on a control is in its name. It takes two lines of an SVG for
# one word, so that the map's tiles are looked at here, line by line.
RULES = {"label-content-name-mismatch": {"enabled": True}}
AXE: dict[str, dict[str, Any]] = {
    "desktop": {"resultTypes": ["violations"], "rules": RULES, "least": 11},
    # in the other theme the rest is alike
    "projector": {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"], "least": 1},
}
UNNAMED = """all => all.filter((tile) => [...tile.querySelectorAll("text")].some(
  (line) => !tile.getAttribute("aria-label").includes(line.textContent))).map((tile) => tile.outerHTML.slice(0, 200))"""
# Words one below the other: more than four lines in a narrow cell.
TOWERS = """() => [...document.querySelectorAll(".stMain .paper :is(td, th)")].filter((cell) => {
  const range = document.createRange();
  range.selectNodeContents(cell);
  const lines = new Set([...range.getClientRects()].map((one) => Math.round(one.bottom / 12)));
  return cell.checkVisibility() && cell.getBoundingClientRect().width < 140 && lines.size > 4;
}).map((cell) => cell.textContent.slice(0, 60))"""
# What a field or a button says, and has no room for. A drawer that is closed stands left of the window.
CUT = """() => {
  const found = [], pen = document.createElement("canvas").getContext("2d");
  const over = (one) => getComputedStyle(one).overflowX !== "visible" && one.clientWidth > 8 && one.scrollWidth > one.clientWidth + 1;
  const wide = (one, look) => {
    pen.font = look.font;
    const room = one.clientWidth - parseFloat(look.paddingLeft) - parseFloat(look.paddingRight);
    return pen.measureText(one.value || one.placeholder).width > room + 1;
  };
  const read = (root) => {
    for (const one of root.querySelectorAll("*")) {
      if (one.shadowRoot) read(one.shadowRoot);
      if (!one.matches("input, button, a, label, [role=radio]") || !one.checkVisibility({ visibilityProperty: true })) continue;
      if (one.getBoundingClientRect().right <= 0 || one.matches(".proved, [type=range], [type=radio], [type=checkbox], [type=file]")) continue;
      const cut = one.matches("input") ? wide(one, getComputedStyle(one)) : [one, ...one.querySelectorAll("*")].some(over);
      if (cut) found.push(one.value || one.placeholder || one.innerText);
    }
  };
  read(document);
  return found;
}"""
SHOWN = """theme => getComputedStyle(document.querySelector(".stApp")).colorScheme === theme"""
LOOKS = {
    "desktop": ("light", 1440, 900),
    "projector": ("dark", 1280, 720),
    "phone": ("dark", 390, 844),
    "desktop at 200 %": ("dark", 720, 450),
}
IN_DRAWER = ("phone", "desktop at 200 %")  # looks in which the navigation is
OVERFLOW = """() => {
  const main = document.querySelector('[data-testid=stMain]');
  return [document.documentElement.scrollWidth - innerWidth, main.scrollWidth - main.clientWidth];
}"""


def broken(seen: Visit, route: str, look: str) -> Iterator[str]:
    """What a visitor would call so: an exception's box, an error on the console, a request to another host."""
    yield from seen.page.locator('[data-testid="stException"]').all_inner_texts()
    yield from seen.faults
    seen.faults.clear()


def too_wide(seen: Visit, route: str, look: str) -> Iterator[str]:
    over = seen.page.evaluate(OVERFLOW)
    if max(over) > 0:
        yield f"{over} px"


def barred(seen: Visit, route: str, look: str) -> Iterator[str]:
    """axe-core's serious and critical findings."""
    response = seen.page.evaluate("asked => axe.run(asked)", AXE[look])
    if len(response["passes"]) < AXE[look]["least"]:
        yield f"axe has looked at {len(response['passes'])} rules only"
    for one in response["violations"]:
        if one["impact"] in ("serious", "critical") and not about_tiles(one):
            yield f"{one['id']} {[node['target'] for node in one['nodes']][:5]}"


def about_tiles(finding: dict[str, Any]) -> bool:
    return finding["id"] == "label-content-name-mismatch" and all(
        str(node["target"][-1][-1]).startswith("#tile-") for node in finding["nodes"]
    )


def small(seen: Visit, route: str, look: str) -> Iterator[str]:
    """Text that has less than 12 px on the screen."""
    yield from seen.page.evaluate(SMALL, 12)


def small_or_wide(seen: Visit, route: str, look: str) -> Iterator[str]:
    yield from small(seen, route, look)
    yield from too_wide(seen, route, look)


def broken_off(seen: Visit, route: str, look: str) -> Iterator[str]:
    yield from seen.page.evaluate(BROKEN_OFF)


# A page's own headings that are not of the first level that all pages have, or of another size than theirs.
HEADED = """() => {
  const all = [...document.querySelectorAll(".stMain :is(h1, h2)")].filter((one) => one.getClientRects().length);
  const odd = all.filter((one) => one.tagName === "H1" || getComputedStyle(one).fontSize !== "30.4px");
  return all.length ? odd.map((one) => `${one.tagName} ${getComputedStyle(one).fontSize}: ${one.textContent}`) : ["no heading"];
}"""


def otherwise_headed(seen: Visit, route: str, look: str) -> list[str]:
    return seen.page.evaluate(HEADED)


# A name that is no word: a slug, Markdown's own signs, an icon's name, a list that ends in a comma.
SLUG = re.compile(r'"[^"]*(?:\*\*|\b[a-z]+_[a-z]+ icon|, )"')


def misnamed(seen: Visit, route: str, look: str) -> Iterator[str]:
    """What a screen reader would read out for what is no name."""
    for line in seen.page.locator(".stMain").aria_snapshot().splitlines():
        if SLUG.search(line.rstrip(":")):
            yield line.strip()


# A line of what a screen reader reads, from top to bottom: how deep, role, name, words.
READ = re.compile(r"""^( *)- '?([a-z]+)(?: "((?:[^"\\]|\\.)*)")?(?: \[[^\]]*\])*'?:?(?: (.*))?$""")
WHOLE = {"button", "link", "radio", "heading", "option", "columnheader", "rowheader", "img", "tab", "switch", "cell"}
# What is heard once of these: the name of a part is its heading, its legend or its label; Streamlit's have theirs beside them.
NAMES = {
    ("region", "heading"),
    ("group", "text"),
    ("text", "slider"),
    ("radio", "text"),
    ("radio", "paragraph"),
    ("switch", "paragraph"),
}
# A slider whose value is written beside it, for who hears it too.
HEARD_TWICE = """() => [document, ...[...document.querySelectorAll("*")].map((one) => one.shadowRoot).filter(Boolean)].flatMap((root) =>
  [...root.querySelectorAll("[type=range]")].flatMap((slider) => [...slider.closest("label, .number, fieldset, body, .place").querySelectorAll("output, [role=status]")]
    .filter((one) => !one.closest("[aria-hidden=true]") && one.textContent.trim() === (slider.getAttribute("aria-valuetext") ?? slider.value)).map((one) => one.outerHTML)))"""


def read_twice(seen: Visit, route: str, look: str) -> Iterator[str]:
    """The same words one after the other: a picture's name that its caption repeats, a value said by its slider and beside it."""
    inside, last = -1, ("", "")
    for line in seen.page.locator(".stMain").aria_snapshot().splitlines():
        if not (found := READ.match(line)) or (0 <= inside < len(found[1])):
            continue
        role = found[2]
        inside = len(found[1]) if role in WHOLE else -1
        for words in ("" if role in ("row", "table") else found[3], found[4]):
            if words and words == last[1] and role != last[0] and (last[0], role) not in NAMES:
                yield f"{last[0]} and {role}: {words}"
            last = (role, words) if words else last
    yield from seen.page.evaluate(HEARD_TWICE)


def towers(seen: Visit, route: str, look: str) -> Iterator[str]:
    yield from seen.page.evaluate(TOWERS)


def cut_words(seen: Visit, route: str, look: str) -> list[str]:
    return seen.page.evaluate(CUT)


def unnamed(seen: Visit, route: str, look: str) -> Iterator[str]:
    yield from seen.page.locator(".tile").evaluate_all(UNNAMED)


def bare(seen: Visit, route: str, look: str) -> Iterator[str]:
    for one in seen.page.evaluate(BARE, [FIGURE, ", ".join(MAY_STAND_ALONE)]):
        if not any(words in one for words in NO_FORMULA.get(route, ())):
            yield one


def unsaid(seen: Visit, route: str, look: str) -> Iterator[str]:
    """A number of a pass opens its proof, or the part of the page that it stands in says that it is measured, or recorded."""
    seen.page.locator(".look .row").first.wait_for()
    yield from seen.page.evaluate(UNSAID, ".js-plotly-plot, .proof-card, code, [data-testid=stFileUploader]")


def cut_off(seen: Visit, route: str, look: str) -> Iterator[str]:
    """The numbers that must open a proof do, and their card is whole on the screen."""
    least, size = PROVED[route], seen.page.viewport_size
    assert size
    numbers = seen.page.locator(".stMain .proved:not(.built *) >> visible=true")
    expect(numbers.nth(least - 1)).to_be_attached()
    card = seen.page.locator(".proof-card:popover-open")
    for index in (0, least // 2):
        numbers.nth(index).evaluate("one => one.scrollIntoView({block: 'center'})")
        numbers.nth(index).click()
        expect(card).to_be_visible()
        box = card.bounding_box()
        assert box
        if (
            min(box["x"], box["y"], size["width"] - box["x"] - box["width"], size["height"] - box["y"] - box["height"])
            < 0
        ):
            yield f"the card of number {index} at {box}"
        seen.page.keyboard.press("Escape")


@dataclass(frozen=True)
class Question:
    """ask(seen, route, look) → what is wrong there; on which routes and looks."""

    ask: Callable[[Visit, str, str], Iterator[str]]
    routes: Collection[str]
    looks: Collection[str] = ("desktop", "projector", "phone")


FITS = tuple(dict.fromkeys((*BY_NAVIGATION, *SECTIONS, *PROVED)))
SEEN_BY_AXE = (FIRST_PAGE, *BY_NAVIGATION, *VIEWS)
EVERY = tuple(dict.fromkeys((FIRST_PAGE, *FITS, *VIEWS, *FIGURES, *LOOKED, *DRAWN)))
QUESTIONS = {
    "nothing is broken": Question(broken, EVERY),
    "no page is wider than its screen": Question(too_wide, FITS),
    "axe finds nothing serious": Question(barred, SEEN_BY_AXE, tuple(AXE)),
    "no text is too small": Question(
        small, (FIRST_PAGE, *BY_NAVIGATION, "/why_residual?experiment=surgery"), ("desktop", "phone")
    ),
    "at 200 % no text is too small and no page too wide": Question(
        small_or_wide, (FIRST_PAGE, *BY_NAVIGATION, *DRAWN), ("desktop at 200 %",)
    ),
    "no full stop breaks off behind a button": Question(broken_off, FITS, ("phone",)),
    "all pages have one kind of heading": Question(
        otherwise_headed, (*BY_NAVIGATION[1:], "/why_residual?experiment=surgery"), ("desktop",)
    ),
    "no cell is a tower of words": Question(towers, (*FITS, "/why_residual?experiment=surgery"), ("phone",)),
    "what is read aloud is words": Question(misnamed, (*BY_NAVIGATION, "/cost?show=memory"), ("desktop",)),
    "everything is read aloud once": Question(read_twice, (*BY_NAVIGATION, "/cost?show=memory"), ("desktop",)),
    "no control cuts what it says": Question(cut_words, (FIRST_PAGE, *FITS, *LABORATORY), ("projector", "phone")),
    "a tile is called what is written on it": Question(unnamed, SEEN_BY_AXE, ("desktop",)),
    "no computed figure stands without its proof": Question(bare, FIGURES, ("desktop",)),
    "what is measured of a picture says so": Question(unsaid, LOOKED, ("desktop",)),
    "the numbers open their cards, and these fit": Question(cut_off, PROVED, ("desktop", "phone")),
}
OPENS = "every page opens, by the navigation or its link"


class Walk:
    """Through all routes in one document: to open another would cost twice as much."""

    def __init__(self, seen: Visit, own: Path) -> None:
        """own: a visitor's file of weights."""
        self.seen, self.own = seen, own
        self.found: dict[str, list[str]] = {name: [] for name in (OPENS, *QUESTIONS)}
        self.look = ""
        self.touch = seen.context.new_cdp_session(seen.page)

    def through(self, stocked: Visit) -> dict[str, list[str]]:
        """stocked: on an app that has what is published."""
        self.visit(FIRST_PAGE)
        self.seen.follow("/?depth=152", "60.19 M params")
        links = self.links()
        paths = [urllib.parse.urlsplit(link.get_attribute("href") or "").path for link in links.all()]
        assert sorted(paths) == sorted(BY_NAVIGATION)
        for index, path in enumerate(paths):
            self.visit(path, links.nth(index))
        for route in EVERY:
            if route not in (FIRST_PAGE, *BY_NAVIGATION, PUBLISHED):
                self.visit(route)
        there = Walk(stocked.goto("/machines"), self.own)
        there.found = self.found
        there.visit(PUBLISHED)
        return self.found

    def visit(self, route: str, link: Any = None) -> None:
        """All looks that something is asked of, from the one that stands: to change the theme draws the whole page again."""
        looks = [
            look
            for look in LOOKS
            if any(look in one.looks for one in QUESTIONS.values() if route in one.routes and one.ask is not broken)
        ]
        if link is not None and self.look in IN_DRAWER:
            self.show("projector")
        if self.look in looks:
            theme = LOOKS[self.look][0]
            looks.sort(key=lambda one: (LOOKS[one][0] != theme, one != self.look))
        self.show(looks[0])
        if self.opens(route, link):
            for look in looks:
                self.show(look)
                self.ask(route, look)

    def links(self) -> Any:
        """The navigation's, those in its list included. By its name: while Streamlit measures the line, all pages stand
        unseen in a list of its own; the line is drawn after the page."""
        self.show("projector")
        self.more().click()
        links = self.seen.page.locator('[data-testid="stTopNavLink"], [data-testid="stTopNavDropdownLink"]')
        links.nth(len(PAGES) - 1).wait_for()
        return links

    def more(self) -> Any:
        return self.seen.page.get_by_test_id("stTopNavSection").filter(has_text=re.compile("^More$"))

    def opens(self, route: str, link: Any) -> bool:
        """Go there, and wait until all of it stands."""
        seen, known = self.seen, len(self.found[OPENS])
        with self.noted(OPENS, route):
            if route == FIRST_PAGE:
                seen.goto("/")
                seen.page.locator(".walk-alone[data-ready]").wait_for()
                expect(seen.page.locator("#arrival")).to_have_count(0)  # the page itself, not what was sent before it
                seen.page.evaluate(Axe().axe_script)
            elif link is not None:
                if not link.is_visible():
                    self.more().click()  # a change of page closes the list
                name = link.locator("span:not([data-testid])").last.inner_text()
                with seen.runs():
                    link.click()
                expect(seen.page).to_have_title(f"{name} · ResNet Explorer")  # the browser's tab says which page it is
                seen.settle(NO_MODEL.get(route, "60.19 M params"))
            elif route in FITS or route in FIGURES:
                depth, says = ("152", "60.19 M params") if route in FITS else ("50", "25.56 M params")
                seen.follow(f"{route}{'&' if '?' in route else '?'}depth={depth}", NO_MODEL.get(route, says))
            else:
                seen.follow(route)
            if route == OWN_FILE:
                seen.page.locator("input[type=file]").first.set_input_files(self.own)
                seen.settle("Weights of 'mine.safetensors'")
            if route == PUBLISHED:
                seen.settle("Yerlan Idelbayev’s weights")
            if route in FIGURES:
                expect(seen.page.locator(".proved").first).to_be_attached()
                if route.startswith("/?"):
                    seen.page.locator(".tile").first.wait_for()
        return len(self.found[OPENS]) == known

    def show(self, look: str) -> None:
        if look == self.look:
            return
        self.look, (theme, width, height) = look, LOOKS[look]
        self.seen.see(viewport={"width": width, "height": height}, color_scheme=theme, reduced_motion="reduce")
        self.touch.send("Emulation.setTouchEmulationEnabled", {"enabled": look == "phone"})

    def ask(self, route: str, look: str) -> None:
        self.seen.page.wait_for_function(SHOWN, arg=LOOKS[look][0])
        self.seen.still()
        for name, one in QUESTIONS.items():
            if route in one.routes and look in one.looks:
                with self.noted(name, f"{route} ({look})"):
                    self.found[name] += [f"{route} ({look}): {says}" for says in one.ask(self.seen, route, look)]

    @contextmanager
    def noted(self, name: str, where: str) -> Iterator[None]:
        """What does not come is an answer too, and the walk goes on."""
        try:
            yield
        except (AssertionError, Error) as error:
            self.found[name].append(f"{where}: {error}")


STOCKED = """import sys
sys.path.insert(0, {root!r})
from explorer.look.published import SOURCES, Source
SOURCES["resnet20_cifar"] = Source("https://nowhere.invalid/{file}", SOURCES["resnet20_cifar"].told)
"""


@pytest.fixture(scope="module")
def net() -> torch.nn.Module:
    """A net of twenty layers that was never trained, as its authors publish it."""
    return filled(source_spec("resnet20_cifar"))


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory, net: torch.nn.Module) -> Iterator[Server]:
    """The app on a machine that has fetched what is published. The weights are ours, so that it is told their hash: by what
    Python reads as it starts."""
    folder = tmp_path_factory.mktemp("stocked")
    file = folder / "new.th"
    torch.save({"state_dict": {f"module.{name}": value for name, value in net.state_dict().items()}}, file)
    file = file.rename(folder / f"resnet20-{hashlib.sha256(file.read_bytes()).hexdigest()[:8]}.th")
    (folder / "sitecustomize.py").write_text(STOCKED.format(root=str(ROOT), file=file.name), encoding="utf-8")
    running = Server(folder, env=os.environ | {"EXPLORER_CACHE": str(folder), "PYTHONPATH": str(folder)})
    yield running
    running.stop()
    assert "Traceback" not in running.log.read_text()


@pytest.fixture(scope="module")
def found(
    playwright: Playwright,
    server: Server,
    stocked: Server,
    net: torch.nn.Module,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, list[str]]]:
    browser = headless(playwright, *CHEAP_FOR_LONG)
    seen, there = (Visit(browser, one.url, reduced_motion="reduce") for one in (server, stocked))  # nothing fades in
    own = saved(net.state_dict(), tmp_path_factory.mktemp("own") / "mine.safetensors")
    yield Walk(seen, own).through(there)
    browser.close()


@pytest.mark.parametrize("question", [OPENS, *QUESTIONS])
def test_on_every_page(found: dict[str, list[str]], question: str) -> None:
    assert found[question] == []
