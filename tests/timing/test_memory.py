"""Too large a request is refused with what would fit; out of memory is survived, and the next request works."""

from __future__ import annotations

import csv
import weakref
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from explorer.facts.memory import host, room
from explorer.jobs import Cancelled, Runner
from explorer.spec import ResNetSpec, preset
from explorer.timing.data.settings import Settings
from explorer.timing.measure import forward, guard, loop, rotation
from tests.timing.fakes import QUICK, TINY


def peak_seen(spec: ResNetSpec, side: int) -> int:
    """Second source: allocations and releases as torch's own profiler records them during a real pass, in bytes."""
    from explorer.net.resnet import build

    net = build(spec, seed=0).eval()
    x = torch.zeros(1, spec.in_channels, side, side)
    with torch.inference_mode():
        net(x)
        with torch.profiler.profile(profile_memory=True, activities=[torch.profiler.ProfilerActivity.CPU]) as seen:
            net(x)
    now = peak = 0
    for event in seen.profiler.kineto_results.events():
        if event.name() == "[memory]":
            now += event.nbytes()
            peak = max(peak, now)
    return peak


@pytest.mark.parametrize("name", ["resnet18", "resnet50", "resnet20_cifar"])
def test_the_estimate_covers_what_a_pass_allocates(name: str) -> None:
    side = 64
    activations = guard.peak_bytes(preset(name), side, side, "fp32")
    seen = peak_seen(preset(name), side)
    assert activations <= seen, "live activations are really alive"
    assert seen <= activations * (1 + guard.WORKSPACE) + 2**20, "and the library's copies are allowed for"


def test_the_estimate_grows_with_batch_and_shrinks_with_the_dtype(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a host of a usual cache: pictures in rotation fill one of 512 MB whatever the format."""
    monkeypatch.setattr(guard, "cache_bytes", lambda device: 32 * 2**20)
    need = [
        guard.estimate_bytes(preset("resnet50"), replace(QUICK, height=224, width=224, batch=batch, dtype=dtype))
        for batch, dtype in ((1, "bf16"), (1, "fp32"), (64, "fp32"), (65_536, "fp32"))
    ]
    assert need == sorted(need) and need[0] < need[1] / 1.2


def test_too_large_a_request_is_refused_before_anything_is_allocated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forward, "subject", lambda *_: pytest.fail("allocated"))
    monkeypatch.setattr(guard, "free_bytes", lambda device: 2 * 10**9)
    with pytest.raises(guard.TooLarge) as caught:
        forward.measure(preset("resnet50"), replace(QUICK, height=224, width=224, batch=60_000))
    text = str(caught.value)
    assert "batch=60,000" in text and "would fit" in text
    fits = int(text.split("batch ")[-1].split(" ")[0].replace(",", ""))
    assert guard.guard(preset("resnet50"), replace(QUICK, height=224, width=224, batch=fits))
    with pytest.raises(guard.TooLarge):
        guard.guard(preset("resnet50"), replace(QUICK, height=224, width=224, batch=fits + 1))


def test_a_race_that_does_not_fit_is_refused_with_a_batch_that_does() -> None:
    """Both models live at once: each alone would fit here."""
    pair, settings = [preset("resnet34"), preset("resnet50")], replace(QUICK, height=224, width=224, batch=256)
    have = int(1.1 * max(guard.estimate_bytes(spec, settings) for spec in pair) / guard.SHARE)
    assert all(guard.guard(spec, settings, have) for spec in pair)
    with pytest.raises(guard.TooLarge, match="batch=256 .*: 2 models at once need about") as caught:
        guard.guard_together(pair, settings, have)
    fits = int(str(caught.value).split("this size, batch ")[-1].split(" ")[0])
    assert guard.guard_together(pair, replace(settings, batch=fits), have)
    with pytest.raises(guard.TooLarge):
        guard.guard_together(pair, replace(settings, batch=fits + 1), have)
    with pytest.raises(guard.TooLarge, match="choose a smaller net"):
        guard.guard_together(pair, settings, 1000)


def test_a_gpu_s_weights_must_fit_into_the_host_first(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(device="cuda", batch=4096)  # a batch is made on the GPU and needs none of the host's memory
    weights = 8 * 25_557_032
    monkeypatch.setattr(guard, "host_free_bytes", lambda: int(1.1 * weights / guard.SHARE))
    assert guard.guard(preset("resnet50"), settings, free=10**15)
    monkeypatch.setattr(guard, "host_free_bytes", lambda: int(0.9 * weights / guard.SHARE))
    with pytest.raises(guard.TooLarge, match="device='cuda': the weights are made in the host's memory first"):
        guard.guard(preset("resnet50"), settings, free=10**15)


def test_fp16_on_a_cpu_is_reckoned_with_copies_of_twice_the_size() -> None:
    """A convolution without kernels of its own for fp16 computes in fp32, and copies what it reads for that."""
    at = replace(QUICK, height=224, width=224, batch=16)
    half, brain = (guard.estimate_bytes(preset("resnet50"), replace(at, dtype=name)) for name in ("fp16", "bf16"))
    # its largest convolution reads 64 and writes 256 channels of 56 × 56, and has 64·256 weights
    assert half - brain > 2 * 16 * 64 * 56 * 56
    on_gpu = (
        guard.estimate_bytes(preset("resnet50"), replace(at, device="cuda", dtype=name)) for name in ("fp16", "bf16")
    )
    assert len(set(on_gpu)) == 1


RECORDED = list(csv.DictReader(Path(__file__).with_name("heavy.csv").open(encoding="utf-8")))


def test_the_estimate_is_never_under_what_a_process_grew_by(monkeypatch: pytest.MonkeyPatch) -> None:
    """Second source: the kernel's own count of resident memory, recorded by `tests.benchmarks.bench_heavy` on a CPU with 32 MB
    of last-level cache, for nets, sizes, formats and orders at random; the extremes of 780 are among them."""
    monkeypatch.setattr(guard, "cache_bytes", lambda device: 32 * 2**20)
    ratios = []
    for row in RECORDED:
        size = {name: int(row[name]) for name in ("height", "width", "batch")}
        asked = Settings(device="cpu", dtype=row["dtype"], memory_format=row["memory_format"], **size)
        measured = float(row["measured_mb"]) * 1e6
        ratios.append((guard.estimate_bytes(preset(row["net"]), asked) / measured, measured, row))
    assert min(ratios, key=lambda one: one[0])[0] >= 1, min(ratios, key=lambda one: one[0])
    assert max(ratio for ratio, measured, _ in ratios if measured > 100e6) <= 1.6
    assert {row["dtype"] for row in RECORDED} == {"fp32", "bf16", "fp16"} and len(RECORDED) > 30


def test_all_pictures_in_rotation_count_and_as_many_as_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "cache_bytes", lambda device: 100 * 10**6)
    many, one = (replace(QUICK, height=64, width=64, fresh=fresh) for fresh in (True, False))
    more = guard.estimate_bytes(TINY, many) - guard.estimate_bytes(TINY, one)
    assert more >= rotation.CACHES * 100e6 - 64 * 64 * 3 * 4
    assert guard.estimate_bytes(TINY, many, 80 * 10**6) < guard.estimate_bytes(TINY, one) + 11 * 10**6


def test_when_no_batch_fits_an_input_that_does_is_named() -> None:
    with pytest.raises(guard.TooLarge, match=r"even batch 1 does not; an input of \d+×\d+ would fit"):
        guard.guard(TINY, replace(QUICK, height=4096, width=4096), free=500 * 10**6)
    with pytest.raises(guard.TooLarge, match="choose a smaller net"):
        guard.guard(TINY, QUICK, free=1000)


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB"),
        RuntimeError(
            "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried"
        ),
        RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
        RuntimeError("std::bad_alloc"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        RuntimeError("Unable to find a valid cuDNN algorithm to run convolution"),
        RuntimeError("GET was unable to find an engine to execute this computation"),
        RuntimeError("could not create a memory object"),
        RuntimeError("could not create a primitive"),
    ],
)
def test_out_of_memory_becomes_a_clear_refusal_and_memory_is_given_back(error, monkeypatch) -> None:
    alive, given = [], []

    def fails() -> None:
        activations = torch.zeros(3)
        alive.append(weakref.ref(activations))
        raise error

    monkeypatch.setattr(room, "give_back", lambda collect: given.append(alive[0]()))
    with pytest.raises(guard.TooLarge, match="batch=7: the device ran out of memory"), room.recovering("batch=7"):
        fails()
    assert given == [None], "the failed frames must be gone before the memory is given back"


def test_other_errors_pass_through() -> None:
    with pytest.raises(RuntimeError, match="shape"), room.recovering("x"):
        raise RuntimeError("shape mismatch")
    with pytest.raises(Cancelled), room.recovering("x"):
        raise Cancelled


def test_a_real_failed_allocation_is_survived_and_the_next_job_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard is blinded, so that torch's own allocator refuses; then the same queue serves the next request."""
    monkeypatch.setattr(forward, "guard", lambda *_: 0)
    runner = Runner()
    huge = replace(QUICK, batch=65_536, height=4096, width=4096)
    failed = runner.submit(lambda job: forward.measure(TINY, huge, job.checkpoint), "huge")
    works = runner.submit(lambda job: forward.measure(TINY, QUICK, job.checkpoint), "small")
    assert works.wait(60) and failed.state == "failed" and isinstance(failed.error, guard.TooLarge), failed.error
    assert works.state == "done" and works.result.summary.n >= loop.LEAST


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.mark.parametrize(
    ("files", "free"),
    [
        ({"proc/meminfo": "MemTotal: 9 kB\nMemAvailable:    1000 kB\n"}, 1000 * 1024),
        (
            {
                "proc/meminfo": "MemAvailable: 1000 kB\n",
                "proc/self/cgroup": "0::/a/b\n",
                "sys/fs/cgroup/a/memory.max": "500000",
                "sys/fs/cgroup/a/memory.current": "300000",
                "sys/fs/cgroup/a/memory.stat": "anon 1\ninactive_file 50000\n",
                "sys/fs/cgroup/a/b/memory.max": "max",
                "sys/fs/cgroup/a/b/memory.current": "1",
            },
            250_000,
        ),
        (
            {
                "proc/meminfo": "MemAvailable: 1000 kB\n",
                "proc/self/cgroup": "0::/\n",
                "sys/fs/cgroup/memory.max": "400000",
                "sys/fs/cgroup/memory.current": "399000",
            },
            1000,
        ),
        (
            {
                "proc/meminfo": "MemAvailable: 1000 kB\n",
                "proc/self/cgroup": "4:cpu,memory:/x\n",
                "sys/fs/cgroup/memory/x/memory.limit_in_bytes": "90000",
                "sys/fs/cgroup/memory/x/memory.usage_in_bytes": "80000",
                "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712",
                "sys/fs/cgroup/memory/memory.usage_in_bytes": "5",
            },
            10_000,
        ),
        (
            {
                "proc/meminfo": "MemAvailable: 1000 kB\n",
                "proc/self/cgroup": "0::/\n",
                "sys/fs/cgroup/memory.max": "10",
                "sys/fs/cgroup/memory.current": "99",
            },
            0,
        ),
    ],
)
def test_free_memory_is_the_tightest_limit(tmp_path: Path, files: dict[str, str], free: int) -> None:
    assert host.host_free_bytes(write(tmp_path, files)) == free


def test_without_proc_half_of_the_memory_is_assumed(tmp_path: Path) -> None:
    assert host.host_free_bytes(tmp_path) > 2**20
