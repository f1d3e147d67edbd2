"""Every sentence that concludes something from timings, with noise planted: it says that nothing is decided, and why; the
record is offered in a sentence of its own; recorded and measured never stand in one sentence."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from explorer.facts.told import Provable, Told
from explorer.spec import preset
from explorer.timing.data.across import across
from explorer.timing.data.measurement import Measurement
from explorer.timing.data.records import Run
from explorer.timing.data.settings import Settings
from explorer.timing.said import contrasts, launches, offers, ratio_rows, rows, sentences
from tests.timing.test_launches import made as rung
from tests.timing.test_ratios import BUSY, QUIET, timed

PAIR = ("resnet34", "resnet50")
SLOW = tuple(3 * value for value in QUIET)
TITLES = ("ResNet-34", "ResNet-50")


def measured(noisy: bool) -> list[Measurement]:
    return [timed(PAIR[0], BUSY if noisy else QUIET), timed(PAIR[1], SLOW)]


def swept(noisy: bool) -> list[rows.Swept]:
    return [
        rows._swept(SimpleNamespace(label=one.name, settings=one.settings, spec=one.spec), at == 0, None, one)
        | {"batch": at + 1}
        for at, one in enumerate(measured(noisy))
    ]


def contrast(noisy: bool, source: str, *others: ratio_rows.Ratio) -> Told:
    ratios = ratio_rows.timed_pair(measured(noisy), source)
    return sentences.contrast(ratio_rows.contrast(*map(preset, PAIR), 224, 224, [*ratios, *others]), *TITLES)


def raced(noisy: bool, source: str) -> str:
    seen = measured(noisy)
    return sentences.race(rows.race(seen), source, ratio_rows.timed_pair(seen, source)[0].undecided)


def limit(noisy: bool) -> SimpleNamespace:
    roofline = SimpleNamespace(share=0.4, binding="Memory binds 80 % of the time.")
    return SimpleNamespace(measurement=measured(noisy)[0], parts=None, roofline=roofline)


def where(noisy: bool, source: str) -> Told:
    shares = {"seconds": 0.003, "macs": 100, "seconds_share": 1.0, "macs_share": 1.0}
    return sentences.where([{"stage": "stem", **shares}], source, measured(noisy)[0].warnings)


def ladder(noisy: bool, source: str) -> Told:
    steps = [rung(batch, 3.0, 2.98) for batch in (1, 2, 4, 8)]
    if noisy:
        steps[2] = rung(4, 3.0, 2.98)
        object.__setattr__(steps[2], "times_s", BUSY)
    found = launches.ladder(steps, preset("resnet50"))
    assert found is not None
    return launches.sentence(found, source)


CONCLUDES: dict[str, Callable[[bool, str], object]] = {  # function → its sentence, of a quiet or a noisy run
    "where": where,
    "contrast": contrast,
    "race": raced,
    "across": lambda noisy, source: sentences.across(across(measured(noisy)), source),
    "sweep": lambda noisy, source: sentences.sweep("depths", swept(noisy), source),
    "sweep of batches": lambda noisy, source: sentences.sweep("batch", swept(noisy), source),
    "limit": lambda noisy, source: sentences.limit(limit(noisy), source),
    "reached": lambda noisy, source: sentences.reached(limit(noisy)),
    "sentence": ladder,
}
DESCRIBES = {  # what says only on what, with what and how something was measured, or that it is doubted
    *(
        "device_name",
        "version",
        "stamp",
        "not_yours",
        "differing",
        "slower",
        "processor",
        "cut",
        "pair_doubts",
        "undecided",
        "layers",
    ),
    *("sweep_doubt", "sweep_doubts", "limit_doubts", "ladder", "share", "cure", "lines"),
}


def test_every_sentence_is_either_here_or_concludes_nothing() -> None:
    found = {
        name
        for module in (sentences, launches)
        for name, one in inspect.getmembers(module, inspect.isfunction)
        if one.__module__ == module.__name__ and not name.startswith("_")
    }
    assert found == {name.split(" of ")[0] for name in CONCLUDES} | DESCRIBES


@pytest.mark.parametrize("source", ["measured", "recorded"])
@pytest.mark.parametrize("name", CONCLUDES)
def test_planted_noise_is_concluded_nothing_from(name: str, source: str) -> None:
    source = "measured" if name == "reached" else source
    quiet, noisy = (str(CONCLUDES[name](noise, source)) for noise in (False, True))
    nothing = sentences.undecided(source)
    assert nothing not in quiet and nothing in noisy and "spread too widely" in noisy
    for concluding in (
        "FLOPs are not",
        "tell the time",
        "here the time follows",
        " done:",
        "× the time",
        "costs",
        "binds 80",
        "reaches 40",
    ):
        assert concluding not in noisy


@pytest.mark.parametrize("source", ["measured", "recorded"])
def test_a_doubted_ratio_is_not_listed_as_if_it_said_something(source: str) -> None:
    for noisy in (False, True):
        times = ratio_rows.timed_pair(measured(noisy), source)
        told = contrasts.told(ratio_rows.contrast(*map(preset, PAIR), 224, 224, times))
        (line,) = (words for words in told if "the time" in words)
        assert (sentences.undecided(source) in line) == noisy


@pytest.mark.parametrize("noisy", [False, True])
@pytest.mark.parametrize("source", ["measured", "recorded"])
@pytest.mark.parametrize("name", CONCLUDES)
def test_recorded_and_measured_never_stand_in_one_sentence(name: str, source: str, noisy: bool) -> None:
    told = CONCLUDES[name](noisy, source)
    said = contrast(noisy, source, *ratio_rows.timed_pair(measured(False), "recorded")) if name == "contrast" else told
    for one in (told, said):
        assert not {"measured", "recorded"} <= {part.proof.source for part in _provables(one)}
        assert not ("(measured)" in str(one) and "(recorded)" in str(one))


def _provables(told: object) -> list[Provable]:
    return [part for part in told.parts if isinstance(part, Provable)] if isinstance(told, Told) else []


def test_what_the_records_say_is_offered_apart_and_only_where_they_decide() -> None:
    settings = Settings(device="cpu", threads=1)
    pair = tuple(map(preset, PAIR))
    good, bad = ([Run(one, (), None, None, "x.json") for one in measured(noise)] for noise in (False, True))
    race = offers.of_race(good, pair, TITLES, settings)
    assert race is not None and str(race.told).startswith("As recorded earlier: ResNet-50 has 1.12× the MACs")
    assert "(recorded)" in str(race.told) and "measured" not in str(race.told).replace("As recorded", "")
    assert offers.of_race(bad, pair, TITLES, settings) is None and offers.of_race([], pair, TITLES, settings) is None
    single = offers.of_pass(good, pair[0], settings)
    assert (
        single is not None
        and str(single.told) == "As recorded earlier: a pass of ResNet-34 takes 50.0 ms ± 0.1 · 20.0 img/s."
    )
    other = offers.of_pass(good, pair[0], Settings(device="cpu", threads=1, batch=8))
    assert other is not None
    assert str(other.told).startswith("As recorded earlier, with batch 1 (you asked for 8): a pass of ResNet-34 takes")
    assert offers.of_pass(bad, pair[0], settings) is None
    for offer in (offers.of_parts, offers.of_limit):
        assert offer([], pair[0], settings) is None
    assert offers.of_sweep([], "depths", pair[0], settings) is None
