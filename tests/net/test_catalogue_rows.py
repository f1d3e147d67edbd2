"""Every row of the catalogue against the real module of its spec, and as the terminal prints it."""

from __future__ import annotations

import json

import pytest

from explorer.cli.main import main
from explorer.net.trace import trace
from explorer.spec import catalogue

ROWS = catalogue.rows()


@pytest.mark.parametrize("name", ROWS)
def test_a_row_is_what_the_real_module_has(name: str) -> None:
    row = ROWS[name]
    nodes = trace(row.spec, *row.input[1:])
    assert sum(node.params for node in nodes) == row.params
    assert sum(node.macs for node in nodes) == row.macs


@pytest.mark.parametrize(
    "name", ["resnet200d", "d2l_resnet18", "keras_resnet50v2", "wrn_28_10", "detectron2_r50", "resnet34-plain"]
)
def test_the_terminal_prints_a_row_by_its_name_alone(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)
    row = ROWS[name]
    assert (said["params"], said["macs"], tuple(said["input"][1:])) == (row.params, row.macs, row.input)
