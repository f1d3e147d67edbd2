"""At which batch does the GPU start to work? From measurements of a card that is not there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from explorer.spec import preset
from explorer.tell.plots import launches as draw
from explorer.timing.data.measurement import Measurement
from explorer.timing.data.settings import Settings
from explorer.timing.measure import sweeps
from explorer.timing.said import launches
from tests.gpu.fakes import NAME, ladder_of

RESNET50 = preset("resnet50")
CUDA = Settings(device="cuda:0", dtype="bf16", memory_format="channels_last", threads=16)


def made(batch: int, eager_ms: float, enqueue_ms: float | None, graph: bool = False, **changes: object) -> Measurement:
    settings = replace(CUDA, batch=batch, cuda_graph=graph, **changes)
    facts = {"device": "A GPU", "torch": "2.13.0", "measured_at": "2026-01-01T00:00:00+00:00"}
    enqueue_s = None if enqueue_ms is None else enqueue_ms / 1e3
    return Measurement(RESNET50, settings, (eager_ms / 1e3,) * 5, 0.1, 0.1, enqueue_s, facts)


EAGER = [made(1, 3.0, 2.98), made(2, 3.0, 2.9), made(4, 3.1, 2.7), made(8, 6.0, 2.9)]
GRAPHS = [made(1, 0.5, 0.02, True), made(8, 5.9, 0.02, True)]


def test_the_gpu_starts_to_work_where_the_launch_is_no_longer_the_pass() -> None:
    """2.7 of 3.1 ms is 87 %: from batch 4 on less than the roofline's 90 %."""
    seen = launches.ladder([*GRAPHS, *reversed(EAGER)], RESNET50)
    assert [(rung.batch, rung.waits, rung.graph_s) for rung in seen.rungs] == [
        (1, True, 0.0005),
        (2, True, None),
        (4, False, None),
        (8, False, pytest.approx(0.0059)),
    ]
    assert seen.starts_at == 4
    told = launches.sentence(seen, "recorded")
    assert str(told) == (
        "ResNet-50 keeps this GPU at work from batch 4 on; below, it waits for its launches. At batch 1 the host needs "
        "99 % of the 3.00 ms of a pass to launch it; as one CUDA graph it takes 500 µs: 6.0× as fast."
    )
    share, faster = (part.proof for part in told.parts if not isinstance(part, str))
    assert (
        share.value == pytest.approx(100 * 2.98 / 3)
        and faster.value == pytest.approx(6)
        and faster.source == "recorded"
    )


def test_a_pass_that_waits_again_at_a_larger_batch_has_not_started() -> None:
    odd = [*EAGER, made(16, 6.0, 5.9)]
    seen = launches.ladder(odd, RESNET50)
    assert seen.starts_at is None and str(launches.sentence(seen, "recorded")).startswith(
        "Up to batch 16, ResNet-50 waits"
    )
    busy = launches.ladder([made(batch, 3.0 * batch, 1.0) for batch in (1, 2, 4, 8)], RESNET50)
    text = str(launches.sentence(busy, "measured"))
    assert busy.starts_at == 1 and "from batch 1 on: the host is never" in text and text.endswith("to launch it.")


def test_what_is_no_ladder_is_none() -> None:
    assert launches.ladder(EAGER[:3], RESNET50) is None and launches.ladder([], RESNET50) is None
    unknown = [made(batch, 3.0, None) for batch in (1, 2, 4, 8)]
    assert launches.ladder(unknown, RESNET50) is None, "the launch was not timed"
    on_cpu = [replace(one, settings=replace(one.settings, device="cpu")) for one in EAGER]
    assert launches.ladder(on_cpu, RESNET50) is None
    compiled = [made(batch, 3.0, 1.0, compile="default") for batch in (1, 2, 4, 8)]
    assert launches.ladder(compiled, RESNET50) is None


def test_this_net_then_the_longest_ladder_then_the_format_that_is_asked_for() -> None:
    fp32 = [replace(one, settings=replace(one.settings, dtype="fp32")) for one in EAGER]
    assert launches.ladder([*fp32, *EAGER], RESNET50, CUDA).first.settings.dtype == "bf16"
    assert launches.ladder([*fp32, *EAGER], RESNET50, replace(CUDA, dtype="fp32")).first.settings.dtype == "fp32"
    assert (
        launches.ladder([*fp32, *EAGER, *GRAPHS], RESNET50, replace(CUDA, dtype="fp32")).first.settings.dtype == "bf16"
    )
    small = [replace(one, spec=preset("resnet18")) for one in EAGER]
    assert launches.ladder([*EAGER, *small], preset("resnet18")).first.name == "resnet18"
    assert launches.ladder([*EAGER, *small], preset("resnet34")).first.name == "resnet50"


def test_the_plan_on_a_gpu_and_its_refusal_elsewhere() -> None:
    points = sweeps.plan("launches", RESNET50, CUDA)
    assert [point.label for point in points[:3]] == ["batch 1", "batch 1, CUDA graph", "batch 2"]
    assert [point.settings.batch for point in points[::2]] == [1, 2, 4, 8, 16, 32, 64, 128, 256]
    assert all(point.settings.cuda_graph == ("graph" in point.label) for point in points)
    with pytest.raises(ValueError, match="device='cpu': launches are timed on a GPU"):
        sweeps.plan("launches", RESNET50, Settings(device="cpu"))


def test_the_figure_has_three_lines_and_marks_the_start() -> None:
    seen = launches.ladder(ladder_of(), RESNET50)
    assert seen.first.provenance["device"] == NAME and 1 < seen.starts_at < 256
    figure = draw.launches(seen)
    assert [trace.name for trace in figure.data] == ["a pass", "the host launches it", "a pass as a CUDA graph"]
    assert all(len(trace.x) == 9 for trace in figure.data)
    assert figure.layout.annotations[0].text == f"the GPU sets the pace from batch {seen.starts_at}"
    lines = launches.lines(seen)
    assert lines[0]["waits_for_launches"] and not lines[-1]["waits_for_launches"] and lines[0]["graph_speedup"] > 2
