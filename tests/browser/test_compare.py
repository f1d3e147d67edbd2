"""Compare, Cost and Paper as a visitor uses them: the pinned baseline, two maps that move together, one-click proofs."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect


def choose(app, key: str, name: str, text: str | None = None) -> None:
    app.page.locator(f".st-key-{key}").get_by_role("radio", name=name, exact=True).click()
    app.settle(text)


def test_either_side_takes_any_name_and_another_part_and_both_are_swapped(visit) -> None:
    app = visit("/compare?vs=resnet18&depth=34", "From ResNet-18 to ResNet-34")
    for key, name, says in (
        ("vs_choice", "resnet50d", "From ResNet-50-D to ResNet-34"),
        ("to_choice", "WRN-28-10", "From ResNet-50-D to WRN-28-10"),
        ("to_choice", "resnext", "Of 'resnext' the first in the list"),  # as Enter takes in any list
        ("to_choice", "resnext", "From ResNet-50-D to ResNeXt-50 32×4d"),
        ("to_choice", "banana", "banana"),
        ("to_choice", "ResNet-50", "From ResNet-50-D to ResNet-50"),
    ):
        field = app.page.locator(f".st-key-{key}").get_by_role("combobox")
        with app.runs():
            field.fill(name)
            field.press("Enter")
        app.settle(says)
        expect(app.page.get_by_text("the first in the list")).to_have_count(
            int(name == "resnext")
        )  # only until the next choice
    assert "vs=resnet50d" in app.page.url
    with app.runs():
        app.page.get_by_role("button", name="Swap the two").or_(
            app.page.locator(".st-key-swap-sides button")
        ).first.click()
    app.settle("From ResNet-50 to ResNet-50-D")
    app.page.locator(".st-key-vs_choice-open button").first.click()
    app.page.locator(".st-key-vs_choice-shortcut").get_by_role("combobox").click()
    with app.runs():
        app.choose("none: a plain net")
    app.settle("From Plain-50 to ResNet-50-D")


def test_a_quick_pair_can_be_linked(visit) -> None:
    app = visit("/compare", "From ResNet-34 to ResNet-50")
    app.page.locator(".st-key-pair").get_by_text("plain or residual").click()
    app.settle("shortcut none → B")
    link = app.page.url
    assert "vs=resnet34~shortcut%3Dnone" in link or "vs=resnet34~shortcut=none" in link or "vs=resnet34%7E" in link
    other = visit(link.removeprefix(app.url), "From Plain-34 to ResNet-34")
    assert "21.62 M → 21.80 M" in other.page.locator(".figures").first.inner_text()


OVERPRINTED = """() => {
  const seen = [...document.querySelectorAll(".st-key-presets .textpoint text")].filter((one) => one.getClientRects().length);
  const boxes = seen.map((one) => [one.textContent, one.getBoundingClientRect()]);
  const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 4 && b.top < a.bottom - 4; // ascenders' air
  return { named: seen.length, over: boxes.flatMap(([name, a], at) => boxes.slice(at + 1).filter(([, b]) => meet(a, b)).map(([other]) => `${name} and ${other}`)) };
}"""


def test_no_two_names_of_the_known_nets_overprint_on_a_phone(visit) -> None:
    app = visit("/compare?diff=presets", "From ResNet-34 to ResNet-50", viewport={"width": 390, "height": 844})
    app.page.locator(".st-key-presets").scroll_into_view_if_needed()
    app.page.locator(".st-key-presets .textpoint text", has_text="ResNet-152").wait_for()
    app.still()
    found = app.page.evaluate(OVERPRINTED)
    assert found["named"] >= 6 and found["over"] == []


def test_the_two_maps_share_a_selection(visit) -> None:
    app = visit("/compare?diff=maps&vs=resnet101", "From ResNet-101 to ResNet-50")
    tiles = app.page.locator(".tile[data-id='layer2.1']")
    tiles.nth(1).wait_for(timeout=30_000)
    assert tiles.count() == 2
    for clicked, other, path in ((0, 1, "layer2.1"), (1, 0, "layer3.2")):
        tiles = app.page.locator(f".tile[data-id='{path}']")
        tiles.nth(clicked).click()
        app.page.wait_for_function(f"location.search.includes('node={path}')")
        expect(tiles.nth(other)).to_have_attribute("aria-selected", "true")
        expect(tiles.nth(clicked)).to_have_attribute("aria-selected", "true")
    app.settle()


def opened(app):
    """The proof card that is open."""
    return app.page.locator(".proof-card:popover-open")


# A browser copies in its own time.
COPIED = "text => navigator.clipboard.readText().then((held) => held === text)"


def test_a_number_opens_its_formula_in_one_click_and_is_copied(visit) -> None:
    app = visit("/cost?node=layer1.1", "Where is the cost?", permissions=["clipboard-read", "clipboard-write"])
    number = app.page.get_by_role("button", name="16,384", exact=True).first
    app.still()  # the chart has its room
    number.scroll_into_view_if_needed()
    before = app.page.locator(".paper").first.bounding_box()
    number.click()
    assert "256·64·1² = 16,384" in opened(app).inner_text()
    after = app.page.locator(".paper").first.bounding_box()
    assert after == pytest.approx(before, abs=0.5), "nothing on the page moves, but for what a scroll rounds"
    opened(app).get_by_role("button", name="Copy", exact=True).click()
    app.page.wait_for_function(COPIED, arg="256·64·1² = 16,384")
    opened(app).get_by_role("button", name="Copy LaTeX").click()
    app.page.wait_for_function(COPIED, arg=r"256\cdot 64\cdot 1^2 = 16{,}384")
    app.page.keyboard.press("Escape")
    expect(opened(app)).to_have_count(0)
    app.page.locator(".figure .proved").first.click()
    assert "9,536 + 215,808 + 1,219,584 + 7,098,368 + 14,964,736 + 2,049,000 = 25,557,032" in opened(app).inner_text()
    opened(app).get_by_text("Step by step").click()
    assert "layer2.1 … layer2.3, 3 times: 512·128·1²" in opened(app).inner_text()


def test_a_part_picked_in_the_treemap_is_the_maps_selection_too(visit) -> None:
    app = visit("/cost", "Where is the cost?")
    slices = app.page.locator(".stPlotlyChart .slice")
    slices.first.wait_for()
    app.still()
    slices.filter(has_text="conv4_x").last.click(position={"x": 20, "y": 12})
    app.page.wait_for_url("**node=layer3")
    app.settle()
    expect(app.page.locator(".paper .total")).to_contain_text("7,098,368")
    app.page.get_by_role("link", name="Architecture").click()
    app.page.wait_for_url(re.compile(r":\d+/\?node=layer3$"))
    expect(app.page.locator(".panel h3")).to_contain_text("conv4_x")
    app.page.get_by_role("link", name="Cost").click()
    expect(app.page.locator(".paper .total")).to_contain_text("7,098,368")


SCROLLED = "document.querySelector('.stMain').scrollTop"


def test_nothing_goes_from_under_the_pointer_and_a_page_is_opened_at_its_top(visit) -> None:
    app = visit("/compare", "From ResNet-34 to ResNet-50")
    tab = app.page.get_by_role("radio", name="Layer by layer", exact=True)
    app.page.locator(".stMain").hover()
    app.page.evaluate("document.querySelector('.stMain').scrollTo(0, 300)")
    app.still()
    at, scrolled = tab.bounding_box(), app.page.evaluate(SCROLLED)
    assert scrolled > 100
    for name in ("Layer by layer", "On the map", "Stage by stage"):
        with app.runs():
            app.page.get_by_role("radio", name=name, exact=True).click()
        app.settle().still()
        assert tab.bounding_box() == at, name
    app.page.get_by_role("link", name="Cost", exact=True).click()
    app.page.wait_for_url("**/cost**")
    app.settle("Where is the cost?").still()
    assert app.page.evaluate(SCROLLED) == 0


def test_a_toggle_that_is_off_is_seen_under_the_pointer_too(visit) -> None:
    app = visit("/compare", "From ResNet-34 to ResNet-50")
    with app.runs():
        app.page.get_by_text("Same task for both", exact=True).click()
    app.settle().still()
    label = app.page.locator(".st-key-same label")
    expect(label).to_have_attribute("data-hovered", "true")
    track = label.locator("span + div").first
    assert track.evaluate("one => getComputedStyle(one).backgroundColor") != "rgb(242, 239, 230)"
    shade = "one => Number(getComputedStyle(one).backgroundColor.match(/[\\d.]+/)[0])"
    light = track.evaluate(shade)
    assert light < 200 or light < 0.8, "a field's pale colour cannot be told from the page's"


def test_a_row_of_the_structural_diff_opens_its_formulas(visit) -> None:
    app = visit("/compare?diff=layers", "Click a row below")
    line = app.page.locator(".told").first
    assert (
        "in ResNet-34 64·64·3² = 36,864 parameters" in line.inner_text()
        and "in ResNet-50 64·64·1² = 4,096 parameters" in line.inner_text()
    )
    line.get_by_role("button", name="4,096").click()
    assert "64·64·1² = 4,096" in opened(app).inner_text()
    app.page.keyboard.press("Escape")
    table = app.page.locator('[data-testid="stDataFrame"]')
    table.locator("canvas").first.wait_for()
    expect(table.locator("[role=gridcell]").filter(has_text="layer1.0.conv3")).to_be_attached()  # the grid has its data
    second_row = {"x": 120, "y": 35 + 35 + 17}
    table.hover(position=second_row)  # scrolls it into view: the grid knows its new place when the pointer has come
    table.click(position=second_row)
    expect(line).to_contain_text("layer1.0.conv3")
    expect(line).to_contain_text("in ResNet-34 there is none")
    expect(app.page).to_have_url(re.compile("node=layer1.0.conv3"))
    app.goto("/compare?diff=layers&node=layer1.0.conv3", "Click a row below")
    expect(line).to_contain_text("layer1.0.conv3")


def test_the_figures_of_a_page_are_saved_as_svg_and_png(visit) -> None:
    app, saved = visit("/"), []
    keep = lambda download: saved.append(download)
    app.page.on("download", keep)
    for route, there in (
        ("/shapes", ".drawing img"),
        ("/cost", ".js-plotly-plot .slice"),
        ("/compare?diff=presets", ".js-plotly-plot .scatterlayer"),
    ):
        app.follow(route, "25.56 M").page.locator(there).first.wait_for()
        app.still()
        app.page.get_by_role("button", name="Take it home").click()
        for form, start in (("svg", b"<svg"), ("png", b"\x89PNG")):
            with app.page.expect_event("download", lambda _: len(saved) == 1):
                app.page.locator(f'[data-save="{form}"]').click()
            assert [one.suggested_filename.rpartition(".")[2] for one in saved] == [form], route
            assert saved.pop().path().read_bytes().startswith(start), route
    app.page.remove_listener("download", keep)
    app.follow("/compare", "25.56 M")  # tables alone; the window is still open
    app.page.get_by_role("button", name="Data as CSV").wait_for()
    expect(app.page.locator('[data-save="svg"]')).to_have_count(0)


def test_a_chart_saved_in_the_dark_theme_keeps_its_background(visit) -> None:
    app = visit("/cost", "25.56 M", color_scheme="dark")
    app.page.locator(".js-plotly-plot .main-svg").first.wait_for()
    app.still()
    app.page.get_by_role("button", name="Take it home").click()
    with app.page.expect_download() as saved:
        app.page.locator('[data-save="svg"]').click()
    assert "rgb(18, 21, 27)" in saved.value.path().read_text(encoding="utf-8")[:600]
    assert "rgb(18, 21, 27)" not in app.page.locator(".js-plotly-plot .main-svg").first.get_attribute("style")


def test_the_gradient_agrees_with_theory(visit) -> None:
    app = visit("/cost?show=field&depth=18", "Does a gradient agree?")
    app.page.get_by_role("button", name="Ask one unit’s gradient").click()
    app.page.get_by_text("435×435 px").wait_for(timeout=60_000)
    app.page.get_by_text("theory 435 px: match").wait_for()
