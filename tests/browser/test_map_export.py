"""What the map gives away and lets in: pictures that stand alone, and labels that stay text."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.browser.harness import counted, drawing

SVG = "{http://www.w3.org/2000/svg}"


def saved(page, button: str, folder: Path) -> Path:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button, exact=True).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_svg_and_png_carry_everything_in_the_file(show, tmp_path: Path) -> None:
    page = show(drawing("resnet18", color="params"))
    path = saved(page, "SVG", tmp_path)
    assert path.name == "resnet18-blocks.svg"
    root = ET.parse(path).getroot()
    lines = [one for one in root.iter(f"{SVG}path") if one.get("data-count")]
    assert [one.get("data-kind") for one in lines].count("identity") == 5 and len(lines) == 8
    assert {one.get("stroke") for one in lines} == {"rgb(210, 69, 47)"}
    text = path.read_text(encoding="utf-8")
    assert "var(--" not in text and 'class="hit"' not in text and "ResNet-18" in text and "11.69 M params" in text
    assert root.find(f"{SVG}title").text == "ResNet-18"
    assert {one.get("fill") for one in root.iter(f"{SVG}rect") if one.get("class") == "face"} >= {"rgb(15, 47, 92)"}
    png = saved(page, "PNG", tmp_path).read_bytes()
    assert png[:8] == b"\x89PNG\r\n\x1a\n" and int.from_bytes(png[16:20]) == 3200 and int.from_bytes(png[20:24]) == 1800


def test_the_file_is_a_picture_by_itself(show, browser, tmp_path: Path) -> None:
    """Opened alone, the SVG renders the same tiles in the same colours."""
    page = show(drawing("resnet18", color="macs"))
    path = saved(page, "SVG", tmp_path)
    alone = browser.new_page()
    alone.goto(path.as_uri())
    assert alone.locator("rect.face").count() == 12
    fills = "all => all.map((one) => getComputedStyle(one).fill)"
    assert alone.locator("rect.face").evaluate_all(fills) == page.locator("rect.face").evaluate_all(fills)
    alone.close()


@pytest.mark.parametrize(
    "label",
    ["<script>window.hacked=1</script>", '"><img src=x onerror="window.hacked=1">', "a & b &lt; c", "x" * 10_000],
)
def test_hostile_labels_come_out_as_text(show, label: str, tmp_path: Path) -> None:
    data = drawing("resnet18", node="layer1.0")
    for tile in data["scene"]["tiles"]:
        tile["name"] = tile["recipe"] = tile["says"] = tile["holds"] = label
    for kind in data["details"]["kinds"]:
        kind["reason"], kind["question"] = [label], label
    data["title"] = data["facts"] = data["scene"]["lanes"][0]["shape"] = label
    for column in data["columns"].values():
        column["label"] = label
    page = show(data)
    page.locator('.tile[data-id="layer1.1"]').hover()
    page.locator(".tip").wait_for()  # in which the label stands too
    assert page.evaluate("window.hacked") is None
    assert page.locator("img, .map-root script").count() == 0
    assert label.lower() in page.locator(".panel .reason").inner_text().lower()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    root = ET.parse(saved(page, "SVG", tmp_path)).getroot()
    assert root.find(f"{SVG}title").text == label and not list(root.iter(f"{SVG}script"))


def test_figure_3_draws_the_three_nets(show) -> None:
    page = show(drawing("resnet34", figure="fig3"))
    assert counted(page) == {"identity": 13, "projection": 3}
    assert page.locator(".column-name").all_text_contents() == ["VGG-19", "plain-34", "ResNet-34"]
    page.locator('.tile[data-id="VGG-19/features.conv1_1"]').click()
    assert "1,792" in page.locator(".panel").inner_text()


def test_figure_3_is_whole_on_a_phone_with_words_in_every_box(show) -> None:
    page = show(drawing("resnet34", figure="fig3"), width=390, height=844, has_touch=True, is_mobile=True)
    assert counted(page) == {"identity": 13, "projection": 3}
    assert page.locator(".canvas").evaluate("one => one.scrollWidth <= one.clientWidth")
    words = page.locator(".tile .tile-value:not(.small)").all_text_contents()
    assert len(words) == page.locator(".tile").count() and {"3×3, 128 /2", "max pool /2", "avg pool"} <= set(words)
    outside = page.locator(".tile").evaluate_all("""all => all.filter((one) => {
      const [face, said] = [".face", ".tile-value"].map((part) => one.querySelector(part).getBoundingClientRect());
      return said.left < face.left || said.right > face.right;
    }).length""")
    assert outside == 0
    page.set_viewport_size({"width": 1000, "height": 800})
    page.locator(".column-fact", has_text="paper: 19.6 billion").wait_for()


def test_fullscreen_shows_the_title(show) -> None:
    page = show(drawing("resnet50"))
    page.get_by_role("button", name="Full screen").click()
    page.wait_for_function("document.fullscreenElement !== null")
    page.locator(".slide-title").wait_for()
    assert "ResNet-50" in page.locator(".slide-title").inner_text()
