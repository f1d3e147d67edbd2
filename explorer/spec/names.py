"""Any ResNet by the name that people write for it: one resolver for the terminal, links, the app and Python.

First the catalogue is asked, by the names and other names of its rows; then the grammar of names (`spelling`), so that
a net of a known kind is understood without a row. Nothing is guessed: what the name leaves open is said in a note,
what isn't understood raises.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from explorer.spec import catalogue
from explorer.spec.axes import ResNetSpec, changed
from explorer.spec.checks import shortened
from explorer.spec.grammar import understood, varied
from explorer.spec.outside import outside
from explorer.spec.spelling import Written, read, words

MAX_NAME = 200
DIALECTS = {  # owner or module → how the names of its own rows begin
    **{one: one for one in ("keras", "caffe", "detectron2", "d2l", "kuangliu", "akamaster", "chenyaofo", "uva")},
    "msra": "detectron2",
    "fair": "detectron2",
}


@dataclass(frozen=True)
class Resolved:
    """What a name stands for. name: the catalogue's, where it has the net, else the text in small letters;
    notes: what was taken where the name leaves something open, one sentence each; input: (height, width) that the name
    says, else at which the catalogue's row has the net, None without a row.
    """

    spec: ResNetSpec
    name: str
    notes: tuple[str, ...] = ()
    input: tuple[int, int] | None = None


def named(text: str) -> ResNetSpec:
    """The net of a name, however it is written. Raises `ValueError` in one line: nearest names, or why it is outside."""
    return resolve(text).spec


@lru_cache(maxsize=2048)
def resolve(text: str) -> Resolved:
    """The net of a name with what there is to say about the name. Raises `ValueError` as `named` does."""
    if not isinstance(text, str) or not text.strip() or len(text) > MAX_NAME:
        raise ValueError(f"model={shortened(text)}: write a net's name of at most {MAX_NAME} letters, like resnet50")
    try:
        written = read(text)
    except ValueError as error:
        raise ValueError(f"model={shortened(text)}: {error}") from None
    if written.owners & {"gluon", "gluoncv", "mxnet"}:  # whose own v1 is another net than the paper's
        written = replace(written, words=f"gluon {written.words}")
    row, reason = _row(text, written), outside(written.words)
    if row is None and reason:
        raise ValueError(f"model={shortened(text)}: {reason}")
    try:
        heard = None if reason else understood(written, strict=row is None)
    except ValueError as error:
        raise ValueError(f"model={shortened(text)}: {error}") from None
    if row is not None:
        spec, notes = row.spec, heard[1] if heard and heard[0] == row.spec else ()
    elif heard is not None:
        spec, notes = heard
    elif found := _variant(written.words):
        spec, notes = found, ()
    else:
        raise ValueError(f"model={shortened(text)}: no net of that name is known here{_near(text)}")
    row = row or next((row for row in catalogue.rows().values() if row.spec == spec), None)
    said = (f"{row.said}.",) if row and row.said else ()
    notes = tuple(dict.fromkeys((*written.notes, *notes, *said)))
    try:
        spec = changed(spec, dict(written.arguments))
    except ValueError as error:
        raise ValueError(f"model={shortened(text)}: {error}") from None
    size = (written.side, written.side) if written.side else row.input[1:] if row else None
    return Resolved(spec, row.name if row else written.name, notes, size)


def _near(text: str) -> str:
    close = suggest(text, 4, near=True)
    return f"; nearest: {', '.join(close)}" if close else "; write one like resnet50, resnet50d or WRN-28-10"


def _row(text: str, written: Written) -> catalogue.Row | None:
    *front, last = written.words.split() or [""]
    behind = [f"{words(DIALECTS[last])} {' '.join(front)}"] if last in DIALECTS else []  # resnet50_caffe
    keys = [f"{words(begin)} {written.words}" for owner, begin in DIALECTS.items() if owner in written.owners]
    keys += behind
    found = next(
        (
            _index()[key]
            for key in (words(text), *keys, written.words, written.words.removeprefix("gluon "))
            if key in _index()
        ),
        None,
    )
    return catalogue.rows()[found] if found else None


def _variant(written: str) -> ResNetSpec | None:
    """A row of the catalogue with switches behind its name: the longest name that fits."""
    parts = written.split()
    for end in range(len(parts) - 1, 0, -1):
        row = _index().get(" ".join(parts[:end]))
        if row and (found := varied(catalogue.rows()[row].spec, " ".join(parts[end:]))):
            return found
    return None


@cache
def _index() -> dict[str, str]:
    """Words of every name in the catalogue → the row's name."""
    index: dict[str, str] = {}
    for row in catalogue.rows().values():
        for name in (row.name, *row.aliases, *([row.title] if row.title else [])):
            index.setdefault(words(name), row.name)
    return index


def suggest(text: str, n: int = 8, near: bool = False) -> list[str]:
    """At most `n` names of the catalogue for what is typed so far: those that begin so, those that hold it, the
    nearest ones. Without any: the first rows, or with `near` none."""
    key = words(text[:MAX_NAME]).replace(" ", "")[:40]
    names = {words(name).replace(" ", ""): name for name in catalogue.rows()}
    begin = [known for known in names if known.startswith(key)]
    hold = [known for known in names if key in known]
    close = difflib.get_close_matches(key, names, n, cutoff=0.6)
    found = [names[known] for known in dict.fromkeys([*begin, *hold, *close] if key else [])][:n]
    return found or ([] if near else list(names.values())[:n])
