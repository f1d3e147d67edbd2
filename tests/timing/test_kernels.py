"""The kernel table: each kernel once, per pass. The GPU's events are built by hand from torch's own classes."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch.autograd import DeviceType
from torch.autograd.profiler_util import EventList, FunctionEvent

from explorer.net.trace import trace
from explorer.spec import preset
from explorer.timing.data.settings import Settings
from explorer.timing.measure import kernels as table
from tests.timing.fakes import QUICK, TINY


def events(with_kernels: bool) -> EventList:
    """Two passes: a convolution that launches two kernels and a ReLU that launches one, inside an annotation. As
    torch 2.13 reads them from the device's trace: operations carry their kernels' time, and so does the annotation."""
    found, start = [], 0
    for index in range(2):
        for name, kernels in (
            ("aten::convolution", (("implicit_gemm", 40), ("nchwToNhwc", 10))),
            ("aten::relu_", (("vectorized_elementwise", 5),)),
        ):
            launched = FunctionEvent(len(found), name, 1, start, start + 20, stack=[], use_device="cuda")
            found.append(launched)
            for kernel, took in kernels if with_kernels else ():
                launched.append_kernel(kernel, 0, took)
                found.append(
                    FunctionEvent(
                        100 + len(found),
                        kernel,
                        7,
                        start,
                        start + took,
                        stack=[],
                        use_device="cuda",
                        device_type=DeviceType.CUDA,
                    )
                )
            start += 100
        if with_kernels:
            found.append(
                FunctionEvent(
                    200 + index,
                    "a pass",
                    7,
                    start - 200,
                    start,
                    stack=[],
                    use_device="cuda",
                    device_type=DeviceType.CUDA,
                    is_user_annotation=True,
                )
            )
    listed = EventList(found, use_device="cuda")
    listed._tree_built = True
    return listed


def test_on_a_gpu_each_kernel_counts_once() -> None:
    averages = events(with_kernels=True).key_averages()
    assert sum(event.self_device_time_total for event in averages) > 2 * 2 * 55, "torch lists the time more than once"
    seen = table.table(averages, on_gpu=True, passes=2)
    assert [(row.name, row.calls, round(row.seconds * 1e6)) for row in seen] == [
        ("implicit_gemm", 1, 40),
        ("nchwToNhwc", 1, 10),
        ("vectorized_elementwise", 1, 5),
    ]
    assert [row.share for row in seen] == pytest.approx([40 / 55, 10 / 55, 5 / 55])


def test_a_profiler_that_saw_no_kernel_is_said() -> None:
    with pytest.raises(ValueError, match="recorded no kernel; it needs CUPTI"):
        table.table(events(with_kernels=False).key_averages(), on_gpu=True)


def test_on_a_cpu_the_operations_are_those_of_the_net() -> None:
    """Second source for the calls: the trace. Own times share the whole."""
    seen = {row.name: row for row in table.kernels(TINY, QUICK)}
    kinds = [node.kind for node in trace(TINY, 32, 32)]
    for name, kind in (
        ("aten::conv2d", "conv"),
        ("aten::batch_norm", "norm"),
        ("aten::relu_", "relu"),
        ("aten::add_", "add"),
        ("aten::linear", "linear"),
    ):
        assert seen[name].calls == kinds.count(kind), name
    assert sum(row.share for row in seen.values()) == pytest.approx(1) and min(row.seconds for row in seen.values()) > 0
    assert [row.seconds for row in seen.values()] == sorted((row.seconds for row in seen.values()), reverse=True)


def test_an_apple_gpu_s_kernels_are_not_shown_as_the_host_s_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "resolve", lambda settings: settings)
    with pytest.raises(ValueError, match="device='mps': torch.profiler sees only the host's time"):
        table.kernels(preset("resnet18"), Settings(device="mps"))


def test_on_a_gpu_the_device_is_recorded_and_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole path but the device: CUDA's activity is asked for, and the recording ends after the last kernel."""
    asked, order = [], []

    class Profile:
        def __init__(self, activities: list) -> None:
            asked.extend(activities)

        def __enter__(self) -> Profile:
            return self

        def __exit__(self, *_: object) -> None:
            order.append("end")

        def key_averages(self) -> EventList:
            return events(with_kernels=True).key_averages()

    monkeypatch.setattr(torch.profiler, "profile", Profile)
    monkeypatch.setattr(torch.cuda, "synchronize", lambda device: order.append("waited"))
    monkeypatch.setattr(table, "resolve", lambda settings: settings)
    monkeypatch.setattr(table, "guard", lambda *_: 0)
    from explorer.timing.measure.subject import subject

    monkeypatch.setattr(
        table, "subject", lambda spec, settings, checkpoint: subject(spec, replace(QUICK, threads=1), checkpoint)
    )
    seen = table.kernels(TINY, Settings(device="cuda"))
    assert torch.profiler.ProfilerActivity.CUDA in asked and order == ["waited", "end"] and len(seen) == 3
