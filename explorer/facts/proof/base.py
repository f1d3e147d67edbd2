"""What a proof is: an expression with the real layer's values put in, what it is worth, and the proofs of its parts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby

from explorer.terms import Term, equals

LETTERS = (  # in a rule → what it means there
    (r"\bk(\b|²)", "k: side of the window"),
    (r"\bkernel\b", "kernel: side of the window"),
    ("H_out", "H, W: height and width"),
    ("c_in", "c: channels"),
    (r"\bgroups\b", "groups: how many shares the channels are read in, mostly 1"),
    (r"\bfc\b", "fc: the last layer, which makes the scores"),
    ("⌊", "⌊ ⌋: rounded down"),
)


def read(rule: str) -> str:
    """A rule as a card says it, its letters explained: 'k·k·c_in·c_out; k: side of the window; c: channels'."""
    return "; ".join((rule, *(means for letter, means in LETTERS if re.search(letter, rule))))


@dataclass(frozen=True)
class Proof:
    """`term` with its value. rule: the formula in symbols; parts: the proofs of its summands; source: a key of
    units.PROVENANCE, what the numbers in it are."""

    label: str
    term: Term
    rule: str
    parts: tuple[Proof, ...] = ()
    source: str = "computed"

    @property
    def rule_read(self) -> str:
        """The rule as a card says it."""
        return read(self.rule)

    @property
    def value(self) -> float:
        return self.term.value

    @property
    def expression(self) -> str:
        """Without what it is worth: '2·64'."""
        return self.term.text

    @property
    def shown(self) -> str:
        """Whole numbers in full, others in four digits."""
        text = f"{self.value:,}" if isinstance(self.value, int) else f"{self.value:,.4g}"
        return text.replace("-", "−", 1) if self.value < 0 else text

    @property
    def line(self) -> Term:
        """With what it is worth; a plain number stands alone."""
        return self.term if self.expression == self.shown else equals(self.term, self.shown)

    @property
    def text(self) -> str:
        """'2·64 = 128', '9 ÷ 7 ≈ 1.286'."""
        return self.line.text

    @property
    def latex(self) -> str:
        return self.line.latex

    def outline(self, depth: int = 0, deepest: int = 4) -> list[str]:
        """The whole derivation, one line per part, indented; equal parts in a run on one line, nothing below the
        level `deepest`. A part's label is told within its parent: `conv1` in `layer1.0`."""
        return [f"{'  ' * depth}{self.label}: {self.text}", *self.steps(depth + 1, deepest)]

    def steps(self, depth: int = 0, deepest: int = 4) -> list[str]:
        """The outline without its first line."""
        lines = []
        for first, last, times in self.runs() if depth <= deepest else ():
            own = first.label.removeprefix(f"{self.label}.")
            name = f"{own} … {last.label}, {times} times" if times > 1 else own
            lines += [f"{'  ' * depth}{name}: {first.text}", *first.steps(depth + 1, deepest)]
        return lines

    def runs(self) -> list[tuple[Proof, Proof, int]]:
        """(first, last, how many) of the parts, equal neighbours together and those of 0 left out."""
        alike = groupby((part for part in self.parts if part.value), lambda part: part.term)
        return [(run[0], run[-1], len(run)) for run in (list(group) for _, group in alike)]
