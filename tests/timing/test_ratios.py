"""The ratios in Timing's sentences open the division that they are; what a run's own spread rejects is not concluded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from explorer.facts import proof
from explorer.facts.rollup import total
from explorer.facts.told import Provable, Told
from explorer.net.trace import trace
from explorer.spec import preset, resolve
from explorer.timing.data import records
from explorer.timing.data.across import across
from explorer.timing.data.measurement import Measurement
from explorer.timing.data.settings import Settings
from explorer.timing.said import ratio_rows, sentences

FACTS = {"device": "A CPU", "torch": "2.13.0", "measured_at": "2026-01-01T00:00:00+00:00"}


def numbers(told: Told) -> list[Provable]:
    found = [part for part in told.parts if isinstance(part, Provable)]
    for one in found:
        assert proof.evaluate(one.proof.expression) == pytest.approx(one.proof.value)
        assert float(one.shown.rstrip(" ×%\u00a0")) == pytest.approx(
            one.proof.value, abs=0.51 if "%" in one.shown else 0.0051
        )
    return found


def timed(name: str, times: tuple[float, ...]) -> Measurement:
    return Measurement(resolve(name).spec, Settings(device="cpu", threads=1), times, 0.1, 0.1, None, FACTS)


def race(one: tuple[float, ...], other: tuple[float, ...], source: str = "measured") -> Told:
    """What is said of ResNet-34 and ResNet-50 with these times of their passes."""
    seen = ratio_rows.timed_pair([timed("resnet34", one), timed("resnet50", other)], source)
    ratios = ratio_rows.contrast(preset("resnet34"), preset("resnet50"), 224, 224, seen)
    return sentences.contrast(ratios, "ResNet-34", "ResNet-50")


def test_the_shares_of_a_stage() -> None:
    made = [
        {"stage": "stem", "seconds": 0.003, "macs": 100, "seconds_share": 0.3, "macs_share": 0.1},
        {"stage": "conv2_x", "seconds": 0.002, "macs": 300, "seconds_share": 0.2, "macs_share": 0.3},
        {"stage": "conv2_x", "seconds": 0.005, "macs": 600, "seconds_share": 0.5, "macs_share": 0.6},
    ]
    told = sentences.where(made, "measured")
    assert str(told) == (
        "conv2_x takes 70 % of the time with 90 % of the MACs. stem costs most beyond its MACs: 30 % of the time, "
        "10 % of them."
    )
    assert [(one.shown.split()[0], one.proof.source) for one in numbers(told)] == [
        ("70", "measured"),
        ("90", "computed"),
        ("30", "measured"),
        ("10", "computed"),
    ]
    assert numbers(told)[0].proof.text == "100·0.007 ÷ 0.01 ≈ 70"


def point(name: str, seconds: float, spread: float = 0.01, warnings: str = "") -> dict:
    quarters = {"q1_s": seconds * (1 - spread), "q3_s": seconds * (1 + spread)}
    macs = total(trace(preset(name), 224, 224), "macs")
    return {"label": name, "median_s": seconds, "macs": macs, "warnings": warnings} | quarters


def test_the_slowest_against_the_fastest() -> None:
    made = [point("resnet18", 0.02), point("resnet152", 0.131)]
    told = sentences.sweep("depths", made, "recorded")
    assert str(told) == "resnet152 takes 6.55× the time of resnet18, with 6.35× its MACs: 131 ms against 20.0 ms."
    assert [one.proof.text for one in numbers(told)] == [
        "0.131 ÷ 0.02 ≈ 6.55",
        "11,513,626,624 ÷ 1,814,073,344 ≈ 6.347",
    ]
    assert sentences.sweep("depths", made[:1], "measured").parts == ("",)


@pytest.mark.parametrize(
    "times", [[], ratio_rows.timed_pair([timed("resnet34", (0.03,)), timed("resnet50", (0.04,))], "measured")]
)
def test_two_nets_counted_and_timed(times: list) -> None:
    counted = ratio_rows.contrast(preset("resnet34"), preset("resnet50"), 224, 224, times)
    told = sentences.contrast(counted, "ResNet-34", "ResNet-50")
    assert [one.shown for one in numbers(told)] == ["1.12×", *["1.33×"] * len(times), "2.97×"]
    assert all(proof.evaluate(row.proof.expression) == pytest.approx(row.ratio, rel=1e-5) for row in counted)


def test_the_shares_of_the_layers() -> None:
    made = [{"path": "conv1", "seconds": 0.003, "share": 0.75}, {"path": "fc", "seconds": 0.001, "share": 0.25}]
    assert [one.shown for one in sentences.layers(made, "recorded")] == ["75.0 %", "25.0 %"]
    assert sentences.layers(made, "recorded")[0].proof.text == "100·0.003 ÷ 0.004 ≈ 75"


# what the spread rejects ----------------------------------------------------------------------------------------------

QUIET = (0.050, 0.0502, 0.0498, 0.0501, 0.0499)
BUSY = (0.05, 0.09, 0.03, 0.12, 0.02)


@pytest.mark.parametrize("source", ["measured", "recorded"])
def test_a_busy_host_decides_nothing(source: str) -> None:
    for pair in ((BUSY, QUIET), (QUIET, BUSY)):
        text = str(race(*pair, source))
        assert sentences.undecided(source) in text and "spread too widely" in text
        assert "FLOPs are not time" not in text and "tell the time" not in text and "follows" not in text
        assert "× the time" not in text, "a ratio that is not decided is not told"


def test_times_whose_middle_halves_overlap_decide_nothing() -> None:
    close = tuple(value * 1.003 for value in QUIET)
    assert "not decided by this run: the middle halves of both overlap" in str(race(QUIET, close))
    apart = tuple(value * 1.9 for value in QUIET)
    assert "FLOPs are not time" in str(race(QUIET, apart)) and "not decided" not in str(race(QUIET, apart))


def test_which_is_slower_can_be_decided_and_the_reason_not() -> None:
    """1.2× the time at 1.12× the MACs: within a tenth or not, as the quartiles go."""
    loose = tuple(value * 1.2 for value in (0.050, 0.0525, 0.0478, 0.0522, 0.048))
    text = str(race(QUIET, loose))
    assert "1.20× the time" in text and "whether it follows the MACs is not decided by this run" in text
    assert "FLOPs are not time" not in text


def test_the_chart_says_it_too() -> None:
    from explorer.tell.plots.race import contrast

    seen = ratio_rows.timed_pair([timed("resnet34", BUSY), timed("resnet50", QUIET)], "measured")
    ratios = ratio_rows.contrast(preset("resnet34"), preset("resnet50"), 224, 224, seen)
    assert contrast(ratios, "a", "b").data[0].text[-1] == "not decided" and ratios[-1].plain["undecided"]


@pytest.mark.parametrize(
    "pair",
    [
        (point("resnet18", 0.02, warnings="busy"), point("resnet50", 0.05)),
        (point("resnet18", 0.02), point("resnet50", 0.05, warnings="busy")),
        (point("resnet18", 0.049, 0.05), point("resnet50", 0.05, 0.05)),
    ],
)
def test_a_sweep_that_is_doubted_names_no_fastest(pair: tuple[dict, dict]) -> None:
    text = str(sentences.sweep("depths", pair, "measured"))
    assert "not decided by this run" in text and "takes" not in text


def test_a_batch_sweep_that_is_doubted_names_no_knee() -> None:
    made = [
        point("resnet18", 0.01) | {"batch": batch, "knee": batch == 2, "images_per_s": 100.0 * batch}
        for batch in (1, 2, 4)
    ]
    assert str(sentences.sweep("batch", made, "measured")).startswith("From batch 2 on")
    made[2]["warnings"] = "busy"
    assert "not decided by this run" in str(sentences.sweep("batch", made, "measured"))


def test_parts_and_limits_that_are_doubted_name_no_cause() -> None:
    made = [{"stage": "stem", "seconds": 0.003, "macs": 100, "seconds_share": 1.0, "macs_share": 1.0}]
    assert str(sentences.where(made, "recorded", ["busy"])) == (
        f"Where the time goes is not decided by this recorded run: {ratio_rows.DOUBTED}."
    )


def many(*seen: Measurement) -> Told:
    return sentences.across(across(seen), "recorded")


def slower(times: float) -> tuple[float, ...]:
    return tuple(times * value for value in QUIET)


def test_many_nets_of_which_one_is_doubted() -> None:
    text = str(many(timed("resnet34", QUIET), replace(timed("resnet50-v1", slower(2)), times_s=BUSY)))
    assert "not decided by this recorded run" in text and "resnet50-v1" in text and "FLOPs" not in text


def test_flops_are_not_time_only_where_a_pair_of_near_macs_shows_it() -> None:
    quick = timed("resnet34", QUIET)  # 3.66 GMACs; v1 of ResNet-50 has 3.86
    said = many(quick, timed("resnet50-v1", slower(1.5)), timed("resnet18", slower(0.5)))
    assert str(said) == (
        "FLOPs are not time: ResNet-50 · stride on the 1×1 (v1) has 1.05× the MACs of ResNet-34 and takes 1.50× the time (recorded)."
    )
    assert [one.proof.source for one in numbers(said)] == ["computed", "recorded"]
    overlapping = tuple(value * (0.97 + 0.06 * (at % 2)) for at, value in enumerate(QUIET))
    for other in (timed("resnet50-v1", overlapping), timed("resnet50-v1", slower(1.08))):  # as the MACs, or nearly
        assert str(many(quick, other)).startswith("No two of these nets of nearly the same MACs differ in time by more")
    far = many(quick, timed("resnet18", slower(3)))
    assert str(far).startswith("No two of these nets have nearly the same MACs")


def test_the_shipped_runs_hold_such_a_pair() -> None:
    assert str(many(*(run.measurement for run in records.recorded()))).startswith("FLOPs are not time: ResNet-50")
