"""The lecture as one file, opened from the disk without a network: it walks by the keyboard, asks and answers, its map works,
its charts are drawn; and it asks nobody for anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from explorer import lecture
from tests.browser.test_lecture import STEPS, onward
from tests.lecture.test_onefile import LINK, TOUR, content_of

WORDS = """() => {
  const stage = window.resnetLecture.stage.place.querySelector(".stage"), page = document.querySelector(".page");
  const text = (element) => element?.textContent.replace(/\\s+/g, " ").trim() ?? "";
  const map = [...page.querySelectorAll(".map-place-host")].map((host) => host.shadowRoot);
  return {
    title: text(stage.querySelector("h2")), text: text(stage.querySelector(".text")), answer: text(stage.querySelector(".answer")),
    sentence: text(stage.querySelector(".sentence")), built: text(page.querySelector(".built")),
    tiles: map.map((root) => root.querySelectorAll(".tile").length), broken: [...page.querySelectorAll("img")].filter((one) => !one.naturalWidth).length,
    charts: [...page.querySelectorAll(":scope > .chart .file-chart, .beside-parts .file-chart")].map((one) => Boolean(one.querySelector(".main-svg")) && one.data.length > 0),
    font: getComputedStyle(stage).fontFamily, paper: getComputedStyle(document.querySelector(".file-main")).backgroundColor,
    looks: page.querySelectorAll(".place-host").length, wide: document.querySelector(".file-main").scrollWidth - innerWidth };
}"""
READY = """() => window.resnetLecture?.stage && [...document.querySelectorAll(".page > .chart .file-chart, .beside-parts .file-chart")].every((one) => one.dataset.drawn)
  && [...document.querySelectorAll(".page img")].every((one) => one.complete)"""


OWN = lecture.parse(
    """
[[scene]]
title = "Exercises"
page = "practice"
state = "depth=18&seed=v2-8"
text = "To solve."
[[scene]]
title = "Steps"
page = "explain"
text = "From a pixel."
[[scene]]
title = "Shapes"
page = "shapes"
text = "To scale."
[[scene]]
title = "Elsewhere"
page = "identify"
text = "Needs the app."
""",
    "own.toml",
)


@pytest.fixture(params=[TOUR])
def opened(browser, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    path = tmp_path / "lecture.html"
    path.write_bytes(lecture.made("html", request.param, LINK))
    context = browser.new_context(
        viewport={"width": 1280, "height": 720}, offline=True, reduced_motion="reduce", color_scheme="light"
    )
    page = context.new_page()
    asked: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    page.goto(path.as_uri())
    yield page
    outside = [url[:80] for url in asked if not url.startswith(("file:", "data:", "blob:"))]
    assert (outside, wrong) == ([], []), "nothing is asked of a network, and nothing goes wrong"
    context.close()


def test_the_file_walks_by_the_keyboard_without_a_network(opened: Page) -> None:
    content = content_of(TOUR)
    expect(opened.get_by_role("heading", name=TOUR.title)).to_be_visible()
    expect(opened.get_by_text("a clicker’s PageDown starts it on the projector")).to_be_visible()
    opened.keyboard.press("PageDown")  # before anybody has clicked into the page
    for order, (scene, revealed) in enumerate(STEPS):
        if order:
            onward(opened, STEPS[order - 1][0])
        told = content["scenes"][scene.slug]
        view = content["views"][told["states"][told["then" if revealed else "first"]]]
        opened.wait_for_function("title => window.resnetLecture?.stage?.data.slug === title", arg=scene.slug)
        opened.wait_for_function(
            "revealed => Boolean(window.resnetLecture.stage.data.verdict) === revealed", arg=revealed
        )
        opened.wait_for_function(READY)
        seen = opened.evaluate(WORDS)
        bar = told["revealed" if revealed else "asked"]
        plain = lambda html: " ".join(
            opened.evaluate("html => new DOMParser().parseFromString(html, 'text/html').body.textContent", html).split()
        )
        assert seen["title"] == f"{bar['number']}/{len(TOUR.scenes)}{bar['title']}"
        assert seen["text"] == plain(bar["text"]) and plain(view["built"]).startswith(seen["built"])
        assert seen["answer"] == (plain(bar["verdict"]["answer"]) if revealed else "")
        kinds = [part["kind"] for part in view["parts"]]
        maps = [part for part in view["parts"] if part["kind"] == "map"]
        assert len(seen["tiles"]) == len(maps) and all(seen["tiles"]), scene.slug
        charts = kinds.count("chart") + sum(
            one["kind"] == "chart" for part in view["parts"] for column in part.get("columns", []) for one in column
        )
        assert seen["charts"] == [True] * charts, scene.slug
        assert seen["font"].startswith('"Source Sans", "Drawing Sans"') and seen["paper"] == "rgb(253, 252, 249)"
        assert seen["broken"] == 0 and seen["wide"] <= 0, scene.slug
    opened.keyboard.press("PageUp")
    opened.wait_for_function("slug => window.resnetLecture.stage.data.slug === slug", arg=TOUR.scenes[-2].slug)


def steer_by_the_notes(opened: Page) -> None:
    """The notes' window follows the scenes, and steers: by its buttons, and by the clicker where the focus lies in it."""
    with opened.expect_popup() as window:
        opened.evaluate("window.resnetLecture.stage.speaker()")
    notes = window.value
    expect(notes.get_by_role("heading", name="Five depths, one recipe")).to_be_visible()
    assert notes.evaluate("[document.querySelectorAll('button').length, document.fonts.size]") == [3, 3]
    expect(notes.get_by_role("button", name="Reveal")).to_be_disabled()  # nothing is asked here
    assert re.match(r"\d\d:\d\d · 0 min", notes.locator(".clock").inner_text())
    for _ in range(5):  # its four other phrases, and on
        notes.get_by_role("button", name="Next").click()
    expect(notes.get_by_role("heading", name="Where the parameters are")).to_be_visible()
    expect(notes.get_by_role("button", name="Reveal")).to_be_enabled()
    expect(notes.get_by_role("button", name="Next")).to_be_disabled()
    notes.get_by_role("button", name="Back").click()
    expect(notes.get_by_role("heading", name="Five depths, one recipe")).to_be_visible()
    for _ in range(5):
        notes.keyboard.press("PageDown")  # the clicker, where the focus lies there
    expect(notes.get_by_role("heading", name="Where the parameters are")).to_be_visible()
    notes.keyboard.press("PageUp")
    expect(notes.get_by_role("heading", name="Five depths, one recipe")).to_be_visible()
    notes.close()


def test_a_guess_is_answered_the_map_works_and_back_goes_back(opened: Page) -> None:
    opened.get_by_role("link", name="Start", exact=True).click()
    slider = opened.get_by_role("slider")
    slider.focus()
    for _ in range(15):
        slider.press("ArrowRight")
    opened.get_by_role("button", name="Reveal", exact=True).click()
    said = lecture.evaluate(TOUR.scenes[0], "27.5").sentence
    expect(opened.locator(".sentence")).to_have_text(said)
    opened.go_back()
    expect(opened.get_by_role("button", name="Reveal", exact=True)).to_be_visible()
    opened.evaluate("location.hash = '#/?depth=50&lecture=parameters'")
    tile = opened.locator(".tile[data-id='layer4.0']")
    tile.click()
    expect(opened.locator(".panel h3")).to_contain_text("Why dotted?")
    opened.wait_for_function("location.hash.includes('node=layer4.0')")
    opened.get_by_role("button", name="Reveal", exact=True).click()
    expect(opened.locator(".sentence")).to_have_text(lecture.evaluate(TOUR.find("parameters"), "layer4.0").sentence)
    opened.get_by_role("button", name="Layers").click()
    expect(opened.locator(".tile").nth(100)).to_be_attached()  # another level comes out of the file itself
    opened.evaluate("location.hash = '#/?depth=152&lecture=five-depths'")
    opened.get_by_role("button", name="18", exact=True).click()
    expect(opened.locator(".built b")).to_have_text("ResNet-18")
    expect(opened.get_by_role("link", name="This scene in the app")).to_have_attribute(
        "href", "https://resnet.example.org/?depth=18&lecture=five-depths"
    )
    steer_by_the_notes(opened)
    proved = opened.locator(".built .proved").first
    proved.click()
    expect(opened.locator(".proof-card:popover-open code").first).to_be_visible()


@pytest.mark.parametrize("opened", [OWN], indirect=True, ids=["own"])
def test_a_lecture_of_ones_own_asks_exercises_and_its_figures_move(opened: Page) -> None:
    (practice,) = content_of(OWN)["views"][0]["parts"]
    opened.get_by_role("link", name="Start", exact=True).click()
    for at, one in enumerate(practice["every"]):
        expect(opened.locator(".exercise-way b")).to_have_text(f"{at + 1} of 10")
        card = opened.locator(".exercises .card")
        if one["kind"] == "typed":
            card.get_by_role("textbox").fill("a lot")
            card.get_by_role("button", name="Check").click()
            expect(card.get_by_role("alert")).to_have_text("Type a whole number.")
            card.get_by_role("textbox").fill(f"{one['answer'] + one['tolerance'] + 1:,}")
            card.get_by_role("textbox").press("Enter")
            expect(card.locator(".exercise-hint")).to_be_visible()
            card.get_by_role("textbox").fill(f"{one['answer']:,}")
            card.get_by_role("textbox").press("Enter")
            expect(card.locator(".exercise-verdict")).to_contain_text(f"{one['answer']:,}")
        elif one["kind"] == "choice":
            wrong = next(iter(one["known"]))
            card.locator(".choices button").nth(int(wrong)).click()
            expect(card.locator(".exercise-hint")).to_be_visible()
            expect(card.locator(".choices button").nth(int(wrong))).to_be_disabled()
            card.locator(".choices button").nth(int(one["answer"])).click()
            expect(card.locator(".exercise-verdict.later")).to_be_visible()
        else:
            for place in one["answer"].split(","):
                card.locator(".choices button").nth(int(place)).click()
            card.get_by_role("button", name="Check").click()
            expect(card.locator(".exercise-verdict.first")).to_be_visible()
        expect(card.locator(".proof-lines")).to_be_visible()
        if at < 9:
            card.get_by_role("button", name="Next").click()
    opened.locator("body").press("PageDown")
    expect(opened.locator(".steps-host").get_by_role("heading", name="Convolution")).to_be_visible()
    opened.locator(".steps-host").get_by_role("radio", name="−0.42").check(force=True)
    opened.locator("body").press("PageDown")
    board = opened.locator(".reach-host .board")
    said = opened.locator(".reach-host .told").inner_text()
    board.press("ArrowRight")
    expect(opened.locator(".reach-host .told")).not_to_have_text(said)
    opened.locator("body").press("PageDown")
    expect(opened.locator(".elsewhere .live")).to_contain_text("read off in the app")
