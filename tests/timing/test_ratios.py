"""The ratios in Timing's sentences open the division that they are."""

from __future__ import annotations

import pytest

from explorer.facts import proof
from explorer.facts.rollup import total
from explorer.facts.told import Provable, Told
from explorer.net.trace import trace
from explorer.spec import preset
from explorer.timing.said import ratios, rows, sentences, timed_proofs


def numbers(told: Told) -> list[Provable]:
    found = [part for part in told.parts if isinstance(part, Provable)]
    for one in found:
        assert proof.evaluate(one.proof.expression) == pytest.approx(one.proof.value)
        assert float(one.shown.rstrip(" ×%\u00a0")) == pytest.approx(
            one.proof.value, abs=0.51 if "%" in one.shown else 0.0051
        )
    return found


def test_the_shares_of_a_stage() -> None:
    made = [
        {"stage": "stem", "seconds": 0.003, "macs": 100, "seconds_share": 0.3, "macs_share": 0.1},
        {"stage": "conv2_x", "seconds": 0.002, "macs": 300, "seconds_share": 0.2, "macs_share": 0.3},
        {"stage": "conv2_x", "seconds": 0.005, "macs": 600, "seconds_share": 0.5, "macs_share": 0.6},
    ]
    text = sentences.where(made)
    told = ratios.where(text, made, "measured")
    assert str(told) == text and len(numbers(told)) == 4
    assert [(one.shown.split()[0], one.proof.source) for one in numbers(told)] == [
        ("70", "measured"),
        ("90", "computed"),
        ("30", "measured"),
        ("10", "computed"),
    ]
    assert numbers(told)[0].proof.text == "100·0.007 ÷ 0.01 ≈ 70"


def test_the_slowest_against_the_fastest() -> None:
    made = [
        {"label": name, "median_s": seconds, "macs": total(trace(preset(name), 224, 224), "macs")}
        for name, seconds in (("resnet18", 0.02), ("resnet152", 0.131))
    ]
    text = sentences.sweep("depth", made)
    told = ratios.sweep(text, made, "recorded")
    assert str(told) == text
    assert [one.proof.text for one in numbers(told)] == [
        "0.131 ÷ 0.02 ≈ 6.55",
        "11,513,626,624 ÷ 1,814,073,344 ≈ 6.347",
    ]
    assert ratios.sweep("1 of 5 points.", made[:1], "measured").parts == ("1 of 5 points.",)


@pytest.mark.parametrize(
    "times", [[], [{"what": "Time (measured)", "one": 0.03, "other": 0.04, "source": "measured", "device": "cpu"}]]
)
def test_two_nets_counted_and_timed(times: list) -> None:
    pair = [preset("resnet34"), preset("resnet50")]
    counted = rows.contrast(*pair, 224, 224, times)
    text = sentences.contrast(counted, "ResNet-34", "ResNet-50")
    told = ratios.contrast(text, timed_proofs.contrast(*pair, 224, 224, times))
    assert (
        str(told) == text
        and [one.shown for one in numbers(told)][0] == "1.12×"
        and len(numbers(told)) == 2 + len(times)
    )


def test_the_shares_of_the_layers() -> None:
    made = [{"path": "conv1", "seconds": 0.003, "share": 0.75}, {"path": "fc", "seconds": 0.001, "share": 0.25}]
    assert [one.shown for one in ratios.layers(made, "recorded")] == ["75.0 %", "25.0 %"]
    assert ratios.layers(made, "recorded")[0].proof.text == "100·0.003 ÷ 0.004 ≈ 75"
