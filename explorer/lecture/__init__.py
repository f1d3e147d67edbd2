"""A lecture: scenes in order, each a short text and one prepared state of a real page; predict, then reveal.

Scenes are a TOML file (assets/lectures/resnet.toml is the default tour and the example). Nothing here draws on a
screen: `load` reads and checks, `evaluate` holds a guess against the model's own figure, `handout` prints,
`capture` writes the state on the screen as a new scene.
"""

from __future__ import annotations

from explorer.lecture.answers import Verdict, evaluate
from explorer.lecture.bar import bar, listing, phone, rows
from explorer.lecture.capture import capture
from explorer.lecture.handout import handout
from explorer.lecture.load import DEFAULT, LectureError, how_to, load, parse
from explorer.lecture.scene import HOME, OWN, Lecture, Question, Scene, address
from explorer.lecture.scene_text import prose
from explorer.lecture.written import FILES, made

__all__ = [
    "DEFAULT",
    "FILES",
    "HOME",
    "OWN",
    "Lecture",
    "LectureError",
    "Question",
    "Scene",
    "Verdict",
    "address",
    "bar",
    "capture",
    "evaluate",
    "handout",
    "how_to",
    "listing",
    "load",
    "made",
    "parse",
    "phone",
    "prose",
    "rows",
]
