"""Rows, sentences, recorded answers and figures of the Timing page: plain data in, held to hand arithmetic."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import plotly.graph_objects as go
import pytest
import torch
from torch import nn

from explorer import units
from explorer.facts import published
from explorer.net.resnet import build
from explorer.net.trace import trace
from explorer.spec import preset
from explorer.spec.naming import title
from explorer.tell.plots import race as draw_race
from explorer.tell.plots import timing as draw
from explorer.tell.timing_words import raced, where
from explorer.timing.data.limits import Ceilings, Kernel
from explorer.timing.data.measurement import Measurement
from explorer.timing.data.records import Run
from explorer.timing.data.settings import Settings
from explorer.timing.measure import sweeps
from explorer.timing.measure.parts import Part
from explorer.timing.measure.race import Laps
from explorer.timing.measure.tasks import Ask, subject
from explorer.timing.said import contrasts, exports, found, machines, ratio_rows, rows, sentences

ROOT = Path(__file__).resolve().parents[2]
CPU = Settings(device="cpu", threads=1)
FACTS = {"device": "A CPU", "torch": "2.13.0", "measured_at": "2026-01-01T00:00:00+00:00"}
NODES = trace(preset("resnet50"), 224, 224, 1)
LIMITS = Ceilings(
    (
        Kernel("3×3", "conv", 1e12, 1.0, 1.0),
        Kernel("copy", "copy", 1e11, 1.0, 1.0),
        Kernel("one", "tiny", 1.0, 1e-6, 1e-6),
    )
)


def test_two_bars_stand_where_as_much_time_of_their_own_has_brought_them() -> None:
    """By hand: after three passes each the fast one has had 3 s, in which the slow one made one and a half of its own."""
    news = [Laps(10, ()), Laps(10, ((1.0, 2.0), (1.0, 2.0))), Laps(10, ((1.0, 2.0),))]
    assert rows.laps(news) == [[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]]
    assert rows.way(rows.laps(news), 10) == pytest.approx([0.3, 0.15])
    assert rows.way([], 10) == [] and rows.laps([Laps(10, ())]) == []
    assert rows.way([[1.0] * 12, [1.0] * 12], 10) == [1.0, 1.0], "more passes than were foreseen"


def seen(name: str = "resnet50", seconds: float = 0.1, device: str = "A CPU", **changes: object) -> Measurement:
    times = tuple(seconds * factor for factor in (1.0, 0.98, 1.02, 1.0, 1.0))
    return Measurement(preset(name), replace(CPU, **changes), times, seconds, seconds, None, FACTS | {"device": device})


def every_second_layer() -> list[Part]:
    return [Part(node.path, node.stage, node.block, node.kind, 0.001) for node in NODES[1:]]


def convs_by_hooks(name: str) -> int:
    """Second source for the convolution outputs: hooks over torch's own meta pass, nothing of the trace."""
    total, model = [0], build(preset(name), "meta").eval()
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_hook(lambda m, i, out: total.__setitem__(0, total[0] + out.numel()))
    model(torch.empty(1, 3, 224, 224, device="meta"))
    return total[0]


def test_why_resnet_50_is_slower_than_34_at_nearly_the_same_macs() -> None:
    pair = [preset("resnet34"), preset("resnet50")]
    timed = [
        *ratio_rows.timed_pair([seen("resnet34", 0.05), seen("resnet50", 0.1)], "recorded"),
        *ratio_rows.published_pair(published.throughput(), "resnet34", "resnet50", 224, 224),
    ]
    table = {row.what: row for row in ratio_rows.contrast(*pair, 224, 224, timed)}
    assert round(table["MACs"].ratio, 2) == 1.12 and round(table["Convolution outputs"].ratio, 2) == 2.97
    assert table["Convolution outputs"].one == convs_by_hooks("resnet34")
    assert table["Convolution outputs"].other == convs_by_hooks("resnet50")
    assert table["Time, CPU (recorded)"].ratio == pytest.approx(2)
    assert table["Time, RTX 4090 (published)"].ratio == pytest.approx(1 / 0.52, rel=0.01), "0.52× the throughput"
    text = str(sentences.contrast(list(table.values()), "ResNet-34", "ResNet-50"))
    assert "1.12× the MACs" in text and "2.00× the time on A CPU (recorded)" in text and "2.97×" in text
    assert "FLOPs are not time" in text
    alone = str(sentences.contrast(ratio_rows.contrast(*pair, 224, 224, []), "ResNet-34", "ResNet-50"))
    assert "time" not in alone, "nothing is said of time without a time"


def test_a_recorded_gpu_stands_before_a_recorded_cpu_and_each_names_its_device() -> None:
    """What was timed just now answers first; nobody takes a CPU's record for what a GPU's table says."""
    names = ("resnet34", "resnet50")
    pair = (preset(names[0]), preset(names[1]))
    cpu = (seen("resnet34", 0.05), seen("resnet50", 0.1))
    runs = [Run(measurement) for measurement in cpu]
    kept = contrasts.contrast(runs, names, pair, cpu[0].settings)
    now = contrasts.contrast(runs, names, pair, cpu[0].settings, cpu)
    published_ = ["Time, RTX 4090 (published)", "Time, RTX 3090 (published)"]
    assert [row.what for row in kept.timed] == [*published_, "Time, CPU (recorded)"]
    assert [row.what for row in now.timed] == ["Time, CPU (measured)", *published_]
    assert where(cpu[0].provenance, "recorded") == "Recorded on A CPU"


def test_where_the_time_goes_keeps_every_second_and_every_mac() -> None:
    table = rows.where(NODES, every_second_layer())
    assert [row["path"] for row in table][:2] == ["stem", "layer1.0"] and len(table) == 18
    assert sum(row["seconds"] for row in table) == pytest.approx(0.001 * (len(NODES) - 1))
    assert sum(row["macs"] for row in table) == 4_089_184_256 and sum(row["params"] for row in table) == 25_557_032
    for key in ("seconds", "macs", "params"):
        assert sum(row[f"{key}_share"] for row in table) == pytest.approx(1)
    assert list(rows.block_seconds(every_second_layer())) == [row["path"] for row in table]
    assert "of the time" in str(sentences.where(table, "measured"))
    longest = rows.layers([replace(part, seconds=index) for index, part in enumerate(every_second_layer(), 1)])
    assert longest[0]["path"] == "fc" and sum(row["share"] for row in longest) == pytest.approx(1)


def test_a_race_is_the_raw_times_added_up() -> None:
    lanes = rows.race([seen("resnet34", 0.05, batch=4), seen("resnet50", 0.1, batch=4)], pictures=100)
    assert [lane["pictures"][-1] for lane in lanes] == [100, 100]
    assert lanes[0]["done_s"][:3] == pytest.approx([0.0, 0.05, 0.099]) and lanes[1]["done_s"][-1] == pytest.approx(2.5)
    assert [lane["median_s"] for lane in lanes] == pytest.approx([0.05, 0.1], rel=0.05)
    told = [bar["told"] for bar in raced(lanes, "", False, "measured")["bars"]]
    assert told[1].startswith("median ") and told[1].endswith(" ms, mean 100 ms"), (
        "the page's figure, and the race's: 25 passes in 2.50 s"
    )
    assert sentences.race(lanes, "measured") == "ResNet-34 done: ResNet-50 at 48 of 100"
    assert sentences.race([lanes[0], lanes[0]], "measured") == "both bars are ResNet-34"


@pytest.mark.parametrize(
    ("one", "other", "times", "says", "not_said"),
    [
        ("resnet50", "resnet50", (0.1, 0.1), "against itself", "FLOPs are not time"),
        (
            "resnet18",
            "resnet152",
            (0.1, 0.633),
            "6.33× the time on A CPU (measured): here the time follows the MACs",
            "FLOPs are not time",
        ),
        ("resnet50", "resnet34", (0.1, 0.073), "write 0.34× as many", "but"),
        ("resnet34", "resnet50", (0.1, 0.05), "neither the MACs nor the 2.97×", "FLOPs are not time"),
        ("resnet34", "resnet50", (0.1, 0.2), "FLOPs are not time", "neither"),
    ],
)
def test_a_race_says_no_more_than_its_ratios_show(
    one: str, other: str, times: tuple[float, float], says: str, not_said: str
) -> None:
    timed = ratio_rows.timed_pair([seen(one, times[0]), seen(other, times[1])], "measured")
    pair = [preset(one), preset(other)]
    text = str(sentences.contrast(ratio_rows.contrast(*pair, 224, 224, timed), *map(title, pair)))
    assert says in text and not_said not in text


def test_published_times_stand_only_beside_counts_of_their_own_input() -> None:
    assert ratio_rows.published_pair(published.throughput(), "resnet34", "resnet50", 64, 64) == []
    lead = sentences.contrast(
        ratio_rows.contrast(
            preset("resnet34"),
            preset("resnet50"),
            224,
            224,
            ratio_rows.published_pair(published.throughput(), "resnet34", "resnet50", 224, 224),
        ),
        "ResNet-34",
        "ResNet-50",
    )
    assert "on NVIDIA RTX 4090 (published)" in str(lead)


@pytest.mark.parametrize(("per_s", "text"), [(13_730.4, "13,730"), (100.2, "100"), (99.87, "99.9"), (8.412, "8.41")])
def test_a_rate_reads_as_a_number(per_s: float, text: str) -> None:
    assert units.rate(per_s) == text


def test_an_overhead_is_said_with_what_is_known_of_it() -> None:
    seen = SimpleNamespace(n=9, overhead=-0.029, noise=0.0, sum_over_whole=1.0, level="layer")
    assert sentences.cut(seen) == ("9 passes; taking the time after each layer adds −2.9 %; parts: 100.0 % of it")
    below = SimpleNamespace(n=9, overhead=-0.01, noise=0.02, sum_over_whole=1.0, level="layer")
    assert "adds at most 2.0 %;" in sentences.cut(below)
    assert "adds 1.0 % ± 2.0 %;" in sentences.cut(SimpleNamespace(**vars(below) | {"overhead": 0.01}))
    unknown = SimpleNamespace(n=0, overhead=0.01, noise=0.0, sum_over_whole=1.0, level="layer")
    assert "parts:" not in sentences.cut(unknown) and "keeps no other check" in sentences.cut(unknown)


@pytest.mark.parametrize(
    ("ask", "text"),
    [
        (Ask("pass", preset("resnet18"), CPU), "ResNet-18"),
        (Ask("sweep", preset("resnet18"), CPU, ("batch",)), "Sweep of batch"),
        (Ask("race", preset("resnet34"), CPU, ("resnet34", "resnet50")), "ResNet-34 and ResNet-50"),
    ],
)
def test_the_line_of_a_run_names_what_was_timed(ask: Ask, text: str) -> None:
    assert subject(ask) == text


def test_what_a_sweep_says() -> None:
    def row(label: str, name: str, seconds: float, **changes: object) -> sweeps.Row:
        one = seen(name, seconds, **changes)
        return sweeps.Row(sweeps.Point(label, one.spec, one.settings), one)

    depths = rows.sweep([row("ResNet-18", "resnet18", 0.02), row("ResNet-152", "resnet152", 0.1)])
    assert str(sentences.sweep("depths", depths, "measured")).startswith(
        "ResNet-152 takes 5.00× the time of ResNet-18, with 6.35× its MACs"
    )
    batch = [
        row("batch 1", "resnet18", 0.01),
        row("batch 2", "resnet18", 0.011, batch=2),
        row("batch 4", "resnet18", 0.021, batch=4),
        sweeps.Row(sweeps.Point("batch 8", preset("resnet18"), CPU), None, "no"),
    ]
    plain = rows.sweep(batch)
    assert [one["knee"] for one in plain] == [False, True, False, False] and plain[-1]["error"] == "no"
    assert str(sentences.sweep("batch", plain, "measured")) == (
        "From batch 2 on, throughput is within 10 % of the best seen (190 img/s at batch 4): "
        "a larger batch costs latency and gains little."
    )
    fallen = rows.sweep([*batch[:3], row("batch 8", "resnet18", 0.06, batch=8)])
    assert str(sentences.sweep("batch", fallen, "measured")) == (
        "Batch 2 comes within 10 % of the best seen (190 img/s at batch 4); at batch 8 it is 70 % of that."
    )
    ahead = rows.sweep(batch[:1], [one.point for one in batch])
    assert [one["label"] for one in ahead] == [one.point.label for one in batch] and "median_s" not in ahead[1]
    assert str(sentences.sweep("depths", plain[:1], "measured")) == ""
    assert str(sentences.sweep("depths", [], "measured")) == "Nothing could be measured."
    assert (
        sentences.sweep_doubts(plain) == []
        and "batch 1" in sentences.sweep_doubts([plain[0] | {"warnings": "spread"}])[0]
    )


def test_an_export_line_has_all_that_stands_beside_the_figure() -> None:
    line = exports.flat(seen(), "recorded")
    for key in (
        "source",
        "median_s",
        "iqr_s",
        "n",
        "device",
        "dtype",
        "memory_format",
        "batch",
        "height",
        "compile",
        "threads",
        "on_device",
        "on_torch",
        "on_measured_at",
        "wall_s",
        "cpu_s",
        "warnings",
    ):
        assert key in line
    assert line["source"] == "recorded" and line["images_per_s"] == pytest.approx(10)


# recorded answers -----------------------------------------------------------------------------------------------------


def test_the_nearest_recorded_run_is_of_the_very_same_net() -> None:
    runs = [Run(seen(batch=1)), Run(seen(batch=8)), Run(seen("resnet18")), Run(seen(batch=1, dtype="bf16"))]
    assert found.nearest(runs, preset("resnet50"), replace(CPU, batch=6)) is runs[1]
    assert found.nearest(runs, preset("resnet50"), replace(CPU, dtype="bf16", batch=8)) is runs[3]
    assert found.nearest(runs, replace(preset("resnet50"), stride_on="1x1"), CPU) is None
    assert found.nearest(runs, preset("resnet50"), replace(CPU, height=32)) is None


def test_recorded_sweeps_and_pairs_mix_no_machines() -> None:
    names = ("resnet18", "resnet34", "resnet50")
    runs = [Run(seen(name)) for name in names] + [
        Run(seen("resnet101", device="Another")),
        Run(seen("resnet18", threads=2)),
    ]
    assert [row.measurement.name for row in found.sweep(runs, "depths", preset("resnet50"), CPU)] == list(names)
    assert found.sweep(runs, "batch", preset("resnet50"), CPU) == []
    pair = found.pair(runs, [preset("resnet34"), preset("resnet50")], CPU)
    assert [one.name for one in pair] == ["resnet34", "resnet50"]
    assert found.pair(runs, [preset("resnet34"), preset("resnet101")], CPU) == ()


def test_the_recorded_sweep_is_the_one_nearest_to_what_is_asked() -> None:
    names = ("resnet18", "resnet34", "resnet50")
    ways = [{"dtype": "bf16", "memory_format": "channels_last"}, {}, {"threads": 2}, {"batch": 8}]
    runs = [Run(seen(name, **way)) for way in ways for name in names]
    for way in ways:
        made = found.sweep(runs, "depths", preset("resnet50"), replace(CPU, **way))
        assert {row.measurement.settings for row in made} == {replace(CPU, **way)} and len(made) == 3


def test_the_recorded_sweep_does_not_hang_on_the_order_of_a_set() -> None:
    code = (
        "from explorer.timing.data import records\nfrom explorer.timing.said import found\nfrom explorer.timing.data.settings import Settings\n"
        "from explorer.spec import preset\n"
        "made = found.sweep(records.recorded(), 'depths', preset('resnet50'), Settings(device='cpu', threads=2))\n"
        "print({row.measurement.settings.words for row in made}, len(made))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
            timeout=120,
        ).stdout
        for seed in ("1", "2")
    }
    assert said == {"{'cpu · fp32 · NCHW · eager · input 224×224 · batch 1 · 2 threads'} 5\n"}


def test_a_recorded_limit_is_computed_from_its_parts_and_ceilings() -> None:
    run = Run(seen(), tuple((part.path, part.seconds) for part in every_second_layer()), 0.01, LIMITS)
    limit = found.limit([Run(seen()), run], preset("resnet50"), CPU)
    assert limit.roofline.floor_s == pytest.approx(2 * 4_089_184_256 / 1e12) and len(limit.roofline.points) == 6
    assert found.limit([Run(seen())], preset("resnet50"), CPU) is None
    assert found.parts_of(Run(seen(), (("no such layer", 1.0), ("conv1", 2.0))), NODES) == (
        Part("conv1", "stem", "", "conv", 2.0),
    )


def test_parts_that_took_much_longer_than_the_pass_are_doubted() -> None:
    run = Run(seen(seconds=0.001), tuple((part.path, part.seconds) for part in every_second_layer()), 0.0)
    assert "the host was busy" in " ".join(found.parts([run], preset("resnet50"), CPU).warnings)


def test_the_knee_is_marked_at_its_own_batch() -> None:
    figure = all_figures()["batch"]
    marks = [note for note in figure.layout.annotations if "knee" in note.text]
    assert len(marks) == 2 and {figure.data[0].x[note.x] for note in marks} == {marks[0].text.split()[-1]}
    assert [note.xanchor for note in marks] == ["center", "right"], "a pass's time turns upwards to the right of it"


# figures --------------------------------------------------------------------------------------------------------------


def texts(figure: go.Figure) -> list[int]:
    layout = figure.layout
    return [
        size
        for size in (
            layout.font.size,
            layout.xaxis.tickfont.size,
            layout.yaxis.tickfont.size,
            layout.legend.font.size,
            *(note.font.size for note in layout.annotations),
        )
        if size
    ]


@cache
def all_figures() -> dict[str, go.Figure]:
    one, limit = (
        seen(),
        found.limit(
            [Run(seen(), tuple((p.path, p.seconds) for p in every_second_layer()), 0.0, LIMITS)],
            preset("resnet50"),
            CPU,
        ),
    )
    batch = rows.sweep(
        [
            sweeps.Row(sweeps.Point(f"b{b}", one.spec, replace(CPU, batch=b)), seen(seconds=0.01 * b**0.5, batch=b))
            for b in (1, 2, 4)
        ]
    )
    pair = [seen("resnet34", 0.05), one]
    contrast = ratio_rows.contrast(pair[0].spec, one.spec, 224, 224, ratio_rows.timed_pair(pair, "measured"))
    return {
        "where": draw.where(rows.where(NODES, every_second_layer())),
        "distribution": draw.distribution(one.times_s, 0.1, 0.09, 0.11),
        "batch": draw.batch_sweep(batch),
        "bars": draw.bar_sweep(batch),
        "contrast": draw_race.contrast(contrast, "ResNet-34", "ResNet-50"),
        "roofline": draw.roofline(rows.roof(limit.roofline), 1e12, 1e11, 5e10),
        "machines": draw_race.machines(
            machines.speeds(machines.lines([Run(one)], published.throughput(), [one]), "resnet50")
        ),
    }


def test_figures_are_transparent_and_legible_from_the_back_of_a_hall() -> None:
    for name, figure in all_figures().items():
        assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)", name
        assert min(texts(figure)) >= 14 and figure.layout.height >= 150 and len(figure.to_json()) < 200_000, name


def test_the_shares_over_the_bars_do_not_run_into_each_other_on_a_phone() -> None:
    """Its bars are 250 px long and a bold digit 8: 'ten %' beside 'ten %' had no room."""
    stages = ("stem", *(f"conv{at}_x" for at in range(2, 6)), "head")
    shares = (0.08, 0.10, 0.12, 0.30, 0.30, 0.10)
    table = [
        rows.Timed(
            path=one,
            stage=one,
            seconds=share,
            macs=1,
            params=1,
            seconds_share=share,
            macs_share=share,
            params_share=share,
        )
        for one, share in zip(stages, shares)
    ]
    figure = draw.where(table)
    over = [
        (2.5 * one.x, 8 * len(re.sub("<[^>]*>", "", one.text))) for one in figure.layout.annotations if one.y == "Time"
    ]
    assert len(over) == 6 and figure.layout.xaxis.ticksuffix == " %", "what they count stands on the axis"
    for (left, its), (right, theirs) in pairwise(over):
        assert right - left >= (its + theirs) / 2 + 4


def test_the_bars_of_where_the_time_goes_fill_the_line() -> None:
    figure = all_figures()["where"]
    for bar in figure.data[:3]:
        assert bar.base[-1] + bar.x[-1] == pytest.approx(100) and len(bar.x) == 18


def test_nothing_is_drawn_above_the_roof() -> None:
    figure = all_figures()["roofline"]
    roof = max(figure.data[0].y)
    assert all(point.y[0] <= roof for point in figure.data[2:])


def test_each_machine_has_a_lane_of_its_own_and_says_what_it_is() -> None:
    figure = all_figures()["machines"]
    dots = [line for line in figure.data if line.showlegend is not False]
    assert [line.name for line in dots] == ["◆ measured", "◇ recorded", "§ published"]
    assert len({line.marker.symbol for line in dots}) == 3
    lanes = [lane for line in dots for lane in line.y]
    assert len(set(lanes)) == len(lanes) == 4
    written = [note.text for note in figure.layout.annotations]
    assert "<b>NVIDIA RTX 4090 · torch 2.9.1, CUDA 12.8</b>" in written and len(written) == 4 + 3


def test_whiskers_go_from_quartile_to_quartile_and_points_to_come_have_their_place() -> None:
    one = replace(seen(), times_s=(1.0, 1.0, 1.0, 2.0, 9.0))
    points = [sweeps.Point(name, one.spec, one.settings) for name in ("a", "b", "c")]
    figure = draw.bar_sweep(rows.sweep([sweeps.Row(points[0], one)], points))
    assert list(figure.data[1].x) == [1e3, 2e3] or list(figure.data[1].x) == [1.0, 2.0]
    assert list(figure.data[0].y) == ["a", "b", "c"] and list(figure.data[0].x)[1:] == [0, 0]
    assert figure.layout.xaxis.range[1] < 1.1 * max(figure.data[1].x), "no axis to 350 for a bar of 156"
    numbers = figure.layout.yaxis2
    assert numbers.tickvals == ("a",) and numbers.ticktext[0].startswith(f" <b>{units.seconds(1.0)}</b> · ")
    assert numbers.automargin and numbers.range == figure.layout.yaxis.range
    empty = draw.bar_sweep(rows.sweep([], points))
    assert empty.layout.height == figure.layout.height, "nothing moves when results come"


@pytest.mark.parametrize("most", [0.0031, 0.9, 1.0, 156.4, 163.0, 2_000.0, 34_567.0])
def test_an_axis_ends_with_what_is_drawn(most: float) -> None:
    found = draw.ticks(most)
    assert found[0] == 0 and 3 <= len(found) <= 6 and found[-1] <= most < found[-1] + found[1]


def test_the_names_of_a_rooflines_stages_stand_apart() -> None:
    figure = all_figures()["roofline"]
    named = [point for point in figure.data[2:] if point.text[0]]
    assert [point.name for point in figure.data if point.showlegend is not False] == [
        "the best here",
        "from memory",
        "whole pass",
    ]
    assert [point.text[0] for point in named] == ["stem", "conv2_x", "conv3_x", "conv4_x", "conv5_x", "head"]


def test_the_band_of_a_calm_distribution_can_be_seen() -> None:
    times = (0.1, 0.1001, 0.1002, 0.1003)
    figure = draw.distribution(times, 0.10015, 0.1001, 0.1002)
    low, high = figure.layout.yaxis.range
    assert (0.1002 - 0.1001) * 1e3 / (high - low) > 0.1
    (name,) = figure.layout.annotations
    above = (name.yref, name.y, name.yanchor) == ("paper", 1, "bottom")
    assert "median 100 ms" in name.text and above, "beside its line it lay among the dots"


@pytest.mark.parametrize(("passes", "kind"), [(500, "scatter"), (501, "scattergl")])
def test_few_passes_are_drawn_without_webgl(passes: int, kind: str) -> None:
    assert draw.distribution((0.1,) * passes, 0.1, 0.1, 0.1).data[0].type == kind
