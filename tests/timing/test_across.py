"""Times of several nets side by side: never across machines or settings."""

from __future__ import annotations

from dataclasses import replace

import pytest

from explorer.timing.data import records
from explorer.timing.data.across import across
from tests.timing.test_rows import FACTS, seen


def other(one, **settings):
    return replace(one, settings=replace(one.settings, **settings))


def test_only_what_was_measured_alike_is_set_side_by_side() -> None:
    made = across([seen("resnet18", 0.02), seen("resnet50", 0.05), other(seen("resnet34", 0.001), dtype="bf16")])
    assert made.seconds == {"resnet18": pytest.approx(0.02), "resnet50": pytest.approx(0.05)}
    elsewhere = replace(seen("resnet34", 0.001), provenance=FACTS | {"device": "another machine"})
    assert set(across([seen("resnet18"), seen("resnet50"), elsewhere]).seconds) == {"resnet18", "resnet50"}


def test_it_is_per_picture_and_the_larger_group_wins() -> None:
    eight = [other(seen(name, 0.08), batch=8) for name in ("resnet18", "resnet34", "resnet50")]
    made = across([seen("resnet18"), seen("resnet50"), *eight])
    assert made.seconds == {name: pytest.approx(0.01) for name in ("resnet18", "resnet34", "resnet50")}


def test_one_net_alone_is_nothing_to_compare() -> None:
    assert across([]) is None and across([seen("resnet18"), seen("resnet18")]) is None


def test_the_shipped_runs_hold_the_five_depths() -> None:
    made = across(run.measurement for run in records.recorded())
    assert set(made.seconds) >= {"resnet18", "resnet34", "resnet50", "resnet101", "resnet152"}
