"""Feature maps in a real browser, as a student walks through them: draw, change, cover, follow, compare; own weights."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Literal

import pytest
import torch
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from safetensors.torch import save
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from explorer.spec import preset
from tests.benchmarks.bench_payloads import PAYLOADS, repeats, wrong
from tests.browser.harness import BOXES, comes
from tests.conftest import Server, Visit, ended
from tests.weights.checkpoints import filled, saved

SIZES = {"desktop": (1440, 900), "phone": (390, 844)}

# A photo of a camera that has not begun is none. Streamlit begins it a second time, a second after it was drawn: then at
# the width at which it is drawn.
CAMERA_STANDS = """() => [...document.querySelectorAll("[data-testid=stCameraInput] video")].some((one) => {
  const track = one.srcObject?.getVideoTracks()[0], asked = track?.getConstraints().width;
  return one.width === Math.floor(one.parentElement.getBoundingClientRect().width) && (asked?.ideal ?? asked) === one.width
    && track.readyState === "live" && one.readyState >= 2 && one.videoWidth > 0;
})"""


def answers(page: Page) -> list[str]:
    return page.locator(".answer .name").all_inner_texts()


def touched(page: Page, place: list[tuple[float, float]]) -> None:
    """By a finger: from place to place in steps."""
    session = page.context.new_cdp_session(page)
    ways = [(a, b, step / 8) for a, b in pairwise(place) for step in range(1, 9)]
    told = [("Start", place[0]), *(("Move", (a[0] + (b[0] - a[0]) * u, a[1] + (b[1] - a[1]) * u)) for a, b, u in ways)]
    for what, (x, y) in told:
        session.send("Input.dispatchTouchEvent", {"type": f"touch{what}", "touchPoints": [{"x": x, "y": y}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    session.detach()


def drawn(page: Page, on: str, points: list[tuple[float, float]]) -> None:
    """A stroke over an element, in parts of its sides; by a finger where there is a touchscreen. An answer that comes meanwhile
    would move the element away from under it."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    page.locator(on).scroll_into_view_if_needed()
    box = page.locator(on).bounding_box()
    assert box
    place = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    if page.evaluate("navigator.maxTouchPoints"):
        return touched(page, place)
    page.mouse.move(*place[0])
    page.mouse.down()
    for x, y in place[1:]:
        page.mouse.move(x, y, steps=8)
    page.mouse.up()


def says(page: Page, name: str) -> None:
    page.wait_for_function(f"[...document.querySelectorAll('.answer .name')][0]?.textContent === '{name}'")


def watch_on_the_map(seen: Visit) -> None:
    """To the walk of what was drawn, and back to it."""
    seen.page.get_by_role("link", name="Watch it go through the map").click()
    expect(
        seen.page.locator(".walk-bar .main")
    ).to_be_focused()  # once its pictures are there it begins, and hears of keys
    assert "walk=net" in seen.page.url and "digit=draw" in seen.page.url and "ResNet-20" in seen.built()
    seen.page.keyboard.press("End")
    expect(seen.page.locator(".walk-words h3")).to_have_text("It says: 7")  # what was drawn has come along
    seen.page.go_back()
    seen.settle("Inside a block")
    says(seen.page, "7")
    own = seen.page.get_by_text("Yours, as it was")
    expect(own).to_be_visible()
    undo, another = (seen.page.get_by_role("button", name=name) for name in ("Undo", "Draw another"))
    if seen.page.evaluate("navigator.maxTouchPoints"):  # a finger that begins on it scrolls the page
        drawn(seen.page, "canvas.pad", [(0.5, 0.8), (0.5, 0.1)])
        expect(undo).to_be_disabled()
        another.tap()
        seen.page.get_by_text("Draw a digit, from 0 to 9").wait_for()
    else:
        drawn(seen.page, "canvas.pad", [(0.5, 0.15), (0.5, 0.85)])
        says(seen.page, "1")
    undo.click()  # and one's own is back
    says(seen.page, "7")
    expect(own).to_be_visible()


def draw_over_the_sample(page: Page) -> None:
    """The digit that stands there makes way for one's own, which is said as long as it stands."""
    hint = page.get_by_text("Draw your own over it")
    expect(hint).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    drawn(page, "canvas.pad", [(0.5, 0.15), (0.5, 0.85)])
    says(page, "1")
    expect(hint).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    says(page, "7")
    expect(hint).to_be_visible()
    drawn(page, "canvas.pad", [(0.5, 0.15), (0.5, 0.85)])
    says(page, "1")


def clear(page: Page) -> None:
    """The pad is empty; that can be taken back, too."""
    for again in (True, False):
        page.get_by_role("button", name="Clear").click()
        page.get_by_text("Draw a digit, from 0 to 9").wait_for()
        if again:
            page.get_by_role("button", name="Undo").click()
            says(page, "1")


@pytest.mark.parametrize("size", SIZES)
def test_a_student_draws_a_seven_and_finds_out(visit, size: str) -> None:
    """The whole story at one page load: the answer, undo and clear, a covered part, a block off, zeros on the wrong side."""
    viewport, device = dict(zip(("width", "height"), SIZES[size], strict=True)), {"has_touch": True}
    seen = visit("/feature_maps", "Inside a block", viewport=viewport, **(device if size == "phone" else {}))
    page = seen.page
    assert "ResNet-20" in seen.built() and "1×1×28×28" in seen.built(), "the header names the net that looks"
    says(page, "7")  # it starts with a digit of the test set
    draw_over_the_sample(page)
    said = page.locator(".st-key-look-said")  # beside the pad, where the bars are below the window
    expect(said).to_contain_text("It says 1") if size == "phone" else expect(said).to_be_hidden()
    clear(page)
    drawn(page, "canvas.pad", [(0.3, 0.2), (0.7, 0.2), (0.45, 0.85)])
    says(page, "7")
    drawn(page, "canvas.pad", [(0.35, 0.5), (0.65, 0.52)])
    page.get_by_role("button", name="Undo").click()
    says(page, "7")
    page.get_by_text(re.compile(r"conv\d_\d+ adds most")).first.wait_for()

    page.get_by_text("The shortcut carries x past the block’s layers, unchanged").first.wait_for()

    watch_on_the_map(seen)

    cover_a_part(page, size == "phone")

    page.get_by_text("shortcuts led to the wrong channels?").click()
    seen_there: Literal["visible", "attached"] = "attached" if size == "phone" else "visible"
    page.locator(".lead", has_text="With shortcuts to the wrong channels it").wait_for(state=seen_there)
    assert "zeros=true" in page.url
    page.get_by_text("shortcuts led to the wrong channels?").click()
    expect(page.get_by_text("With shortcuts to the wrong channels it")).to_have_count(0)
    seen.settle()
    page.locator(".st-key-off input").click()
    seen.choose("conv2_1")
    page.locator(".lead", has_text=re.compile("With conv2_1 adding nothing it (now|still) says")).wait_for(
        state=seen_there
    )
    assert "off=layer1.0" in page.url
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Watch the unchanged net on the map").wait_for()


# How far the picture that is covered stands below the answers.
BELOW = """() => {
  const found = (part) => [document, ...[...document.querySelectorAll("*")].map((one) => one.shadowRoot).filter(Boolean)].map((root) => root.querySelector(part)).find(Boolean);
  return Math.round(found(".cover").getBoundingClientRect().top - found(".answers").getBoundingClientRect().top);
}"""


def cover_a_part(page: Page, phone: bool) -> None:
    """By a drag and by keyboard. A finger scrolls the page, but for one drag after the button; what is said then leaves the
    picture and its buttons where they are."""
    uncover, stripe = page.get_by_role("button", name="Uncover"), [(0.1, 0.05), (0.9, 0.42)]
    line = page.locator(".lead", has_text="With a part of the picture covered it now says")
    under, place = page.locator(".st-key-look-under .says"), 0.0
    if phone:
        drawn(page, ".cover", [(0.5, 0.9), (0.55, 0.2)])
        expect(uncover).to_be_disabled()
        page.get_by_role("button", name="Cover a part").tap()
        expect(
            page.get_by_role("button", name="Drag over the picture")
        ).to_be_visible()  # a tap is a click when the finger has gone
        page.locator(".st-key-look-answer .answers").scroll_into_view_if_needed()
        place = page.evaluate(BELOW)
    else:
        expect(page.get_by_role("button", name="Cover a part")).to_be_hidden()
    drawn(page, ".cover", stripe)
    if phone:
        expect(under).to_contain_text("Now it says")
        comes(lambda: page.evaluate(BELOW), place)
        expect(page.get_by_role("button", name="Cover another part")).to_be_visible()
    else:
        line.wait_for()
        expect(under).to_be_hidden()
    uncover.click()
    expect(line).to_have_count(0)
    page.locator(".cover").focus()
    page.keyboard.press("ArrowUp")
    page.locator(".lead", has_text="With a part of the picture covered").wait_for(
        state="attached" if phone else "visible"
    )
    expect(under).to_be_visible(visible=phone)
    page.keyboard.press("Escape")


def cat() -> bytes:
    """A drawing that is no digit: a dark body on light paper, with two eyes."""
    picture, held = Image.new("RGB", (60, 60), (250, 245, 230)), io.BytesIO()
    for box, colour in (
        ((15, 20, 45, 50), (200, 120, 40)),
        ((20, 25, 24, 29), (0, 0, 0)),
        ((36, 25, 40, 29), (0, 0, 0)),
    ):
        picture.paste(colour, box)
    picture.save(held, "PNG")
    return held.getvalue()


def test_an_answer_says_what_it_rests_on_where_a_net_knows_nothing_of_the_picture(visit) -> None:
    """A photo given to a net of digits, here and on the map; a net that has learned nothing."""
    seen = visit("/feature_maps?digit=upload", "What does it see?", viewport={"width": 390, "height": 844})
    page, known = seen.page, "It knows the ten digits and nothing else."
    page.locator("input[type=file]").set_input_files({"name": "cat.png", "mimeType": "image/png", "buffer": cat()})
    page.locator(".st-key-look-answer").get_by_text(known).wait_for()
    seen.still()  # the rows below are drawn anew with the answer
    page.locator("button.mark", has_text="recorded").click()
    expect(page.locator(".proof-card:popover-open")).to_contain_text("measured earlier")
    page.keyboard.press("Escape")
    key, first = page.locator(".look .key").first, page.locator(".look .sheet").first
    assert key.bounding_box()["y"] < first.bounding_box()["y"], "what the colours mean is said before the rows"
    sides = [width for _, _, width, _ in page.evaluate(BOXES, ".group.through .tile")]
    assert min(sides) >= 28, "the smallest map is large enough to be seen"
    expect(page.locator(".group.through .row").last.locator(".larger")).to_contain_text("× larger")
    expect(page.locator(".group.through .row").first.locator(".larger")).to_be_hidden()
    page.get_by_role("link", name="Watch it go through the map").click()
    expect(page.locator(".walk-told")).to_contain_text(known)
    page.get_by_role("radio", name="Camera").click()  # where there is no picture yet
    expect(page.locator(".panel h3", has_text="Choose a picture")).to_be_in_viewport()
    seen.follow("/feature_maps?who=net&depth=18", "Untrained: random weights")
    expect(page.locator(".st-key-look-said")).to_contain_text("It is untrained, so it guesses")


def a_part_ran(frame: bytes | str) -> bool:
    """A part of the page was drawn by itself: the rest is neither made nor sent again."""
    return ended(frame) == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY


def test_a_unit_is_pointed_at_followed_on_and_let_go(visit) -> None:
    seen = visit("/feature_maps", "Inside a block")
    page = seen.page
    sheet, told = page.locator(".sheet").nth(1), page.locator(".look .told").first
    sheet.scroll_into_view_if_needed()
    sheet.locator(".tile").nth(2).hover(position={"x": 20, "y": 20})
    told.filter(has_text=re.compile(r"conv2_x, channel \d+, row \d+, column \d+: sees \d+×\d+ pixels")).wait_for()
    expect(page.locator(".look .square").first).to_be_visible()
    sheet.focus()
    page.keyboard.press("ArrowRight")
    told.filter(has_text="row 14, column 15: sees 15×15 pixels of the picture").wait_for()
    page.keyboard.press("Enter")
    page.get_by_text(re.compile(r"conv2_x, channel \d+: \d+\.\d\d\. 6 blocks add to it, conv\d_\d+ most")).wait_for()
    marks = page.evaluate(
        """() => [...document.querySelectorAll('[data-testid=stBidiComponentRegular], [data-testid^=stBidi]')]
        .flatMap((one) => [...(one.shadowRoot ?? one).querySelectorAll('.at')]).length"""
    )
    assert page.locator(".at").count() == 3 * 14 or marks == 3 * 14, "its place in this row's maps and in the later two"
    page.keyboard.press("Escape")
    expect(page.get_by_text(re.compile("blocks add to it"))).to_have_count(0)
    page.locator(".sheet").nth(3).focus()
    page.keyboard.press("Enter")
    page.get_by_text("This was the last block").wait_for()
    expect(page.get_by_text("The unit’s own number, on this picture.")).to_contain_text("measured")
    page.keyboard.press("Escape")

    for name, shown in (("inside conv3_x", "conv3_3"), ("in order", "conv3_3")):
        with seen.socket.expect_event("framereceived", a_part_ran):
            page.get_by_role("radio", name=name).click()
        page.locator("figcaption", has_text=shown).first.wait_for()
    page.locator('.tile[title="channel 0"]').first.wait_for()
    page.get_by_text("Together with the plain net of 20 layers").click()
    page.get_by_text("The plain net of 20 layers: 7").wait_for()
    page.get_by_text("How large are the responses?").click()
    page.get_by_text("A layer’s responses on average: residual, 20 layers").wait_for()
    page.get_by_role("radio", name="digits: plain, 56").click()
    page.get_by_text("nothing is added").wait_for()
    assert "who=plain-56" in page.url and "rows=conv3_x" in page.url


def test_a_finger_on_a_low_row_sees_what_the_unit_sees(visit) -> None:
    """The picture stays in sight below the app's bar, and the row that is touched is not behind it."""
    seen = visit("/feature_maps", "Inside a block", viewport={"width": 390, "height": 844})
    page = seen.page
    row = page.locator(".look.look:not(.slim) .sheet").nth(3)  # the last stage
    row.evaluate("one => one.scrollIntoView({block: 'center'})")
    row.locator(".tile").first.hover()
    told = page.locator(".look .told").first
    expect(told).to_contain_text("conv4_x")
    bar, box = (page.get_by_test_id("stHeader").bounding_box(), told.bounding_box())
    assert box["y"] >= bar["y"] + bar["height"] and box["y"] + box["height"] < row.bounding_box()["y"]


def test_the_sidebars_net_looks_untrained_with_no_network_and_with_a_visitors_weights(visit, tmp_path: Path) -> None:
    seen = visit("/feature_maps?who=net&depth=18&picture=coffee", "Untrained: random weights")
    page = seen.page
    expect(page.locator(".sheet")).to_have_count(5 + 4)
    assert seen.built().startswith("ResNet-18")
    page.get_by_role("radio", name="your file").click()
    own = page.locator("input[type=file]").first
    wrong = tmp_path / "wrong.safetensors"
    wrong.write_bytes(b"\x10\0\0\0\0\0\0\0{}")
    own.set_input_files(wrong)
    page.get_by_text("file='wrong.safetensors'").wait_for()
    net = filled(replace(preset("resnet20_cifar"), stages=(1, 1, 1)))
    page.get_by_role("button", name=re.compile("Remove|Delete|Clear")).first.click()
    page.get_by_text("file='wrong.safetensors'").wait_for(state="hidden")
    own.set_input_files(saved(net.state_dict(), tmp_path / "mine.safetensors"))
    page.get_by_text("Weights of 'mine.safetensors'").wait_for()
    assert "basic [1,1,1]" in seen.settle().built() and "1×3×32×32" in seen.built()
    expect(page.get_by_role("radio", name="34", exact=True)).to_be_hidden()  # the file decides the net
    expect(page.get_by_label("Classes")).to_be_hidden()
    seen.follow("/?net=resnet8_cifar&walk=net")
    page.locator(".walk-told", has_text="mine.safetensors").wait_for()


# A press on a segmented control, as the browser sees it: an attribute changes, something comes, something goes.
CHANGED = """() => new Promise((done) => {
  const new_one = document.createElement("button"), frame = (then) => requestAnimationFrame(() => setTimeout(then));
  document.querySelector(".stMain .stVerticalBlock").append(new_one);
  frame(() => { new_one.toggleAttribute("data-selected"); frame(() => { new_one.remove(); frame(done); }); });
})"""


def test_a_change_works_out_the_look_of_what_changed(browser: Browser, visit) -> None:
    """And not of the whole page again: `test_inside` has the rule that this holds our stylesheets, and Streamlit's, to."""
    page = visit("/feature_maps", "Inside a block").still().page
    session, told, ended = browser.new_browser_cdp_session(), [], []
    session.on("Tracing.dataCollected", lambda some: told.extend(some["value"]))
    session.on("Tracing.tracingComplete", lambda _: ended.append(True))
    session.send(
        "Tracing.start",
        {"traceConfig": {"includedCategories": ["devtools.timeline"]}, "transferMode": "ReportEvents"},
    )
    page.evaluate(CHANGED)
    session.send("Tracing.end")
    while not ended:
        page.wait_for_timeout(20)
    session.detach()
    changed = [
        one["args"]["elementCount"]
        for one in told
        if one["name"] == "UpdateLayoutTree" and "elementCount" in one["args"]
    ]
    assert page.locator("*").count() > 600
    assert changed and max(changed) < 60, changed


def test_nothing_of_an_upload_is_markup(visit) -> None:
    """The names of weights and of a picture, and of the tensors inside; all payloads in every place:
    `python -m tests.benchmarks.bench_payloads`."""
    net = "/feature_maps?net=resnet8_cifar&who=net"
    seen = visit(f"{net}&weights=file", "Your net’s weights")
    own = seen.page.locator("input[type=file]").first
    strange = save({payload: torch.zeros(1) for payload in PAYLOADS})
    with seen.runs():
        own.set_input_files(
            {"name": f"{PAYLOADS[0]}.safetensors", "mimeType": "application/octet-stream", "buffer": strange}
        )
    assert wrong(seen.settle()) == [] and repeats(seen, PAYLOADS[0])
    seen.follow(f"{net}&picture=upload", "params")
    with seen.runs():
        seen.page.locator("input[type=file]").first.set_input_files(
            {"name": f"{PAYLOADS[2]}.png", "mimeType": "image/png", "buffer": b"%PDF-1.7"}
        )
    assert wrong(seen.settle()) == []


def test_the_camera_takes_a_picture_that_looks(whole_browser: Browser, server: Server) -> None:
    seen = Visit(whole_browser, server.url, permissions=["camera"])
    seen.goto("/feature_maps?digit=camera", "What does it see?")
    seen.page.wait_for_function(CAMERA_STANDS)
    seen.page.get_by_role("button", name="Take Photo").click()
    seen.page.locator(".cover img.pixels").wait_for()
    seen.settle("Inside a block")
    assert answers(seen.page), "whatever the net takes it for"
    seen.check()


def test_an_unknown_choice_in_a_link_is_named(visit) -> None:
    page = visit("/feature_maps?who=everybody&off=layer1.0,layer9.9", "choose one of residual-20").page
    expect(page.get_by_text("who='everybody'")).not_to_have_count(0)
    page.get_by_text("off='layer9.9'").wait_for()
    page.get_by_text(re.compile("With conv2_1 adding nothing it (now|still) says")).wait_for()
