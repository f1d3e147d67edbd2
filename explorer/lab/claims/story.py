"""The page's words and choices, without the page: texts with their measured rates, what is shown before the
prediction, key figures, the verdict, and what an export holds. No torch."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from explorer.lab.config import Config
from explorer.lab.experiment import ARTICLE, TEXTS, Article, Text
from explorer.lab.outcome import Row, Run
from explorer.lab.record import recorded
from explorer.units import Scientific

if TYPE_CHECKING:
    from explorer.lab.claims.judged import Judged, Seed

HIDDEN = "A recorded run without what is asked. Predict, and see the rest."


class Rate:
    """A claim inside a text: "8 of 8 seeds"; `.median` and the like are its figures."""

    def __init__(self, claim: Judged) -> None:
        self.held = f"{claim['held']} of {claim['of']} seeds"
        figures = {"least": claim["least"], "median": claim["median"], "most": claim["most"]}
        self.__dict__.update({name: Scientific(value) for name, value in figures.items() if value is not None})

    def __format__(self, spec: str) -> str:
        return self.held


@cache
def texts() -> dict[str, Text]:
    """`TEXTS` with every {claim} filled in from claims.json. Raises `KeyError` for an unknown claim."""
    found: dict[str, Text] = _filled(TEXTS, _rates())
    return found


@cache
def article() -> Article:
    """The article's wording, filled in likewise."""
    found: Article = _filled(ARTICLE, _rates())
    return found


def _rates() -> dict[str, Rate]:
    from explorer.lab.claims.judged import shipped

    return {key: Rate(claim) for key, claim in shipped()["claims"].items()}


def _filled(value: Any, rates: dict[str, Rate]) -> Any:
    if isinstance(value, str):
        return value.format_map(rates)
    if isinstance(value, list):
        return [_filled(one, rates) for one in value]
    return {key: _filled(one, rates) for key, one in value.items()} if isinstance(value, dict) else value


def teaser(key: str) -> list[Row]:
    """The recorded run without what is to be predicted."""
    from explorer.lab.experiments import EXPERIMENTS

    return EXPERIMENTS[key].teaser(opening(key)["rows"])


def opening(key: str) -> Run:
    """The recorded run that stands there before the first click."""
    return next(iter(recorded(key).values()))


def verdict(key: str, answer: str, guess: str | None) -> tuple[str, str]:
    """(mood, sentence): mood is right | wrong | none for the visitor's prediction of this very run."""
    options = texts()[key]["options"]
    if guess is None:
        return "none", f"This run: {options[answer]}."
    if guess == answer:
        return "right", f"As you predicted: {options[answer]}."
    return "wrong", f"You said: {options[guess]}. This run: {options[answer]}."


def told(key: str, answer: str) -> str:
    """What there is to see in a run that came out like this."""
    text = texts()[key]
    return str(text["reveal"] if answer == text["expected"] else text.get("reveal_for", {}).get(answer, ""))


def peers(run: Run) -> list[Seed]:
    """The recorded seeds of the same experiment and preset; of its first preset where the budget is another. Raises
    `LookupError` where none are recorded."""
    from explorer.lab.claims.judged import shipped
    from explorer.lab.experiments import EXPERIMENTS

    groups = {
        name.split("/")[1]: found
        for name, found in shipped()["runs"].items()
        if name.split("/")[0] == run["experiment"]
    }
    if not groups:
        raise LookupError(
            f"claims.json has no runs of {run['experiment']}: python -m explorer.lab.claims {run['experiment']}"
        )
    presets = EXPERIMENTS[run["experiment"]].presets
    same = [
        name for name in groups if presets[name].config.as_dict() | {"seed": run["config"]["seed"]} == run["config"]
    ]
    return groups[same[0]] if same else next(iter(groups.values()))


def contradiction(run: Run) -> str | None:
    """What to say when a run does not come out as most of the recorded seeds did."""
    answers = [one["answer"] for one in peers(run)]
    usual = max(dict.fromkeys(answers), key=answers.count)
    if run["answer"] == usual:
        return None
    share = f"{answers.count(usual)} of {len(answers)}"
    return (
        f"This run contradicts the expected picture. {share} recorded seeds say: "
        f"{texts()[run['experiment']]['options'][usual]}. One run proves neither: try another seed, or the recorded budget."
    )


def budget(config: Config) -> str:
    """A config in a line: 'seed 3 · 20, 56 layers · 120 steps · …'."""
    words = {
        "seed": "seed {}",
        "depths": "{} layers",
        "imagenet_depths": "{} layers",
        "depth": "{} layers",
        "shallow": "plain-{}",
        "kind": "{}",
        "init": "{}",
        "steps": "{} steps",
        "plain_steps": "{} for the plain net",
        "batch": "batch {}",
        "lr": "rate {:g}",
        "lrs": "rates {}",
        "width": "width {}",
        "side": "{0}×{0} px",
        "picture_side": "{0}×{0} px",
        "shortcut": "option {}",
        "zero_init": "{}",
        "lines": "{} lines",
        "points": "{} points",
        "grid": "{0}×{0} points",
        "device": "{}",
    }
    inits = {"he": "He initialisation", "default": "PyTorch’s initialisation", "yes": "last γ at 0"}
    values = {
        name: ", ".join(f"{one:g}" for one in value) if isinstance(value, list) else inits.get(value, value)
        for name, value in config.as_dict().items()
        if name in words
    }
    unsaid = ("cpu", "no")  # as one takes for granted
    return " · ".join(words[name].format(value) for name, value in values.items() if value not in unsaid)


def budget_of(run: Run) -> str:
    """The same of a run that is over."""
    from explorer.lab.experiments import KNOWN

    config = KNOWN[run["experiment"]].default
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in run["config"].items()
    }
    return budget(replace(config, **values))


def cost(key: str, preset: str) -> str:
    """What the recorded run of a preset took, as a hint of what is to come."""
    run = recorded(key).get(preset)
    return f" · {run['cpu_s']:.0f} s of one core when it was recorded" if run else ""


def finals(own: list[Run]) -> tuple[list[Row], list[Row]]:
    """The final losses of the degradation pair, a row a net and seed: (recorded, of these runs)."""
    from explorer.lab.claims.judged import shipped

    found = shipped()["runs"]["degradation/pair"]
    return (
        [net | {"seed": run["seed"]} for run in found for net in run["summary"]["nets"]],
        [net | {"seed": run["config"]["seed"]} for run in own for net in run["summary"]["nets"]],
    )


def flat(rows: list[Row]) -> list[Row]:
    """Rows with one set of columns, for CSV: what a row does not have is empty."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    return [{key: row.get(key, "") for key in columns} for row in rows]
