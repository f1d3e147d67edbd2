"""Exports, proofs and the side-by-side of the Timing page: what stands beside a figure, wherever the figure goes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from explorer.facts import published
from explorer.facts.proof import evaluate
from explorer.spec import preset
from explorer.timing.data import records
from explorer.timing.data.limits import Kernel
from explorer.timing.data.records import Run
from explorer.timing.data.settings import Settings
from explorer.timing.measure import sweeps
from explorer.timing.measure.kernels import KernelTime
from explorer.timing.said import exports, found, machines, ratio_rows, rows, sentences, timed_proofs
from tests.timing.test_rows import CPU, FACTS, LIMITS, NODES, convs_by_hooks, every_second_layer, seen

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "timings"
BESIDE = {
    "source",
    "device",
    "dtype",
    "memory_format",
    "batch",
    "height",
    "width",
    "compile",
    "threads",
    "on_device",
    "on_torch",
    "on_measured_at",
}


def all_exports() -> dict[str, list[dict]]:
    """Every export of the page, of one live run each."""
    pair = [seen("resnet34", 0.05), seen()]
    timed = ratio_rows.timed_pair(pair, "measured")
    contrast = ratio_rows.contrast(pair[0].spec, pair[1].spec, 224, 224, timed)
    limit = found.limit(
        [Run(seen(), tuple((part.path, part.seconds) for part in every_second_layer()), 0.0, LIMITS)],
        preset("resnet50"),
        CPU,
    )
    one = sweeps.Row(sweeps.Point("ResNet-50", preset("resnet50"), CPU), seen())
    return {
        "pass": [exports.flat(seen())],
        "race": [line for line in exports.race(contrast, pair, 224, 224) if line["unit"] == "s"],
        "limit": exports.limit(limit, "measured"),
        "sweep": exports.sweep([one], "measured"),
        "parts": exports.parts(rows.where(NODES, every_second_layer()), replace(limit.parts, n=9), "measured"),
        "kernels": exports.kernels([KernelTime("conv", 1, 0.1, 1.0)], CPU, FACTS),
        "machines": machines.export(machines.lines([], [], [seen()])),
    }


@pytest.mark.parametrize(
    ("view", "more"),
    [
        ("pass", {"median_s", "q1_s", "q3_s", "n", "spread"}),
        ("race", {"one_median_s", "other_iqr_s", "other_n"}),
        ("limit", {"floor_s", "peak_flops_per_s", "share_of_limit", "bound_by", "bound_by_memory", "pass_n"}),
        ("sweep", {"median_s", "q1_s", "n"}),
        ("parts", {"n", "overhead", "noise", "sum_over_whole", "timed_by"}),
        ("kernels", {"calls", "share"}),
        ("machines", {"median_s", "n", "spread"}),
    ],
)
def test_every_line_of_every_export_can_be_quoted_alone(view: str, more: set[str]) -> None:
    lines = all_exports()[view]
    assert lines and all(BESIDE | more <= set(line) for line in lines), [BESIDE | more - set(line) for line in lines][
        :1
    ]


def test_a_published_line_carries_its_source_and_what_its_table_says() -> None:
    pair = [seen("resnet34", 0.05), seen()]
    timed = ratio_rows.published_pair(published.throughput(), "resnet34", "resnet50", 224, 224)
    lines = exports.race(ratio_rows.contrast(pair[0].spec, pair[1].spec, 224, 224, timed), [], 224, 224)
    for line in [
        *machines.export(machines.lines([], published.throughput())),
        *(one for one in lines if one["source"] == "published"),
    ]:
        assert line["url"].startswith("https://") and "timm" in line["from"] and line["batch"] == 1024
        assert (
            line["on_torch"]
            and line["dtype"] == "AMP"
            and line["memory_format"] == "contiguous"
            and line["height"] == 224
        )


def test_a_limit_can_be_saved_and_loaded_with_its_parts_and_ceilings() -> None:
    limits = replace(LIMITS, kernels=(*LIMITS.kernels, Kernel("mm", "matmul", 1e11, 1.0, 1.0)))
    run = Run(
        seen(),
        tuple((part.path, part.seconds) for part in every_second_layer()),
        0.01,
        limits,
        cut=records.Cut("layer", 0.18, 0.17, 9),
    )
    limit = found.limit([run], preset("resnet50"), CPU)
    (back,) = records.loads(records.dumps(exports.run_rows(limit)))
    assert (back.ceilings, back.cut, back.overhead) == (limits, run.cut, 0.01)
    assert found.limit([back], preset("resnet50"), CPU).roofline.share == pytest.approx(limit.roofline.share)


def test_a_cut_with_its_raw_times_can_be_saved_and_one_without_has_no_file() -> None:
    cut = replace(a_limit().parts, n=5)
    assert exports.cut_rows(cut) == []
    timed = replace(cut, plain_times_s=(0.1, 0.11, 0.1, 0.1, 0.1), noise=0.02)
    (back,) = records.loads(records.dumps(exports.cut_rows(timed)))
    assert back.measurement.summary.median_s == 0.1 and back.measurement.cpu_s is None and back.cut.n == 5
    assert found.parts([back], preset("resnet50"), CPU).noise == 0.02
    assert back.measurement.warnings == () and sentences.processor(back.measurement) == "", (
        "nothing is made up of what was not kept"
    )


def test_the_line_beside_a_figure_is_complete() -> None:
    gpu = Settings(device="cuda:0", dtype="tf32", batch=32, threads=2)
    text = sentences.stamp(gpu, FACTS | {"device": "NVIDIA H100", "driver": "550.54"})
    for part in (
        "NVIDIA H100",
        "driver 550.54",
        "torch 2.13.0",
        "TF32",
        "NCHW",
        "eager",
        "input 224×224",
        "batch 32",
        "2 CPU threads",
        "2026-01-01 00:00 UTC",
    ):
        assert part in text.split(" · "), part
    assert sentences.not_yours(CPU, CPU) == ""
    told = sentences.not_yours(replace(CPU, batch=16), replace(CPU, batch=65_536, dtype="bf16"))
    passes = sentences.not_yours(replace(CPU, fresh=True), replace(CPU, fresh=False))
    assert "each pass gets another picture (you asked for the same picture)" in passes
    assert "batch 16 (you asked for 65,536)" in told and "number format fp32 (you asked for bf16)" in told


# machines -------------------------------------------------------------------------------------------------------------


def test_no_two_runs_of_other_settings_share_a_line() -> None:
    ways = (
        {},
        {"memory_format": "channels_last"},
        {"compile": "default"},
        {"fresh": False},
        {"height": 64, "width": 64},
        {"threads": 2},
        {"batch": 8},
        {"dtype": "bf16"},
    )
    live = [seen(**way) for way in ways] + [seen()]  # the last: the same once more, as a loaded file may have it
    made = machines.lines([], [], live)
    assert len({(line.machine, line.setting) for line in made}) == len(live)
    assert all(len(line.cells) == 1 for line in made) and made[-1].setting.endswith("run 2")
    together = machines.lines([Run(seen("resnet18")), Run(seen("resnet50"))], [])
    assert len(together) == 1 and list(together[0].cells) == ["resnet18", "resnet50"]
    other = replace(seen(), provenance=FACTS | {"torch": "2.14.0"})
    assert len(machines.lines([Run(seen()), Run(other)], [])) == 2


def test_each_shipped_line_has_the_figure_of_its_own_run() -> None:
    """The file itself is the second source: batch ÷ median of the run with exactly these settings."""
    made = machines.lines(records.recorded(), published.throughput())
    speeds = {line.setting: line.cells["resnet50"].images_per_s for line in made if "resnet50" in line.cells}
    written = [
        row
        for path in FOLDER.glob("*.json")
        for row in json.loads(path.read_text())["runs"]
        if row["name"] == "resnet50"
    ]
    assert len(written) >= 10
    for row in written:
        told = Settings(**row["settings"])
        assert speeds[told.words] == pytest.approx(
            told.batch / sorted(row["times_s"])[len(row["times_s"]) // 2], rel=0.02
        )
    assert sum(len(line.cells) for line in made) == len(records.recorded()) + 10, "every run is on one line"
    assert machines.shared(made) == ("cpu", "input 224×224")


def test_a_chart_of_many_runs_stays_small_and_busy_ones_are_named() -> None:
    many = [Run(seen(batch=batch)) for batch in range(1, 60)]
    assert len(machines.speeds(machines.lines(many, []), "resnet50")) == 20
    wild = replace(seen(), times_s=(0.1, 0.1, 0.2, 0.3, 0.3))
    assert machines.doubtful(machines.lines([Run(wild), Run(seen(batch=2))], [])) == [
        "ResNet-50, cpu · fp32 · NCHW · eager · input 224×224 · batch 1 · 1 thread"
    ]


# proofs ---------------------------------------------------------------------------------------------------------------


def a_limit() -> object:
    run = Run(seen(), tuple((part.path, part.seconds) for part in every_second_layer()), 0.01, LIMITS)
    return found.limit([run], preset("resnet50"), CPU)


def test_the_floor_the_share_and_the_rate_open_their_own_arithmetic() -> None:
    limit = a_limit()
    floor, share, speed = timed_proofs.floor(limit), timed_proofs.limit_share(limit), timed_proofs.speed(seen(batch=8))
    assert floor.expression == "1,000·2·4,089,184,256 ÷ (1000·10⁹)" and floor.value == pytest.approx(
        limit.roofline.floor_s * 1e3, rel=1e-5
    )
    assert share.value == pytest.approx(limit.roofline.share * 100, rel=1e-5) and share.parts == (floor,)
    assert speed.value == pytest.approx(80) and speed.expression == "8 ÷ 0.1"
    for proof in (floor, share, speed):
        assert evaluate(proof.expression) == proof.value and "e-" not in proof.expression
    assert timed_proofs.speed(seen(seconds=12.3456e-6)).expression == "1 ÷ 0.0000123456"
    assert r"10^9" in floor.latex


def test_a_memory_floor_is_proved_by_its_bytes() -> None:
    limit = a_limit()
    slow = replace(limit, roofline=replace(limit.roofline, floor_memory_s=1.0, band_bytes_per_s=2e9))
    assert (
        timed_proofs.floor(slow).expression == "1,000·2,000,000,000 ÷ (2·10⁹)"
        and timed_proofs.floor(slow).value == 1000
    )


def test_the_ratios_of_a_race_are_proved_by_both_nets() -> None:
    pair = [preset("resnet34"), preset("resnet50")]
    timed = ratio_rows.timed_pair([seen("resnet34", 0.05), seen("resnet50", 0.1)], "measured")
    found_proofs = {row.words: row.proof for row in ratio_rows.contrast(*pair, 224, 224, timed)}
    macs, outputs = found_proofs["the MACs"], found_proofs["the convolution outputs"]
    assert macs.expression == "4,089,184,256 ÷ 3,663,761,408"
    assert found_proofs["the time (measured)"].value == pytest.approx(2)
    for proof, name in zip(outputs.parts, ("resnet34", "resnet50")):
        assert proof.value == convs_by_hooks(name) == evaluate(proof.expression)
