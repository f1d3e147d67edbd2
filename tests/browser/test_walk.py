"""The walk in a real browser: it plays, pauses, steps, is scrubbed and heard, on a desk, on a phone, and without motion."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Sequence
from dataclasses import asdict

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

from explorer.look.shipped import NETS
from explorer.look.walker import walker
from explorer.tell import netmap
from explorer.tell.walk import walk

SERIOUS = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa"]}
NET = NETS["digits-residual-20"]
CLOCK = "document.querySelector('div').shadowRoot.querySelector('.walk-scrub').value"


@pytest.fixture(scope="module")
def data() -> dict:
    """What the map's component receives while a digit walks."""
    drawn = netmap.drawing(NET, 28, 28)
    view = asdict(netmap.View(walk="net"))
    made = walk(*walker(NET, 28, 28))
    return json.loads(
        json.dumps({**drawn, "palette": netmap.colours(), "seq": 1, "view": view, "key": "m", "walk": made})
    )


def titles(data: dict) -> list[str]:
    made = data["walk"]
    return [made["enter"]["title"], *(step["title"] for step in made["steps"]), made["leave"]["title"]]


def said(page) -> str:
    return page.locator(".walk-words h3").inner_text()


def painted(page) -> int:
    """Pixels of the layer over the map that something is on."""
    return page.locator("canvas.walk-layer").evaluate(
        "one => one.getContext('2d').getImageData(0, 0, one.width, one.height).data.filter((v, at) => at % 4 === 3 && v).length"
    )


PIXEL = "one => [...one.getContext('2d').getImageData(one.width / 2, one.height / 2, 1, 1).data]"


def photo(page, before: Sequence[int] = ()) -> list[int]:
    """The colour in the middle of the picture that walks, where it was another before."""
    found: list[int] = page.wait_for_function(
        f"""before => {{
          const one = [...document.querySelectorAll('div')].map((div) => div.shadowRoot?.querySelector('.walk-photo canvas')).find(Boolean);
          const pixel = one && ({PIXEL})(one);
          // The canvas is there before its picture is painted.
          return pixel?.[3] === 255 && String(pixel) !== before && pixel;
        }}""",
        arg=",".join(map(str, before)),
    ).json_value()
    return found


def red() -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (60, 40), (255, 0, 0)).save(held, "PNG")
    return held.getvalue()


def test_on_a_phone_the_sheet_keeps_its_height(show, data: dict) -> None:
    """Its upper edge stands over the map: what is said, and how many terms there are, moves nothing."""
    page = show(data, width=390, height=844, reduced_motion="reduce", has_touch=True)
    page.locator(".walk-words h3").wait_for()
    page.wait_for_function(f"{CLOCK} > 0")
    heights, every = {}, titles(data)
    for title in every:
        expect(page.locator(".walk-words h3")).to_have_text(title)  # a tap is a click when the finger has gone
        heights[title] = page.locator(".walk-dock").evaluate("one => Math.round(one.getBoundingClientRect().height)")
        page.get_by_role("button", name="One step on").tap()
    assert len(set(heights.values())) == 1, heights


# Wherever the walk is stopped: the step's title → each [what one unit sees, what that opens] that there is.
SEES = """() => {
  const root = document.querySelector("div").shadowRoot, scrub = root.querySelector(".walk-scrub"), found = {};
  for (let at = 0; at <= 400; at++) {
    scrub.value = (scrub.max * at) / 400;
    scrub.dispatchEvent(new Event("input"));
    const sees = root.querySelector(".walk-sees"), card = sees.popoverTargetElement;
    card.replaceChildren();
    sees.click();
    card.hidePopover();
    const told = (found[root.querySelector(".walk-words h3").textContent] ??= []), now = [sees.textContent, card.textContent];
    if (!told.some((one) => String(one) === String(now))) told.push(now);
  }
  return found;
}"""


def test_what_one_unit_sees_is_of_the_step_whose_words_stand_there(show, data: dict) -> None:
    page = show(data, width=1280, height=720, reduced_motion="reduce")
    page.wait_for_function(f"{CLOCK} > 0")
    sees = page.evaluate(SEES)
    assert list(sees) == titles(data)
    assert {title: told for title, told in sees.items() if len(told) > 1} == {}


def test_it_plays_and_pauses_and_every_step_is_there(show, data: dict) -> None:
    page = show(data, width=1280, height=720)
    page.wait_for_function(f"{CLOCK} > 30")  # it plays by itself once it was asked for
    page.keyboard.press("Space")
    held = page.evaluate(CLOCK)
    assert page.get_by_role("button", name="Play", exact=True).last.is_visible()
    page.keyboard.press("End")
    assert said(page) == "It says: 3" and "more than 99.9 %" in page.locator(".walk-words p").inner_text()
    assert int(page.evaluate(CLOCK)) > int(held)
    assert page.locator(".walk-answer .best .walk-name").inner_text() == "3"
    heard = []
    for _ in titles(data):
        heard.append(said(page))
        page.keyboard.press("ArrowLeft")
    assert heard[::-1] == titles(data), "back through every step, in the order of the data"
    page.keyboard.press("Home")
    bare = painted(page)
    page.locator(".walk-scrub").evaluate(
        "one => { one.value = one.max * 0.55; one.dispatchEvent(new Event('input')); }"
    )
    assert painted(page) > 4 * bare, "the tiles are filled with their maps"
    reached = page.locator(".tile.reached").evaluate_all("all => all.map((one) => one.dataset.id)")
    assert reached == [step["tile"] for step in data["walk"]["steps"]][: len(reached)] and len(reached) > 4
    page.locator('.tile[data-id="layer2.1"]').click()
    assert said(page) == "conv3_2" and page.locator(".walk-shape b").inner_text() == "14×14"
    assert page.locator(".bypass.lit").count() == 1
    page.locator(".walk-sees").click()
    assert "measured" not in page.locator(".proof-card:popover-open").last.inner_text(), "it is computed"
    page.keyboard.press("Escape")
    terms = page.locator(".walk-term canvas").evaluate_all("all => all.map((one) => one.toDataURL())")
    assert len(set(terms)) == 3, "x, F(x) and their sum are three pictures"
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "document.querySelector('div').shadowRoot.querySelector('.walk-words h3').textContent === 'conv3_3'"
    )
    speed = page.get_by_role("button", name="Speed 1×")
    speed.click()
    assert page.get_by_role("button", name="Speed 2×").inner_text() == "2×"
    page.locator('.tile[data-id="layer1.0"]').hover()
    tip, maps = (page.locator(one).bounding_box() for one in (".tip", ".tip canvas.tip-maps"))
    assert maps["x"] + maps["width"] <= tip["x"] + tip["width"], "the maps stand in the tip"
    page.keyboard.press("Escape")
    page.wait_for_function("reports.at(-1)?.walk === ''")
    assert page.locator(".walk-layer").count() == 0 and page.locator(".panel h3").inner_text() == "Solid or dotted?"


def test_without_motion_it_goes_step_by_step(show, data: dict) -> None:
    page = show(data, width=390, height=844, reduced_motion="reduce", has_touch=True)
    page.locator(".walk-bar").wait_for()
    page.wait_for_function(f"{CLOCK} > 0")
    first = page.evaluate(CLOCK)
    assert said(page) == "The picture enters", "where it stands, whole"
    page.get_by_role("button", name="One step on").tap()
    expect(page.locator(".walk-words h3")).to_have_text(titles(data)[1])
    assert int(page.evaluate(CLOCK)) > int(first)
    assert page.evaluate(CLOCK) == page.evaluate(
        f"new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done({CLOCK}))))"
    )
    for title in titles(data)[2:4]:
        page.get_by_role("button", name="One step on").tap()
        expect(page.locator(".walk-words h3")).to_have_text(title)
    assert page.locator(".walk-term.sum").evaluate("one => getComputedStyle(one).opacity") == "1"
    box, sheet = page.locator(".walk-bar").bounding_box(), page.locator(".walk-button").first.bounding_box()
    assert box["y"] + box["height"] <= 844 and sheet["width"] >= 44 and sheet["height"] >= 44, "under the thumb"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_plain_twin_walks_beside_on_one_clock_and_a_number_opens_its_proof(visit) -> None:
    one = visit("/?net=resnet20_cifar&in_channels=1&input=28&walk=twins", "Plain, 20 layers")
    page = one.page
    page.locator(".walk-alone[data-ready]").wait_for()
    assert Axe().run(page, options=SERIOUS).response["violations"] == [], "while it plays"
    playing = page.locator(".walk-scrub").input_value()
    page.wait_for_function(
        """before => [...document.querySelectorAll('div')].some(
             (one) => Number(one.shadowRoot?.querySelector('.walk-scrub')?.value) > before)""",
        arg=int(playing),
    )
    residual, plain = page.locator(".walk-side").all()
    residual.locator('.tile[data-id="layer2.1"]').click()
    for side in (residual, plain):
        assert side.locator(".walk-words h3").inner_text() == "conv3_2"
        assert side.locator(".tile.reached").count() == 6
    assert "replaces x" in plain.locator(".walk-words").inner_text() and plain.locator(".walk-term.x").is_hidden()
    assert residual.locator(".bypass.lit").count() == 1 and plain.locator(".bypass").count() == 0
    residual.locator(".bypass .mark-text").first.click()
    assert residual.locator(".tip").inner_text().endswith("dotted, 0: zeros fill the new channels")
    assert "0 fills the new maps" in residual.locator(".walk-words").inner_text()
    residual.locator('.tile[data-id="layer2.1"]').click()
    residual.locator(".walk-words .proved").click()
    card = page.locator(".proof-card:popover-open")
    assert "‖F(x)‖ ÷ ‖x‖" in card.inner_text() and "recorded" in card.inner_text()
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    page.emulate_media(reduced_motion="reduce")
    page.get_by_role("button", name="One step on").click()
    expect(plain.locator(".walk-words h3")).to_have_text("conv3_3")  # at once, without motion


SCENE = "/?net=resnet20_cifar&in_channels=1&input=28&walk=twins&hide=downloads&lecture=walk&present=1"
STANDS = """() => {
  const root = [...document.querySelectorAll("div")].map((one) => one.shadowRoot).find((one) => one?.querySelector(".walk-bar"));
  const box = (one) => one.getBoundingClientRect(), words = [...root.querySelectorAll(".walk-words > *")];
  return [box(root.querySelector(".walk-bar")).top, Math.max(...words.map((one) => box(one).bottom)), innerHeight,
    Math.min(...words.map((one) => parseFloat(getComputedStyle(one).fontSize))), box(root.querySelector(".walk-bar")).bottom];
}"""


@pytest.mark.parametrize("width, height", [(1280, 720), (1440, 900)])
def test_on_a_projector_the_twins_words_stand_above_the_players_bar_at_every_step(
    visit, width: int, height: int
) -> None:
    """And the bar under a lecturer's hand does not move from step to step."""
    page = visit(SCENE, viewport={"width": width, "height": height}, reduced_motion="reduce").page
    page.locator(".walk-alone[data-ready]").wait_for()
    page.wait_for_function("() => window.resnetLecture?.looks === 0")  # the stage has been fitted for the last time
    step, stands = page.get_by_role("button", name="One step on"), []
    for _ in range(14):
        stands.append(page.evaluate(STANDS))
        step.click()
    assert page.locator(".walk-words h3").first.inner_text() == "It says: 3"
    assert {round(bar) for bar, *_ in stands} == {round(stands[0][0])}, stands
    for bar, words, window, smallest, end in stands:
        assert words <= bar + 1 and end <= window + 1 and smallest >= 16, stands


def test_in_a_low_window_all_that_is_beside_the_map_is_above_the_players_bar(show, data: dict) -> None:
    """A laptop's or a projector's, 720 px high, of which the page's head takes a third: nothing has to be scrolled to."""
    page = show(data, width=1280, height=720, reduced_motion="reduce")
    page.locator(".walk-bar").wait_for()
    beside = page.locator(".walk-beside")
    for _ in titles(data):
        assert (
            beside.evaluate(
                "one => [...one.children].at(-2).getBoundingClientRect().bottom - one.getBoundingClientRect().top"
            )
            <= 421
        ), said(page)
        page.get_by_role("button", name="One step on").click()
    assert said(page) == "It says: 3" and page.locator(".walk-source").is_visible()


def test_the_map_of_the_home_page_plays_and_the_link_says_so(visit) -> None:
    one = visit("/?net=resnet20_cifar", "params")
    one.page.get_by_role("button", name="Play", exact=True).click()
    one.page.locator(".walk-told.untrained").wait_for(timeout=30_000)
    expect(one.page).to_have_url(re.compile("walk=net"))
    assert "net=resnet20_cifar" in one.page.url
    cat = photo(one.page)
    one.page.get_by_role("radio", name="Coffee").click()
    one.page.wait_for_function("location.search.includes('picture=coffee')")
    coffee = photo(one.page, cat)
    one.page.get_by_role("radio", name="Your own").click()
    one.page.locator("p.reason", has_text="Press “Choose a file” above the map").wait_for()
    one.settle()  # the button is drawn before the run has ended
    expect(one.page.locator(".panel h3")).to_have_text("Choose a picture")
    expect(one.page.get_by_role("button", name="Play", exact=True)).to_have_count(0)  # it would do nothing
    one.page.get_by_role("button", name="Choose a file").click()
    own = one.page.locator('input[type="file"]')
    own.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"%PDF-1.7"})
    one.page.locator("p.reason", has_text="picture: this is no PNG, JPEG or WebP that can be read.").wait_for()
    own.set_input_files({"name": "b.png", "mimeType": "image/png", "buffer": red()})
    one.page.locator(".walk-told.untrained").wait_for(timeout=30_000)
    assert photo(one.page, coffee) == pytest.approx([255, 0, 0, 255], abs=3), "as WebP keeps it"
    expect(own).to_have_count(0)  # what it is chosen by does not lie over its walk
    one.page.get_by_role("button", name="Back to the map").click()
    one.page.locator(".panel h3").wait_for()
    one.page.wait_for_function("!/walk|picture/.test(location.search)")
    expect(one.page.locator(".st-key-walk-picture")).to_have_count(0)
