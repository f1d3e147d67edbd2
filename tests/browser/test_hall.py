"""A hall takes part, in real browsers: a projector, its speaker's window, two phones and a remote play a whole question."""

from __future__ import annotations

import json
import re
from functools import partial

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from explorer import lecture
from explorer.hall import Hall, Limits, Memory
from explorer.hall.made import cards
from tests.browser.harness import comes
from tests.browser.test_lecture import ARRIVED
from tests.browser.test_stage import LEAST, LOOKED, LOST, SIZES, SMALL, settled
from tests.conftest import Visit
from tests.hall.desk import served

TOUR = lecture.load()
DEEPER, PARAMETERS, DOTTED = TOUR.find("deeper"), TOUR.find("parameters"), TOUR.find("conv2x-dotted")
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
WIDE = "document.documentElement.scrollWidth <= innerWidth"
TITLE = """() => {
  const title = window.resnetLecture.stage.place.querySelector("h2"), { left, top, height } = title.getBoundingClientRect();
  return [left, top, height].map(Math.round).join() + getComputedStyle(title).fontSize;
}"""
SHOWN = """() => [...document.querySelectorAll("body *")].filter((one) => one.checkVisibility() && [...one.childNodes].some((node) =>
  node.nodeType === 3 && node.textContent.trim()) && parseFloat(getComputedStyle(one).fontSize) < 12).map((one) => one.outerHTML.slice(0, 80))"""

BOX = "(one) => { const { x, y, width, height } = one.getBoundingClientRect(); return [x, y, width, height].map(Math.round); }"
BUTTONS = f"() => [...window.resnetLecture.stage.place.querySelectorAll('.card.hall button, .steps button')].map({BOX})"
STEER = f"() => [...document.querySelectorAll('.steer button')].map({BOX})"
KEYED = f"() => [...document.querySelectorAll('[data-key], summary')].map({BOX})"
# How far a histogram's filled bars are from the answer's line, in px, 0 where one stands on it.
# Asked of the page in one step, since the stage draws an answer's votes anew with each that comes: a locator's charts may be gone.
BARS = """() => [...window.resnetLecture.stage.place.querySelectorAll(".verdict .histogram")].map((one) => {
  const line = one.querySelector(".line").getBoundingClientRect(), at = (line.left + line.right) / 2;
  return [...one.querySelectorAll(".fill")].map((bar) => bar.getBoundingClientRect()).filter((bar) => bar.height > 0)
    .map((bar) => (bar.left <= at && at <= bar.right ? 0 : Math.round((bar.left + bar.right) / 2 - at))); })"""
# What stands in the story below the controls, or beside its column, and is cut there.
CUT_OFF = """() => {
  const stage = window.resnetLecture.stage.place.querySelector(".stage"), end = stage.querySelector(".controls").getBoundingClientRect().top;
  const side = stage.getBoundingClientRect().right, cut = ({ bottom, right }) => bottom > end + 1 || right > side + 1;
  return [...stage.querySelectorAll(".verdict, .verdict *")].filter((one) => one.checkVisibility() && cut(one.getBoundingClientRect())).map((one) => one.outerHTML.slice(0, 80));
}"""

ALTS = "all => all.map((one) => one.alt)"
LAST = """() => Math.round(Math.max(...[...document.querySelectorAll("fieldset *, .status")].map((one) => one.getBoundingClientRect().bottom)))"""


def phone(browser, url: str, faults: list[str], **look: object) -> Page:
    opened = browser.new_context(**PHONE | look).new_page()
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    opened.goto(url)
    return opened


def fair(page: Page) -> None:
    """Nothing serious for axe, nothing wider than the phone, nothing smaller than 12 px."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response
    assert [one["id"] for one in found["violations"] if one["impact"] in ("serious", "critical")] == []
    assert page.evaluate(WIDE) and page.evaluate(SHOWN) == []


def answer_by_keyboard(page: Page, steps: int) -> None:
    """From the top of the page to the slider by Tab, and on by arrows; what is heard says the same."""
    slider = page.get_by_role("slider", name=DEEPER.question.ask)
    for _ in range(10):
        page.keyboard.press("Tab")
        if slider.evaluate("one => one === document.activeElement"):
            break
    assert slider.get_attribute("aria-valuetext") == "no answer yet"
    for _ in range(steps):
        page.keyboard.press("ArrowRight")
    said = f"{20 + steps / 2:g} %"
    expect(page.get_by_role("status")).to_contain_text(f"Your answer is counted: {said}")
    assert slider.get_attribute("aria-valuetext") == said


def test_a_whole_question_on_projector_speakers_window_phones_and_remote(visit, browser, server) -> None:
    faults: list[str] = []
    seen = visit("/lecture", TOUR.title, viewport=dict(zip(("width", "height"), SIZES["projector"])), fresh=True)
    beamer, stage = seen.page, seen.page.locator(".stage")
    first, second = join(seen, browser, server.url, faults)
    vote(stage, first)
    answer_by_keyboard(second, 4)
    expect(stage.locator(".hall .count")).to_have_text("2 of 2 answered")
    assert stage.locator(".rounds").count() == 0  # the projector has the count, and nothing of the votes
    sleep(second)
    faults.clear()  # what the browser says of a net that is not there
    with beamer.expect_popup() as opened:
        beamer.keyboard.press("n")
    speaker = opened.value
    asked: list[str] = []
    speaker.on("request", lambda request: asked.append(request.url))
    speak(speaker, stage, first)
    reveal(seen, speaker, first)
    assert asked == []  # no server in between
    way = look_back(speaker, first)
    remote = phone(browser, f"{server.url}/vote/{way}", faults)
    joined(speaker)
    late = phone(browser, f"{server.url}/vote/{way}", [])
    take_over(remote, late)
    tap(seen, remote, first, second)
    take_home(speaker)
    assert faults == []
    leave_and_come_back(seen, speaker, remote, first)
    end(speaker, stage, first, remote)
    another_hall(seen, stage)
    for page in (first, second, remote, late):
        page.context.close()
    speaker.close()


LINKS = "all => all.map((one) => new URL(one.href).searchParams.get('lecture'))"  # a phrase opens its scene live


def test_on_a_phone_every_question_is_answered_in_sight_and_its_reveal_has_its_own_picture(browser) -> None:
    """Nothing is scrolled for the choices or for what is said of the answer. A server of the hall alone: no Streamlit."""
    faults: list[str] = []
    hall = Hall(Memory(Limits()))
    started = hall.start(TOUR.title)
    show = partial(hall.show, started.code, started.token)
    with served(hall) as port:
        page = phone(browser, f"http://127.0.0.1:{port}/vote/{started.code}", faults)
        for scene in TOUR.scenes:
            made = cards(TOUR, scene)
            show(made, False)
            page.get_by_role("heading", name=scene.title, exact=True).wait_for()
            links = page.locator(".prose a").evaluate_all(LINKS)
            assert links == [scene.slug] * len(links) and len(links) == scene.text.count("](?")
            if scene.question is None:
                assert page.locator(".scene img").evaluate_all(ALTS) == [one["words"] for one in made.card["pictures"]]
                continue
            choices = page.locator("fieldset input")
            if scene.question.kind == "number":
                choices.fill("3")
            else:
                choices.nth(1).check(force=True)
            expect(page.get_by_role("status")).to_contain_text("Your answer is counted")
            last = page.evaluate(LAST)
            assert last <= 844 and page.evaluate("scrollY") == 0, f"{scene.slug}: {last}"
            assert page.locator(".scene img").count() == (
                0 if scene.question.kind == "block" else len(made.card["pictures"])
            )
            show(made, True)
            expect(page.locator(".verdict .figure")).to_have_text(made.answer["answer"])
            assert page.locator(".scene img").evaluate_all(ALTS) == [one["words"] for one in made.revealed]
            if scene.question.kind == "choice":  # each bar has its count, as a slider's have
                shares = page.locator(".verdict .bar .of").all_inner_texts()
                assert sorted(shares) == [*["0 %"] * (len(shares) - 1), "1 · 100 %"]
            assert page.evaluate(WIDE)
        page.context.close()
    assert faults == []


def join(seen: Visit, browser, url: str, faults: list[str]) -> tuple[Page, Page]:
    """A session begins; one phone comes by its address, one by typing the code."""
    beamer, stage = seen.page, seen.page.locator(".stage")
    beamer.get_by_role("link", name="Start with votes from phones").click()
    letters = stage.locator(".join .letters")
    letters.wait_for()
    code = letters.inner_text()
    here = f"{url}/vote/{code}"
    assert stage.locator(".join img").get_attribute("alt").endswith(f"/vote/{code}")

    first = phone(browser, here.lower(), faults)
    second = phone(browser, f"{url}/vote", faults, color_scheme="dark")
    second.get_by_label("The code on the screen").fill("zzzzz")  # mistyped: it stands there to be mended
    second.keyboard.press("Enter")
    expect(second.get_by_role("alert")).to_contain_text("No vote has this code")
    expect(second.get_by_label("The code on the screen")).to_have_value("ZZZZZ")
    second.get_by_label("The code on the screen").fill(code.lower())
    second.keyboard.press("Enter")
    for one in (first, second):
        one.get_by_role("heading", name=DEEPER.title).wait_for()
        fair(one)
    expect(stage.locator(".join .count")).to_have_text("2 phones are here")
    for words in (
        "Vote with your phone",
        "with the code",
        "on with the lecture",
    ):  # a hall knows what to do, the lecturer how to go on
        expect(stage.locator(".join")).to_contain_text(words)
    beamer.keyboard.press(
        "PageDown"
    )  # a clicker has no Escape: its first step takes the code away, and reveals nothing
    expect(stage.locator(".join")).to_have_count(0)
    expect(stage.locator(".hall .count")).to_have_text("0 of 2 answered")
    beamer.keyboard.press("v")
    expect(stage.locator(".join")).to_have_count(1)
    beamer.keyboard.press("Escape")
    expect(stage.locator(".join")).to_have_count(0)
    assert "guess" not in beamer.url
    return first, second


def vote(stage: Locator, first: Page) -> None:
    """By keyboard, in two tabs, over a reload: one phone, one vote."""
    answer_by_keyboard(first, 17)
    tab = first.context.new_page()  # another tab of the same phone
    tab.goto(first.url)
    tab.get_by_role("slider").wait_for()
    expect(tab.locator(".said")).to_have_text("28.5 %")  # it knows what the first has said
    tab.get_by_role("slider").fill("16")
    expect(tab.get_by_role("status")).to_contain_text("is counted: 28 %")
    tab.close()
    first.reload()
    expect(first.locator(".said")).to_have_text("28 %")
    expect(stage.locator(".hall .count")).to_have_text("1 of 2 answered")


def sleep(second: Page) -> None:
    """Asleep or out of the net: the answer is kept, and counted as soon as there is one."""
    second.context.set_offline(True)
    second.get_by_role("slider").fill("6")
    expect(second.get_by_role("status")).to_contain_text("Your answer is kept")
    second.context.set_offline(False)
    expect(second.get_by_role("status")).to_contain_text("is counted: 23 %")


def speak(speaker: Page, stage: Locator, first: Page) -> None:
    """The speaker's window: notes, the next scene, the votes as they come; it closes a round and opens another."""
    expect(speaker.locator(".notes")).to_contain_text("Let the hall commit itself")
    expect(speaker.locator(".next")).to_contain_text(TOUR.scenes[1].title)
    expect(speaker.locator(".times")).to_contain_text(re.compile(r"since \d+:\d\d"))  # it may be opened in mid-lecture
    expect(speaker.locator(".count")).to_have_text("2 of 2 answered")
    expect(speaker.locator(".rounds [role=img]")).to_have_attribute(
        "aria-label", "23 %: 1, 28 %: 1. The model says 28.54 %."
    )
    assert "commit itself" not in stage.inner_text()
    assert (
        speaker.locator(".notes .prose button, .notes .prose a").count() == 0
    )  # what a word means opens on the projector's page
    fair(speaker)
    speaker.wait_for_function("document.fonts.size > 1")
    assert {"Drawing Sans", "Drawing Serif"} == set(speaker.evaluate("[...document.fonts].map((one) => one.family)"))
    speaker.get_by_role("button", name="Close the vote").click()
    expect(first.get_by_role("status")).to_have_text("The vote is closed.")
    assert first.get_by_role("slider").is_disabled()
    speaker.get_by_role("button", name="Vote again").click()
    expect(first.locator(".said")).to_have_text("Move the slider")
    first.get_by_role("slider").fill("17")
    expect(first.get_by_role("status")).to_contain_text("is counted: 28.5 %")
    expect(speaker.locator("figcaption").nth(1)).to_have_text("Second vote: 1")


def reveal(seen: Visit, speaker: Page, first: Page) -> None:
    """A reload of the projector goes on steering, the speaker's window finds it again, and both rounds stand beside the answer."""
    beamer, stage = seen.page, seen.page.locator(".stage")
    beamer.reload()
    expect(stage.locator(".hall .count")).to_have_text("1 of 2 answered")
    beamer.wait_for_function(
        LOOKED
    )  # the votes have come after the scene, and their card has another size than the question's
    title = beamer.evaluate(TITLE)
    asked = speaker.evaluate(STEER)
    expect(speaker.get_by_role("button", name="Next")).to_be_disabled()
    speaker.get_by_role("button", name="Reveal").click()
    verdict = stage.locator(".verdict")
    expect(verdict.locator(".answer")).to_have_text("28.54 %")
    expect(speaker.get_by_role("button", name="Reveal")).to_be_disabled()  # a second click never goes on
    expect(speaker.get_by_role("button", name="Next")).to_be_enabled()
    assert len(asked) == 3
    comes(lambda: speaker.evaluate(STEER), asked)  # each button of the steering keeps its place
    expect(verdict.locator("figcaption")).to_have_text(["First vote: 2", "Second vote: 1"])
    expect(verdict.locator(".model").first).to_have_text("✓ 28.54 %")
    expect(verdict.locator(".round").nth(0).locator(".column i")).to_have_text(["1", "1"])  # each bar has its count
    whole(seen)
    comes(lambda: beamer.evaluate(TITLE), title)  # it stays, and the votes stand where the text stood
    expect(stage.locator(".text")).to_be_hidden()
    keep_names(beamer)
    expect(speaker.locator(".card")).to_contain_text("Revealed.")  # and no count, to which none is added
    expect(speaker.locator(".count")).to_have_count(0)
    expect(speaker.locator(".rounds figure")).to_have_count(2)
    expect(first.locator(".verdict")).to_contain_text("You said 28.5 %.")
    fair(first)
    stage.get_by_role("button", name="Back to this scene as it was prepared").click()
    expect(stage.locator(".hall")).to_contain_text("The phones have seen the answer")
    expect(stage.locator(".hall .count")).to_have_count(0)  # a count that nobody can add to
    beamer.keyboard.press("PageDown")
    expect(verdict.locator(".answer")).to_have_text("28.54 %")


def keep_names(beamer: Page) -> None:
    """A page that is zoomed out to fit the window keeps the names of the map's lanes."""
    zoomed = beamer.add_style_tag(content=":root { --stage-zoom: .88 !important }")
    lanes = beamer.locator(".lane-name").count()
    beamer.wait_for_function(
        "[...document.querySelectorAll('*')].some((one) => one.shadowRoot?.querySelector('.canvas')?.currentCSSZoom < 0.9)"
    )
    assert lanes
    expect(beamer.locator(".lane-name:visible")).to_have_count(lanes)
    zoomed.evaluate("one => one.remove()")


def look_back(speaker: Page, first: Page) -> str:
    """A phone that looks back stays there. The address for a remote."""
    speaker.get_by_role("button", name="Next").click()
    first.get_by_role("heading", name=TOUR.scenes[1].title).wait_for()
    expect(first.locator(".status")).to_be_empty()  # what was said of the scene before is over
    first.get_by_role("button", name="Earlier").click()
    first.get_by_role("heading", name=DEEPER.title).wait_for()
    speaker.locator("summary").click()
    speaker.get_by_role("button", name="A phone as the remote").click()
    way = str(speaker.locator("dialog .soft").inner_text().split("/vote/")[1])
    return way


def joined(speaker: Page) -> None:
    """The code that a phone has used goes, and it is said."""
    expect(speaker.locator("dialog").get_by_role("status")).to_contain_text("Joined")
    expect(speaker.locator("dialog img")).to_have_count(0)
    speaker.get_by_role("button", name="Close", exact=True).click()


def take_over(remote: Page, late: Page) -> None:
    """By a code that is good once."""
    expect(remote.locator(".notes")).to_contain_text("Not one parameter more")
    assert "pair" not in remote.url
    fair(remote)
    expect(late.get_by_role("status")).to_contain_text("has been used")


def tap(seen: Visit, remote: Page, first: Page, second: Page) -> None:
    """One tap brings a phone back to the lecture; it answers on the map, and the heat map stands beside the reveal."""
    beamer, verdict = seen.page, seen.page.locator(".stage .verdict")
    beamer.get_by_role("button", name="All scenes (L)").click()
    beamer.get_by_role("link", name=PARAMETERS.title, exact=True).click()
    expect(remote.get_by_role("heading", level=1)).to_have_text(PARAMETERS.title)
    assert first.get_by_role("heading", level=1).inner_text() == DEEPER.title
    first.get_by_role("button", name="A question is open: back to the lecture").click()
    tiles = first.locator(".block .tiles label")
    expect(tiles.first).to_be_visible()
    assert tiles.all_inner_texts()[:5] == ["all", "1", "2", "3", "1"], "the stem, conv2_x, conv3_x …"
    first.get_by_role("radio", name="conv5_1").check(force=True)
    second.get_by_role("radio", name="conv4_3").check(force=True)
    expect(second.get_by_role("status")).to_contain_text("is counted: conv4_3")
    fair(second)
    expect(remote.locator(".count")).to_have_text("2 of 2 answered")
    remote.get_by_role("button", name="Reveal").click()
    expect(verdict.locator(".heat .tile.right")).to_have_text("1")
    assert verdict.locator(".heat .tile").count() == 18
    whole(seen)


def take_home(speaker: Page) -> None:
    """The results, without persons."""
    with speaker.expect_download() as taken:
        speaker.get_by_role("button", name="Results (JSON)").click()
    told = json.loads(taken.value.path().read_text())
    assert [(one["scene"], one["round"], one["votes"]) for one in told["results"]] == [
        ("deeper", 1, 2),
        ("deeper", 2, 1),
        ("parameters", 1, 2),
    ]


def leave_and_come_back(seen: Visit, speaker: Page, remote: Page, first: Page) -> None:
    """The lecture is left by ×: phones, the remote and the speaker's window say so, whose clock stands and which offers only
    what it can do; when the lecture is shown again all go on. A window that is closed has left it too."""
    pauses = first.get_by_role("status").filter(has_text="The lecture pauses")
    expect(pauses).to_have_count(0)
    seen.page.reload()  # which is no end
    seen.page.locator(".joined").wait_for()
    heading = speaker.get_by_role("heading", level=1)
    seen.page.get_by_role("button", name="End the lecture").click()
    expect(heading).to_have_text("The lecture pauses")
    assert speaker.get_by_role("button").all_inner_texts() == ["Results (CSV)", "Results (JSON)", "Close this window"]
    expect(pauses).to_be_visible()
    fair(first)
    expect(remote.get_by_role("heading", level=1)).to_have_text("The lecture pauses")
    took = speaker.locator(".times span").inner_text()
    speaker.wait_for_timeout(1_200)  # of a clock in whole seconds
    assert speaker.locator(".times span").inner_text() == took
    seen.page.get_by_role("link", name="Start on the projector").click()
    for window in (speaker, remote, first):
        expect(window.get_by_role("heading", level=1)).to_have_text(DEEPER.title)
    expect(pauses).to_have_count(0)
    expect(speaker.locator(".card")).to_contain_text("The phones have seen the answer")
    expect(remote.locator(".card")).to_contain_text(
        "The phones have seen the answer"
    )  # as the projector: not revealed there
    expect(remote.get_by_role("button", name="Reveal")).to_be_enabled()


def end(speaker: Page, stage: Locator, first: Page, remote: Page) -> None:
    """The session ends when it is told to, and after a question: phones say so, the bar begins another."""
    speaker.once("dialog", lambda asked: asked.dismiss())
    speaker.get_by_role("button", name="End the votes").click()
    expect(stage.locator(".joined")).to_have_count(1)
    speaker.once("dialog", lambda asked: asked.accept())
    speaker.get_by_role("button", name="End the votes").click()
    expect(first.get_by_role("heading", name="This vote is over")).to_be_visible()
    expect(remote.get_by_role("status")).to_contain_text("The votes have ended, and with them this remote")
    expect(speaker.locator(".card")).to_contain_text("28.54 %")  # who goes on without votes still has the answers
    expect(stage.get_by_role("button", name="Votes from phones (V)")).to_be_visible()


def another_hall(seen: Visit, stage: Locator) -> None:
    """Who starts again from the Lecture page is asked whether the hall of before goes on, or another one begins."""
    letters = stage.locator(".join .letters")
    seen.page.keyboard.press("PageDown")
    stage.locator(".verdict").wait_for()
    seen.page.keyboard.press("PageDown")
    expect(stage.locator("h2")).to_contain_text(TOUR.scenes[1].title)
    stage.get_by_role("button", name="Votes from phones (V)").click()
    code = letters.inner_text()
    seen.page.keyboard.press("Escape")
    seen.page.get_by_role("button", name="End the lecture").click()
    on = seen.page.get_by_role("link", name=f"Go on with the votes {code}")
    expect(on.locator("+ small")).to_contain_text(f"at scene 2, “{TOUR.scenes[1].title}”, as it was left")
    assert (
        len(set(seen.page.locator(".begin").evaluate_all("all => all.map((one) => one.getBoundingClientRect().y)")))
        == 1
    )
    on.click()
    stage.locator(".joined").wait_for()
    expect(stage.locator("h2")).to_contain_text(TOUR.scenes[1].title)
    seen.page.get_by_role("button", name="End the lecture").click()
    seen.page.get_by_role("link", name="Start with votes from phones").click()
    expect(letters).not_to_have_text(code)
    assert len(letters.inner_text()) == len(code)
    seen.page.reload()
    stage.locator(".joined").wait_for()
    seen.page.get_by_role("button", name="End the lecture").click()
    seen.page.once("dialog", lambda asked: asked.accept())
    with seen.runs():
        seen.page.get_by_role("button", name="End them").click()
    expect(seen.page.get_by_role("link", name="Go on with the votes")).to_have_count(0)
    seen.page.get_by_role("link", name="Start on the projector").click()
    seen.page.wait_for_function(ARRIVED, arg=[TOUR.scenes[0].title, False])
    expect(stage.locator(".joined, .hall")).to_have_count(0)  # who has ended the votes starts without them


def test_a_votes_buttons_keep_their_places_through_all_its_states(visit, browser, server) -> None:
    """A pointer that rests on one of them never lies on another, in the projector's window and in the speaker's; a closed vote is
    said in each once; two rounds stand on one scale beside the answer, and of tiles in one table, in whole."""
    faults: list[str] = []
    seen = visit("/lecture", TOUR.title, viewport=dict(zip(("width", "height"), SIZES["projector"])), fresh=True)
    beamer, stage = seen.page, seen.page.locator(".stage")
    beamer.get_by_role("link", name="Start with votes from phones").click()
    stage.locator(".join .letters").wait_for()
    page = phone(browser, f"{server.url}/vote/{stage.locator('.join .letters').inner_text()}", faults)
    beamer.keyboard.press("Escape")
    with beamer.expect_popup() as opened:
        beamer.keyboard.press("n")
    speaker = opened.value
    speaker.set_viewport_size({"width": 1000, "height": 720})
    speaker.wait_for_function("document.fonts.size > 1 && document.fonts.status === 'loaded'")
    states: list[list[list[int]]] = []
    fingers: set[int] = set()
    for number, mark in enumerate((4, 30, 17), 1):
        if number > 1:
            stage.get_by_role("button", name="Vote again").click()
            expect(stage.locator(".standing")).to_contain_text("vote: the")
        states += round_of(seen, speaker, page, mark, ("", "second ", "third ")[number - 1])
        expect(page.locator(".again")).to_have_count(int(number > 1))
        fingers.add(page.get_by_role("slider").evaluate(BOX)[1])
    assert len(fingers) == 1, "a new round moves the slider under a finger"
    expect(stage.get_by_role("button", name="Vote again")).to_be_disabled()
    assert len(states) == 9 and states == [states[0]] * len(states)
    stage.get_by_role("button", name="Reveal", exact=True).click()
    expect(stage.locator(".verdict .round")).to_have_count(3)
    bars = beamer.evaluate(BARS)
    assert bars[0] != bars[1] and all(0 not in one for one in bars[:2])
    whole(seen)
    fair(speaker)
    two_rounds_on_the_map(seen, page)
    stage.get_by_role("button", name="Next scene").focus()
    late = phone(browser, page.url, faults)
    beamer.wait_for_function("() => window.resnetLecture.room.watched.here === 2")
    expect(stage.get_by_role("button", name="Next scene")).to_be_focused()
    late.context.close()
    assert faults == []
    page.context.close()
    speaker.close()


def round_of(seen: Visit, speaker: Page, page: Page, mark: int, which: str) -> list[list[list[int]]]:
    """One answer, and the vote is closed. Where the vote's buttons are in each state, once the scene is fitted, and all of the
    speaker's."""
    beamer, stage = seen.page, seen.page.locator(".stage")
    close, again = (stage.get_by_role("button", name=name) for name in ("Close the vote", "Vote again"))
    states = []

    def look() -> None:
        beamer.wait_for_function(LOOKED)
        states.append([*beamer.evaluate(BUTTONS), *speaker.evaluate(KEYED)])

    expect(again).to_be_disabled()  # a second click on it begins no other
    expect(close).to_be_enabled()
    look()
    page.locator("#slider").fill(str(mark))
    expect(stage.locator(".hall .count")).to_have_text("1 of 1 answered")
    expect(speaker.locator(".count")).to_have_text("1 of 1 answered")
    look()
    close.click()
    for window in (stage.locator(".standing"), speaker.locator(".standing")):
        expect(window).to_contain_text(f"The {which}vote is closed.")
    expect(close).to_be_disabled()
    expect(page.get_by_text("closed")).to_have_count(1)
    look()
    return states


def whole(seen: Visit, name: str = "") -> None:
    """Nothing is too small, covered or cut."""
    for script, arg in ((SMALL, LEAST), (LOST, None), (CUT_OFF, None)):
        assert settled(seen, script, arg) == [], name


def two_rounds_on_the_map(seen: Visit, page: Page) -> None:
    """In one table, whole at both sizes of a projector, and so on the phone."""
    beamer, stage = seen.page, seen.page.locator(".stage")
    beamer.get_by_role("button", name="All scenes (L)").click()
    beamer.get_by_role("link", name=PARAMETERS.title, exact=True).click()
    for number, block in enumerate(("conv5_1", "conv4_3"), 1):
        if number > 1:
            stage.get_by_role("button", name="Vote again").click()
        expect(stage.locator(".hall .count")).to_have_text("0 of 1 answered")
        expect(page.locator(".again")).to_have_count(number - 1)  # else it answers in the round before, which is over
        page.get_by_role("radio", name=block).check(force=True)
        expect(stage.locator(".hall .count")).to_have_text("1 of 1 answered")
    stage.get_by_role("button", name="Reveal", exact=True).click()
    rows = ["1st vote: 1 2nd vote: 1", "conv4_3 0 1", "✓ conv5_1 1 0"]
    for table in (stage.locator(".verdict .chosen"), page.locator(".verdict .chosen")):
        expect(table).to_be_visible()
        expect(table.locator("tr")).to_have_text(rows, use_inner_text=True)  # drawn anew as the last answers come in
    fair(page)
    for name in ("projector", "old projector"):
        beamer.set_viewport_size(dict(zip(("width", "height"), SIZES[name])))
        whole(seen, name)
