"""Every row of the catalogue against the libraries themselves and against arithmetic that knows no torch."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from explorer.spec import catalogue
from tests.spec.closed_form import count

REFERENCE = json.loads((Path(__file__).parent.parent / "golden" / "reference_nets.json").read_text())
ROWS = catalogue.rows()


def test_the_catalogue_is_large_and_no_net_stands_twice() -> None:
    assert len(ROWS) >= 80
    assert len({row.spec for row in ROWS.values()}) == len(ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_a_row_is_what_arithmetic_gives(name: str) -> None:
    row = ROWS[name]
    assert row.spec.in_channels == row.input[0]
    assert (row.params, row.macs) == count(row.spec, *row.input[1:])


@pytest.mark.parametrize("library", REFERENCE)
def test_a_row_is_what_the_library_builds(library: str) -> None:
    nets = REFERENCE[library]["nets"]
    for name in set(nets) & set(ROWS):
        row, facts = ROWS[name], nets[name]
        assert [1, *row.input] == facts["input"], name
        assert (row.params, row.macs) == (facts["params"], facts["macs"]), name


def test_every_net_of_torchvision_and_nearly_all_of_timm_stand_in_it() -> None:
    assert set(REFERENCE["torchvision"]["nets"]) <= set(ROWS)
    missing = set(REFERENCE["timm"]["nets"]) - set(ROWS)
    assert {name for name in missing if "aa" not in name} == {
        "senet154",
        "legacy_senet154",
        "legacy_seresnet18",
        "legacy_seresnet34",
    }


PUBLISHED = {  # name → parameters as the papers, tables and issues print them
    "keras_resnet50": 25_583_592,
    "wrn_28_10": 36_479_194,
    "preact_resnet1001_cifar": 10_327_706,
    "uva_resnet20": 272_378,
    "d2l_resnet18": 11_178_378,
    "resnext29_8x64d": 34_426_698,
    "resnet18_cifar": 11_173_962,
    "preact_resnet18": 11_171_146,
    "detectron2_r50": 23_454_912,
    "resnet34-A": 21_623_848,
    "resnet8x4": 1_233_540,
    "resnet32x4": 7_433_860,
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_counts(name: str) -> None:
    assert ROWS[name].params == PUBLISHED[name]


def test_keras_totals_count_the_running_statistics_too() -> None:
    totals = {
        "50": 25_636_712,
        "101": 44_707_176,
        "152": 60_419_944,
        "50v2": 25_613_800,
        "101v2": 44_675_560,
        "152v2": 60_380_648,
    }
    assert {name: ROWS[f"keras_resnet{name}"].params_total for name in totals} == totals
