"""The renaming of a file's tensors to take home: as a table, and as a few lines of Python."""

from __future__ import annotations

import re
from typing import TypedDict

from explorer.spec import ResNetSpec
from explorer.weights import match
from explorer.weights.layouts import Layout, Path
from explorer.weights.limits import Tensor
from explorer.weights.recognise import Recognised

_NUMBER = re.compile(r"\{(\w)([+-]\d)?\}")
_CODE = '''"""Rename a checkpoint's tensors: from {title} to torchvision's. Reads no weights and imports nothing but re."""

import re

PREFIX = {prefix!r}
ALONE = {{  # tensors of this file that its own kind calls otherwise
{alone}}}
RULES = (  # (their module, ours)
{rules}
)


def renamed(name):
    """A tensor's name for torchvision's model (and the explorer's); None for one that it does not have."""
    if name in ALONE:
        return ALONE[name]
    if not name.startswith(PREFIX):
        return None
    module, _, part = name[len(PREFIX):].rpartition(".")
    for theirs, ours in RULES:
        found = re.fullmatch(theirs, module)
        if found:
            numbers = {{key: int(text) for key, text in found.groupdict().items()}}
            return f"{{ours(**numbers)}}.{{part}}"
    return None


# state = {{renamed(name): value for name, value in checkpoint.items() if renamed(name)}}
# model.load_state_dict(state, strict=True)
'''


class Renamed(TypedDict):
    """A tensor: its name in the file, in the net, its shape."""

    file: str
    net: str
    shape: list[int]


def table(found: Recognised, spec: ResNetSpec) -> list[Renamed]:
    """One row per tensor of the net, in its order: the file's name, ours, the shape; names that the file lacks in
    brackets."""
    known = found.ours | _alone(found, spec)
    return [
        {
            "file": known[name].name if name in known else f"({found.name_of(name)})",
            "net": name,
            "shape": list(shape),
        }
        for name, shape in match.wanted(spec).items()
    ]


def code(found: Recognised, spec: ResNetSpec) -> str:
    """A module with one function `renamed(name)`, made from the layout's table, and from what the file calls otherwise."""
    layout = found.layout
    alone = "".join(f"    {theirs.name!r}: {ours!r},\n" for ours, theirs in _alone(found, spec).items())
    return _CODE.format(title=layout.title, prefix=found.prefix, alone=alone, rules="\n".join(_rules(layout)))


def _alone(found: Recognised, spec: ResNetSpec) -> dict[str, Tensor]:
    """Our name → the tensor that the file calls otherwise than its own kind does."""
    return match.renamed(found, match.match(found, spec))


def _rules(layout: Layout) -> list[str]:
    return [
        f"    (r{theirs.regex!r}, {_function(row.ours, theirs)}),".replace("\\\\", "\\")
        for row in layout.rows
        for theirs in row.theirs
    ]


def _function(ours: Path, theirs: Path) -> str:
    """`lambda s, b: f"layer{s + 1}.{b}"`: our path from their numbers."""
    shift = {name: ours_by - theirs.offsets[name] for name, ours_by in ours.offsets.items()}
    body = _NUMBER.sub(lambda found: "{" + _shifted(found[1], shift[found[1]]) + "}", ours.text)
    names = ", ".join(theirs.offsets)
    return f'lambda {names}: f"{body}"' if names else f'lambda: "{ours.text}"'


def _shifted(name: str, by: int) -> str:
    return name if not by else f"{name} {'+' if by > 0 else '-'} {abs(by)}"
