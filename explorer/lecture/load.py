"""Read a lecture file and say for every mistake in which line it is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from explorer.lecture import scene_checks
from explorer.lecture.lines import Lines
from explorer.lecture.quantities import known
from explorer.lecture.scene import Lecture, Question, Scene
from explorer.places import ASSETS, ROOT

DEFAULT = ASSETS / "lectures" / "resnet.toml"
MOST_BYTES, MOST_SCENES = 1_000_000, 200
TEXT, NUMBER, LIST = (str,), (int, float), (list,)
IN_FILE = {"title": TEXT, "subtitle": TEXT, "scene": LIST}
IN_SCENE = {
    "slug": TEXT,
    "title": TEXT,
    "page": TEXT,
    "state": TEXT,
    "text": TEXT,
    "notes": TEXT,
    "hide": TEXT,
    "minutes": NUMBER,
    "question": (dict,),
}
IN_QUESTION = {
    "ask": TEXT,
    "kind": TEXT,
    "figure": TEXT,
    "answer": (str, int, float),
    "source": TEXT,
    "choices": LIST,
    "low": NUMBER,
    "high": NUMBER,
    "step": NUMBER,
    "per": NUMBER,
    "unit": TEXT,
    "then": TEXT,
    "because": TEXT,
}
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
        if path.stat().st_size > MOST_BYTES:
            raise LectureError(path.name, [f"larger than {MOST_BYTES:,} bytes: this is no lecture"])
        return parse(path.read_text(encoding="utf-8"), path.name)
    except UnicodeDecodeError as error:
        raise LectureError(path.name, [f"byte {error.start}: not UTF-8 text"]) from None
    except OSError as error:
        raise LectureError(str(path), [error.strerror or "cannot be read"]) from None


def parse(text: str, name: str = "lecture.toml", pages: tuple[str, ...] | None = None) -> Lecture:
    """A lecture from TOML text. Raises `LectureError` with every mistake and its line."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LectureError(name, [_syntax(str(error), Lines(text))]) from None
    reader = _Reader(Lines(text), pages or known_pages())
    found = reader.lecture(data, name)
    if reader.problems:
        raise LectureError(name, [f"line {line}: {problem}" for line, problem in sorted(reader.problems)])
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
        self.lines, self.pages, self.problems = lines, pages, []

    def lecture(self, data: Mapping, name: str) -> Lecture | None:
        self.fields(data, IN_FILE, "the lecture", self.lines.top)
        rows = data.get("scene")
        if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
            self.problems.append((1, "no [[scene]]: a lecture has at least one"))
            return None
        if len(rows) > MOST_SCENES:
            self.problems.append((1, f"{len(rows)} scenes: at most {MOST_SCENES}"))
            return None
        scenes = [self.scene(row, number) for number, row in enumerate(rows)]
        slugs: dict[str, int] = {}
        for number, scene in enumerate(scenes):
            if scene and slugs.setdefault(scene.slug, number) != number:
                first = slugs[scene.slug] + 1
                self.say(number, "slug", f"slug={scene.slug!r} is that of scene {first} already: choose another")
        if self.problems:
            return None
        return Lecture(data.get("title", name.removesuffix(".toml")), tuple(scenes), data.get("subtitle", ""), name)

    def scene(self, row: Mapping, number: int) -> Scene | None:
        before = len(self.problems)
        at = partial(self.lines.of, number)
        self.fields(row, IN_SCENE, f"scene {number + 1}", at, needed=("title", "page", "text"))
        asked = row.get("question")
        question = self.question(asked, number) if isinstance(asked, dict) else None
        if len(self.problems) > before:
            return None
        fields = {key: value for key, value in row.items() if key != "question"}
        scene = Scene(**({"slug": slug_of(row["title"])} | fields), question=question)
        if not SLUG.fullmatch(scene.slug):
            self.say(number, "slug", f"slug={scene.slug!r}: choose lower-case letters, digits and single hyphens")
        if scene.page not in self.pages:
            self.say(number, "page", f"page={scene.page!r}: choose one of {', '.join(self.pages)}")
        for key, problem in scene_checks.of_scene(scene):
            self.say(number, key, problem)
        return scene if len(self.problems) == before else None

    def question(self, row: Mapping, number: int) -> Question | None:
        before = len(self.problems)
        self.fields(
            row,
            IN_QUESTION,
            f"the question of scene {number + 1}",
            partial(self.lines.of, number),
            needed=("ask", "kind"),
        )
        if len(self.problems) > before:
            return None
        question = Question(
            **{**row, "choices": tuple(map(str, row.get("choices", ()))), "answer": str(row.get("answer", ""))}
        )
        for key, problem in scene_checks.of_question(question):
            self.say(number, key, problem)
        return question

    def fields(
        self,
        row: Mapping,
        allowed: Mapping[str, tuple],
        what: str,
        at: Callable[[str], int],
        needed: tuple[str, ...] = (),
    ) -> None:
        """Unknown, missing and mistyped keys."""
        for key, value in row.items():
            if key not in allowed:
                self.problems.append((at(key), f"{key!r} in {what}: choose one of {', '.join(allowed)}"))
            elif not isinstance(value, allowed[key]) or isinstance(value, bool):
                kinds = {str: "text in quotes", int: "a number", list: "a list", dict: "a table"}
                self.problems.append((at(key), f"{key}={value!r} in {what}: write {kinds[allowed[key][0]]}"))
        for key in needed:
            if not row.get(key):
                self.problems.append((at(""), f"{key!r} is missing in {what}"))

    def say(self, number: int, key: str, problem: str) -> None:
        self.problems.append((self.lines.of(number, key), problem))


def slug_of(title: str) -> str:
    """'Why is conv2_x dotted?' → 'why-is-conv2-x-dotted'."""
    return "-".join(re.findall(r"[a-z0-9]+", title.lower()))[:60].strip("-") or "scene"


def how_to() -> str:
    """How to write a lecture, as Markdown, with the figures that are known."""
    text = DEFAULT.with_name("how-to.md").read_text(encoding="utf-8")
    return text.replace("FIGURES", ", ".join(f"`{name}`" for name in known()))
