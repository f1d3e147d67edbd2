"""Feature maps in a real browser: a digit is drawn, a unit's field is shown, a block is switched off."""

from __future__ import annotations

import re

import pytest


def answers(page) -> list[str]:
    return page.locator(".answer .name").all_inner_texts()


def drawn(page, points: list[tuple[float, float]]) -> None:
    """A stroke over the pad, in parts of its side."""
    box = page.locator("canvas.pad").bounding_box()
    place = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*place[0])
    page.mouse.down()
    for x, y in place[1:]:
        page.mouse.move(x, y, steps=8)
    page.mouse.up()


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_a_drawn_one_is_seen_as_a_one(visit, size: tuple[int, int]) -> None:
    one = visit("/feature_maps", "Inside a block", viewport={"width": size[0], "height": size[1]})
    assert answers(one.page)[0] == "7", "it starts with a digit of the test set"
    drawn(one.page, [(0.5, 0.15), (0.5, 0.85)])
    one.page.wait_for_function("[...document.querySelectorAll('.answer .name')][0].textContent === '1'")
    one.page.get_by_role("button", name="Clear").click()
    one.page.get_by_text("Draw a digit, from 0 to 9").wait_for()


def test_pointing_at_a_unit_marks_what_it_sees(visit) -> None:
    page = visit("/feature_maps", "Inside a block").page
    maps = page.locator("img.maps").nth(1)
    maps.scroll_into_view_if_needed()
    maps.hover(position={"x": 20, "y": 20})
    told = page.locator(".look .told").first
    told.filter(has_text=re.compile(r"conv2_x, channel \d+, row \d+, column \d+: sees \d+×\d+ pixels")).wait_for()
    assert page.locator(".look .mark").first.is_visible()
    maps.focus()
    page.keyboard.press("ArrowRight")
    told.filter(has_text="row 14, column 15: sees 15×15 pixels of the picture").wait_for()


def test_a_block_that_is_off_changes_the_answer_and_plain_nets_have_none(visit) -> None:
    page = visit("/feature_maps", "Inside a block").page
    before = page.locator(".answers").inner_text()
    page.get_by_role("combobox").filter(has_text="").last.click()
    page.get_by_role("option", name="layer1.0").click()
    page.wait_for_function("text => document.querySelector('.answers').innerText !== text", arg=before)
    page.keyboard.press("Escape")
    page.get_by_role("radio", name="digits: plain, 56").click()
    page.get_by_text("nothing is added").wait_for()
    assert "who=plain-56" in page.url


def test_the_sidebars_net_looks_at_a_photograph_and_says_that_it_is_untrained(visit) -> None:
    one = visit("/feature_maps?who=net&depth=18&picture=coffee", "Untrained: random weights")
    assert one.page.locator("img.maps").count() == 5 + 4


def test_an_unknown_choice_in_a_link_is_named(visit) -> None:
    page = visit("/feature_maps?who=everybody", "choose one of residual-20").page
    assert page.get_by_text("who='everybody'").count()
