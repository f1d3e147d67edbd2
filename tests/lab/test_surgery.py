"""Surgery on a net that trains, held to nets that were built so: a plain one, one without BN, one without a block."""

from __future__ import annotations

import copy
import json
from dataclasses import replace

import pytest
import torch
from torch import nn

from explorer.jobs import Job
from explorer.lab.claims import story
from explorer.lab.experiments import degradation
from explorer.lab.experiments.nets import blocks, built, digit_spec, forward_without
from explorer.lab.experiments.surgery import AT, EXPERIMENT, Surgery, operated, run
from explorer.lab.operations import EVERY, Operation, Patient, Wounds, paths, whole
from explorer.lab.record import recorded

TINY = Surgery(depth=14, steps=7, width=2, seed=3)


def ran(config: Surgery, patient: Patient | None = None, **hooks: object) -> dict:
    job = Job(lambda job: run(config, job, patient), "surgery")
    job.run()
    assert job.error is None, job.error
    assert [row for part in job.partial for row in part] == job.result["rows"]
    return job.result


def curve(result: dict) -> list[float]:
    return [row["loss"] for row in result["rows"] if row["part"] == "curve"]


@pytest.fixture(scope="module")
def twins() -> dict[str, list[float]]:
    """The curves of a plain and a residual net of the degradation experiment with the same budget."""
    config = degradation.Degradation(depths=(8, 14), steps=7, width=2, seed=3)
    rows = degradation.run(config, Job(lambda job: None, ""))["rows"]
    return {kind: [row["loss"] for row in rows if row["net"] == f"{kind}-14"] for kind in ("plain", "residual")}


def test_a_net_that_nobody_operates_on_trains_as_the_residual_one(twins: dict) -> None:
    assert curve(ran(TINY)) == twins["residual"], "to the last bit"


def test_with_every_shortcut_cut_before_the_first_step_it_is_the_plain_one(twins: dict) -> None:
    assert curve(ran(replace(TINY, operations=((0, "cut", EVERY),)))) == twins["plain"], "to the last bit"


@pytest.mark.parametrize("training", [True, False])
def test_a_removed_block_leaves_its_shortcut_and_a_bare_one_has_no_bn(training: bool) -> None:
    model, x = built(digit_spec(14, "residual", 4), 1).train(training), torch.randn(6, 1, 8, 8)
    some = frozenset({"layer1.1", "layer2.0"})
    assert torch.equal(operated(model, x, Wounds(14))[1], model(x))
    assert torch.equal(operated(model, x, Wounds(14, removed=some))[1], forward_without(model, x, some))
    bare = copy.deepcopy(model)
    for path, block in blocks(bare):
        if path in some:
            block.bn1 = block.bn2 = nn.Identity()
    assert torch.equal(operated(model, x, Wounds(14, bare=some))[1], bare(x))
    seen, _ = operated(model, x, Wounds(14))
    assert [path for path, _ in seen] == ["stem", *paths(14)] == ["stem", *(path for path, _ in blocks(model))]


def test_what_is_asked_meanwhile_comes_at_the_next_step_and_can_be_made_again() -> None:
    patient = Patient(Wounds(14))

    class Asking(Job):
        def checkpoint(self, progress: float | None = None, message: str | None = None, partial: object = None) -> None:
            if message and message.startswith("step 4 "):
                patient.ask("cut", "layer1.0")
                patient.ask("take BN", EVERY)
            if message and message.startswith("step 6 "):
                patient.ask("add BN", "layer3.1")
            super().checkpoint(progress, message, partial)

    job = Asking(lambda job: run(TINY, job, patient), "")
    job.run()
    live = job.result
    assert live["config"]["operations"] == [[3, "cut", "layer1.0"], [3, "take BN", EVERY], [5, "add BN", "layer3.1"]]
    untouched = curve(ran(TINY))
    assert curve(live)[:3] == untouched[:3] and curve(live)[3] != untouched[3]
    config = live["config"] | {"operations": tuple(tuple(one) for one in live["config"]["operations"])}
    assert json.dumps(ran(Surgery(**config))) == json.dumps(live), "to the last bit"
    done = [row for row in live["rows"] if row["part"] == "operation"]
    assert [(row["step"], row["what"]) for row in done] == [(3, "cut"), (3, "take BN"), (5, "add BN")]
    assert live["summary"]["operations"] == 3 and json.loads(json.dumps(live, allow_nan=False)) == live


def test_what_is_undone_before_the_next_step_leaves_no_trace_but_in_the_record() -> None:
    pair = replace(
        TINY, operations=((2, "cut", EVERY), (2, "take BN", EVERY), (2, "join", EVERY), (2, "add BN", EVERY))
    )
    assert curve(ran(pair)) == curve(ran(TINY)), "BN comes back with what it had learned"


def test_each_step_has_a_loss_and_each_turn_a_signal_of_every_block() -> None:
    rows = ran(TINY)["rows"]
    assert [row["step"] for row in rows if row["part"] == "curve"] == list(range(1, 8))
    signal = [row for row in rows if row["part"] == "signal"]
    assert [row["step"] for row in signal] == [step for step in (1, 6, 7) for _ in range(7)]
    assert [row["path"] for row in signal[:7]] == ["stem", *paths(14)]


def test_a_net_that_blows_up_ends_as_a_result() -> None:
    wild = ran(replace(TINY, lr=100.0, operations=((0, "take BN", EVERY), (0, "cut", EVERY))))
    assert wild["summary"]["final_loss"] is None or wild["summary"]["final_loss"] > 2
    assert json.loads(json.dumps(wild, allow_nan=False)) == wild


@pytest.mark.parametrize(
    ("what", "path", "said"),
    [
        ("burn", "layer1.0", "what='burn': choose one of cut, join"),
        ("cut", "layer9.0", "path='layer9.0': choose a block, layer1.0 … layer3.1, or every block"),
        ("remove", "layer1.0", "layer1.0: without its block and its shortcut nothing comes through"),
        ("remove", EVERY, "layer1.0: without its block and its shortcut"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(what: str, path: str, said: str) -> None:
    patient = Patient(Wounds(14).after("cut", "layer1.0"))
    with pytest.raises(ValueError, match=said):
        patient.ask(what, path)
    assert patient.fetch() == [] and patient.wounds == Wounds(14, cut=frozenset({"layer1.0"}))


def test_a_click_that_comes_twice_is_one_operation() -> None:
    patient = Patient(Wounds(14))
    for _ in range(2):
        patient.ask("cut", "layer1.0")
    patient.ask("join", "layer2.0")  # which is whole
    assert patient.every == patient.fetch() == [("cut", "layer1.0")] and patient.wounds.cut == {"layer1.0"}


@pytest.mark.parametrize(
    "operations",
    [((3, "cut"),), (("3", "cut", EVERY),), ((4, "cut", EVERY), (3, "join", EVERY)), ((-1, "cut", EVERY),)],
)
def test_a_list_that_cannot_be_made_again_is_refused(operations: tuple) -> None:
    with pytest.raises(ValueError, match="operations"):
        replace(TINY, operations=operations)
    assert whole([[3, "cut", EVERY]], 14) == (Operation(3, "cut", EVERY),)
    assert Operation(60, "take BN", "layer1.1").said == "step 60: BN taken from conv2_2"


def test_the_recorded_operations_are_those_of_the_presets_and_begin_as_one() -> None:
    """Until the step at which they are operated on all are the same net; made again, it begins as recorded."""
    runs, presets = recorded("surgery"), EXPERIMENT.presets
    assert list(runs) == [name for name, one in presets.items() if one.recorded]
    for name, one in runs.items():
        assert one["config"] == json.loads(json.dumps(presets[name].config.as_dict())) and one["cpu_s"] > 0
        assert curve(one)[:AT] == curve(runs["whole"])[:AT] and len(curve(one)) == 300
        assert story.budget_of(one).startswith("seed 0 · 20 layers") and EXPERIMENT.quotes(one["summary"])
    assert all(curve(runs[name])[AT] != curve(runs["whole"])[AT] for name in ("cut", "block", "bare"))
    again = ran(replace(presets["whole"].config, steps=2))
    assert curve(again) == pytest.approx(curve(runs["whole"])[:2], rel=0.02)
