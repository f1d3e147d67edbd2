"""Read a lecture file and say for every mistake in which line it is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from explorer.checked import Row, mistakes
from explorer.lecture import bounds, scene_checks
from explorer.lecture.lines import Lines
from explorer.lecture.quantities import known
from explorer.lecture.scene import Lecture, Question, Scene
from explorer.places import ASSETS, ROOT

DEFAULT = ASSETS / "lectures" / "resnet.toml"
MOST_PROBLEMS = 50  # that are told
MOST_LINE, MOST_TEXT, MOST_STATE, MOST_CHOICES = 300, 4_000, 1_000, 20
FINITE = 1e15  # a number beyond is a mistake
Line = Annotated[str, Field(max_length=MOST_LINE, description="text in quotes")]
Needed = Annotated[str, Field(min_length=1, max_length=MOST_LINE, description="text in quotes")]
Text = Annotated[str, Field(max_length=MOST_TEXT, description="text in quotes")]
State = Annotated[str, Field(max_length=MOST_STATE, description="text in quotes")]
Number = Annotated[float, Field(ge=-FINITE, le=FINITE, allow_inf_nan=False, description="a number")]


class InFile(Row):
    """What stands at the top of a file. Scenes are looked at one by one."""

    title: Line = ""
    subtitle: Line = ""
    scene: Annotated[list[Any], Field(description="a list")] = []


class InScene(Row):
    """The fields of `Scene`."""

    slug: Line = ""
    title: Needed
    page: Needed
    state: State = ""
    text: Annotated[str, Field(min_length=1, max_length=MOST_TEXT, description="text in quotes")]
    notes: Text = ""
    hide: Line = ""
    minutes: Number = 1
    steps: bool = False
    question: Annotated[dict[str, Any], Field(description="a table")] = {}


class InQuestion(Row):
    """The fields of `Question`."""

    ask: Needed
    kind: Needed
    figure: Line = ""
    answer: Annotated[Line | Number, Field(description="text in quotes")] = ""
    source: Line = ""
    choices: Annotated[
        list[Line | Number], Field(max_length=MOST_CHOICES, description="a list of texts or numbers")
    ] = []
    low: Number = 0
    high: Number = 100
    step: Number = 1
    per: Number = 1
    unit: Line = ""
    then: State = ""
    because: Text = ""


SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class LectureError(ValueError):
    """problems: one sentence per mistake, each with its line."""

    def __init__(self, name: str, problems: list[str]) -> None:
        self.name, self.problems = name, problems
        super().__init__("\n".join(f"{name}, {problem}" for problem in problems))


def known_pages() -> tuple[str, ...]:
    """The pages that a scene may show."""
    return tuple(sorted(path.stem for path in (ROOT / "pages").glob("*.py")))


def load(path: Path | str = DEFAULT) -> Lecture:
    """A lecture from a file. Raises `LectureError`."""
    path = Path(path)
    try:
        if path.stat().st_size > bounds.MOST_BYTES:
            raise LectureError(path.name, [f"larger than {bounds.MOST_BYTES:,} bytes: this is no lecture"])
        return parse(path.read_text(encoding="utf-8"), path.name)
    except UnicodeDecodeError as error:
        raise LectureError(path.name, [f"byte {error.start}: not UTF-8 text"]) from None
    except OSError as error:
        raise LectureError(str(path), [error.strerror or "cannot be read"]) from None


def parse(text: str, name: str = "lecture.toml", pages: tuple[str, ...] | None = None) -> Lecture:
    """A lecture from TOML text. Raises `LectureError` with every mistake and its line."""
    too_much = bounds.problem(text)
    if too_much:
        raise LectureError(name, [too_much])
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LectureError(name, [_syntax(str(error), Lines(text))]) from None
    reader = _Reader(Lines(text), pages or known_pages())
    found = reader.lecture(data, name)
    if reader.problems or found is None:
        told = [f"line {line}: {problem}" for line, problem in sorted(reader.problems)]
        more = [f"and {len(told) - MOST_PROBLEMS:,} mistakes more"] if len(told) > MOST_PROBLEMS else []
        raise LectureError(name, told[:MOST_PROBLEMS] + more)
    return found


def _syntax(message: str, lines: Lines) -> str:
    """tomllib's 'Invalid value (at line 3, column 8)' in our order. At the end of the file it is what was never closed."""
    found = re.fullmatch(r"(.*?) \(at (?:line (\d+), column (\d+)|end of document)\)", message, re.S)
    if not found:
        return message
    where = f"line {found[2]}, column {found[3]}" if found[2] else f"line {lines.last}"
    return f"{where}: {found[1][0].lower()}{found[1][1:]}"


class _Reader:
    """Walks the parsed file; collects problems as (line, sentence) instead of stopping at the first."""

    def __init__(self, lines: Lines, pages: tuple[str, ...]) -> None:
        self.lines, self.pages = lines, pages
        self.problems: list[tuple[int, str]] = []

    def lecture(self, data: Mapping[str, Any], name: str) -> Lecture | None:
        self.fields(InFile, data, "the lecture", self.lines.top)
        rows = data.get("scene")
        if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
            self.problems.append((1, "no [[scene]]: a lecture has at least one"))
            return None
        if len(rows) > bounds.MOST_SCENES:
            self.problems.append((1, f"{len(rows)} scenes: at most {bounds.MOST_SCENES}"))
            return None
        drafts = {number: self.draft(row, number) for number, row in enumerate(rows)}
        read = {number: scene for number, scene in drafts.items() if scene}
        for at, key, problem in bounds.work(list(read.values())):
            self.say(list(read)[at], key, problem)
            return None  # nothing of it is done
        scenes = [scene and self.checked(scene, number) for number, scene in drafts.items()]
        slugs: dict[str, int] = {}
        for number, scene in enumerate(scenes):
            if scene and slugs.setdefault(scene.slug, number) != number:
                first = slugs[scene.slug] + 1
                self.say(number, "slug", f"slug={scene.slug!r} is that of scene {first} already: choose another")
        if self.problems:
            return None
        return Lecture(
            data.get("title", name.removesuffix(".toml")), tuple(filter(None, scenes)), data.get("subtitle", ""), name
        )

    def draft(self, row: Mapping[str, Any], number: int) -> Scene | None:
        """A scene whose keys and types are right."""
        before = len(self.problems)
        self.fields(InScene, row, f"scene {number + 1}", partial(self.lines.of, number))
        asked = row.get("question")
        question = self.question(asked, number) if isinstance(asked, dict) else None
        if len(self.problems) > before:
            return None
        fields = {key: value for key, value in row.items() if key != "question"}
        return Scene(**({"slug": slug_of(row["title"])} | fields), question=question)

    def checked(self, scene: Scene, number: int) -> Scene | None:
        """The scene, where what it says can be shown."""
        before = len(self.problems)
        if not SLUG.fullmatch(scene.slug):
            self.say(number, "slug", f"slug={scene.slug!r}: choose lower-case letters, digits and single hyphens")
        if scene.page not in self.pages:
            self.say(number, "page", f"page={scene.page!r}: choose one of {', '.join(self.pages)}")
        for key, problem in scene_checks.of_scene(scene):
            self.say(number, key, problem)
        return scene if len(self.problems) == before else None

    def question(self, row: Mapping[str, Any], number: int) -> Question | None:
        before = len(self.problems)
        self.fields(InQuestion, row, f"the question of scene {number + 1}", partial(self.lines.of, number))
        if len(self.problems) > before:
            return None
        question = Question(
            **{**row, "choices": tuple(map(str, row.get("choices", ()))), "answer": str(row.get("answer", ""))}
        )
        for key, problem in scene_checks.of_question(question):
            self.say(number, key, problem)
        return question

    def fields(self, model: type[Row], row: Mapping[str, Any], what: str, at: Callable[[str], int]) -> None:
        """Unknown, missing, mistyped and endless keys."""
        self.problems += [(at(key), problem) for key, problem in mistakes(model, row, of=f" in {what}", ask="write {}")]

    def say(self, number: int, key: str, problem: str) -> None:
        self.problems.append((self.lines.of(number, key), problem))


def slug_of(title: str) -> str:
    """'Why is conv2_x dotted?' → 'why-is-conv2-x-dotted'."""
    return "-".join(re.findall(r"[a-z0-9]+", title.lower()))[:60].strip("-") or "scene"


def how_to() -> str:
    """How to write a lecture, as Markdown, with the figures that are known."""
    text = DEFAULT.with_name("how-to.md").read_text(encoding="utf-8")
    return text.replace("FIGURES", ", ".join(f"`{name}`" for name in known()))
