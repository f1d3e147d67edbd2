"""The path, walked by a beginner: on a phone by touch and keyboard through all ten steps, and on a desk by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from explorer.tell.path import texts
from tests.browser.harness import BOXES
from tests.browser.test_every_page import BARE, FIGURE, MAY_STAND_ALONE
from tests.browser.test_feature_maps import touched

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


def step(page: Page, slug: str):
    return page.locator(f".step.{slug}")


def told(page: Page, slug: str) -> str:
    return step(page, slug).locator(".told").last.inner_text()


def answer(page: Page, number: int) -> None:
    """The wrong answer first, which says what is amiss and not what is right, then the right one; each in sight at once."""
    one = texts.steps()[number]
    asked = step(page, one.slug).locator(".check")
    wrong = (one.answer + 1) % len(one.options)
    for place, says in ((wrong, f"Not right. {one.options[wrong].amiss}"), (one.answer, f"Yes. {one.why}")):
        asked.get_by_role("radio").nth(place).check()
        expect(asked.locator(".verdict")).to_have_text(says)
        expect(asked.locator(".verdict")).to_be_in_viewport(ratio=0.95)  # but for parts of a pixel
    expect(page.locator(".way li.known")).to_have_count(number + 1)


def slide(page: Page, slug: str, keys: str) -> str:
    """By keyboard on the step's slider; what is told then."""
    step(page, slug).get_by_role("slider").press(keys)
    return told(page, slug)


def test_a_phone_goes_through_all_ten_steps(visit) -> None:
    seen = visit("/explain", "How does a net see?", **PHONE)
    page = seen.page
    step(page, "pixel").wait_for()
    assert not page.locator(".built").is_visible(), "the path is of no model of the sidebar"
    by_touch(page)
    slides_by_a_finger_that_goes_sideways(page)
    the_digit_by_keyboard(page)
    the_net_by_keyboard(page)
    # a word says what it means, and the doors stand at the end
    step(page, "shortcut").locator(".term", has_text="shortcut").tap()
    assert "carried past the convolutions" in page.locator(".proof-card:popover-open").inner_text()
    page.keyboard.press("Escape")
    assert page.evaluate(SMALL) == []
    assert page.evaluate(BARE, [FIGURE, f"{', '.join(MAY_STAND_ALONE)}, .text, .check, .glossary"]) == []
    for end, number in (("top", "1"), ("bottom", "10")):  # jumped to: behind the last step no step is in the middle
        page.evaluate(
            "end => { const main = document.querySelector('.stMain'); main.scrollTop = end === 'top' ? 0 : main.scrollHeight }",
            end,
        )
        expect(page.locator(".way .now")).to_have_text(number)
    known = page.locator(".way li.known").count()
    assert known > 0
    page.reload()  # as a phone does with a page that lay in the background
    expect(page.locator(".way li.known")).to_have_count(known)
    expect(page.locator(".verdict.right")).to_have_count(known)  # and their answers stand there
    page.get_by_role("link", name="Your own digit").tap()
    seen.settle("What does it see?")
    page.wait_for_url("**/feature_maps")


def test_the_whole_card_at_the_end_is_its_link(visit) -> None:
    seen = visit("/explain", "How does a net see?", **PHONE)
    page = seen.page
    step(page, "cost").wait_for()  # above it, with all of its height
    seen.still()
    card = page.locator(".st-key-door-feature_maps")
    card.locator(".note").scroll_into_view_if_needed()
    box = card.bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + box["width"] - 12, box["y"] + box["height"] - 8)
    page.wait_for_url("**/feature_maps*")


def test_the_whole_net_at_the_end_is_resnet_50s_map_in_sight_and_back_is_to_the_last_step(visit) -> None:
    """It led to the page that greets: a net of digits walking, ResNet-50 a screen below. Whatever was looked at before."""
    seen = visit("/?depth=18", "11.69 M params", **PHONE)
    seen.follow("/explain", "How does a net see?")
    step(seen.page, "cost").wait_for()
    seen.still()
    whole = seen.page.get_by_role("link", name="The whole net")
    whole.scroll_into_view_if_needed()
    seen.page.wait_for_url("**/explain?step=10")  # who has scrolled there has come to the last step
    whole.tap()
    seen.settle("25.56 M params")
    expect(seen.page.locator(".map-root")).to_be_in_viewport(ratio=0.3)
    expect(seen.page.locator(".first")).to_have_count(0)
    for where, says in (("/explain?step=10", "Where to go from here"), ("/?depth=18", "11.69 M params")):
        with seen.runs():
            seen.page.go_back()  # to the step that was left; all steps together are one entry
        seen.settle(says)
        seen.page.wait_for_url(f"**{where}")
        if "step" in where:
            expect(seen.page.locator(".way .now")).to_have_text("10")


def by_touch(page: Page) -> None:
    """Steps 1 and 2."""
    board = step(page, "pixel").locator(".moves")
    board.tap(position={"x": 3, "y": 3})
    said = step(page, "pixel").locator(".told").last
    expect(said).to_contain_text(
        "Row 1, column 1: brightness 0. The net gets −0.42"
    )  # a tap is a click when the finger has gone
    answer(page, 0)
    board, said = step(page, "convolution").locator(".moves"), step(page, "convolution").locator(".told").last
    before = told(page, "convolution")
    board.tap(position={"x": 120, "y": 200})
    expect(said).not_to_have_text(before)
    number = step(page, "convolution").locator(".proved")
    number.tap()
    card = page.locator(".proof-card:popover-open").inner_text()
    assert "≈" in card and "∑ computed: worked out exactly" in card, "its mark says what it means"
    page.keyboard.press("Escape")
    drags_by_its_handle_alone(page, board, board.locator(".window"))
    answer(page, 1)


SCROLLED = "document.querySelector('.stMain').scrollTop"
AT_REST = """async () => {
  const main = document.querySelector(".stMain"), before = main.scrollTop;
  for (let frame = 0; frame < 10; frame++) await new Promise(requestAnimationFrame);
  return main.scrollTop === before;
}"""


ON_ITS_BOARD = """handle => {
  const [on, board] = [handle, handle.closest(".board")].map((one) => one.getBoundingClientRect());
  return [on.x + on.width / 2 - board.x, on.y + on.height / 2 - board.y].map(Math.round);
}"""


def drags_by_its_handle_alone(page: Page, board: Locator, handle: Locator) -> None:
    """A finger's swipe that begins beside the handle scrolls the page and leaves it where it is; one on it, or 20 pixels from
    its middle, drags it and leaves the page."""

    def stands() -> tuple[float, float]:
        page.wait_for_function(AT_REST)
        right, down = handle.evaluate(ON_ITS_BOARD)
        return right, down

    def swiped(x: float, y: float, down: float) -> float:
        box, top = board.bounding_box(), page.evaluate(SCROLLED)
        assert box
        touched(page, [(box["x"] + x, box["y"] + y), (box["x"] + x, box["y"] + y + down)])
        page.wait_for_function(AT_REST)
        return page.evaluate(SCROLLED) - top

    board.tap(position={"x": 30, "y": 30})
    board.evaluate("one => one.scrollIntoView({ block: 'center', behavior: 'instant' })")
    (x, y), width = stands(), board.bounding_box()["width"]
    assert swiped(0.8 * width, 0.8 * width, -120) > 60
    assert stands() == (x, y)
    board.evaluate("one => one.scrollIntoView({ block: 'center', behavior: 'instant' })")
    page.wait_for_function(AT_REST)
    assert swiped(x + 20, y, 60) == 0
    right, down = stands()
    assert abs(right - x - 20) < 16 and abs(down - y - 60) < 16, "it is under the finger"


def slides_by_a_finger_that_goes_sideways(page: Page) -> None:
    """A swipe that begins on a slider's line scrolls the page and leaves the value; a finger that slides, and a tap, set it."""
    line = step(page, "channel").get_by_role("slider")

    def swiped(across: float, to: float, down: float) -> tuple[str, float]:
        """The value and how far the page scrolled; across, to: in parts of the line."""
        line.evaluate("one => one.scrollIntoView({ block: 'center', behavior: 'instant' })")
        page.wait_for_function(AT_REST)
        box, top = line.bounding_box(), page.evaluate(SCROLLED)
        assert box
        begin = (box["x"] + across * box["width"], box["y"] + box["height"] / 2)
        touched(page, [begin, (box["x"] + to * box["width"], begin[1] + down)])
        page.wait_for_function(AT_REST)
        return line.input_value(), page.evaluate(SCROLLED) - top

    before = line.input_value()
    for across, to in ((0.9, 0.9), (0.1, 0.13)):
        value, scrolled = swiped(across, to, -140)
        assert scrolled > 60 and value == before
    value, scrolled = swiped(0.9, 0.4, 30)
    assert value == "7" and abs(scrolled) < 5, "it slides, and the page does not go along"
    assert swiped(0.95, 0.95, 0)[0] == "16", "a tap"


def scrolls_on_the_margin(page: Page, board: Locator) -> None:
    """A finger on the margin beside a window at the edge scrolls: the window's place for a finger ends with its board."""
    board.evaluate("one => one.scrollIntoView({ block: 'center', behavior: 'instant' })")
    page.wait_for_function(AT_REST)
    box, top = board.bounding_box(), page.evaluate(SCROLLED)
    assert box
    begin = (box["x"] + box["width"] + 14, box["y"] + box["height"] - 4)
    touched(page, [begin, (begin[0], begin[1] - 120)])
    page.wait_for_function(AT_REST)
    assert page.evaluate(SCROLLED) - top > 60


def the_digit_by_keyboard(page: Page) -> None:
    """Steps 3 to 6."""
    assert slide(page, "feature-map", "End") == "Position 784 of 784: the sum is 0.23."
    scrolls_on_the_margin(page, step(page, "feature-map").locator(".moves").last)
    assert told(page, "feature-map") == "Position 784 of 784: the sum is 0.23."
    answer(page, 2)
    step(page, "channel").get_by_role("slider").press("Home")
    expect(step(page, "channel").locator(".strip .now")).to_have_count(1)
    answer(page, 3)
    assert "Stride 4: the map’s side is 7" in slide(page, "stage", "End").replace("\n", " ")
    answer(page, 4)
    slide(page, "block", "End")
    expect(step(page, "block").locator(".chain .now").last).to_have_text("F(x)")
    chain = step(page, "block").locator(".chain")
    chain.get_by_role("button", name="ReLU").tap()  # what looks like a button is one
    expect(chain.locator(".now")).to_have_text(["ReLU"])
    expect(step(page, "block").locator("output")).to_have_text("after ReLU")
    answer(page, 5)


def the_net_by_keyboard(page: Page) -> None:
    """Steps 7 to 10."""
    slide(page, "shortcut", "Home")
    step(page, "shortcut").get_by_role("button", name="Play").tap()  # by itself to the end
    expect(step(page, "shortcut").locator("output")).to_have_text("through ReLU, and on")
    x, made, total = re.findall(r"−?\d\.\d\d", told(page, "shortcut").replace("− ", "−"))
    numbers = [float(one.replace("−", "-")) for one in (x, made, total)]
    assert round(numbers[0] + numbers[1], 2) == numbers[2], "what is shown adds up"
    answer(page, 6)
    assert "16.9 times fewer weights" in slide(page, "bottleneck", "End").replace("\n", " ")
    wide, high = drawn(page)
    slide(page, "bottleneck", "Home")
    width, height = drawn(page)
    assert round(wide / width) == 64 and round(high / height) == 8, "512 channels and 64, drawn to one scale"
    answer(page, 7)
    assert "9 shortcuts cut: 2 of the ten digits are still recognised, about as many as by guessing." in slide(
        page, "depth", "End"
    )
    step(page, "depth").get_by_role("radio", name="56 layers").check()
    slide(page, "depth", "Home")
    assert "0 shortcuts cut: all ten digits are still recognised." in told(page, "depth")
    answer(page, 8)
    assert "4.00 times the MACs" in slide(page, "cost", "End")
    answer(page, 9)


# Where in its step each thing stands that a finger may be on or go to next, at every place of every slider and of every
# window, and after either answer: step → each of these lists of places that there is.
STANDS = """() => {
  const found = {};
  const root = [...document.querySelectorAll(".stMain *")].map((one) => one.shadowRoot).find((one) => one?.querySelector(".step"));
  for (const step of root.querySelectorAll(".step")) {
    const seen = new Set();
    const look = () => {
      const { top, bottom } = step.getBoundingClientRect();
      const all = [...step.querySelectorAll("input, button:not(.proved, .term), .moves, legend")].map((one) => one.getBoundingClientRect().top - top);
      seen.add([...all, bottom - top].map(Math.round).join(" "));
    };
    look();
    const slide = (input) => {
      for (let at = Number(input.min); at <= Number(input.max); at++) {
        input.value = at;
        input.dispatchEvent(new Event("input"));
        look();
      }
    };
    step.querySelectorAll("[type=range]").forEach(slide);
    for (const choice of step.querySelectorAll(".choice input")) {
      choice.click();
      step.querySelectorAll("[type=range]").forEach(slide);
    }
    const press = (board, key) => board.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    for (const board of step.querySelectorAll(".moves")) {
      for (let at = 0; at < 28; at++) for (const key of ["ArrowLeft", "ArrowUp"]) press(board, key);
      for (let row = 0; row < 28; row++) {
        for (let column = 0; column < 27; column++) {
          press(board, row % 2 ? "ArrowLeft" : "ArrowRight");
          look();
        }
        press(board, "ArrowDown");
      }
    }
    for (const option of step.querySelectorAll(".check input")) {
      option.click();
      look();
    }
    found[step.classList[1]] = [...seen];
  }
  return found;
}"""


def test_nothing_moves_under_a_thumb(visit) -> None:
    """The room for the longest that may be said is there before it is said."""
    page = visit("/explain", "How does a net see?", **PHONE).page
    step(page, "cost").wait_for()
    page.evaluate("document.fonts.ready.then(() => true)")
    stands = page.evaluate(STANDS)
    assert len(stands) == len(texts.steps())
    assert {slug: places for slug, places in stands.items() if len(places) > 1} == {}


def drawn(page: Page) -> tuple[float, float]:
    """Of the basic block: the bar's width in per cent, the pipe's height."""
    basic = step(page, "bottleneck").locator(".counted").first
    tops = basic.locator(".pipe").first.get_attribute("points").replace(",", " ").split()[1::2]
    return float(basic.locator(".bar span").evaluate("one => parseFloat(one.style.width)")), float(tops[3]) - float(
        tops[0]
    )


SMALL = """() => [...document.querySelectorAll('.stMain *')].map((one) => one.shadowRoot).filter(Boolean)
  .flatMap((root) => [...root.querySelectorAll('.place *')])
  .filter((one) => one.childNodes.length === 1 && one.firstChild.nodeType === 3 && one.getClientRects().length
    && parseFloat(getComputedStyle(one).fontSize) < 12).map((one) => one.className)"""


@pytest.mark.parametrize("size", [(1440, 900)])
def test_by_keyboard_alone_and_still_where_motion_is_reduced(visit, size: tuple[int, int]) -> None:
    where = {"width": size[0], "height": size[1]}
    page = visit("/explain?step=7", "How does a net see?", viewport=where, reduced_motion="reduce").page
    heading = page.locator("#step-shortcut")
    expect(heading).to_be_focused()
    expect(heading).to_be_in_viewport()
    assert page.locator(".play").count() == 0, "nothing moves by itself"
    page.keyboard.press("Tab")
    for _ in range(12):  # the words, then the slider
        if page.evaluate(FOCUSED) == "INPUT":
            break
        page.keyboard.press("Tab")
    before = page.locator(".step.shortcut image").first.get_attribute("x")
    page.keyboard.press("ArrowRight")
    assert page.locator(".step.shortcut image").first.get_attribute("x") != before
    page.locator(".step.shortcut .next").press("Enter")
    expect(page.locator("#step-bottleneck")).to_be_focused()
    expect(page.locator("#step-bottleneck")).to_be_in_viewport()
    page.locator(".step.pixel .moves").focus()
    page.keyboard.press("ArrowDown")
    assert "Row 10, column 17" in told(page, "pixel")


FOCUSED = """() => {
  let one = document.activeElement;
  while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
  return one?.tagName;
}"""


# Where the keyboard is: of which step, what it is, whether it is seen, how thick the line around it is, what the step says.
HERE = """() => {
  let one = document.activeElement;
  while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
  const step = one.closest(".step"), box = one.getBoundingClientRect(), look = getComputedStyle(one);
  const over = one.getRootNode().elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, innerHeight / 2));
  return {
    step: step?.classList[1] ?? "",
    kind: one.matches(".moves") ? "moves" : one.type ?? one.tagName,
    answers: one.matches(".check input"),
    seen: box.top >= 0 && box.top < innerHeight && (over === one || one.contains(over) || Boolean(over?.contains(one))),
    ring: look.outlineStyle === "none" ? 0 : parseFloat(look.outlineWidth),
    says: step ? [...step.querySelectorAll(".told, output, .board.window, .fading, .pipes, .square-room")].map((one) => one.innerHTML).join() : "",
    name: one.getAttribute("aria-label") ?? one.closest("label, figure")?.textContent ?? one.textContent,
    href: one.href ?? "",
  };
}"""


def test_the_whole_path_by_tab_arrows_and_space_alone(visit) -> None:
    """From the first number of the way to the last door: each step's thing moves, each check is answered, and the focus is
    always seen."""
    page = visit("/explain", "How does a net see?", reduced_motion="reduce").page
    page.locator(".step.cost").wait_for()
    page.locator(".way button").first.focus()
    answers, dragged, unseen = {one.slug: one.answer for one in texts.steps()}, set(), []
    here, press = page.evaluate(HERE), page.keyboard.press
    for _ in range(400):
        press("Tab")
        here = page.evaluate(HERE)
        if here["href"].endswith("/feature_maps"):
            break
        if not here["seen"] or here["ring"] < 2:
            unseen.append((here["step"], here["kind"], here["name"][:30]))
        if here["answers"]:
            press("Space")  # the first, and from it down to the right one
            for _ in range(answers[here["step"]]):
                press("ArrowDown")
        elif here["step"] and here["kind"] in ("moves", "range", "radio"):
            press("ArrowDown")
            if page.evaluate(HERE)["says"] != here["says"]:
                dragged.add(here["step"])
    assert unseen == []
    assert dragged == set(answers)
    expect(page.locator(".way li.known")).to_have_count(10)
    press("Enter")
    page.wait_for_url("**/feature_maps")


def test_shapes_is_a_story_on_a_phone_with_a_field_to_drag(visit) -> None:
    page = visit("/shapes", "What does one number see?", **PHONE).page
    page.locator(".story").wait_for()
    assert not page.locator(".st-key-shapes-wide").is_visible()
    expect(page.locator(".story li .words")).to_have_count(9)
    assert max(right for _, right, *_ in page.evaluate(BOXES, ".story li .words")) <= 390
    page.locator(".story .proved", has_text="28×28×512").tap()
    assert "= 28" in page.locator(".proof-card:popover-open").inner_text()
    texts = page.locator(".proof-card:popover-open .line code")
    assert [one.is_visible() for one in texts.all()] == [True, False], "LaTeX is copied there, not read"
    page.keyboard.press("Escape")
    board, said = page.locator(".reach .board"), page.locator(".reach .told")
    page.locator(".reach").get_by_role("radio", name="conv4_x").check()
    expect(said).to_contain_text("conv4_x, row 8, column 8 of 14×14: this one number sees 267 pixels a side")
    board.tap(position={"x": 2, "y": 2})
    box = board.bounding_box()
    expect(said).to_contain_text("row 1, column 1 of 14×14")
    expect(said).to_contain_text("134×134 of them lie on the picture")
    square = page.locator(".reach .square").bounding_box()
    assert abs(square["width"] / box["width"] - 134 / 224) < 0.01, "the square on the picture is what is said"
    board.press("ArrowRight")
    expect(said).to_contain_text("row 1, column 2")
    drags_by_its_handle_alone(page, board, page.locator(".reach .handle"))
    board.tap(position={"x": box["width"] * 0.8, "y": box["height"] * 0.3})
    expect(said).to_contain_text("conv4_x, row 5, column 12 of 14×14")
    page.locator(".reach").get_by_role("radio", name="conv3_x").check()  # which looks at the same place
    expect(said).to_contain_text("conv3_x, row 9, column 23 of 28×28")
    page.locator(".reach").get_by_role("radio", name="conv5_x").check()  # whose square is all of the picture
    expect(said).to_contain_text("conv5_x, row 3, column 7 of 7×7")
    expect(page.locator(".reach figcaption")).to_contain_text("15.5 pixels above the cell’s own place")
    square = page.locator(".reach .handle").bounding_box()
    assert square["width"] <= 0.41 * box["width"], "there is room to scroll beside it"
