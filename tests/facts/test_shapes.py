"""Stage rows and the volumes drawing follow the trace."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from explorer.facts.shapes import lesson, proofs_by_row, stage_rows
from explorer.net.trace import trace
from explorer.spec import preset, presets
from explorer.tell.drawing import milestones, receptive_drawing, volumes_drawing


def test_the_stages_of_resnet50_are_table_1s() -> None:
    """He et al. 2015, Table 1: output sizes and blocks of the 50-layer column."""
    rows = stage_rows(trace(preset("resnet50")))
    assert [row["output"] for row in rows] == ["56×56×64", "56×56×256", "28×28×512", "14×14×1024", "7×7×2048", "1000"]
    assert rows[1]["what"] == "[1×1, 64 → 3×3, 64 → 1×1, 256] × 3"
    assert rows[0]["what"] == "7×7, 64, stride 2 → 3×3 max pool"
    assert rows[-1]["what"] == "average pool → 1,000-d fc" and rows[-1]["receptive field"] == "whole picture"


def test_the_volumes_name_every_map() -> None:
    found = milestones(trace(preset("resnet18")))
    assert [label for label, _ in found] == [
        "input",
        "conv1",
        "max pool",
        "conv2_x",
        "conv3_x",
        "conv4_x",
        "conv5_x",
        "pooled",
        "fc",
    ]


@pytest.mark.parametrize("name", [*presets()])
def test_every_preset_is_drawn_as_valid_svg_with_positive_sizes(name: str) -> None:
    spec = presets()[name]
    nodes = trace(spec, 1, 97)
    for drawn in (volumes_drawing(nodes, name), receptive_drawing(nodes, name)):
        root = ET.fromstring(str(drawn))
        assert all(float(rect.get("width")) > 0 for rect in root.iter("{http://www.w3.org/2000/svg}rect"))
    assert "1×97" in str(lesson(nodes))


def test_each_size_and_receptive_field_has_its_steps() -> None:
    """The last number of each formula is the row's own; the steps are the paper's halvings."""
    nodes = trace(preset("resnet50"))
    found = proofs_by_row(nodes)
    assert found[0]["output"].text == "⌊(224 + 2·3 − 7)/2⌋ + 1 = 112; ⌊(112 + 2·1 − 3)/2⌋ + 1 = 56"
    assert found[1]["output"].text == "56" and found[2]["output"].text == "⌊(56 + 2·1 − 3)/2⌋ + 1 = 28"
    assert [row["receptive field"].value for row in found[:-1]] == [11, 35, 91, 267, 427]
    assert found[-1] == {}
