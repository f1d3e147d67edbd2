"""The stored tables are the papers', and the models agree with them cell by cell."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from explorer.facts import published
from explorer.facts.published import digits, error_table, errors, layer_table, load, table1
from explorer.facts.rollup import headline


def test_every_cell_of_table_1_matches_the_models():
    rows = table1()
    assert [row[0].row for row in rows] == [
        "conv1",
        "pool",
        "conv2_x",
        "conv3_x",
        "conv4_x",
        "conv5_x",
        "head",
        "FLOPs",
    ]
    assert [cell for row in rows for cell in row if not cell.match] == []
    assert all(len(row) == 6 for row in rows)


def test_table_1_is_rendered_and_not_copied(monkeypatch):
    """A changed printed table shows mismatches in just the changed cells."""
    forged = json.loads(json.dumps(layer_table()))
    forged["rows"][4]["cells"]["resnet101"] = "[1×1, 256; 3×3, 256; 1×1, 1024]×22"
    forged["rows"][2]["output"] = "55×55"
    forged["flops_e9"]["resnet18"] = "1.9"
    monkeypatch.setattr(published, "layer_table", lambda: forged)
    wrong = {(cell.row, cell.column) for row in table1.__wrapped__() for cell in row if not cell.match}
    assert wrong == {("conv4_x", "resnet101"), ("conv2_x", "output"), ("FLOPs", "resnet18")}


def test_the_flops_row_was_truncated_for_34_and_50_and_rounded_for_101_and_152():
    notes = {cell.column: (cell.live, cell.note) for cell in table1()[-1][1:]}
    assert notes == {
        "resnet18": ("1.814×10⁹", "rounded or truncated"),
        "resnet34": ("3.664×10⁹", "truncated"),
        "resnet50": ("3.858×10⁹", "truncated"),
        "resnet101": ("7.570×10⁹", "rounded"),
        "resnet152": ("11.282×10⁹", "rounded"),
    }


def test_torchvisions_stride_does_not_give_the_papers_flops():
    cells = {cell.column: cell.match for cell in table1("3x3")[-1]}
    assert cells == {
        "output": True,
        "resnet18": True,
        "resnet34": True,
        "resnet50": False,
        "resnet101": False,
        "resnet152": False,
    }


@pytest.mark.parametrize(
    ("value", "printed", "how"),
    [
        (3.858, "3.8", "truncated"),
        (3.858, "3.9", "rounded"),
        (3.81, "3.8", "rounded or truncated"),
        (4.09, "3.8", "differs"),
    ],
)
def test_how_a_figure_was_shortened(value, printed, how):
    assert digits(value, printed) == how


def test_table_2_plain_and_residual_have_the_same_parameters():
    rows = {row["net"]: row for row in errors("table2")}
    assert {net: row["top1_error"] for net, row in rows.items()} == {
        "plain-18": 27.94,
        "ResNet-18": 27.88,
        "plain-34": 28.54,
        "ResNet-34": 25.03,
    }
    assert rows["plain-34"]["params"] == rows["ResNet-34"]["params"] == 21_623_848
    assert rows["plain-18"]["params"] == rows["ResNet-18"]["params"] == 11_515_688


def test_table_3():
    rows = {row["net"]: (row["top1_error"], row["top5_error"], row["params"]) for row in errors("table3")}
    assert rows == {
        "plain-34": (28.54, 10.02, 21_623_848),
        "ResNet-34 A": (25.03, 7.76, 21_623_848),
        "ResNet-34 B": (24.52, 7.46, 21_797_672),
        "ResNet-34 C": (24.19, 7.40, 22_716_840),
        "ResNet-50": (22.85, 6.71, 25_557_032),
        "ResNet-101": (21.75, 6.05, 44_549_160),
        "ResNet-152": (21.43, 5.71, 60_192_808),
    }


def test_table_3_is_about_the_papers_own_nets_with_the_stride_on_the_1x1():
    """The MACs beside the published errors are those that round (or were cut) to the FLOPs of Table 1."""
    macs = {row["net"]: row["macs"] for row in errors("table3")}
    assert {net: macs[net] for net in ("ResNet-50", "ResNet-101", "ResNet-152")} == {
        "ResNet-50": 3_857_973_248,
        "ResNet-101": 7_570_194_432,
        "ResNet-152": 11_282_415_616,
    }
    for net, printed in layer_table()["flops_e9"].items():
        if (name := net.replace("resnet", "ResNet-")) in macs:
            assert digits(macs[name] / 1e9, printed) != "differs"


def test_cifar_errors_beside_computed_parameters():
    rows = {row["net"]: row for row in errors("table6")}
    assert {net: (row["error"], row["params"]) for net, row in rows.items()} == {
        "ResNet-20": (8.75, 269_722),
        "ResNet-32": (7.51, 464_154),
        "ResNet-44": (7.17, 658_586),
        "ResNet-56": (6.97, 853_018),
        "ResNet-110": (6.43, 1_727_962),
        "ResNet-1202": (7.93, 19_421_274),
    }
    assert all(row["params_agree"] for row in rows.values())
    assert not published.agrees(269_722, "0.28M")


def test_preactivation_nets_have_their_depth_in_the_name():
    for row in error_table("preactivation")["rows"]:
        assert published.spec_of(row).depth == int(row["label"].split("-")[1])
    assert [(row["error_post"], row["error_pre"]) for row in errors("preactivation")] == [
        (6.61, 6.37),
        (5.93, 5.46),
        (7.61, 4.92),
    ]


def test_what_the_preactivation_table_says_of_its_computed_figures():
    """Option A, and the same parameters and MACs before and after; option B differs by BN parameters alone."""
    assert "option A" in load("preactivation")["protocol"]
    for row in error_table("preactivation")["rows"]:
        spec = published.spec_of(row)
        post, pre = (headline(replace(spec, activation=when), 32, 32) for when in ("post", "pre"))
        assert spec.shortcut == "A" and (post["params"], post["macs"]) == (pre["params"], pre["macs"])
        post, pre = (headline(replace(spec, activation=when, shortcut="B"), 32, 32) for when in ("post", "pre"))
        assert 0 < post["params"] - pre["params"] < 1_000 and post["macs"] == pre["macs"]


@pytest.mark.parametrize("table", published.TABLES)
def test_every_table_says_where_it_is_from_and_under_which_protocol(table):
    data = load(table)
    assert "arXiv" in data["source"] and "Table" in data["source"] and data["url"].startswith("https://arxiv.org/abs/")
    assert len(data["protocol"]) > 30


def test_an_unknown_table_is_named():
    with pytest.raises(ValueError, match="table='table9': choose one of table1"):
        load("table9")
