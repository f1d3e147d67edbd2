"""Compare, Cost and Paper as a visitor uses them: the pinned baseline, two maps that move together, one-click proofs."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect


def choose(app, key: str, name: str, text: str | None = None) -> None:
    app.page.locator(f".st-key-{key}").get_by_role("radio", name=name, exact=True).click()
    app.settle(text)


def test_the_baseline_stays_pinned_while_the_sidebar_changes_the_other(visit) -> None:
    app = visit("/compare?vs=resnet18", "From ResNet-18 to ResNet-50")
    choose(app, "depth", "34", "From ResNet-18 to ResNet-34")
    assert "vs=resnet18" in app.page.url and "depth=34" in app.page.url
    app.page.get_by_role("button", name="Pin the model on the left").click()
    app.settle("the same spec. No module differs.")
    assert "vs=" not in app.page.url  # ResNet-34 is the default baseline
    choose(app, "depth", "50", "From ResNet-34 to ResNet-50")
    assert app.page.locator(".figure .value").first.inner_text() == "×1.47"


def test_a_quick_pair_can_be_linked(visit) -> None:
    app = visit("/compare", "From ResNet-34 to ResNet-50")
    app.page.locator(".st-key-pair").get_by_text("plain vs residual").click()
    app.settle("shortcut none → B")
    link = app.page.url
    assert "vs=resnet34~shortcut%3Dnone" in link or "vs=resnet34~shortcut=none" in link or "vs=resnet34%7E" in link
    other = visit(link.removeprefix(app.url), "From Plain-34 to ResNet-34")
    assert "21.62 M → 21.80 M" in other.page.locator(".figures").first.inner_text()


def test_the_two_maps_share_a_selection(visit) -> None:
    app = visit("/compare?diff=maps&vs=resnet101", "From ResNet-101 to ResNet-50")
    tiles = app.page.locator(".tile[data-id='layer2.1']")
    tiles.nth(1).wait_for(timeout=30_000)
    assert tiles.count() == 2
    for clicked, other, path in ((0, 1, "layer2.1"), (1, 0, "layer3.2")):
        tiles = app.page.locator(f".tile[data-id='{path}']")
        tiles.nth(clicked).click()
        app.page.wait_for_function(f"location.search.includes('node={path}')")
        expect(tiles.nth(other)).to_have_attribute("aria-selected", "true", timeout=20_000)
        expect(tiles.nth(clicked)).to_have_attribute("aria-selected", "true")
    app.settle()


def test_a_number_opens_its_formula_in_one_click(visit) -> None:
    app = visit("/cost?node=layer1.1", "Where is the cost?")
    app.page.get_by_text("16,384", exact=True).first.click()
    app.page.get_by_text("256·64·1² = 16,384", exact=True).wait_for()
    app.page.get_by_role("button", name="25,557,032").click()
    app.page.get_by_text("9,536 + 215,808 + 1,219,584 + 7,098,368 + 14,964,736 + 2,049,000 = 25,557,032").locator("visible=true").first.wait_for()
    assert app.page.locator(".katex").count() > 0


def test_the_gradient_agrees_with_theory(visit) -> None:
    app = visit("/cost?show=field&depth=18", "Does a gradient agree?")
    app.page.get_by_role("button", name="Ask one unit’s gradient").click()
    app.page.get_by_text("435×435 px").wait_for(timeout=60_000)
    app.page.get_by_text("theory 435 px: match").wait_for()


ROUTES = ("/compare?diff=maps", "/compare?diff=stages", "/compare?diff=presets", "/cost?show=flops", "/cost?show=memory",
          "/paper?table=cifar")


@pytest.mark.parametrize(("size", "theme"), [((1280, 720), "dark"), ((390, 844), "light")])
def test_sections_do_not_overflow(visit, size, theme) -> None:
    app = visit(f"{ROUTES[0]}&depth=152", "60.19 M params", viewport={"width": size[0], "height": size[1]}, color_scheme=theme)
    for route in ROUTES[1:]:
        app.check()
        app.goto(f"{route}&depth=152", "60.19 M params")
