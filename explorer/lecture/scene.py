"""What a lecture is, as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from explorer.spec import chosen as chosen_by
from explorer.spec.chosen import Chosen

HOME = "architecture"  # the page at "/"
OWN = ("lecture", "guess", "present", "hide")  # URL parameters that belong to the lecture, not to a page
KINDS = ("choice", "number", "block")


@dataclass(frozen=True)
class Question:
    """What a scene asks before it shows.

    kind: "choice" (one of `choices`), "number" (on a slider from `low` to `high` in units of `per`), or "block" (a
    click on the map). The right answer is the model's own `figure` (see quantities), or `answer` with its `source`.
    then: what the reveal changes on the page, as a query string. because: what is said with the answer.
    """

    ask: str
    kind: str
    figure: str = ""
    answer: str = ""
    source: str = ""
    choices: tuple[str, ...] = ()
    low: float = 0
    high: float = 100
    step: float = 1
    per: float = 1
    unit: str = ""
    then: str = ""
    because: str = ""


@dataclass(frozen=True)
class Scene:
    """One point of a lecture: a page in a prepared state, and what is said about it. steps: the way on presses its text's
    phrases, one after another, before it leads to the next scene."""

    slug: str
    title: str
    page: str
    text: str
    state: str = ""
    notes: str = ""
    hide: str = ""
    minutes: float = 1
    steps: bool = False
    question: Question | None = None

    def params(self, revealed: bool = False) -> dict[str, str]:
        """The page's URL parameters, without the lecture's own."""
        then = self.question.then if revealed and self.question else ""
        return query(self.state) | query(then)

    @property
    def asks(self) -> Question:
        """Its question. Raises `ValueError` where it has none."""
        if self.question is None:
            raise ValueError(f"scene={self.slug}: asks nothing")
        return self.question

    @property
    def chosen(self) -> Chosen:
        """The model on the screen in this scene."""
        return chosen_by.of_params(self.params())

    @property
    def address(self) -> str:
        """'/blocks?equal=cost&lecture=bottleneck': where this scene stands, from the app's root."""
        return address(self.page, self.params() | {"lecture": self.slug})


@dataclass(frozen=True)
class Lecture:
    """Scenes in order. Slugs are unique."""

    title: str
    scenes: tuple[Scene, ...]
    subtitle: str = ""
    name: str = ""

    @property
    def minutes(self) -> float:
        return sum(scene.minutes for scene in self.scenes)

    def find(self, wanted: str) -> Scene | None:
        """By slug, or by number from 1."""
        by_number = {str(number): scene for number, scene in enumerate(self.scenes, 1)}
        return {scene.slug: scene for scene in self.scenes}.get(wanted) or by_number.get(wanted)

    def number(self, scene: Scene) -> int:
        """From 1."""
        return self.scenes.index(scene) + 1

    def next(self, scene: Scene) -> Scene | None:
        """None after the last."""
        after = self.scenes[self.number(scene) :]
        return after[0] if after else None


def query(text: str) -> dict[str, str]:
    """'?depth=34&shortcut=none' → {'depth': '34', 'shortcut': 'none'}. Raises `ValueError` for what is no query string."""
    try:
        return dict(
            parse_qsl(text.strip().removeprefix("?"), keep_blank_values=True, strict_parsing=bool(text.strip()))
        )
    except ValueError:
        raise ValueError(
            f'{text!r}: write it as it stands in the address bar, as in "depth=34&shortcut=none"'
        ) from None


def address(page: str, params: Mapping[str, str] | Iterable[tuple[str, str]]) -> str:
    """A page and its parameters as a path from the app's root."""
    text = urlencode(dict(params), safe=",:/.")
    return f"/{'' if page == HOME else page}" + (f"?{text}" if text else "")
