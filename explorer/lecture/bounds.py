"""How large, how deep and how much work a lecture file may be, said before any of it is done.

The file is looked through once, in time that grows with its length only, before tomllib sees it; the work that its
scenes ask for is counted before the first model is traced.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from explorer.lecture.quantities import models_of
from explorer.lecture.scene import Scene
from explorer.lecture.scene_text import figures

MOST_BYTES, MOST_SCENES = 300_000, 200
MOST_DEEP, MOST_PARTS = 8, 8  # brackets inside brackets; parts of a dotted key
MOST_KEYS, MOST_VALUES = 5_000, 20_000  # "="; texts, and entries of lists
MOST_WORD, MOST_DIGITS = 200, 30
MOST_MARKS, MOST_MARKS_IN_ALL = 300, 6_000  # * ` [ { \ in a text, in all texts
MOST_BLOCKS = 1_500  # of all the different nets together
MARKS = re.compile(r"[*`\[{\\]")
# Possessive throughout: nothing is tried twice.
TOKEN = re.compile(
    r'(?P<text>"""(?:[^"\\]++|\\.|"(?!""))*+(?:""")?+|\'\'\'(?:[^\']++|\'(?!\'\'))*+(?:\'\'\')?+'
    r'|"(?:[^"\\\n]++|\\.)*+"?+|\'[^\'\n]*+\'?+)'
    r"|(?P<comment>#[^\n]*+)|(?P<word>[\w+-]++)|(?P<mark>[\[\]{}.=,\n])",
    re.S,
)


def problem(text: str) -> str | None:
    """What about a file's text is too much, with its line; None where it may be read."""
    size = len(text.encode("utf-8", "replace"))
    if size > MOST_BYTES:
        return f"{size:,} bytes; a lecture has at most {MOST_BYTES:,}"
    count = _Count()
    for token in TOKEN.finditer(text):
        said = count.take(token)
        if said:
            return f"line {text.count(chr(10), 0, token.start()) + 1}: {said}"
    return None


class _Count:
    """What has been seen so far of a file."""

    def __init__(self) -> None:
        self.deep = self.parts = self.keys = self.values = 0

    def take(self, token: re.Match[str]) -> str | None:
        kind, text = token.lastgroup, token[0]
        if kind == "word":
            return _word(text)
        if kind == "text":
            self.values += 1
        elif kind == "mark":
            self._mark(text)
        if self.deep > MOST_DEEP:
            return f"brackets inside brackets, more than {MOST_DEEP} deep"
        if self.parts > MOST_PARTS:
            return f"a key of more than {MOST_PARTS} parts"
        if self.keys > MOST_KEYS:
            return f"more than {MOST_KEYS:,} keys in all"
        return f"more than {MOST_VALUES:,} texts and entries in all" if self.values > MOST_VALUES else None

    def _mark(self, text: str) -> None:
        self.parts = self.parts + 1 if text == "." else 0 if text in "[]{}=,\n" else self.parts
        self.deep = max(0, self.deep + (text in "[{") - (text in "]}"))
        self.keys += text == "="
        self.values += text in ",[{"


def _word(text: str) -> str | None:
    if len(text) > MOST_DIGITS and text.lstrip("+-")[:1].isdecimal():
        return f"a number of {len(text):,} digits; at most {MOST_DIGITS}"
    return f"a word of {len(text):,} letters; at most {MOST_WORD}" if len(text) > MOST_WORD else None


def work(scenes: Sequence[Scene]) -> list[tuple[int, str, str]]:
    """(scene, key, what is too much) of scenes whose keys and types are right: marks in texts, and nets to trace."""
    found: list[tuple[int, str, str]] = []
    marks = 0
    nets: dict[object, int] = {}
    for number, scene in enumerate(scenes):
        for key, text in texts(scene).items():
            here = sum(1 for _ in MARKS.finditer(text))
            marks += here
            if here > MOST_MARKS:
                found.append((number, key, f"{key}: {here:,} marks (* ` [ {{ \\); at most {MOST_MARKS} in a text"))
        try:
            chosen = scene.chosen
        except ValueError:
            continue  # said with the other mistakes of the state
        nets[chosen.spec, chosen.height, chosen.width] = sum(chosen.spec.stages)
        names = [name for text in texts(scene).values() for name in figures(text)]
        names += [scene.question.figure] if scene.question else []
        nets |= {spec: sum(spec.stages) for name in dict.fromkeys(names) for spec in models_of(name)}
    if marks > MOST_MARKS_IN_ALL:
        found.append((0, "", f"{marks:,} marks (* ` [ {{ \\) in all texts; at most {MOST_MARKS_IN_ALL:,}"))
    blocks = sum(nets.values())
    if blocks > MOST_BLOCKS:
        found.append(
            (0, "", f"{len(nets)} different nets of {blocks:,} blocks together; at most {MOST_BLOCKS:,} blocks")
        )
    return found


def texts(scene: Scene) -> dict[str, str]:
    """A scene's texts by their keys."""
    because = {"because": scene.question.because} if scene.question else {}
    return {"text": scene.text, "notes": scene.notes, **because}
