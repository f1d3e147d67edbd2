"""What a proof is: an expression with the real layer's values put in, what it is worth, and the proofs of its parts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby

LATEX = (  # text -> LaTeX, in this order
    (r"⌊\(([^()]*)\)/(\d+)⌋", r"\\left\\lfloor\\frac{\1}{\2}\\right\\rfloor"),
    (r"⌈\(([^()]*)\)/(\d+)⌉", r"\\left\\lceil\\frac{\1}{\2}\\right\\rceil"),
    (r"⌈(\d+)/(\d+)⌉", r"\\left\\lceil\\frac{\1}{\2}\\right\\rceil"),
    (r"(?<=\d),(?=\d{3})", r"{,}"),
    (r"·", r"\\cdot "),
    (r"÷", r"\\div "),
    (r"≈", r"\\approx "),
    (r"−", r"-"),
    (r"²", r"^2"),
    (r"⁹", r"^9"),
)


@dataclass(frozen=True)
class Proof:
    """`expression` is worth `value`. rule: the formula in symbols; parts: the proofs of its summands; source: a key of
    units.PROVENANCE, what the numbers in it are."""

    label: str
    expression: str
    value: float
    rule: str
    parts: tuple[Proof, ...] = ()
    source: str = "computed"

    @property
    def shown(self) -> str:
        """Whole numbers in full, others in four digits."""
        text = f"{self.value:,}" if isinstance(self.value, int) else f"{self.value:,.4g}"
        return text.replace("-", "−", 1) if self.value < 0 else text

    @property
    def text(self) -> str:
        """'2·64 = 128', '9 ÷ 7 ≈ 1.286'; a plain number stands alone."""
        sign = "=" if isinstance(self.value, int) else "≈"
        return self.expression if self.expression == self.shown else f"{self.expression} {sign} {self.shown}"

    @property
    def latex(self) -> str:
        return latex(self.text)

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
        alike = groupby((part for part in self.parts if part.value), lambda part: (part.expression, part.value))
        return [(run[0], run[-1], len(run)) for run in (list(group) for _, group in alike)]


def latex(text: str) -> str:
    """Arithmetic in this module's text form as LaTeX."""
    for pattern, replacement in LATEX:
        text = re.sub(pattern, replacement, text)
    return text


def latex_in_a_browser() -> list[list[str]]:
    """The same replacements as JavaScript writes them: [pattern, replacement]."""
    return [[pattern, re.sub(r"\\(\d)", r"$\1", new).replace("\\\\", "\\")] for pattern, new in LATEX]


def product(*factors: object) -> str:
    return "·".join(map(str, factors))
