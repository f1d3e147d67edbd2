"""Lecture mode in a real browser: the whole tour by keyboard, links, hide flags, files with mistakes, a lost server."""

from __future__ import annotations

import io
import json
import os
import re
from urllib.parse import parse_qs, parse_qsl, urlsplit

from playwright.sync_api import Page, TimeoutError, expect
from pptx import Presentation

from explorer import lecture
from explorer.lecture.load import known_pages
from explorer.lecture.scene import Scene
from explorer.spec import naming
from explorer.tell.on_page import OF_NO_MODEL
from explorer.web.plain import JOINT
from tests.browser.harness import comes
from tests.conftest import Server, Visit

TOUR = lecture.load()
STEPS = [(scene, revealed) for scene in TOUR.scenes for revealed in ((False, True) if scene.question else (False,))]
USUAL = {
    "depth": "50",
    "who": "residual-20",
    "equal": "width",
    "place": "solid",
    "outer": "256",
    "experiment": "degradation",
    "times": "true",
}
LOOKS = {"feature_maps": "ResNet-20 (CIFAR)"}  # there the header names the net that looks, not the sidebar's
PROJECTOR, PHONE = {"width": 1280, "height": 720}, {"width": 390, "height": 844}
ARRIVED = """([title, revealed]) => {
  const stage = window.resnetLecture?.stage?.place.querySelector(".stage");
  return stage?.isConnected && stage.querySelector("h2").textContent.includes(title) && Boolean(stage.querySelector(".verdict")) === revealed;
}"""


def told(text: str) -> re.Pattern[str]:
    """A message as it stands on the page, where `plain` puts invisible joints into it."""
    return re.compile(f"{JOINT}?".join(map(re.escape, text)))


def state(url: str) -> dict[str, str]:
    """A URL's page parameters; what stands at its default is left out by the app."""
    found = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    return {key: value for key, value in found.items() if key not in lecture.OWN and USUAL.get(key) != value}


def arrive(seen: Visit, scene: lecture.Scene, revealed: bool = False) -> None:
    """Wait until a scene stands, and hold everything about its state."""
    seen.page.wait_for_function(ARRIVED, arg=[scene.title, revealed])
    seen.settle()
    wanted = state(f"?{lecture.address('x', scene.params(revealed)).partition('?')[2]}")
    comes(
        lambda: state(seen.page.evaluate("location.href")), wanted
    )  # what a click of before brings along is put right when all is quiet
    url = urlsplit(seen.page.url)
    assert url.path.strip("/") == ("" if scene.page == lecture.HOME else scene.page)
    assert parse_qs(url.query)["lecture"] == [scene.slug] and ("guess" in parse_qs(url.query)) is revealed
    chosen = lecture.Scene(
        "x", "x", scene.page, "", state=lecture.address("x", scene.params(revealed)).partition("?")[2]
    ).chosen
    if scene.page in OF_NO_MODEL:  # its header names none
        expect(seen.page.locator(".built")).to_have_count(0)
        return
    shown = LOOKS.get(scene.page, naming.title(chosen.spec))
    seen.page.locator(".built b", has_text=re.compile(f"^{re.escape(shown)}$")).wait_for(state="attached")


def onward(page: Page, scene: Scene, key: str = "PageDown") -> None:
    """From this scene's last state to the next scene."""
    to_its_end(page, scene, key)
    page.keyboard.press(key)


def to_its_end(page: Page, scene: Scene, key: str = "PageDown") -> None:
    """The steps that a scene has of its own: a walk is started, and sent past the first ⊕; of a scene of steps each phrase is
    pressed that does not hold yet."""
    if scene.steps:
        phrases = page.locator(".stage .text [data-drive]")
        held = phrases.evaluate_all("all => all.findLastIndex((one) => one.ariaPressed === 'true')")
        for at in range(held + 1, phrases.count()):
            page.keyboard.press(key)
            expect(phrases.nth(at)).to_have_attribute("aria-pressed", "true")
    if "walk" in scene.params():
        page.locator(".walk-alone.steps-on").wait_for()
        page.keyboard.press(key)
        page.keyboard.press(key)


def walk(seen: Visit, key: str, each) -> None:
    for order, (scene, revealed) in enumerate(STEPS):
        if order:
            onward(seen.page, STEPS[order - 1][0], key)
        arrive(seen, scene, revealed)
        each(scene)


def test_the_whole_tour_on_a_phone(visit) -> None:
    seen = visit(TOUR.scenes[0].address, viewport=PHONE, has_touch=True, is_mobile=True)

    def each(scene: lecture.Scene) -> None:
        seen.check()
        if scene.question:  # asked once: the page's own question makes way
            expect(seen.page.locator('[class*="st-key-guess-"]:visible')).to_have_count(0)

    walk(seen, "ArrowRight", each)
    swipe(seen, 120, 320)
    arrive(seen, TOUR.scenes[-2], revealed=True)  # as it was left
    swipe(seen, 320, 120)
    arrive(seen, TOUR.scenes[-1])
    seen.goto(TOUR.scenes[-2].address)
    arrive(seen, TOUR.scenes[-2])
    swipe(seen, 320, 120)  # an open question: the first swipe reveals
    arrive(seen, TOUR.scenes[-2], revealed=True)


def swipe(seen: Visit, start: int, end: int) -> None:
    seen.page.evaluate("scrollTo(0, 0)")
    session = seen.context.new_cdp_session(seen.page)
    for kind, x in (("touchStart", start), ("touchMove", (start + end) / 2), ("touchMove", end), ("touchEnd", None)):
        session.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [] if x is None else [{"x": x, "y": 150}]}
        )


def test_guesses_are_revealed_against_the_model(visit) -> None:
    seen = visit("/?lecture=bottleneck", "two arithmetics")  # the short link: it opens the scene's own page
    bottleneck, parameters = TOUR.find("bottleneck"), TOUR.find("parameters")
    arrive(seen, bottleneck)
    slider = seen.page.get_by_label(bottleneck.question.ask).get_by_role("slider")
    slider.fill("4")
    seen.page.get_by_role("button", name="Reveal", exact=True).click()
    arrive(seen, bottleneck, revealed=True)
    card = seen.page.locator(".verdict")
    assert card.locator(".answer").inner_text() == "17 times" and "4.2 times too little" in card.inner_text()
    seen.page.get_by_label("All scenes (L)").click()
    seen.page.get_by_role("link", name=parameters.title, exact=True).click()
    arrive(seen, parameters)
    seen.page.locator('[data-id="layer3.0"]').first.click()
    seen.page.wait_for_url("**node=layer3.0**")
    seen.page.keyboard.press("PageDown")
    arrive(seen, parameters, revealed=True)
    assert "You clicked conv4_1: no." in seen.page.locator(".verdict").inner_text()
    assert parse_qs(urlsplit(seen.page.url).query)["node"] == ["layer4.0"]


def test_the_text_drives_the_picture_and_the_way_back(visit) -> None:
    scene = TOUR.find("solid-and-dotted")
    seen = visit(scene.address, scene.title)
    phrase = seen.page.get_by_role("button", name="conv4_x", exact=True)
    phrase.click()
    seen.page.wait_for_url("**node=layer3.0**")
    seen.page.get_by_text("Why dotted?").first.wait_for()
    expect(phrase).to_have_attribute("aria-pressed", "true")
    seen.page.get_by_test_id("stTopNav").get_by_role("link", name="Shapes").click()  # wandering off: the bar stays
    seen.page.wait_for_url("**/shapes**")
    seen.settle("What happens to a picture?")
    assert parse_qs(urlsplit(seen.page.url).query)["lecture"] == [scene.slug]
    seen.page.get_by_label("Back to this scene as it was prepared").click()
    arrive(seen, scene)
    seen.page.keyboard.press("q")
    assert seen.page.locator(".code img").get_attribute("src").startswith("data:image/svg+xml")
    seen.page.keyboard.press("Escape")
    assert not seen.page.get_by_label("On (→, PageDown)").is_disabled(), "its phrases come first"
    seen.page.get_by_label("All scenes (L)").click()
    seen.page.get_by_role("link", name=TOUR.scenes[-1].title, exact=True).click()
    arrive(seen, TOUR.scenes[-1])
    assert seen.page.get_by_label("This is the last scene").is_disabled(), "the arrow says where the end is"
    seen.page.get_by_label("All scenes (L)").click()
    seen.page.get_by_role("link", name=scene.title, exact=True).click()
    arrive(seen, scene)
    seen.page.keyboard.press("n")
    assert "Fig. 3" in seen.page.locator(".notes").inner_text()
    seen.page.get_by_label("End the lecture").click()
    seen.page.wait_for_url("**/lecture")


def test_a_click_in_the_last_instant_does_not_come_along(visit) -> None:
    """The map's answer to a click may arrive after the next scene was asked for."""
    seen = visit(TOUR.find("parameters").address, "Where the parameters are")
    for key, slug, block in (("PageUp", "five-depths", "layer2.0"), ("PageUp", "conv2x-dotted", "layer3.0")):
        seen.page.locator(f'[data-id="{block}"]').first.click()
        seen.page.keyboard.press(key)
        seen.page.wait_for_function(ARRIVED, arg=[TOUR.find(slug).title, False])
        seen.page.wait_for_timeout(600)
        seen.page.wait_for_function("() => !location.search.includes('node=')")
        arrive(seen, TOUR.find(slug))
        assert seen.page.locator(".map-root :focus").count() == 0, "a ring around a tile that nothing is said of"


STATES = {
    "blocks": "outer=128&equal=cost&place=dotted",
    "shapes": "depth=101&input=97x131",
    "cost": "depth=other&model=wide_resnet50_2",
    "timing": "view=race&one=resnet18",
    "compare": "depth=101&stride_on=1x1",
    "why_residual": "experiment=lesion&reveal=true",
    "paper": "table=errors",
    "feature_maps": "depth=18",
    "catalogue": "find=resnext",
    "identify": "depth=18",
    "machines": "depth=18",
    "lecture": "depth=18",
    "practice": "depth=18&seed=v2-7&topics=shapes,params&q=2",
    "sheet": "depth=34&dtype=bf16&optimizer=Adam",
    "architecture": "depth=34&shortcut=A&node=layer2.0",  # last: what is selected goes along to other pages
}
OF_THEIR_OWN = {"explain"}  # the model's header, and the link in it, is away there: the address bar has the step
SHOWN = """() => [document.querySelector(".built")?.textContent ?? "",
  ...[...document.querySelectorAll('.stMain [aria-checked="true"], [data-testid="stSidebar"] [aria-checked="true"]')].map((one) => one.textContent),
  ...[...document.querySelectorAll('.stMain .stNumberInput input')].map((one) => one.value)]"""


def test_every_pages_link_opens_the_same_state_elsewhere(visit) -> None:
    """Open a state, copy its link from the popover, open that in a browser that has never been here."""
    assert set(STATES) | OF_THEIR_OWN == set(known_pages())
    seen, other = visit("/"), visit("/", fresh=True)
    for page, wanted in STATES.items():
        seen.follow("/" + ("" if page == lecture.HOME else page) + f"?{wanted}")
        seen.page.locator(".st-key-share button").click()
        code = seen.page.locator(".st-key-share-link [data-testid=stCode]")
        code.wait_for()
        seen.settle().still()
        before = json.dumps(seen.page.evaluate(SHOWN), separators=(",", ":"), ensure_ascii=False)
        expect(seen.page.get_by_role("img", name="QR code")).to_be_visible()
        expect(seen.page.locator(".st-key-share-link").get_by_role("button", name="Copy to clipboard")).to_be_visible()
        copied = urlsplit(code.inner_text().strip())
        other.goto(f"{copied.path}?{copied.query}")
        other.page.locator(".st-key-built").wait_for(state="attached")
        try:
            other.page.wait_for_function(f"before => JSON.stringify(({SHOWN})()) === before", arg=before)
        except TimeoutError:
            raise AssertionError(f"{page}: {before} became {other.page.evaluate(SHOWN)}") from None
        comes(lambda: state(other.page.url), state(f"?{wanted}"))


def test_hide_flags_and_an_iframe(visit, server: Server) -> None:
    seen = visit("/blocks?hide=sidebar,nav,header,place,lead")
    seen.page.locator(".st-key-equal").wait_for()
    for gone in ('[data-testid="stSidebar"]', '[data-testid="stTopNav"]', ".st-key-built", ".st-key-place", ".lead"):
        expect(seen.page.locator(f"{gone}:visible")).to_have_count(0)
    seen.page.set_content(
        f'<iframe src="{server.url}/blocks?equal=cost&embed=true&hide=sidebar" width="900" height="600"></iframe>'
    )
    frame = seen.page.frame_locator("iframe")
    frame.get_by_text("At nearly the same cost").wait_for()
    for gone in ("stSidebar", "stHeader"):
        expect(frame.locator(f'[data-testid="{gone}"]:visible')).to_have_count(0)
    seen.page.goto(f"{server.url}/")  # the fixture checks a page of the app


def test_a_lecture_of_ones_own(visit, tmp_path) -> None:
    """A file with a mistake says where; the mended one runs."""
    seen = visit("/lecture", TOUR.title)
    broken = 'title = "My hour"\n[[scene]]\ntitle = "Mine"\npage = "blokcs"\ntext = "Hello."\n'
    file = seen.page.locator('input[type="file"]')
    file.set_input_files({"name": "mine.toml", "mimeType": "text/plain", "buffer": broken.encode()})
    seen.page.get_by_text(told("line 4: page='blokcs': choose one of")).wait_for()
    file.set_input_files(
        {"name": "mine.toml", "mimeType": "text/plain", "buffer": broken.replace("blokcs", "blocks").encode()}
    )
    seen.page.get_by_role("heading", name="My hour").wait_for()
    taken = {}
    for button in ("Save as one file (HTML)", "Slides (PowerPoint)", "Handout (HTML)"):
        with seen.page.expect_download() as download:
            seen.page.get_by_role("button", name=button).click()
        taken[download.value.suggested_filename] = download.value.path().read_bytes()
    assert {name.partition(".")[0] for name in taken} == {"mine", "mine-handout"} and len(taken) == 3
    (saved,) = [text for text in taken.values() if b'id="plotly"' in text]
    assert b"<title>My hour</title>" in saved
    (slides,) = [Presentation(io.BytesIO(data)) for name, data in taken.items() if name.endswith(".pptx")]
    assert [slide.shapes.title.text for slide in slides.slides] == ["My hour", "1  Mine"]
    seen.page.get_by_role("link", name="Start", exact=True).click()
    seen.page.wait_for_function(ARRIVED, arg=["Mine", False])
    seen.goto("/lecture", TOUR.title)
    with seen.page.expect_download() as download:
        seen.page.get_by_role("button", name="Handout").click()
    assert "<h2>Answers</h2>" in download.value.path().read_text(encoding="utf-8")


def test_a_broken_file_and_a_lost_server(browser, tmp_path) -> None:
    """EXPLORER_LECTURE with a mistake says so with its line; mended, it runs; the server's end loses neither scene nor key."""
    text, path = lecture.DEFAULT.read_text(encoding="utf-8"), tmp_path / "hall.toml"
    path.write_text(text.replace('state = "depth=18"', 'state = "depth=151"'), encoding="utf-8")
    line = text.split('state = "depth=18"')[0].count("\n") + 1
    own = Server(tmp_path, env={**os.environ, "EXPLORER_LECTURE": str(path)})
    seen = Visit(browser, own.url, viewport=PROJECTOR)
    asked, after = TOUR.find("conv2x-dotted"), TOUR.find("five-depths")
    try:
        seen.goto("/?lecture=deeper", told(f"line {line}: depth='151': choose one of"))
        path.write_text(text, encoding="utf-8")
        seen.goto("/?lecture=none", "has no such scene").check()
        params = asked.params(revealed=True) | {"lecture": asked.slug, "guess": "13", "present": "1"}
        seen.goto(lecture.address(asked.page, params), asked.title)
        arrive(seen, asked, revealed=True)
        lose(seen, own)
        own.start()
        seen.page.wait_for_selector('[data-test-connection-state="CONNECTED"]', timeout=60_000)
        arrive(seen, asked, revealed=True)
        lose(seen, own)
        seen.page.keyboard.press("PageDown")
        seen.page.get_by_text("The server cannot be reached").wait_for()
        own.start()
        seen.page.wait_for_selector(
            '[data-test-connection-state="CONNECTED"]', timeout=60_000
        )  # it asks less and less often
        arrive(seen, after)
    finally:
        own.stop()
        seen.context.close()


def lose(seen: Visit, own: Server) -> None:
    own.stop()
    seen.page.wait_for_selector('[data-test-connection-state="PINGING_SERVER"]')
    assert not seen.page.get_by_role("dialog").is_visible()  # Streamlit's advice for developers is not for the hall
