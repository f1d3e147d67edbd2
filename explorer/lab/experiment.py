"""What an experiment is, beside its computing: its sizes, the figures of a run that are quoted, and what is shown before
the prediction. No torch."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple, NotRequired, TypedDict

from explorer.jobs import Job
from explorer.lab.config import Config
from explorer.lab.outcome import Outcome, Row
from explorer.places import ASSETS
from explorer.terms import Term, said
from explorer.units import Scientific

if TYPE_CHECKING:
    from explorer.facts.proof import Proof


class Paper(TypedDict):
    """What an experiment's paper says: source, address, and some rows of its table or figure."""

    source: str
    url: str
    note: str
    rows: list[dict[str, str]]


class Lines(TypedDict):
    """A picture on paper: a line a net, of the columns `x` and `y`. axes: their names. of: which rows, by what their columns
    hold; without it all."""

    title: str
    x: str
    y: str
    axes: list[str]
    of: NotRequired[dict[str, str | float]]


class Text(TypedDict):
    """An experiment's words. module: its file here. options: what may be predicted, of which `expected` is what most seeds
    give; reveal: what is said of a run that comes out so, reveal_for: of others. views: what each of its figures asks, where
    it has several, by the slug of the link. may, care: what may be claimed of it. lines: its picture on paper, for one that is lines (else in `lecture.lab_pictures`)."""

    module: str
    ask: str
    tab: str
    question: str
    setup: str
    predict: str
    expected: str
    reveal: str
    reveal_for: NotRequired[dict[str, str]]
    may: list[str]
    care: list[str]
    options: dict[str, str]
    views: NotRequired[dict[str, str]]
    lines: NotRequired[Lines]
    paper: Paper


class Clause(TypedDict):
    """What the article says, what of it holds, what needs care; see: the experiment."""

    says: str
    holds: str
    care: str
    see: str


class Article(TypedDict):
    """The wording that the app started from."""

    title: str
    source: str
    clauses: list[Clause]


_WORDS = tomllib.loads((ASSETS / "lab" / "texts.toml").read_text(encoding="utf-8"))
ARTICLE: Article = _WORDS.pop("article")
TEXTS: dict[str, Text] = _WORDS  # in the page's order
MODULES = {key: text["module"] for key, text in TEXTS.items()}


@dataclass(frozen=True)
class Preset:
    """One size of an experiment. label: for the page, with what it costs; recorded: whether a recorded run ships."""

    label: str
    config: Config
    recorded: bool = False


class Quote(NamedTuple):
    """A figure of a run: as it is said, what of, how it comes about in words, its exact value, and its terms where the
    run's summary has them."""

    value: str
    label: str
    rule: str
    exact: float | None
    terms: Term | None = None

    def proof(self, source: str) -> Proof | None:
        """What the figure opens. source: measured or recorded."""
        from explorer.facts.proof import Proof  # needs torch: not before the controls are painted

        if self.exact is None:
            return None
        term = self.terms or said(f"{self.exact:,.4g}", self.exact)
        return Proof(self.label, replace(term, value=float(self.exact)), self.rule, source=source)


@dataclass(frozen=True)
class Claim:
    """statement: a sentence that is true of a run or not. figure: the number that decides it, in `unit`."""

    experiment: str
    preset: str
    statement: str
    unit: str
    figure: Callable[[Row], float | None]
    holds: Callable[[float | None], bool]


@dataclass(frozen=True)
class Experiment:
    """run: (config, job) → its outcome. takes: config → bytes of its nets and pictures at
    their most (`experiments.taken`). presets: the first is the one-click size.

    quotes: the few figures of a run that the page prints large, from its summary.
    teaser: of the recorded rows, those that give nothing away before the prediction.
    claims: by the names that its texts quote them by; the rates are in claims.json.
    """

    run: Callable[[Any, Job], Outcome]  # the config is of the experiment's own class
    takes: Callable[[Any], int]
    presets: dict[str, Preset]
    quotes: Callable[[Row], list[Quote]]
    teaser: Callable[[list[Row]], list[Row]]
    claims: dict[str, Claim]

    @property
    def default(self) -> Config:
        return next(iter(self.presets.values())).config


def on_gpu(config: Config, **larger: Any) -> Preset:
    """The larger size that a GPU is for."""
    text = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in larger.items())
    return Preset(f"larger, on a GPU ({text})", replace(config, device="cuda", **larger))


def figure(value: float | None, spec: str = ".3g", unit: str = "") -> str:
    """A figure for the screen; NaN, infinity and vanished signals are said in words."""
    return "none" if value is None else f"{Scientific(value):{spec}}{unit}"


def power(value: float | None) -> str:
    """3.1e11 → 3·10¹¹; small ones as they are."""
    return figure(value, ".0e" if value is not None and (value >= 1e4 or 0 < value < 1e-3) else ".3g")


def least(key: str) -> Callable[[list[Row]], list[Row]]:
    """Only the rows with the smallest value of a column."""

    def teaser(rows: list[Row]) -> list[Row]:
        smallest = min(one[key] for one in rows)
        return [row for row in rows if row[key] == smallest]

    return teaser


def where(**wanted: object) -> Callable[[list[Row]], list[Row]]:
    """Only the rows with these values."""
    return lambda rows: [row for row in rows if all(row.get(key) == value for key, value in wanted.items())]


def ends(nets: list[Row]) -> list[Row]:
    """The shallowest and the deepest of each kind."""
    found = []
    for kind in dict.fromkeys(net["kind"] for net in nets):
        mine = sorted((net for net in nets if net["kind"] == kind), key=lambda net: net["depth"])
        found += [mine[0], mine[-1]]
    return found


def of_net(name: str, key: str) -> Callable[[Row], float | None]:
    """A figure of one net in a summary with `nets`."""
    return lambda summary: next(one for one in summary["nets"] if one["net"] == name)[key]


def above(limit: float) -> Callable[[float | None], bool]:
    return lambda value: value is not None and value > limit


def below(limit: float) -> Callable[[float | None], bool]:
    return lambda value: value is not None and value < limit


def between(low: float, high: float) -> Callable[[float | None], bool]:
    return lambda value: value is not None and low < value < high
