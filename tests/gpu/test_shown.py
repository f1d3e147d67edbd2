"""A GPU's record in the app: made by the command on a card that is not there, laid beside the CPU's, seen by a visitor."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer import lecture
from explorer.lecture import on_gpu
from explorer.lecture.quantities import quantity
from explorer.places import ASSETS
from explorer.spec import preset
from explorer.spec.chosen import of_params
from explorer.timing.data import records
from explorer.timing.data.settings import Settings
from explorer.timing.said import exports, found, ratio_rows
from explorer.web.sections.timing import pieces as timing_pieces
from tests.gpu import plan
from tests.gpu.fakes import NAME
from tests.gpu.report import Folder
from tests.gpu.test_kit import PretendHand, carried_out
from tests.web.test_pages import open_app

PAIR = (preset("resnet34"), preset("resnet50"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(plan, "compiler", lambda kind: True)
        return carried_out(tmp_path_factory.mktemp("shown"), PretendHand())


@pytest.fixture
def both(made: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[records.Run, ...]]:
    """assets/timings as it is after `cp`."""
    for path in [*(ASSETS / "timings").glob("*.json"), made.runs_file]:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    runs = records.recorded(tmp_path)
    monkeypatch.setattr(timing_pieces, "recorded", lambda: runs)
    monkeypatch.setattr(records, "recorded", lambda: runs)
    forget()
    yield runs
    forget()


def forget() -> None:
    """What was said before the record came, or with it."""
    for kept in (on_gpu.recorded, quantity, lecture.bar, lecture.listing):
        kept.cache_clear()


def words(app) -> str:
    return " ".join(one.proto.body for one in app.get("html"))


def read(text: str) -> str:
    """Without the buttons that words and numbers are."""
    return re.sub(r"</?(?:button|span)[^>]*>", "", text)


def test_it_stands_beside_the_cpu_s(both: tuple[records.Run, ...]) -> None:
    app = open_app("view=machines", "timing")
    assert not app.exception and not app.error
    assert NAME in words(app) and "Xeon" in words(app)
    said = [one.value for one in app.code]
    assert not any("explorer time" in text or "check.py" in text for text in said), "nothing is missing"


def test_the_launches_are_shown_from_it(both: tuple[records.Run, ...]) -> None:
    app = open_app("view=launches&depth=50", "timing")
    text = read(words(app))
    assert not app.exception and not app.error
    assert "keeps this GPU at work from batch" in text and "as one CUDA graph it takes" in text and NAME in text
    other = words(open_app("view=launches&depth=34", "timing"))
    assert "Of ResNet-34 there is no such run: this is ResNet-" in other


def test_without_a_gpu_run_the_view_says_how_to_make_one() -> None:
    app = open_app("view=launches", "timing")
    assert not app.exception and "No run on a GPU comes with the explorer" in words(app)
    assert "python3 tests/gpu/check.py --out mine" in [one.value for one in app.code]


def test_the_race_takes_the_gpu_s_record_and_else_the_published_figure(both: tuple[records.Run, ...]) -> None:
    seen = found.pair_on_gpu(both, PAIR)
    assert {one.settings.batch for one in seen} == {256} and seen[0].settings.dtype == "bf16"
    app = open_app("view=race", "timing")
    text = words(app)
    assert not app.exception and "timm" not in text
    lead = text[text.index('<p class="lead">') :].partition("</p>")[0]
    assert f"the time on {NAME} (recorded)" in read(lead) and "FLOPs are not time" in read(lead)


def test_an_export_of_the_race_has_each_time_s_own_machine(both: tuple[records.Run, ...]) -> None:
    here = found.pair(both, PAIR, Settings(device="cpu", threads=2))
    pairs = [
        *ratio_rows.timed_pair(found.pair_on_gpu(both, PAIR), "recorded"),
        *ratio_rows.timed_pair(here, "recorded"),
    ]
    on_gpu_line, on_cpu_line = exports.race(pairs, here, 224, 224)
    assert on_gpu_line["on_device"] == NAME and on_gpu_line["batch"] == 256
    assert "Xeon" in on_cpu_line["on_device"] and on_cpu_line["one_median_s"] > on_gpu_line["one_median_s"]


def test_the_lecture_s_question_is_answered_from_the_record(both: tuple[records.Run, ...]) -> None:
    one, other = found.pair_on_gpu(both, PAIR)
    answer = quantity("speed_ratio:resnet50/resnet34", of_params({}))
    assert answer.value == pytest.approx(other.images_per_s / one.images_per_s, rel=1e-3)
    assert answer.source == "recorded" and NAME in answer.proof.rule and "batch 256" in answer.proof.rule
    scene = next(scene for scene in lecture.load().scenes if scene.slug == "flops-are-not-time")
    verdict = lecture.evaluate(scene, "2")
    assert verdict.source == "recorded"
    paper = lecture.handout(lecture.load(), "http://localhost/")
    assert "Both nets run on a GPU (Pretend\u00a09000)." in paper


def test_without_a_record_it_is_the_published_figure() -> None:
    forget()
    answer = quantity("speed_ratio:resnet50/resnet34", of_params({}))
    assert answer.source == "published" and answer.value == pytest.approx(4303 / 8316)
    assert quantity("speed_device:resnet50/resnet34", of_params({})).text == "RTX 4090"
    paper = lecture.handout(lecture.load(), "http://localhost/")
    assert "Both nets run on a GPU (RTX\u00a04090)." in paper and "{speed" not in paper


def test_a_record_that_spreads_too_much_is_not_quoted(
    both: tuple[records.Run, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    def wild(run: records.Run) -> records.Run:
        seen = run.measurement
        return replace(
            run, measurement=replace(seen, times_s=tuple(t * (1 + n % 3) for n, t in enumerate(seen.times_s)))
        )

    monkeypatch.setattr(records, "recorded", lambda: tuple(map(wild, both)))
    forget()
    assert quantity("speed_ratio:resnet50/resnet34", of_params({})).source == "published"
