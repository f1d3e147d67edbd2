"""Texts, recorded runs and claims: they fit together, hide what is to be predicted, and say when a run disagrees."""

from __future__ import annotations

import json
import math
import tomllib
from dataclasses import replace

import pytest

from explorer.jobs import Job
from explorer.lab.claims import judged, quotes, story
from explorer.lab.claims.statements import CLAIMS
from explorer.lab.experiment import figure, power
from explorer.lab.experiments import EXPERIMENTS, propagation
from explorer.lab.record import FOLDER, pack, recorded, unpack

SHIPPED = judged.shipped()


@pytest.mark.parametrize("key", EXPERIMENTS)
def test_the_texts_are_whole_and_every_rate_is_filled_in(key: str) -> None:
    text = story.texts()[key]
    assert set(text) >= {
        "tab",
        "ask",
        "question",
        "setup",
        "predict",
        "expected",
        "reveal",
        "may",
        "care",
        "options",
        "paper",
    }
    assert text["expected"] in text["options"] and set(text.get("reveal_for", {})) <= set(text["options"])
    assert text["paper"]["source"] and text["paper"]["url"].startswith("https://arxiv.org/abs/")
    assert "{" not in json.dumps(text["may"] + text["care"]) and " of 8 seeds" in json.dumps(text["may"])


def test_every_quoted_claim_is_measured_and_every_claim_about_texts_exists() -> None:
    raw = (FOLDER / "texts.toml").read_text(encoding="utf-8")
    assert set(SHIPPED["claims"]) == set(CLAIMS)
    unquoted = {key for key in CLAIMS if f"{{{key}" not in raw}
    assert not unquoted, "a claim that no text quotes"
    assert set(tomllib.loads(raw)) == {*EXPERIMENTS, "article"}
    assert len(story.article()["clauses"]) == 3


def test_the_shipped_claims_follow_from_the_shipped_runs() -> None:
    assert json.loads(json.dumps(judged.judged(SHIPPED["runs"]))) == SHIPPED["claims"]
    assert (FOLDER / "claims.md").read_text(encoding="utf-8") == judged.report(SHIPPED)
    assert len(SHIPPED["provenance"]["seeds"]) >= 5
    for found in SHIPPED["runs"].values():
        assert [run["seed"] for run in found] == SHIPPED["provenance"]["seeds"]


def test_the_expected_answers_are_what_most_seeds_gave() -> None:
    for key, text in story.texts().items():
        answers = [run["answer"] for run in story.peers(story.opening(key))]
        assert answers.count(text["expected"]) > len(answers) / 2, key


def test_a_claim_counts_what_it_says() -> None:
    claim = replace(
        CLAIMS["plain_degrades"], figure=lambda summary: summary["x"], holds=lambda x: x is not None and x > 1
    )
    found = judged.judge(claim, [{"x": 2.0}, {"x": None}, {"x": 0.5}, {"x": 4.0}])
    assert (found["held"], found["of"], found["least"], found["median"], found["most"]) == (2, 4, 0.5, 2.0, 4.0)


@pytest.mark.parametrize("key", EXPERIMENTS)
def test_recorded_runs_have_their_config_and_provenance(key: str) -> None:
    runs, presets = recorded(key), EXPERIMENTS[key].presets
    assert list(runs) == [name for name, preset in presets.items() if preset.recorded]
    for name, run in runs.items():
        assert run["config"] == presets[name].config.as_dict()
        assert set(run["provenance"]) == {"date", "torch", "device", "threads"} and run["cpu_s"] > 0
        assert run["answer"] in story.texts()[key]["options"]
        assert EXPERIMENTS[key].quotes(run["summary"]) and quotes.scoreboard(run)
        assert story.budget_of(run).startswith("seed 0 · ")


def test_a_recorded_run_can_be_made_again() -> None:
    """The 18-layer part of it, within what another CPU's sums may differ by."""
    config = propagation.Propagation(imagenet_depths=(18,))
    again = propagation.run(config, Job(lambda job: None, ""))["rows"]
    before = [row for row in recorded("signal")["he"]["rows"] if row["depth"] == 18]
    assert [row["path"] for row in again] == [row["path"] for row in before]
    for new, old in zip(again, before, strict=True):
        assert new["value"] == pytest.approx(old["value"], rel=0.02)


HIDDEN = {
    "degradation": lambda row: row["depth"] == 56,
    "identity": lambda row: row["depth"] == 56,
    "signal": lambda row: row["depth"] > 18,
    "learning-rate": lambda row: row["norm"] == "batch",
    "shattered": lambda row: row["depth"] == 56,
    "lesion": lambda row: "residual" in row["net"],
    "landscape": lambda row: row["kind"] == "residual",
}


@pytest.mark.parametrize("key", EXPERIMENTS)
def test_before_the_prediction_nothing_is_given_away(key: str) -> None:
    rows = story.teaser(key)
    assert rows and not any(map(HIDDEN[key], rows)) and any(map(HIDDEN[key], story.opening(key)["rows"]))


def test_the_verdict_and_the_contradiction() -> None:
    run = story.opening("degradation")
    assert story.verdict("degradation", "plain", "plain") == ("right", "As you predicted: Only the plain one.")
    assert story.verdict("degradation", "plain", "both") == ("wrong", "You said: Both. This run: Only the plain one.")
    assert story.verdict("degradation", "plain", None)[0] == "none"
    assert story.contradiction(run) is None
    odd = story.contradiction(run | {"answer": "neither"})
    assert odd.startswith("This run contradicts the expected picture. 8 of 8 recorded seeds say: Only the plain one.")
    assert story.contradiction(recorded("signal")["default"]) is None  # its own seeds say so
    assert story.told("degradation", "neither") == "" and story.told("signal", "plain-none") != story.told(
        "signal", "plain-bn"
    )


def test_figures_in_words() -> None:
    assert [power(value) for value in (2.42e12, 0.0, 0.5, 1e-9, None)] == [
        "2·10¹²",
        "0",
        "0.5",
        "1·10⁻⁹",
        "none",
    ]
    assert figure(-0.001, ".2f") == "0.00" and figure(-1.5, ".1f") == "−1.5"
    assert math.isclose(
        story.Rate(SHIPPED["claims"]["plain_degrades"]).median, SHIPPED["claims"]["plain_degrades"]["median"]
    )


def test_rows_survive_packing_and_flattening() -> None:
    rows = [{"a": 1, "b": 0.1234567}, {"a": 2, "b": None}, {"c": "x"}]
    assert unpack(pack(rows)) == [{"a": 1, "b": 0.12346}, {"a": 2, "b": None}, {"c": "x"}]
    assert story.flat(rows)[2] == {"a": "", "b": "", "c": "x"}
