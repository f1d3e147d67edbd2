"""Ceilings, roofline, floor and verdict: against hand arithmetic, and that nothing passes 100 %."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from explorer.net.trace import trace
from explorer.spec import preset
from explorer.timing.data.limits import Ceilings, Kernel, ceilings_from
from explorer.timing.data.measurement import Measurement
from explorer.timing.data.roofline import least_bytes, moved_bytes, roofline
from explorer.timing.data.settings import Settings
from explorer.timing.measure import ceilings as measured
from explorer.timing.measure.against_limit import Limit, against_limit, rooflined
from explorer.timing.measure.loop import within
from explorer.timing.said import sentences

NODES = trace(preset("resnet50"), 224, 224, 1)
STAGES = ("stem", "conv2_x", "conv3_x", "conv4_x", "conv5_x", "head")


def limits(flops_per_s: float = 400e9, bytes_per_s: float = 20e9, launch_s: float = 1e-6) -> Ceilings:
    return Ceilings(
        (
            Kernel("mm", "matmul", flops_per_s / 2, 1.0, 1.1),
            Kernel("3×3", "conv", flops_per_s, 1.0, 1.1),
            Kernel("small copy", "copy", 2 * bytes_per_s * 1e-4, 1e-4, 1e-4),
            Kernel("large copy", "copy", bytes_per_s, 1.0, 1.0),
            Kernel("one", "tiny", 1.0, launch_s, launch_s),
        )
    )


def test_the_ceiling_is_the_best_of_products_and_convolutions() -> None:
    seen = limits()
    assert seen.flops_per_s == 400e9 and seen.best("matmul", "conv").name == "3×3"
    assert (seen.bytes_per_s, seen.memory_bytes_per_s) == (40e9, 20e9)
    assert seen.bandwidth(3e6) == 40e9 and seen.bandwidth(1e12) == 20e9 and seen.launch_s == 1e-6


def test_ceilings_go_to_a_row_and_back() -> None:
    assert ceilings_from(limits().as_row()) == limits()
    good = limits().as_row()["kernels"]
    for bad in (
        None,
        {},
        {"kernels": good[:2]},
        {"kernels": [good[0]] * 5},
        {"kernels": [good[0] | {"best_s": 0}] + good},
        {"kernels": [{"name": 3}] * 4},
    ):
        with pytest.raises(ValueError, match="ceilings: "):
            ceilings_from(bad)


def test_bytes_moved_by_one_convolution_by_hand() -> None:
    node = next(node for node in NODES if node.path == "layer1.0.conv2")  # 3×3, 64 → 64 at 56×56
    image, weights = 64 * 56 * 56, 64 * 64 * 9
    assert moved_bytes(node, "fp32", 8) == 4 * (8 * 2 * image + weights)
    assert moved_bytes(node, "bf16", 1) == 2 * (2 * image + weights)
    add = next(node for node in NODES if node.path == "layer1.0.add")  # two read, one written
    assert moved_bytes(add, "fp32", 1) == 4 * 3 * 256 * 56 * 56
    assert all(moved_bytes(node, "fp32", 1) == 0 for node in NODES if node.kind in ("identity", "flatten", "input"))


def test_the_floor_by_hand() -> None:
    seen = roofline(NODES, "fp32", 1, {}, 0.1, limits())
    assert seen.floor_arithmetic_s == pytest.approx(2 * 4_089_184_256 / 400e9)
    assert least_bytes(NODES, "fp32", 1) == 4 * (3 * 224 * 224 + 1000 + 25_557_032)
    assert seen.floor_memory_s == pytest.approx(least_bytes(NODES, "fp32", 1) / 40e9)
    assert seen.floor_s == seen.floor_arithmetic_s and seen.share == pytest.approx(seen.floor_s / 0.1)
    one = Measurement(preset("resnet50"), Settings(device="cpu", threads=1), (0.1,), None, None)
    said = sentences.reached(Limit(one, None, limits(), seen))
    assert "reaches 20 % of what" in said and "77 % by arithmetic, 23 % by memory" in said
    assert "were not timed" in said and not seen.tied
    busy = sentences.reached(Limit(replace(one, times_s=(0.1, 0.3, 0.05)), None, limits(), seen))
    assert "what binds it, is not decided by this run" in busy and "by arithmetic" not in busy


@given(
    st.lists(st.floats(1e-7, 1.0), min_size=6, max_size=6),
    st.floats(1e9, 1e15),
    st.floats(1e8, 1e13),
    st.sampled_from([1, 7, 256]),
)
def test_nothing_passes_one_hundred_per_cent(
    seconds: list[float], flops_per_s: float, bytes_per_s: float, batch: int
) -> None:
    """Whatever was measured: a stage that beats every candidate kernel becomes the ceiling, and is named."""
    stage_s = dict(zip(STAGES, seconds))
    seen = roofline(NODES, "fp32", batch, stage_s, sum(seconds), limits(flops_per_s, bytes_per_s))
    assert all(point.share <= 1 + 1e-9 for point in (*seen.points, seen.whole)) and seen.share <= 1 + 1e-9
    if seen.peak_flops_per_s > flops_per_s * (1 + 1e-9):
        assert seen.peak_from.startswith("this net's own")


def test_the_verdict_follows_the_measured_layers() -> None:
    conv = {node.path: 1.0 for node in NODES if node.kind == "conv"}
    rest = {node.path: 1.0 for node in NODES if node.kind in ("norm", "relu", "add")}
    args = (NODES, "fp32", 64, {}, 200.0)
    assert roofline(*args, limits(), conv).verdict == "arithmetic"
    assert roofline(*args, limits(), rest).verdict == "memory"
    assert roofline(*args, limits(launch_s=10.0), conv).verdict == "launches"
    assert roofline(*args, limits(), conv, enqueue_s=199.0).verdict == "launches", "the device waits for the host"
    assert roofline(*args, limits(), conv, enqueue_s=20.0).verdict == "arithmetic"


def test_a_replayed_graph_is_not_judged_by_what_an_eager_launch_costs() -> None:
    """Its operations are launched all at once: then only arithmetic and memory can bind them."""
    conv = {node.path: 1.0 for node in NODES if node.kind == "conv"}
    args = (NODES, "fp32", 64, {}, 200.0, limits(launch_s=10.0), conv)
    assert roofline(*args).verdict == "launches" and roofline(*args, replayed=True).bound["launches"] == 0
    assert roofline(*args, enqueue_s=199.0, replayed=True).verdict == "launches", "but the launch of the whole can"


@pytest.mark.parametrize(
    ("settings", "replayed"),
    [
        (Settings(device="cuda", cuda_graph=True), True),
        (Settings(device="cuda", compile="reduce-overhead"), True),
        (Settings(device="cuda", compile="default"), False),
        (Settings(device="cpu", compile="max-autotune"), False),
    ],
)
def test_the_limit_of_a_run_knows_how_it_was_launched(settings: Settings, replayed: bool) -> None:
    seen = Measurement(preset("resnet50"), settings, (0.2,) * 5, 0.2, 0.2)
    assert (rooflined(seen, None, limits(launch_s=10.0)).verdict == "launches") == (not replayed)


def test_a_near_tie_is_said_with_all_three_shares() -> None:
    """52 % against 48 %: another run may turn the verdict, so it is not given as one."""
    layers = {"layer1.0.conv2": 52.0, "layer1.0.bn1": 47.0, "layer1.0.relu": 1.0}
    near = roofline(NODES, "fp32", 64, {}, 100.0, limits(), layers)
    assert near.tied and near.verdict_words == "arithmetic and memory alike" and "nearly a tie" in near.binding
    assert sum(near.bound_shares.values()) == pytest.approx(1) and list(near.bound_shares)[0] == near.verdict
    for share in near.bound_shares.values():
        assert f"{share * 100:.0f} % by" in near.binding
    clear = roofline(NODES, "fp32", 64, {}, 100.0, limits(), layers | {"layer1.0.conv2": 90.0})
    assert not clear.tied and clear.verdict_words == "arithmetic" and "tie" not in clear.binding


def test_candidates_do_the_work_that_they_claim() -> None:
    """Second source: torch's own flop counter runs each product and convolution."""
    from torch.utils.flop_counter import FlopCounterMode

    settings = Settings(device="cpu", threads=1)
    for name, kind, work, run in measured.candidates(settings, torch.device("cpu")):
        if kind in ("matmul", "conv") and "2048" not in name:
            with FlopCounterMode(display=False) as counter:
                run()
            assert counter.get_total_flops() == work, name
        if kind == "copy":
            assert work == 2 * run().numel(), name


def test_against_the_limit_in_one_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measured, "EACH_S", 0.01)
    monkeypatch.setattr(measured, "MATMULS", {"cpu": (64, 128)})
    monkeypatch.setattr(measured, "CONVS", ((16, 16, 14, 3),))
    monkeypatch.setattr(measured, "COPIES", {"cpu": (2**20, 2**22)})
    spec, progress = replace(preset("resnet20_cifar"), stages=(1, 1, 1)), []
    seen = against_limit(
        spec,
        Settings(device="cpu", height=32, width=32, threads=1, budget_s=0.05),
        lambda share=None, *_: progress.append(share),
    )
    assert {point.name for point in seen.roofline.points} == {"stem", "conv2_x", "conv3_x", "conv4_x", "head"}
    assert sum(point.seconds for point in seen.roofline.points) == pytest.approx(seen.measurement.summary.median_s)
    assert 0 < seen.roofline.share <= 1 and seen.roofline.verdict in ("arithmetic", "memory", "launches")
    shown = [share for share in progress if share is not None]
    assert shown == sorted(shown) and shown[-1] <= 1
    assert {kernel["kind"] for kernel in seen.ceilings.as_row()["kernels"]} == {"matmul", "conv", "copy", "tiny"}


def test_progress_of_a_part_is_placed_in_the_whole() -> None:
    seen = []
    inner = within(lambda *args: seen.append(args), 0.5, 0.75)
    inner(0.5, "x")
    inner()
    assert seen == [(0.625, "x", None), (None, None, None)]
