"""What is taken away looks as it did when a person last read it; the command printed beside it gives the same facts."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace

import pytest

from explorer.cli.flags import asked
from explorer.cli.main import parser
from explorer.facts import comparison
from explorer.facts.rollup import METRICS, Metric, facts
from explorer.net.trace import trace
from explorer.spec import ResNetSpec, catalogue, named, preset, presets
from explorer.tell import cells, export
from tests import golden

V1 = replace(preset("resnet50"), stride_on="1x1")
ODD = ResNetSpec(
    stages=(1, 2), block="basic", shortcut="A", activation="pre", norm="none", width=8, in_channels=1, num_classes=7
)
FILES = {
    "resnet18.txt": lambda: export.to_table(preset("resnet18"), 224, 224, 1),
    "resnet34-layers.csv": lambda: export.to_csv(preset("resnet34"), 224, 224, 1),
    "resnet50-v1.md": lambda: export.to_report(V1, 224, 224, 1),
    "resnet50-stages.json": lambda: export.to_json(preset("resnet50"), 224, 224, 1, "stages"),
    "resnet20_cifar-layers.txt": lambda: export.to_table(preset("resnet20_cifar"), 32, 32, 1, "layers"),
    "odd-61x50.txt": lambda: export.to_table(ODD, 61, 50, 3, "layers"),
    "resnet50.py.txt": lambda: export.to_code(preset("resnet50"), 224, 224),
    "odd.py.txt": lambda: export.to_code(ODD, 61, 50),
}


@pytest.mark.parametrize("name", FILES)
def test_golden(request, name):
    golden.check(request, name, FILES[name]())


@pytest.mark.parametrize("spec", [*presets().values(), V1, ODD], ids=str)
def test_the_command_gives_the_same_model(spec):
    words = shlex.split(cells.command(spec, 61, 50, 2))
    assert words[:3] == ["python", "-m", "explorer"]
    given = parser().parse_args(words[3:])
    assert asked(given).spec == spec and given.input == "61x50" and given.batch == "2"


OWN = [
    *(row.spec for row in catalogue.rows().values()),
    replace(named("resnet10t"), stem_widths=()),
    replace(named("keras_resnet50v2"), norm="group", num_classes=7),
    replace(named("d2l_resnet18"), in_channels=3),
]


@pytest.mark.parametrize("size", [(224, 224), (32, 32), (96, 96), (61, 50)], ids=str)
def test_the_command_and_the_address_of_any_net_give_it_back(size):
    for spec in OWN:
        found = asked(parser().parse_args(shlex.split(cells.command(spec, *size))[3:]))
        assert (found.spec, found.height, found.width) == (spec, *size), cells.command(spec, *size)
        assert comparison.parse(comparison.address(spec)) == spec


def test_the_command_is_short_where_nothing_is_special():
    assert cells.command(preset("resnet50"), 224, 224) == "python -m explorer resnet50"


def test_columns_of_the_table_sum_to_its_totals():
    data = facts(preset("resnet101"), 224, 224)
    for metric in ("params", "macs", "activation_bytes"):
        assert sum(row[metric] for row in data["stages"]) == data[metric] == sum(row[metric] for row in data["layers"])
    assert json.loads(export.to_json(preset("resnet101"), 224, 224, 1)) == data


def test_a_metric_that_not_every_layer_has_stands_in_the_tables(monkeypatch):
    """And one that is no whole number is short."""
    of = lambda node: node.macs / node.params if node.params else None
    monkeypatch.setitem(METRICS, "each", Metric("MACs per parameter", "count", of, "how often a weight is used"))
    shown = {node.path: cells.layer_cells(node)["MACs per parameter"] for node in trace(preset("resnet18"))}
    assert (shown["conv1"], shown["bn1"], shown["maxpool"], shown["fc"]) == ("12.5 K", "0", "–", "1.00")
