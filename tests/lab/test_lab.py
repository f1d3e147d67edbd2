"""What holds for every experiment: labelled finite rows, the same bits from the same seed, prompt cancellation."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import fields, replace
from functools import cache

import pytest
import torch

from explorer.jobs import Cancelled, Job, Runner
from explorer.lab.experiments import EXPERIMENTS, experiment
from explorer.lab.experiments.compute import one_thread
from tests.lab.tiny import TINY, ran

LABELS = {  # experiment -> (columns that every row has, sets that must all occur)
    "signal": (
        {"net", "kind", "norm", "depth", "quantity", "index", "path", "value", "state"},
        {
            "net": {"plain-18", "residual-18", "plain-18 without BN", "residual-18 without BN"},
            "quantity": {"activation_std", "gradient_norm"},
        },
    ),
    "degradation": (
        {"net", "kind", "depth", "step", "loss", "state"},
        {"net": {"plain-8", "plain-14", "residual-8", "residual-14"}, "step": set(range(1, 7))},
    ),
    "identity": ({"net", "step", "loss", "state"}, {"net": {"plain-8", "plain-14"}, "step": {1, 2, 3, 4}}),
    "learning-rate": (
        {"part", "norm", "lr", "loss", "state"},
        {"norm": {"batch", "none"}, "lr": {0.01, 1.0}, "part": {"curve", "final"}},
    ),
    "shattered": (
        {"net", "kind", "depth", "part", "value"},
        {"part": {"slope", "autocorrelation"}, "net": {"plain-8", "plain-14", "residual-8", "residual-14"}},
    ),
    "lesion": ({"net", "part"}, {"part": {"intact", "single", "several", "paths"}, "net": {"plain-14", "residual-14"}}),
    "landscape": ({"net", "kind", "a", "b", "loss", "state"}, {"kind": {"plain", "residual"}, "a": {-1.0, 0.0, 1.0}}),
}


ON_THE_WAY = {  # experiment -> parts of rows that are shown while it runs, and are no part of the result
    "shattered": {"so far"},
    "lesion": {"training"},
    "landscape": {"training"},
}


@cache
def once(key: str) -> Job:
    """One run of the tiny config for the tests that only look."""
    return ran(key)


@pytest.mark.parametrize("key", EXPERIMENTS)
def test_rows_are_labelled_finite_and_json_ready(key: str) -> None:
    found = once(key).result
    columns, sets = LABELS[key]
    assert set(found) == {"experiment", "config", "rows", "summary", "answer"}
    assert found["experiment"] == key and found["config"]["seed"] == 3
    assert all(columns <= set(row) for row in found["rows"])
    for column, expected in sets.items():
        assert {row[column] for row in found["rows"] if column in row} == expected
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert all(row.get("state", "ok") == "ok" for row in found["rows"])


@pytest.mark.parametrize("key", EXPERIMENTS)
def test_the_partial_results_are_the_result(key: str) -> None:
    job = once(key)
    published = [json.dumps(row, sort_keys=True) for part in job.partial for row in part]
    result = [json.dumps(row, sort_keys=True) for row in job.result["rows"]]
    on_the_way = [row for row in published if row not in set(result)]
    assert sorted(row for row in published if row in set(result)) == sorted(result)
    assert {json.loads(row)["part"] for row in on_the_way} == ON_THE_WAY.get(key, set())
    assert len(job.partial) > 1 and job.progress == 1.0


NETS = {  # experiment -> what tells its nets apart
    "learning-rate": ("norm", "lr"),
}


@pytest.mark.parametrize("key", sorted(set(EXPERIMENTS) - {"signal"}))
def test_all_nets_are_there_from_the_first_steps(key: str) -> None:
    """Not one after another: no net comes to its end before each of the others has begun."""
    job = once(key)
    of = NETS.get(key, ("net",))
    names = [{tuple(row[part] for part in of) for row in part} for part in job.partial]
    every = set().union(*names)
    begun: set[tuple] = set()
    first = 0
    while begun != every:
        begun |= names[first]
        first += 1
    assert 1 < len(every) >= first, "each net's first partial result comes in the first round"
    assert all(any(net in later for later in names[first:]) for net in every), "and none was over by then"


def test_the_signal_comes_block_by_block() -> None:
    """Four nets of one depth one after another, since four of 152 layers would not fit in memory; each as it grows."""
    job = once("signal")
    first = [row for part in job.partial[:9] for row in part]
    assert [row["path"] for row in first] == [
        "stem",
        *(f"layer{stage}.{at}" for stage in (1, 2, 3, 4) for at in (0, 1)),
    ]
    assert {row["quantity"] for row in first} == {"activation_std"}
    assert [row["index"] for row in job.result["rows"] if row["net"] == "plain-18"] == [*range(9), *range(17)]


@pytest.mark.parametrize("key", EXPERIMENTS)
def test_the_same_bits_with_three_visitors_at_once(key: str) -> None:
    """Other threads run, with other seeds and with the global generator, and change nothing."""
    expected = json.dumps(once(key).result)
    results: list[str] = []

    def visit(seed: int) -> None:
        torch.rand(seed)
        found = ran(key, replace(TINY[key], seed=seed)).result
        results.append(json.dumps(found) if seed == 3 else "")

    visitors = [threading.Thread(target=visit, args=(seed,)) for seed in (3, 4, 3)]
    for one in visitors:
        one.start()
    for one in visitors:
        one.join()
    assert sorted(results) == ["", expected, expected]


@pytest.mark.parametrize("key", EXPERIMENTS)
def test_another_seed_is_another_run(key: str) -> None:
    other = ran(key, replace(TINY[key], seed=4)).result
    assert other["rows"] != once(key).result["rows"]


def test_the_global_generator_is_neither_read_nor_moved() -> None:
    torch.manual_seed(1)
    before = torch.random.get_rng_state()
    ran("degradation")
    assert torch.equal(before, torch.random.get_rng_state())


@pytest.mark.parametrize("key", EXPERIMENTS)
def test_work_looks_up_often(key: str) -> None:
    """A run that is cancelled stops at its next checkpoint, so the checkpoints must be dense: one per training step,
    per block of a pass, per evaluation. Counted, not timed: cancelled at the n-th of them, the run ends there."""
    seen = 0

    class Counting(Job):
        def checkpoint(self, *args: object, **kwargs: object) -> None:
            nonlocal seen
            seen += 1
            if seen == 10:
                self.cancel()
            super().checkpoint(*args, **kwargs)

    job = Counting(lambda job: EXPERIMENTS[key].run(TINY[key], job), key)
    job.run()
    assert job.state == "cancelled" and seen == 10 and job.result is None


def test_cancelling_frees_the_worker() -> None:
    runner = Runner("test-lab")
    config = EXPERIMENTS["degradation"].default  # ten seconds, were it left alone
    long = runner.submit(lambda job: EXPERIMENTS["degradation"].run(config, job), "long")
    while not long.partial:
        time.sleep(0.01)
    long.cancel()
    assert long.wait(1.0), "a second after cancelling, the worker is still busy"
    assert long.state == "cancelled" and torch.get_num_threads() >= 1
    after = runner.submit(lambda job: 42, "next")
    assert after.wait(1.0) and after.result == 42


def test_threads_are_given_back() -> None:
    before = torch.get_num_threads()
    with one_thread():
        assert torch.get_num_threads() == 1
        with one_thread():
            assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before
    with pytest.raises(Cancelled), one_thread():
        raise Cancelled
    assert torch.get_num_threads() == before


BAD = [
    ("signal", "imagenet_depths", (20,)),
    ("signal", "init", "xavier"),
    ("degradation", "depths", (20,)),
    ("degradation", "depths", (20, 21)),
    ("degradation", "steps", 0),
    ("degradation", "lr", float("nan")),
    ("degradation", "shortcut", "none"),
    ("identity", "depth", 8),
    ("learning-rate", "lrs", (1.0, 1.0)),
    ("learning-rate", "kind", "dense"),
    ("shattered", "points", 2.5),
    ("lesion", "seed", -1),
    ("landscape", "grid", 4),
    ("landscape", "device", "tpu"),
    ("landscape", "steps", True),
]


@pytest.mark.parametrize(("key", "field", "value"), BAD)
def test_a_bad_config_names_field_value_and_choices(key: str, field: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"{field}=.*(choose|give)"):
        replace(TINY[key], **{field: value})


def test_no_cuda_is_said() -> None:
    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")
    job = Job(lambda job: EXPERIMENTS["shattered"].run(replace(TINY["shattered"], device="cuda"), job), "")
    job.run()
    assert job.state == "failed" and "no CUDA device; choose cpu" in str(job.error)


def test_the_table() -> None:
    assert set(EXPERIMENTS) == set(LABELS)
    with pytest.raises(ValueError, match="experiment='x': choose one of degradation, identity"):
        experiment("x")
    for key, one in EXPERIMENTS.items():
        assert one.claims and all(
            (claim.experiment, claim.preset in one.presets) == (key, True) for claim in one.claims.values()
        )
        first, *_ = one.presets.values()
        assert first.recorded and first.config.device == "cpu" and first.config.seed == 0
        assert {field.name for field in fields(first.config)} >= {"seed", "device"}
