"""What an experiment takes of memory is reckoned before anything is made, never under; what does not fit is refused with what would."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch

from explorer.apart import TooLarge
from explorer.jobs import Job
from explorer.lab import live
from explorer.lab.experiments import EXPERIMENTS, KNOWN, ran, taken
from explorer.lab.experiments.data import TEST, TRAINING, digits
from tests.lab.tiny import TINY

RECORDED = list(csv.DictReader(Path(__file__).with_name("grown.csv").open(encoding="utf-8")))
FREE = 10**12


def config_of(row: dict[str, str]) -> Any:
    said = json.loads(row["config"])
    listed = {
        name: tuple(map(tuple, value) if name == "operations" else value)
        for name, value in said.items()
        if isinstance(value, list)
    }
    return type(KNOWN[row["experiment"]].default)(**said | listed)


@pytest.fixture(autouse=True)
def nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taken, "_promised", {})
    monkeypatch.setattr(taken, "_held", lambda device: 0)


def test_what_is_reckoned_is_never_under_what_a_process_grew_by() -> None:
    """Second source: the kernel's own count of resident memory, recorded by `tests.benchmarks.bench_lab_memory`: each size that a
    page offers, and others at random up to 2.5 GB."""
    found = []
    for row in RECORDED:
        measured = float(row["measured_mb"]) * 1e6
        found.append((taken.reckoned(KNOWN[row["experiment"]], config_of(row)) / measured, measured, row))
    assert min(found, key=lambda one: one[0])[0] >= 1, min(found, key=lambda one: one[0])
    large = [one for one in found if one[1] > 100e6]
    assert max(large, key=lambda one: one[0])[0] <= 1.6, max(large, key=lambda one: one[0])
    assert {row["experiment"] for row in RECORDED} == set(KNOWN) and len(large) > 30
    assert max(measured for _, measured, _ in found) > 1e9


def test_the_data_are_as_many_as_are_reckoned() -> None:
    assert [len(part.y) for part in digits()] == [TRAINING, TEST]


@pytest.mark.parametrize("key", KNOWN)
def test_more_of_anything_takes_more(key: str) -> None:
    usual = KNOWN[key].default
    larger = {
        "width": 16,
        "side": 16,
        "depth": 62,
        "depths": (20, 62),
        "imagenet_depths": (18, 50, 152),
        "picture_side": 160,
    }
    there = {name: value for name, value in larger.items() if hasattr(usual, name) and getattr(usual, name) != value}
    assert there
    for name, value in there.items():
        assert KNOWN[key].takes(replace(usual, **{name: value})) > KNOWN[key].takes(usual), name


def refused(key: str, config: Any) -> str:
    with pytest.raises(TooLarge) as caught:
        ran(key, config, Job(lambda job: None, ""))
    return str(caught.value)


def test_too_large_a_run_is_refused_before_anything_is_made_with_the_size_that_would_fit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = KNOWN["landscape"]
    monkeypatch.setattr(torch.nn, "Conv2d", lambda *_, **__: pytest.fail("a net was made"))
    small, large = (taken.reckoned(made, made.presets[name].config) for name in ("20", "56"))
    monkeypatch.setattr(taken, "free_bytes", lambda device: (small + large) / 2 / taken.SHARE)
    said = refused("landscape", made.presets["56"].config)
    assert said.startswith("“56 layers”: needs about 17") and said.endswith("free). “20 layers” would fit.")
    with taken.room("landscape", made.presets["20"].config, KNOWN):
        pass
    by_hand = replace(made.presets["56"].config, depth=110)
    assert refused("landscape", by_hand).startswith("depth=110, pictures=128, width=8, side=8: needs about")


def test_where_no_size_fits_the_experiments_that_do_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taken, "free_bytes", lambda device: 300e6)
    said = refused("signal", KNOWN["signal"].default)
    assert "“He initialisation, 18, 50 and 152 layers”: needs about 5" in said
    assert said.endswith(
        "No size of it does; of the experiments, Degradation, A solution exists, BN and the rate, Shattered gradients, Lesions, Loss landscape would fit."
    )
    monkeypatch.setattr(taken, "free_bytes", lambda device: 1e6)
    assert refused("signal", KNOWN["signal"].default).endswith("No experiment fits here.")


def test_the_host_s_own_ceiling_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taken, "most_bytes", lambda free: 200e6)
    monkeypatch.setattr(taken, "free_bytes", lambda device: FREE)
    assert "200.0 MB of memory may be used here" in refused("signal", KNOWN["signal"].default)


def test_a_paused_run_keeps_what_it_was_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have taken little yet."""
    config = KNOWN["signal"].default
    need = taken.reckoned(KNOWN["signal"], config)
    monkeypatch.setattr(taken, "free_bytes", lambda device: 1.5 * need / taken.SHARE)
    with taken.room("signal", config, KNOWN):
        said = refused("signal", config)
        assert "runs that have begun and rest or are paused take 45" in said and said.endswith(
            "when one of them has ended."
        )
        with taken.room("degradation", TINY["degradation"], KNOWN):
            pass
    with taken.room("signal", config, KNOWN):
        pass


def test_the_page_s_runs_and_soundings_go_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taken, "free_bytes", lambda device: 1e6)
    for work in (live._run, live._sound):
        job = Job(partial(work, "degradation", TINY["degradation"]), "")
        job.run()
        assert job.state == "failed" and isinstance(job.error, TooLarge), work


def test_memory_that_runs_out_all_the_same_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(config: Any, job: Job) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")

    monkeypatch.setattr(taken, "free_bytes", lambda device: FREE)
    monkeypatch.setitem(KNOWN, "lesion", replace(EXPERIMENTS["lesion"], run=fails))
    assert "“residual-56 and plain-20”: the device ran out of memory. It has been given back" in refused(
        "lesion", KNOWN["lesion"].default
    )
    assert not taken._promised
