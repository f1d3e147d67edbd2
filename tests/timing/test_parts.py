"""Where the time goes: parts that leave nothing out, held to the trace by a clock that counts work; no speed."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from explorer.facts.rollup import total
from explorer.net.trace import trace
from explorer.spec import ResNetSpec, preset
from explorer.timing.measure import clock as clocks
from explorer.timing.measure import hardware, loop, marks, parts
from explorer.timing.measure.subject import subject
from explorer.timing.said import rows, sentences
from tests.timing.fakes import QUICK, TINY, WorkClock

ANY = [
    TINY,
    replace(TINY, activation="pre"),
    replace(TINY, shortcut="none"),
    replace(TINY, shortcut="A"),
    replace(preset("resnet50"), stages=(1, 1, 1, 1), num_classes=10),
    replace(TINY, norm="none"),
    replace(preset("resnet50"), stages=(1, 2), activation="pre", stride_on="1x1", shortcut="C"),
]


def worked(monkeypatch: pytest.MonkeyPatch, spec: ResNetSpec, level: str, mark: int = 0) -> parts.Parts:
    """The parts of `spec` on a clock on which time is work."""
    settings, clock = hardware.resolve(QUICK), WorkClock(mark)
    monkeypatch.setattr(parts, "clock_for", lambda device: clock)
    with subject(spec, settings) as one, clock:
        return parts.at_level(one, spec, settings, level, {})


def written(spec: ResNetSpec, level: str) -> dict[str, int]:
    """Second source: numbers that the operations of each part write, by the trace."""
    found: dict[str, int] = {}
    for node in trace(spec, 32, 32, 1)[1:]:
        name = marks.LEVELS[level](node)
        found[name] = found.get(name, 0) + (node.kind != "identity") * math.prod(node.out_shape)
    return found


@pytest.mark.parametrize("level", list(marks.LEVELS))
@pytest.mark.parametrize("spec", ANY, ids=str)
def test_each_part_takes_exactly_the_time_of_its_own_operations(
    spec: ResNetSpec, level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each part once, in order, nothing left out: on a clock that counts work this is exact in every kind of net."""
    seen = worked(monkeypatch, spec, level)
    assert {part.path: part.seconds for part in seen.parts} == written(spec, level)
    assert [part.path for part in seen.parts] == list(written(spec, level))
    assert seen.sum_over_whole == 1 and seen.overhead == 0 == seen.noise and seen.warnings == ()
    assert seen.whole_s == seen.plain_s == sum(written(spec, level).values())
    assert all(part.q1_s == part.q3_s == part.seconds for part in seen.parts), "each pass does the same work"
    assert seen.n == len(seen.times_s) == len(seen.plain_times_s) >= parts.WANTED


@pytest.mark.parametrize("level", list(marks.LEVELS))
def test_the_overhead_is_what_the_marks_cost(level: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cost = 1000
    seen, cuts = worked(monkeypatch, TINY, level, cost), len(written(TINY, level))
    plain = sum(written(TINY, level).values()) + cost  # a pass is timed by two marks, of which one is inside it
    assert seen.plain_s == plain and seen.whole_s == plain + cuts * cost
    assert seen.overhead == pytest.approx(cuts * cost / plain) and seen.noise == 0
    assert seen.costly == (seen.overhead > parts.MOST_OVERHEAD)


def test_the_marks_go_with_the_pass_and_a_pass_that_is_not_the_traced_one_is_an_error() -> None:
    cuts = marks.cut(trace(TINY, 32, 32), "layer")
    with subject(TINY, hardware.resolve(QUICK)) as one:
        _, split = marks.marked_pass(one, clocks.CpuClock(), cuts)
        assert len(split) == len(cuts)
        one.run = one.module.conv1
        with pytest.raises(RuntimeError, match="1 marks for .* not the traced one"):
            marks.marked_pass(one, clocks.CpuClock(), cuts)
        assert not any(module._forward_hooks or module._forward_pre_hooks for module in one.module.modules())


def test_additions_are_timed_as_parts_of_their_own() -> None:
    kinds = {part[1].kind for part in marks.cut(trace(preset("resnet18"), 32, 32), "layer")}
    assert {"add", "flatten", "conv", "norm", "relu", "maxpool", "avgpool", "linear", "identity"} == kinds


def test_finer_parts_add_up_to_stages_and_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = worked(monkeypatch, preset("resnet18"), "layer")
    by_stage, by_block = parts.rolled_up(seen.parts, "stage"), parts.rolled_up(seen.parts, "block")
    assert by_stage == written(preset("resnet18"), "stage") and by_block == written(preset("resnet18"), "block")
    assert list(by_stage) == ["stem", "conv2_x", "conv3_x", "conv4_x", "conv5_x", "head"] and len(by_block) == 2 + 8


def test_a_stage_that_was_timed_whole_is_credited_to_no_block(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time, MACs and parameters are of the same operations, whatever the level that was measured."""
    spec, nodes = preset("resnet50"), trace(preset("resnet50"), 32, 32, 1)
    seen = worked(monkeypatch, spec, "stage")
    assert {(part.block, part.kind) for part in seen.parts} == {("", "stage")}
    table = {row["path"]: row for row in rows.where(nodes, seen.parts)}
    for stage in ("stem", "conv2_x", "conv3_x", "conv4_x", "conv5_x", "head"):
        group = [node for node in nodes if node.stage == stage]
        assert table[stage]["stage"] == stage and table[stage]["seconds"] == written(spec, "stage")[stage]
        assert table[stage]["macs"] == total(group, "macs") and table[stage]["params"] == total(group, "params")
        assert table[stage]["macs_share"] == pytest.approx(total(group, "macs") / total(nodes, "macs"))
    assert len(table) == 6 and rows.block_seconds(seen.parts) == {}, "no block is known, so none is coloured"
    assert sum(row["seconds_share"] for row in table.values()) == pytest.approx(1)
    finer = rows.where(nodes, worked(monkeypatch, spec, "block").parts)
    said = [str(sentences.where(one, "measured")) for one in (finer, list(table.values()))]
    assert said[0] == said[1], "what is said does not depend on the level"


# on the real clock ----------------------------------------------------------------------------------------------------


def test_in_every_single_pass_the_parts_are_the_pass() -> None:
    """The partition itself, without statistics: marks leave out less than 2 % of any pass that is not interrupted."""
    cuts = marks.cut(trace(preset("resnet18"), 64, 64), "layer")
    with subject(preset("resnet18"), hardware.resolve(replace(QUICK, height=64, width=64))) as one:
        gaps = [
            abs(sum(split) / whole - 1)
            for whole, split in (marks.marked_pass(one, clocks.CpuClock(), cuts) for _ in range(9))
        ]
    assert sorted(gaps)[4] < 0.02


def test_raw_times_and_quartiles_are_kept() -> None:
    seen = parts.profile(TINY, QUICK, "block")
    assert seen.n == len(seen.times_s) == len(seen.plain_times_s) >= loop.LEAST
    assert seen.summary.n == seen.n and seen.whole_s > 0 and seen.plain_s > 0 and seen.noise >= 0
    assert all(0 <= part.q1_s <= part.q3_s and part.spread >= 0 for part in seen.parts)


# which level, and what is doubted -------------------------------------------------------------------------------------


def made(level: str = "layer", overhead: float = 0.0, n: int = 20, noise: float = 0.0, **more: object) -> parts.Parts:
    one = parts.Part("conv1", "stem", "", "conv", 1.0 + overhead, **more)
    return parts.Parts(TINY, QUICK, level, (one,), 1.0 + overhead, 1.0, overhead, n, {}, noise)


def test_too_much_overhead_falls_back_to_coarser_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    cost = {"layer": 0.5, "block": 0.2, "stage": 0.01}
    monkeypatch.setattr(parts, "at_level", lambda one, spec, settings, level, *_: made(level, cost[level]))
    assert parts.profile(TINY, QUICK, "layer").level == "stage"
    cost["stage"] = 0.6
    worst = parts.profile(TINY, QUICK, "layer")
    assert worst.level == "block" and "20.0 % longer" in worst.warnings[0]


@pytest.mark.parametrize("doubt", [{"n": parts.ENOUGH - 1}, {"noise": 0.48}])
def test_noise_gives_no_level_up(doubt: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few passes, or pairs that differ by more than the marks could cost, do not show that the marks are dear."""
    monkeypatch.setattr(parts, "at_level", lambda one, spec, settings, level, *_: made(level, 0.5, **doubt))
    assert parts.profile(TINY, QUICK, "layer").level == "layer"


def test_the_noise_of_the_overhead_is_that_of_a_median(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pairs whose ratios are 1.1 and 1.3 in turn: median 1.2, IQR 0.2, ± 1.57 · 0.2 / √n."""
    monkeypatch.setattr(parts, "LEAST", 20)
    monkeypatch.setattr(parts, "MOST_PASSES", 20)
    ratios = iter([1.1, 1.3] * 10)
    monkeypatch.setattr(parts, "marked_pass", lambda one, clock, cuts: (ratio := next(ratios), [ratio] * len(cuts)))
    monkeypatch.setattr(parts, "passes", lambda one, clock, count: ([1.0], 0.0))
    with subject(TINY, hardware.resolve(QUICK)) as one:
        seen = parts.at_level(one, TINY, hardware.resolve(QUICK), "stage", {})
    assert (seen.n, seen.overhead, seen.noise) == (20, pytest.approx(0.2), pytest.approx(1.57 * 0.2 / math.sqrt(20)))


def test_a_spread_is_warned_of_for_the_pass_and_for_large_parts() -> None:
    wild = replace(made(q1_s=0.9, q3_s=1.1), times_s=(1.0, 1.0, 1.2, 1.3, 1.0))
    assert (
        "spreads over 20 %" in wild.warnings[0] and "The times of conv1 spread by more than 10 %" in wild.warnings[-1]
    )
    calm = replace(made(q1_s=0.99, q3_s=1.01), times_s=(1.0, 1.01, 1.0))
    assert calm.warnings == () and made().parts[0].spread is None


@pytest.mark.parametrize("change", [{"compile": "default"}, {"device": "cuda", "cuda_graph": True}])
def test_passes_without_module_ends_are_not_cut(change: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "resolve", lambda settings: settings)
    with pytest.raises(ValueError, match="no module ends"):
        parts.profile(TINY, replace(QUICK, **change))
    with pytest.raises(ValueError, match="level='atom'"):
        parts.profile(TINY, QUICK, "atom")
