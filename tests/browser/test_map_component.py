"""The map's JavaScript in a real browser, without a server: what is drawn, keys, search, zoom, touch."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.harness import counted, drawing

PAPER = {"resnet18": (5, 3), "resnet34": (13, 3), "resnet50": (12, 4), "resnet101": (29, 4), "resnet152": (46, 4)}


def selected(page) -> str | None:
    return page.locator('.tile[aria-selected="true"]').get_attribute("data-id")


def heading(page) -> str:
    return page.locator(".panel h3").inner_text()


def test_the_svg_holds_as_many_solid_and_dotted_lines_as_the_paper(show) -> None:
    page = show(drawing("resnet18"), reduced_motion="reduce")  # else each net fades into the next
    for number, (name, (solid, dotted)) in enumerate(PAPER.items()):
        for level, fold in (("stages", "auto"), ("blocks", "on"), ("layers", "on"), ("blocks", "off")):
            page.evaluate("data => feed(data)", drawing(name, seq=2 + number, level=level, fold=fold))
            assert counted(page) == {"identity": solid, "projection": dotted}, (name, level, fold)
    dashes = page.locator('path.shortcut[data-kind="projection"]').evaluate_all(
        "all => all.map((one) => one.getAttribute('stroke-dasharray'))"
    )
    assert all(dashes) and len(dashes) == 4
    assert page.locator('path.shortcut[data-kind="identity"][stroke-dasharray]').count() == 0


def test_zero_padding_has_its_own_dash_and_mark_and_a_run_says_how_many_it_holds(show) -> None:
    page = show(drawing("resnet1202_cifar"))
    assert counted(page) == {"identity": 598, "pad": 2}
    assert page.locator(".canvas .mark-text").all_text_contents() == ["200", "0", "199", "0", "199"]
    zeros = page.locator(".legend .key").filter(has_text="zero-padding")
    assert zeros.locator(".mark-text").text_content() == "0", "the key says what the 0 is"
    assert page.locator('.tile[data-id="layer2.1"] text').all_text_contents() == ["×199", "199 solid"]


def test_an_opened_block_keeps_its_shortcut_and_says_every_shape(show) -> None:
    page = show(drawing("resnet50", node="layer2.0", open=True))
    assert counted(page) == {"projection": 1}
    texts = page.locator(".scene text").evaluate_all("all => all.map((one) => one.textContent)")
    assert {"1×1 conv, 128", "3×3 conv, 128, /2", "1×1 conv, 512", "1×1 conv, 512, /2", "28×28×512"} <= set(texts)
    expect(page.locator(".legend .key", has_text="projection")).to_have_text(
        re.compile("^ ?dotted")
    )  # no count of the whole net
    page.keyboard.press("Tab")
    page.locator('.tile[data-id="layer2.0.conv1"]').focus()
    page.keyboard.press("Escape")
    assert page.locator(".scene.blocks").count() == 1 and selected(page) == "layer2.0"


def test_arrows_follow_the_data_enter_opens_and_escape_closes(show) -> None:
    page = show(drawing("resnet50"))
    page.locator('.tile[data-id="conv1"]').focus()
    visited = []
    for _ in range(6):
        page.keyboard.press("ArrowRight")
        visited.append(selected(page))
    assert visited == ["maxpool", "layer1.0", "layer1.1", "layer1.2", "layer2.0", "layer2.1"]
    page.keyboard.press("ArrowDown")
    assert selected(page) == "layer3.1"
    page.keyboard.press("Enter")
    assert page.locator(".scene.opened").count() == 1 and heading(page) == "Why solid?"
    page.keyboard.press("ArrowDown")
    assert selected(page) in ("layer3.1.conv1", "layer3.1.bn1")
    page.keyboard.press("Escape")
    assert page.locator(".scene.blocks").count() == 1 and selected(page) == "layer3.1"
    page.keyboard.press("Escape")
    assert page.locator('.tile[aria-selected="true"]').count() == 0
    page.wait_for_function("reports.length && reports.at(-1).node === ''")


def test_the_focus_stays_in_the_picture_when_a_stage_opens(show) -> None:
    page = show(drawing("resnet18", level="stages"))
    page.locator('.tile[data-id="layer2"]').focus()
    page.keyboard.press("Enter")
    page.evaluate("data => feed(data)", drawing("resnet18", level="blocks"))  # what Python answers
    assert selected(page) == "layer2.0"
    page.keyboard.press("ArrowRight")
    assert selected(page) == "layer2.1"


def test_focus_is_visible_and_every_tile_can_be_heard(show) -> None:
    page = show(drawing("resnet18"))
    page.locator('.tile[data-id="conv1"]').focus()
    page.keyboard.press("ArrowRight")
    width = page.evaluate(
        "getComputedStyle(document.activeElement.shadowRoot.activeElement.querySelector('.ring')).strokeWidth"
    )
    assert float(width.removesuffix("px")) >= 3
    labels = page.locator(".tile").evaluate_all("all => all.map((one) => one.getAttribute('aria-label'))")
    assert all(labels) and len(set(labels)) == len(labels)
    assert "conv3_1, layer2.0, 3×3, 128, /2 · 3×3, 128, dotted shortcut: projection, output 28×28×128" in labels
    assert page.locator('.tile[tabindex="0"]').count() == 1  # one stop for Tab, arrows from there


def test_a_click_on_the_shortcut_says_why(show) -> None:
    page = show(drawing("resnet18"))
    page.locator('.bypass[data-id="layer3.0.downsample"] .hit').dispatch_event("click")
    assert heading(page) == "Why dotted?"
    assert (
        "so x cannot be added as it is: 1×1 convolution, stride 2, 32,768 weights"
        in page.locator(".panel .reason").inner_text()
    )
    page.wait_for_function("reports.at(-1)?.node === 'layer3.0.downsample'")
    prices = page.locator(".panel table.options").first.inner_text()
    assert "zero-padding" in prices and "projection" in prices
    page.locator(".panel .reason .term", has_text="1×1 convolution").click()
    assert "it mixes the channels" in page.locator(".proof-card").inner_text()
    terms = page.locator(".panel .term").all_inner_texts()
    assert "MACs" in terms and len(terms) == len(set(terms))


def test_search_finds_layers_opens_their_block_and_takes_keys(show) -> None:
    page = show(drawing("resnet152"))
    field = page.get_by_role("combobox", name="Find layers")
    field.fill("layer3.20.conv2")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert heading(page) == "3×3 conv, 256" and page.locator(".scene.opened").count() == 1
    field.fill("conv5_x")
    assert page.locator(".search li").first.inner_text() == "layer4"
    field.fill("<img src=x onerror=alert(1)>")
    assert page.locator(".search li").count() == 0
    page.keyboard.press("Escape")
    assert field.input_value() == ""


def test_search_finds_kinds_kernels_strides_and_shapes_lights_them_and_counts(show) -> None:
    page = show(drawing("resnet50"))
    field, said = page.get_by_role("combobox", name="Find layers"), page.locator(".search .said")
    strided = {"conv1", "maxpool", "layer2.0", "layer3.0", "layer4.0"}
    lit = "all => all.map((one) => one.dataset.id)"
    for text, count, tiles in (
        ("3x3", 16 + 1, 17),  # a convolution a block, and the pool
        ("stride", 2 + 2 * 3, len(strided)),  # the stem's two; in three stages the 3×3 and the projection
        ("batch normalization", 53, 17),
        ("7x7 2048", 3 * 4 + 2 + 2 + 1, 4),  # conv3 to the last ReLU, a projection, two conv1 that read it, the pool
        ("dotted", 4, 4),
        ("zzz", 0, 0),
    ):
        field.fill(text)
        found = page.locator(".tile.found").evaluate_all(lit)
        assert said.inner_text().startswith(f"{count} found" if count else "no match"), (text, said.inner_text())
        assert len(found) == tiles and (text != "stride" or set(found) == strided), (text, found)
        assert page.locator("svg.finding").count() == 1
    field.fill("3x3 stride 2")  # Enter goes from one to the next: the words stay, and so does what they light
    for at, called in enumerate(("max pool", "conv, 128", "conv, 256", "conv, 512", "max pool")):
        page.keyboard.press("Enter")
        assert heading(page) == f"3×3 {called}, /2" and field.input_value() == "3x3 stride 2"
        assert said.inner_text() == f"{at % 4 + 1} of 4 · Enter: the next" and page.locator("svg.finding").count() == 1
    page.keyboard.press("Escape")
    assert page.locator(".finding, .found, .results:visible").count() == 0


def test_colour_by_shows_values_and_a_legend_with_units(show) -> None:
    page = show(drawing("resnet18"))
    page.get_by_label("Colour by").select_option("params")
    assert page.locator('.tile[data-id="layer4.1"] text').first.text_content() == "4.72M"
    legend = page.locator(".legend").inner_text()
    assert "Parameters" in legend and "4.72M" in legend and "computed" in legend
    options = page.get_by_label("Colour by").locator("option").all_inner_texts()
    assert options == ["Stage", "Parameters", "MACs", "Layer outputs, fp32", "Receptive field"]


def test_the_table_and_the_map_select_each_other(show) -> None:
    page = show(drawing("resnet18"))
    row = page.locator('tr[data-id="layer3.1"]')
    row.locator("button").click()
    assert selected(page) == "layer3.1" and row.get_attribute("aria-current") == "true"
    page.locator('.tile[data-id="layer1.0"]').click()
    assert page.locator("tr[aria-current]").get_attribute("data-id") == "layer1.0"
    assert "73,984" not in row.inner_text() and "1.18 M" in row.inner_text()


def test_zoom_pan_and_fit(show) -> None:
    page = show(drawing("resnet152"))
    place = page.locator('.tile[data-id="layer3.20"]').bounding_box()
    page.mouse.move(place["x"] + 5, place["y"] + 5)
    page.mouse.wheel(0, -300)
    assert (
        page.locator("g.view").get_attribute("transform") == "translate(0 0) scale(1)"
    )  # the page scrolls, not the map
    page.keyboard.down("Control")
    page.mouse.wheel(0, -600)
    page.keyboard.up("Control")
    page.wait_for_function(
        "!document.body.lastElementChild.shadowRoot.querySelector('g.view').getAttribute('transform').endsWith('scale(1)')"
    )
    zoomed = page.locator("g.view").get_attribute("transform")
    page.mouse.down()
    page.mouse.move(place["x"] - 60, place["y"] - 30, steps=4)
    page.mouse.up()
    expect(page.locator("g.view")).not_to_have_attribute("transform", zoomed)
    assert page.locator('.tile[aria-selected="true"]').count() == 0  # a drag is no click
    page.get_by_role("button", name="Fit to screen").click()
    assert page.locator("g.view").get_attribute("transform") == "translate(0 0) scale(1)"


def test_touch_on_a_phone_selects_and_closes(show) -> None:
    page = show(drawing("resnet50"), width=390, height=844, has_touch=True, is_mobile=True)
    assert page.locator(".map-root").get_attribute("data-layout") == "narrow"
    page.locator('.tile[data-id="layer2.0"]').tap()
    expect(page.locator(".panel h3")).to_have_text("Why dotted?")  # a tap is a click when the finger has gone
    sheet = page.locator(".panel").bounding_box()
    assert sheet["y"] + sheet["height"] <= 846 and sheet["height"] <= 0.42 * 844
    page.get_by_role("button", name="Close").tap()
    expect(page.locator('.tile[aria-selected="true"]')).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    pinch(page, page.locator('.tile[data-id="layer1.1"]').bounding_box())
    page.wait_for_function(
        "Number(document.body.lastElementChild.shadowRoot.querySelector('g.view').getAttribute('transform').split('scale(')[1].slice(0, -1)) > 1.5"
    )


def pinch(page, box: dict[str, float]) -> None:
    """Two fingers move apart."""
    client, x, y = page.context.new_cdp_session(page), box["x"] + 20, box["y"] + 15
    for kind, apart in (
        ("touchStart", 20),
        ("touchMove", 30),
        ("touchMove", 50),
        ("touchMove", 70),
        ("touchEnd", None),
    ):
        points = [] if apart is None else [{"x": x - apart, "y": y, "id": 0}, {"x": x + apart, "y": y, "id": 1}]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def test_no_motion_when_none_is_wanted(show) -> None:
    page = show(drawing("resnet18"), reduced_motion="reduce")
    page.evaluate("data => feed(data)", drawing("resnet18", level="stages"))
    assert (
        page.evaluate(
            "document.getAnimations().length + document.body.lastElementChild.shadowRoot.getAnimations().length"
        )
        == 0
    )
    page.emulate_media(reduced_motion="no-preference")
    moving = "data => { feed(data); return document.body.lastElementChild.shadowRoot.getAnimations().length; }"
    assert (
        page.evaluate(moving, drawing("resnet18", level="blocks")) > 0
    )  # at once: the move lasts a quarter of a second


def test_a_picture_that_changes_under_a_pointer_at_rest_shows_no_tip(show) -> None:
    page = show(drawing("resnet50"))
    box = page.locator('.tile[data-id="layer3.2"]').bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    page.locator(".tip").wait_for()
    page.evaluate("data => feed(data)", drawing("resnet101", seq=2))
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.locator(".tip").is_hidden()
    page.mouse.move(middle[0] + 3, middle[1] + 2)
    page.locator(".tip").wait_for()


TIPS = {  # net → its view; a tile's path, and what its tip calls it
    "resnet18": ({}, {"layer2.0": "conv3_1", "conv1": "conv1"}),
    "resnet50": ({"level": "layers"}, {"layer2.0.conv2": "conv3_1, conv 2", "maxpool": "max pool"}),
    "resnet152": ({"fold": "on"}, {"layer3.1": "conv4_2 to conv4_36"}),
}


@pytest.mark.parametrize("name", TIPS)
def test_a_tip_calls_a_part_as_the_page_does(show, name: str) -> None:
    """The paper's name, as in the panel, the tables and the answers; the code's name stands beside it in the panel."""
    view, called = TIPS[name]
    page = show(drawing(name, **view))
    for path, words in called.items():
        page.locator(f'[data-id="{path}"]').first.hover(force=True)
        expect(page.locator(".tip b")).to_have_text(words)


def test_the_nets_panel_says_what_is_special_and_nothing_where_nothing_is(show) -> None:
    page = show(drawing("resnet50"))
    assert page.locator(".panel .kicker").all_inner_texts() == ["Shortcuts"]
    said = ["Deep stem: three 3×3 in place of one 7×7", "D: the pool takes the stride, so no pixel is skipped"]
    page.evaluate("data => feed(data)", drawing("resnet50", seq=2) | {"stamp": "another", "special": said})
    assert page.locator(".panel .reason").all_inner_texts() == [f"{one}." for one in said]


# The layers' tiles of a kind, and of each what can be read on it.
SAID = """kind => [...document.body.lastElementChild.shadowRoot.querySelectorAll(`.tile.kind-${kind}`)]
  .filter((tile) => !tile.dataset.id.includes("downsample"))
  .map((tile) => [...tile.querySelectorAll("text:not(.small)")].map((one) => one.textContent).join(" "))"""
# Words over their tile's edge.
OVER = """all => all.filter((text) => {
  const [face, said] = [text.parentElement.querySelector(".face"), text].map((one) => one.getBoundingClientRect());
  return said.left < face.left - 1 || said.right > face.right + 1 || said.top < face.top - 1 || said.bottom > face.bottom + 1;
}).map((text) => text.textContent)"""


@pytest.mark.parametrize(("width", "height"), [(1000, 520), (1160, 700), (390, 844)])
def test_every_convolution_says_what_it_is_and_more_as_one_comes_nearer(show, width: int, height: int) -> None:
    """In as few words as there is room for: a tile without any explains nothing."""
    page = show(drawing("resnet50", level="layers"), width=width, height=height)
    said = page.evaluate(SAID, "conv")
    assert len(said) == 49 and set(said) <= {"7×7", "7×7, 64 /2", "1×1", "3×3", "3×3, 128 /2"}
    assert page.locator(".tile text:not(.small)").evaluate_all(OVER) == []
    nearer = "one => one.dispatchEvent(new WheelEvent('wheel', { deltaY: %d, ctrlKey: true, bubbles: true, cancelable: true }))"
    page.locator(".canvas").evaluate(nearer % -1600)
    assert {"1×1, 64", "3×3, 64", "3×3, 512 /2", "1×1, 2048"} <= set(page.evaluate(SAID, "conv"))
    page.locator(".canvas").evaluate(nearer % 9000)
    page.get_by_label("Colour by").select_option("params", force=True)
    small = page.locator(".tile text:not(.small)").evaluate_all(
        "all => all.filter((one) => one.getAttribute('font-size') * one.parentElement.getScreenCTM().a < 11.5).length"
    )
    assert small == 0 and page.locator(".tile text.small").count() > 0
