"""About how long a measurement will take, before it is made: against the loop's own rule."""

from __future__ import annotations

import pytest

from explorer.facts import proof
from explorer.spec import preset
from explorer.tell import sheet, timing_words
from explorer.timing.data import records
from explorer.timing.data.settings import Settings

RUNS = [run.measurement for run in records.recorded()]


def settings(batch: int = 1, **more: object) -> Settings:
    return Settings(device="cpu", threads=2, batch=batch, **more)


@pytest.mark.parametrize(("name", "batch"), [("resnet18", 1), ("resnet152", 1), ("resnet50", 16), ("resnet152", 16)])
def test_it_is_as_long_as_the_loop_takes_with_such_passes(name: str, batch: int) -> None:
    found = timing_words.expected(preset(name), settings(batch), RUNS)
    assert found is not None and found.source == "estimated"
    assert proof.evaluate(found.expression) == pytest.approx(found.value)
    net = preset(name)
    macs = int(proof.prove("macs", sheet.trace(net, 224, 224)).value)
    carried = sheet.about(RUNS, macs, batch, "fp32", net)
    assert carried is not None
    one_s = carried[1].value
    loop_s = max(0.25, 3 * one_s) + max(1.0, 5 * one_s)  # warm-up, then the budget's passes, at least five
    assert found.value == pytest.approx(loop_s + 1.6 * one_s, abs=0.06 * one_s)  # of a tenth of a pass


def test_a_run_says_how_far_it_is_as_long_as_that_is_known() -> None:
    takes = timing_words.expected(preset("resnet152"), settings(16), RUNS)
    assert takes is not None and takes.value > 9
    assert timing_words.so_far(3.2, takes) == f"3 s of about {round(takes.value)}"
    assert timing_words.so_far(takes.value + 20, takes) == timing_words.so_far(takes.value + 20, None)
    assert timing_words.so_far(0.2, None) == "0 s"


def test_a_format_that_may_be_slow_is_warned_of_where_no_time_is_known() -> None:
    warned = "can take tens of times as long as in fp32"
    assert f"without instructions for fp16 {warned}" in timing_words.question(settings(dtype="fp16"), None).striptags()
    for asked in (settings(), Settings(device="cuda", dtype="fp16")):
        assert warned not in timing_words.question(asked, None)
    takes = timing_words.expected(preset("resnet50"), settings(dtype="bf16"), RUNS)
    assert takes is not None and warned not in timing_words.question(settings(dtype="bf16"), takes)


def test_a_runs_bar_moves_with_the_estimate_and_never_stands_full_or_goes_back() -> None:
    takes = timing_words.expected(preset("resnet152"), settings(16), RUNS)
    assert takes is not None
    assert timing_words.share(0.0, takes.value / 4, takes) == pytest.approx(0.25), "before the first pass is over"
    filled = [timing_words.share(0.4 if at > 5 else 0.0, takes.value * at / 10, takes) for at in range(40)]
    assert filled == sorted(filled) and filled[-1] < 1, "an estimate that was short"
    assert timing_words.share(0.8, 1.0, takes) == 0.8 == timing_words.share(0.8, 99.0, None)


def test_where_nothing_like_it_is_recorded_nothing_is_said() -> None:
    for asked in (settings(height=32, width=32), settings(compile="default"), settings(batch=4096)):
        assert timing_words.expected(preset("resnet50"), asked, RUNS) is None
    cuda = Settings(device="cuda", threads=2)
    assert timing_words.expected(preset("resnet50"), cuda, RUNS) is None
