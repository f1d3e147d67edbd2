"""One row per kind of shortcut: how it is drawn, what it is called, what it makes of x. Whoever has a table of shortcuts asks
here; layers beside a block that have no row raise. No torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from explorer.net.node import Node


@dataclass(frozen=True)
class Shortcut:
    """What every view asks of a kind of shortcut.

    line: solid | dotted | none, as the paper draws it. dash: the lengths of its dashes and gaps, px; edge: Graphviz's style.
    named: in a table; words: in a legend; spoken: for a screen reader; counted: '46 solid'; question: a panel's heading; does: below the
    number of them; round: the ends of its dashes;
    mark: on its arch, where there is room; made: what it makes of x, 'x, padded'; "" where x stays as it is.
    channels: what becomes of x's: kept | moved (zeros before them) | mixed.
    """

    line: str
    dash: tuple[float, ...]
    edge: str
    named: str
    words: str
    spoken: str
    counted: str
    question: str
    does: str = ""
    round: bool = False
    mark: str = ""
    made: str = ""
    channels: str = "kept"

    @property
    def there(self) -> bool:
        """Whether x is carried around the block at all."""
        return self.line != "none"


DOTS = (
    0.5,
    6.0,
)  # with round ends, on lines up to 3.5 px: dots, as in the paper's Fig. 3; what is dotted says its mark

SHORTCUTS = {
    "identity": Shortcut(
        "solid",
        (),
        "solid",
        "identity",
        "solid: identity",
        "solid shortcut: identity",
        "solid",
        "Why solid?",
        "x is added as it is",
    ),
    "projection": Shortcut(
        "dotted",
        DOTS,
        "dotted",
        "projection",
        "dotted: projection (1×1 convolution)",
        "dotted shortcut: projection",
        "dotted",
        "Why dotted?",
        "a 1×1 convolution reshapes x",
        round=True,
        mark="1×1",
        made="projected",
        channels="mixed",
    ),
    "pad": Shortcut(
        "dotted",
        DOTS,
        "dotted",
        "zero-padding",
        "dotted: zero-padding (no weights)",
        "dotted shortcut: zero-padding",
        "dotted (zeros)",
        "Why dotted, with zeros?",
        "zeros fill the new channels",
        round=True,
        mark="0",
        made="padded",
        channels="moved",
    ),
    "subsample": Shortcut(
        "dotted",
        DOTS,
        "dotted",
        "pixels left out",
        "dotted: every other pixel (no weights)",
        "dotted shortcut: pixels left out",
        "dotted (pixels left out)",
        "Why dotted, without weights?",
        "pixels of x are left out, without weights",
        round=True,
        made="thinned",
    ),
    "none": Shortcut(
        "none", (), "invis", "none", "no shortcut (plain net)", "no shortcut", "no shortcut", "No shortcut"
    ),
}


def shortcut_kind(bypass: Sequence[Node]) -> str:
    """The key of SHORTCUTS that these nodes of a shortcut make; none where there are none."""
    kinds = {node.kind for node in bypass}
    for kind, shortcut in (("conv", "projection"), ("pad", "pad"), ("maxpool", "subsample"), ("identity", "identity")):
        if kind in kinds:
            return shortcut
    if kinds:
        raise KeyError(f"a shortcut of {', '.join(sorted(kinds))} has no name in explorer.net.shortcuts")
    return "none"
