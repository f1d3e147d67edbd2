"""Back and forward: every change that a visitor makes is an entry, whichever control made it; and a phone's drawer."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import expect

from tests.browser.harness import comes
from tests.conftest import Visit

PHONE = {"width": 390, "height": 844}


def asks(url: str) -> dict[str, str]:
    return {key: value for key, (value,) in parse_qs(urlsplit(url).query).items()}


def back(seen: Visit, wanted: dict[str, str], built: str) -> None:
    with seen.runs():
        seen.page.go_back()
    expect(seen.page.locator(".built b")).to_have_text(re.compile(f"^{built}$"))
    seen.settle()
    comes(lambda: asks(seen.page.url), wanted)


def test_back_undoes_what_was_chosen_in_the_sidebar_on_the_page_and_on_the_map(visit) -> None:
    seen = visit("/?depth=34", "21.80 M params")
    for depth, params in (("18", "11.69 M params"), ("101", "44.55 M params")):
        seen.page.locator(".st-key-depth").get_by_role("radio", name=depth, exact=True).click()
        seen.settle(params)
    seen.page.locator('[data-id="layer2.0"]').first.click()
    seen.page.wait_for_url("**node=layer2.0**")
    seen.settle()
    back(seen, {"depth": "101"}, "ResNet-101")
    back(seen, {"depth": "18"}, "ResNet-18")
    back(seen, {"depth": "34"}, "ResNet-34")
    seen.page.go_forward()
    seen.settle("11.69 M params")
    comes(lambda: asks(seen.page.url), {"depth": "18"})
    seen.goto("/cost?show=memory", "fp32 · inference")  # the bar's controls
    for key, words in (("dtype", "bf16"), ("optimizer", "training with Adam")):
        with seen.runs():
            seen.page.locator(f".st-key-{key}").get_by_role("combobox").click()
            seen.choose(words)
        seen.settle(words)
    seen.page.wait_for_url("**dtype=bf16&optimizer=Adam**")
    batch = seen.page.locator(".st-key-batch input")
    with seen.runs():
        batch.fill("8")
        batch.press("Enter")
    seen.page.wait_for_url("**batch=8**")
    seen.settle("8×3×224×224")
    back(seen, {"show": "memory", "dtype": "bf16", "optimizer": "Adam"}, "ResNet-50")
    back(seen, {"show": "memory", "dtype": "bf16"}, "ResNet-50")
    back(seen, {"show": "memory"}, "ResNet-50")
    expect(batch).to_have_value("1")
    expect(seen.page.locator(".st-key-optimizer").get_by_role("combobox")).to_have_value("inference")


def test_a_phones_drawer_makes_way_for_what_was_chosen_and_is_closed_after_a_reload(visit) -> None:
    seen = visit("/", "25.56 M params", viewport=PHONE, has_touch=True, is_mobile=True)
    opener = seen.page.get_by_test_id("stExpandSidebarButton")
    opener.tap()
    opener.wait_for(state="detached")
    depth = seen.page.locator(".st-key-depth")
    depth.get_by_role("radio", name="other", exact=True).tap()  # brings further controls: one is not done yet
    seen.page.locator(".st-key-model").wait_for()
    seen.settle()
    assert opener.count() == 0
    depth.get_by_role("radio", name="152", exact=True).tap()
    seen.settle("60.19 M params")
    opener.wait_for()
    opener.tap()
    opener.wait_for(state="detached")
    seen.page.reload()
    seen.settle("60.19 M params")
    opener.wait_for()
    opener.tap()
    seen.page.get_by_test_id("stSidebarNavLink").filter(has_text="Cost").tap()
    seen.settle("Where is the cost?")
    opener.wait_for()
    camera = seen.page.locator(".js-plotly-plot .modebar-container")
    camera.first.wait_for(state="attached")
    assert not any(one.is_visible() for one in camera.all()), "without a mouse it would cover an axis for good"
