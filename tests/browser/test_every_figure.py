"""From a computed figure to its proof in one click, where it is no plain number: in drawings, charts, the map, a lecture.

That every page has a proof for each of its figures: `test_every_page`.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect


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
    app.still()
    tile.click()
    # for a moment the card of before stands beside it: Streamlit takes away what a run did not draw when the run has ended
    expect(opened(app).filter(has_text="2048·1000 + 1000 = 2,049,000")).to_be_visible()
    expect(opened(app)).to_have_count(1)


def test_a_click_on_a_point_opens_its_formulas(visit) -> None:
    app = visit("/compare?diff=presets", "What changes between two models?")
    points = app.page.locator(".stPlotlyChart .scatterlayer .points path")
    points.last.wait_for()
    app.still()
    box = points.last.bounding_box()
    app.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(opened(app)).to_have_count(2)
    expect(opened(app).first).to_contain_text("MACs")


def test_the_maps_panel_writes_out_what_the_picture_shows(visit) -> None:
    app = visit("/?color=params", "25.56 M")
    app.page.locator(".tile[data-id='layer3.1']").click()
    expect(app.page.locator(".facts .formula", has_text="= 1,117,184")).to_be_visible()
    share = app.page.locator(".facts small .proved").first
    expect(share).to_have_text("4.4 %")
    share.click()
    expect(app.page.locator(".map-root .proof-card")).to_contain_text("100·1,117,184 ÷ 25,557,032 ≈ 4.371")


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
