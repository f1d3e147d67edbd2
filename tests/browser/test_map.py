"""The map in the running app: the address says what is seen, a click costs little, and nobody is shut out."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.harness import BOXES, comes, counted

PROJECTOR = {"width": 1280, "height": 720}
CASES = {  # query -> the shortcuts of the traced module
    "depth=18": {"identity": 5, "projection": 3},
    "depth=34&shortcut=A": {"identity": 13, "pad": 3},
    "depth=34&shortcut=C": {"projection": 16},
    "depth=34&shortcut=none": {},
    "depth=152&level=layers": {"identity": 46, "projection": 4},
    "depth=152&fold=on": {"identity": 46, "projection": 4},
    "depth=other&model=cifar&layers=1202": {"identity": 598, "pad": 2},
}


def test_the_screen_shows_the_shortcuts_of_the_traced_module(visit) -> None:
    seen = visit("/", viewport=PROJECTOR, reduced_motion="reduce")  # else the net before fades out
    for query in CASES:
        seen.follow(f"/?{query}").page.wait_for_selector(".tile")
        comes(lambda: counted(seen.page), CASES[query])


def test_the_whole_of_152_stands_on_a_projector_without_scrolling(visit) -> None:
    seen = visit("/?depth=152&color=params", "60.19 M params", viewport=PROJECTOR)
    page = seen.page
    page.wait_for_selector(".tile")
    seen.still()  # while the page's head comes the map stands higher, and it is drawn again for the room that is left
    boxes = page.evaluate(BOXES, ".tile")
    assert len(boxes) == 54
    assert max(bottom for bottom, *_ in boxes) <= 720 and max(right for _, right, *_ in boxes) <= 1280
    assert min(height for *_, height in page.evaluate(BOXES, ".tile-value")) >= 11  # pixels of a line of text
    for kind in (".lane-name", ".lane-shape"):  # the stem's and the head's too: their lanes are lower
        said = page.locator(f"{kind}:visible").all_text_contents()
        assert len(said) == 6, (kind, said)
    assert said[-1] == "1,000 classes"


def test_a_low_tile_has_its_words_beside_a_scenes_too(visit) -> None:
    """Outside the projector view half of a tile's height was too small to be read: those of stem and head were empty."""
    page = visit("/?depth=152&lecture=five-depths", viewport=PROJECTOR).page
    page.wait_for_selector(".tile")
    words = page.locator(".tile .tile-value:not(.small):visible")
    expect(words).to_have_count(54)
    comes(lambda: [*(said := words.all_text_contents())[:2], *said[-2:]], ["conv1", "maxpool", "avgpool", "fc"])


def test_below_the_first_page_the_map_fills_the_window_to_which_one_scrolls(visit) -> None:
    """It had the room that was left below the walk, which is none: 400 pixels."""
    seen, late = visit("/sheet", "What are its numbers?", fresh=True, reduced_motion="reduce"), []
    page, tile = seen.page, seen.page.locator(".tile[data-id='layer4.0']")
    page.route("**/resnet_walk*.js", lambda route: late.append(route))  # a slow line: the walk comes after the map
    page.goto(page.url.partition("/sheet")[0])
    tile.wait_for()
    for route in late:
        route.continue_()
    page.locator(".first .walk-scrub").wait_for()
    seen.still()
    window = page.viewport_size
    ((_, _, width, _),) = page.evaluate(BOXES, ".tile[data-id='layer4.0']")
    assert width > window["width"] / 15
    ((*_, height),) = page.evaluate(BOXES, ".map-root .body")
    assert 0.7 * window["height"] < height < window["height"]


def test_a_click_goes_into_the_address_and_costs_about_a_kilobyte(visit) -> None:
    app = visit("/?depth=152", "60.19 M params")
    page, received = app.page, []
    app.still()
    client = app.context.new_cdp_session(page)
    client.send("Network.enable")
    client.on(
        "Network.webSocketFrameReceived", lambda frame: received.append(len(frame["response"]["payloadData"]) * 3 / 4)
    )
    page.locator('.tile[data-id="layer2.0"]').click()
    page.wait_for_url(re.compile("node=layer2.0"))
    app.settle()
    expect(page.locator(".panel h3")).to_have_text("Why dotted?")
    assert 0 < sum(received) < 4_000
    page.reload()
    page.wait_for_selector('.tile[data-id="layer2.0"][aria-selected="true"]')
    page.locator('[data-testid="stTopNavLink"]').nth(2).click()
    app.settle("Why the bottleneck?")
    page.locator('[data-testid="stTopNavLink"]').first.click()
    page.wait_for_selector(".tile")  # the map is back; what is selected is what the address says
    app.settle()
    comes(lambda: page.locator('.tile[aria-selected="true"]').count(), int("node=" in page.url))


def test_a_link_opens_the_block_meant_and_another_model_drops_what_it_lacks(visit) -> None:
    app = visit("/?depth=152&node=layer3.30.conv2&open=1&color=macs", "60.19 M params")
    page = app.page
    page.wait_for_selector(".scene.opened")
    assert page.locator(".panel h3").inner_text() == "3×3 conv, 256"
    page.locator(".st-key-depth").get_by_role("radio", name="18", exact=True).click()
    app.settle("11.69 M params")
    page.wait_for_selector(".scene.blocks")
    page.wait_for_function("!location.search.includes('node=')")
    assert "color=macs" in page.url
    comes(lambda: counted(page), {"identity": 5, "projection": 3})


def test_levels_folding_and_figure_3_are_in_the_address(visit) -> None:
    app = visit("/?depth=50", "25.56 M params")
    page = app.page
    page.get_by_role("button", name="Layers", exact=True).click()
    page.wait_for_selector(".scene.layers")
    expect(page).to_have_url(re.compile("level=layers"))
    page.get_by_role("button", name="Blocks", exact=True).click()
    page.wait_for_selector(".scene.blocks")
    page.get_by_role("button", name="Fold ×N").click()
    page.wait_for_selector('.tile[aria-label*="5 blocks"]')
    expect(page).to_have_url(re.compile("fold=on"))
    assert counted(page) == {"identity": 12, "projection": 4}
    page.locator('.tile[data-id="layer3.1"]').dblclick()
    page.wait_for_selector('.tile[data-id="layer3.5"]')
    expect(page).to_have_url(re.compile("unfold=layer3.1"))
    assert counted(page) == {"identity": 12, "projection": 4}
    page.get_by_role("button", name="Fig. 3").click()
    page.wait_for_selector(".scene.fig3")
    expect(page).to_have_url(re.compile("figure=fig3"))
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Graphviz DOT").click()
    assert waiting.value.suggested_filename == "resnet50.dot"
    assert "layer1.0.conv1" in waiting.value.path().read_text(encoding="utf-8")


def test_a_phone_shows_the_map_at_its_own_width(visit) -> None:
    app = visit("/?depth=101&node=layer3.5", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    app.page.wait_for_selector(".tile")
    expect(app.page.locator(".map-root")).to_have_attribute("data-layout", "narrow")
    app.still()
    assert min(width for _, _, width, _ in app.page.evaluate(BOXES, ".tile")) >= 40  # large enough for a finger
    app.page.locator('.tile[data-id="layer3.6"]').tap()
    app.page.wait_for_url(re.compile("node=layer3.6"))


def test_escape_closes_a_proof_card_and_only_then_the_panel(visit) -> None:
    app = visit("/?node=layer2.0", "Why dotted?")
    app.page.locator(".facts .proved").nth(1).click()
    card = app.page.locator(".map-root .proof-card")
    card.wait_for()
    assert "256·128·1²" in card.inner_text() and "379,392" in card.inner_text()
    app.page.keyboard.press("Escape")
    card.wait_for(state="hidden")
    assert app.page.locator(".panel h3").inner_text().startswith("Why dotted?") and "node=layer2.0" in app.page.url
    app.page.keyboard.press("Escape")
    app.page.wait_for_function("() => !location.search.includes('node=')")
