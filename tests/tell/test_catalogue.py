"""The catalogue's search, rows and picture."""

from __future__ import annotations

import json

import pytest

from explorer.places import ROOT
from explorer.spec import catalogue
from explorer.tell import catalogue as told
from explorer.tell.plots.catalogue import against_cost


@pytest.mark.parametrize(
    ("text", "first", "count"),
    [
        ("", "resnet18", len(catalogue.rows())),
        ("keras", "keras_resnet50", 6),
        ("ResNeXt-50 32×4d", "resnext50_32x4d", 5),
        ("wrn 28-10", "wrn_28_10", 1),
        ("detectron2", "detectron2_r50", 3),
        ("no pixel skipped 200", "resnet200d", 4),
        ("banana", None, 0),
    ],
)
def test_a_search_holds_every_word(text: str, first: str | None, count: int) -> None:
    rows = told.find(text)
    assert (rows[0].name if rows else None, len(rows)) == (first, count)


def test_an_accuracy_never_stands_without_its_protocol() -> None:
    for row in catalogue.rows().values():
        lines = told.measured(row)
        assert len(lines) == len(row.accuracy) and all(one.protocol and one.source for one in row.accuracy)
    assert told.measured(catalogue.rows()["resnet50"])[0] == (
        "76.13 % top-1, ImageNet: weights IMAGENET1K_V1: one 224 px crop of a resized picture, ImageNet validation "
        "(torchvision 0.28)"
    )


def test_an_accuracy_on_larger_pictures_does_not_stand_beside_the_macs_of_smaller_ones() -> None:
    row = catalogue.rows()["resnet50d"]
    assert [(one.value, one.side) for one in row.accuracy] == [(79.078, 224), (81.356, 288)]
    assert told.facts(row)["top1"] == 79.078 and told.facts(catalogue.rows()["seresnet50"])["top1"] is None
    assert "ra2_in1k: one 288 px crop of 0.95" in told.measured(row)[1]


def test_torchvisions_accuracies_are_those_beside_its_weights() -> None:
    nets = json.loads((ROOT / "tests/golden/reference_nets.json").read_text())["torchvision"]["nets"]
    for name, facts in nets.items():
        mine = [one.value for one in catalogue.rows()[name].accuracy if "IMAGENET1K" in one.protocol]
        assert mine == [top1 for top1, _ in facts["accuracy"].values()]


def test_the_papers_errors_are_those_of_its_tables() -> None:
    """Against the tables that the Paper page shows."""
    published = {
        name: json.loads((ROOT / f"assets/published/{name}.json").read_text())["rows"]
        for name in ("table3", "table6", "preactivation")
    }
    errors = {row["net"]: row["error"] for row in published["table6"]}
    errors |= {
        f"preact_{row['label'].lower().replace('-', '')}_cifar": row["error_pre"] for row in published["preactivation"]
    }
    mine = {
        row.name: one.value for row in catalogue.rows().values() for one in row.accuracy if "He et al." in one.source
    }
    assert errors and {name: mine[name] for name in errors} == errors
    top1 = {row["label"]: row["top1_error"] for row in published["table3"]}
    for label, name in {"ResNet-34 A": "resnet34-A", "ResNet-34 B": "resnet34", "ResNet-34 C": "resnet34-optC"}.items():
        assert mine[name] == pytest.approx(100 - top1[label])


@pytest.mark.parametrize("against", told.AGAINST)
def test_the_picture_has_every_row_that_has_the_value(against: str) -> None:
    rows = [told.facts(row) for row in told.find("")]
    drawn = against_cost(rows, (against, told.AGAINST[against]), "resnet50").data[0]
    assert sorted(drawn.x) == sorted(row["macs"] for row in rows if row[against] is not None)
    names = [text for text in drawn.text if text]
    assert len(names) >= 5 and len(names) == len(set(names))


def test_what_is_told_of_a_net() -> None:
    said = told.about(catalogue.rows()["keras_resnet50"])
    assert any("25,636,712 parameters" in line for line in said)
    titles = [told.titled(row) for row in catalogue.rows().values()]
    assert len(titles) == len(set(titles)) and "ResNet-18 with CIFAR stem, 100 classes" in titles
    assert told.titled(catalogue.rows()["resnet34-plain"]) == "Plain-34"
