"""From any computed figure on any page to its proof in one click: what stands on the screen is read, not a list."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

ROUTES = (
    "/?node=layer2.0&color=params",
    "/?node=layer2",
    "/?figure=fig3",
    "/blocks",
    "/blocks?of=own",
    "/blocks?equal=cost&place=dotted",
    "/shapes",
    "/cost",
    "/cost?node=layer3.1",
    "/cost?show=flops",
    "/cost?show=memory",
    "/cost?show=field",
    "/cost?show=torchinfo",
    "/sheet",
    "/compare",
    "/compare?diff=stages",
    "/compare?diff=layers",
    "/compare?diff=presets",
    "/paper",
    "/paper?table=depth",
    "/paper?table=errors",
    "/lecture",
    "/?lecture=deeper",
    "/cost?lecture=parameters",
    "/timing?view=race",
    "/timing?view=sweep",
    "/timing?view=parts",
    "/why_residual?reveal=true",
    "/feature_maps",
)

NO_MODEL = {  # routes whose header is of no model, or of their own → what stands there instead
    "/explain": "How does a net see?",
    "/feature_maps": "Inside a block",
    "/identify": "Which net is this file of?",
    "/lecture": "Take it with you",
    "/machines": "What is there to measure on?",
    "/why_residual": "Does a deeper net train better?",
    "/why_residual?reveal=true": "Does a deeper net train better?",
    "/paper?table=errors": "Does the model agree",
    "/paper?table=cifar": "Does the model agree",
}
# A computed figure: with thousands, with a unit of ours, or a receptive field.
FIGURE = r"\d,\d{3}|\d ?(?:[KM]|GMACs|MMACs|[KMG]B|px|%)(?![\w-])"
MAY_STAND_ALONE = {
    ".proof-card, [popover], .formula, .sum, code, pre, .options td": "is a formula, or stands in one",
    ".exact": "the same figure as the one above it, in full",
    "svg.map, .picture svg, .legend": "a part of the map: a click on it shows the formula in the panel",
    ".js-plotly-plot": "a part of a chart: a click on it opens the formula below",
    ".mark, [data-testid=stCaptionContainer]": "says what a figure is",
    "tr[data-id]": "the map as a table: a click on a row shows the formulas in the panel",
    ".heard": "the map in words, for screen readers",
    ".flops td:last-child": "the gap with its formula beside it",
    ".note, .soft, .beside, .source": "small print: a source, settings, a protocol, a formula",
    "[data-testid=stFileUploader]": "Streamlit's own words",
}
NO_FORMULA = {  # route -> what stands in a text that has figures without one, and why
    "/shapes": ("features", "-d fc"),  # channels and classes are chosen, not computed
    "/sheet": (" classes · ",),  # the configuration, chosen
    "/cost?show=torchinfo": ("num",),  # torchinfo's own, beside ours
    "/paper?table=errors": ("num",),  # published, with the source below the table
    "/?lecture=deeper": ("28 %",),  # the visitor's own guess
}
BARE = """([pattern, allowed]) => {
  const found = [], figure = new RegExp(pattern);
  const read = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.shadowRoot) read(node.shadowRoot);
      if (node.nodeType !== Node.TEXT_NODE || !figure.test(node.textContent)) continue;
      const box = node.parentElement.getClientRects()[0];
      if (!box || box.width <= 1 || node.parentElement.closest(`.proved, style, script, button, select, ${allowed}`)) continue;
      found.push(`${node.parentElement.className} | ${node.textContent.trim().slice(0, 90)}`);
    }
  };
  read(document.querySelector(".stMain"));
  return found;
}"""
PROVED = {  # route -> the least number of numbers on it that open a proof, the header's two left out
    "/blocks": 12,
    "/shapes": 15,
    "/cost": 35,
    "/cost?show=flops": 5,
    "/cost?show=memory": 16,
    "/cost?show=field": 2,
    "/sheet": 9,
    "/compare": 25,
    "/feature_maps": 7,
    "/compare?diff=stages": 40,
    "/compare?diff=layers": 4,
    "/paper": 12,
    "/paper?table=depth": 1,
    "/paper?table=errors": 20,
    "/paper?table=cifar": 12,
}


def cards_fit(app, route: str) -> None:
    """On the page that stands: the numbers that must open a proof do, and their card is whole on the screen."""
    least, size = PROVED[route], app.page.viewport_size
    numbers = app.page.locator(".stMain .proved:not(.built *) >> visible=true")
    expect(numbers.nth(least - 1)).to_be_attached(timeout=20_000)
    card = app.page.locator(".proof-card:popover-open")
    for index in (0, least // 2):
        numbers.nth(index).evaluate("one => one.scrollIntoView({block: 'center'})")
        numbers.nth(index).click()
        expect(card).to_be_visible()
        box = card.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= size["width"] and box["y"] >= 0, (route, index, box)
        assert box["y"] + box["height"] <= size["height"], (route, index, box)
        app.page.keyboard.press("Escape")


def test_no_computed_figure_stands_without_its_proof_whose_card_fits(visit) -> None:
    """On a phone the cards are tried where its pages are: `test_app`."""
    app, bare = visit("/?depth=18", "11.69 M params"), {}
    for route in [*ROUTES, *(one for one in PROVED if one not in ROUTES)]:
        app.follow(f"{route}{'&' if '?' in route else '?'}depth=50", NO_MODEL.get(route, "25.56 M params"))
        if "/?" in route or route == "/":
            app.page.locator(".tile").first.wait_for()
        expect(app.page.locator(".proved").first).to_be_attached(timeout=20_000)
        app.page.wait_for_timeout(400)
        if route in ROUTES:
            found = app.page.evaluate(BARE, [FIGURE, ", ".join(MAY_STAND_ALONE)])
            bare[route] = [one for one in found if not any(words in one for words in NO_FORMULA.get(route, ()))]
        if route in PROVED:
            cards_fit(app, route)
    assert {route: found for route, found in bare.items() if found} == {}


def opened(app):
    return app.page.locator(".proof-card.opened")


def test_a_number_in_a_drawing_opens_its_formula_where_it_stands(visit) -> None:
    app = visit("/blocks", "Why the bottleneck?")
    spot = app.page.locator(".spot", has_text="36,864 weights")
    spot.click()
    card = app.page.locator(".proof-card:popover-open")
    assert "64·64·3² = 36,864" in card.inner_text()
    app.page.keyboard.press("Escape")
    app.follow("/shapes", "What happens to a picture?")
    app.page.locator(".spot", has_text="112×112×64").click()
    assert "⌊(224 + 2·3 − 7)/2⌋ + 1 = 112" in card.inner_text()


def test_a_click_on_a_tile_of_the_treemap_opens_its_formula(visit) -> None:
    app = visit("/cost", "Where is the cost?")
    expect(opened(app)).to_contain_text("9,536 + 215,808 + 1,219,584 + 7,098,368 + 14,964,736 + 2,049,000 = 25,557,032")
    tile = app.page.locator(".stPlotlyChart .slice").filter(has_text="fc").last
    tile.wait_for()
    app.page.wait_for_timeout(500)
    tile.click()
    expect(opened(app)).to_contain_text("2048·1000 + 1000 = 2,049,000", timeout=20_000)


def test_a_click_on_a_point_opens_its_formulas(visit) -> None:
    app = visit("/compare?diff=presets", "What changes between two models?")
    points = app.page.locator(".stPlotlyChart .scatterlayer .points path")
    points.last.wait_for()
    app.page.wait_for_timeout(500)
    box = points.last.bounding_box()
    app.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(opened(app)).to_have_count(2, timeout=20_000)
    expect(opened(app).first).to_contain_text("MACs")


def test_the_maps_panel_writes_out_what_the_picture_shows(visit) -> None:
    app = visit("/?color=params", "25.56 M")
    app.page.locator(".tile[data-id='layer3.1']").click()
    expect(app.page.locator(".facts .formula", has_text="= 1,117,184")).to_be_visible(timeout=20_000)
    share = app.page.locator(".facts small .proved").first
    assert share.inner_text() == "4.4 %"
    share.click()
    assert "100·1,117,184 ÷ 25,557,032 ≈ 4.371" in app.page.locator(".map-root .proof-card").inner_text()


def test_a_lectures_figures_open_their_proof_and_its_answer_too(visit) -> None:
    app = visit("/?lecture=deeper", "Deeper should be better")
    app.page.locator(".stage .text .proved").first.click()
    card = app.page.locator(".proof-card:popover-open")
    assert "Table 2" in card.inner_text() and "published" in card.inner_text()
    app.page.keyboard.press("Escape")
    app.page.get_by_role("button", name="Reveal", exact=True).click()
    app.page.locator(".answer .proved").click()
    assert "28.54" in card.inner_text()


@pytest.mark.parametrize("number", [".stage .text .proved", ".built .proved"])
def test_escape_in_the_projector_view_closes_a_card_before_it_leaves(visit, number: str) -> None:
    app = visit("/?lecture=deeper&present=1", "Deeper should be better")
    card = app.page.locator(".proof-card:popover-open")
    app.page.locator(number).first.click()
    expect(card).to_have_count(1)
    app.page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    assert "present=1" in app.page.url
    app.page.keyboard.press("Escape")
    app.page.wait_for_function("() => !location.search.includes('present=1')")
