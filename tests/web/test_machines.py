"""The Machines page of a host with a cluster: what each node has, and whose PyTorch is another than this host's."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import streamlit
import torch

from explorer.cluster import Machine
from explorer.jobs import Where
from explorer.web import pieces
from explorer.web.plain import read
from explorer.web.sections import machines

OURS = torch.__version__


def node(id: str, torch: str, **more: float) -> Machine:
    said = Where(id, "3.11.7", torch, {"cpu": "a processor"})
    return Machine(id, True, 4.0, more.get("gpus", 0.0), 8e9, said)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What the page says: rows of its table, and warnings."""
    seen = SimpleNamespace(rows=[], warnings=[])
    monkeypatch.setattr(pieces, "table", lambda rows, *its: seen.rows.extend(rows))
    monkeypatch.setattr(streamlit, "warning", lambda text, **its: seen.warnings.append(read(text)))
    return seen


def runner(*known: Machine, problem: str = "") -> Any:
    return SimpleNamespace(known=known, problem=problem, refresh=lambda: None, running=dict)


def test_a_node_with_another_pytorch_is_told(shown: SimpleNamespace) -> None:
    machines._nodes(runner(node("aaaaaa", OURS), node("bbbbbb", "1.13.1+cu117", gpus=2)))
    assert [row["PyTorch"] for row in shown.rows] == [OURS, OURS, "1.13.1+cu117"]
    assert shown.rows[2]["processors"] == "4, 2 GPU"
    (said,) = shown.warnings
    assert said.startswith(f"Node bbbbbb has PyTorch 1.13.1+cu117, this host {OURS}") and "aaaaaa" not in said


def test_where_all_agree_nothing_is_warned_of(shown: SimpleNamespace) -> None:
    machines._nodes(runner(node("aaaaaa", OURS)))
    assert not shown.warnings


def test_a_cluster_that_cannot_be_reached_is_told(shown: SimpleNamespace) -> None:
    machines._nodes(runner(problem="head:6379 does not answer"))
    assert len(shown.rows) == 1 and "head:6379 does not answer. Until it can" in shown.warnings[0]
