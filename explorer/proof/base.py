"""What a proof is: an expression with the real layer's values put in, what it is worth, and the proofs of its parts."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

LATEX = (  # text -> LaTeX, in this order
    (r"⌊\(([^()]*)\)/(\d+)⌋", r"\\left\\lfloor\\frac{\1}{\2}\\right\\rfloor"),
    (r"⌈(\d+)/(\d+)⌉", r"\\left\\lceil\\frac{\1}{\2}\\right\\rceil"),
    (r"(?<=\d),(?=\d{3})", r"{,}"),
    (r"·", r"\\cdot "),
    (r"−", r"-"),
    (r"²", r"^2"),
)


@dataclass(frozen=True)
class Proof:
    """`expression` is worth `value`. rule: the formula in symbols; parts: the proofs of its summands."""

    label: str
    expression: str
    value: int
    rule: str
    parts: tuple[Proof, ...] = ()

    @property
    def text(self) -> str:
        """'2·64 = 128'; a plain number stands alone."""
        return self.expression if self.expression == f"{self.value:,}" else f"{self.expression} = {self.value:,}"

    @property
    def latex(self) -> str:
        return latex(self.text)

    def outline(self, depth: int = 0, deepest: int = 4) -> list[str]:
        """The whole derivation, one line per part, indented; nothing below the level `deepest`."""
        parts = () if depth == deepest else self.parts
        deeper = [line for part in parts if part.value for line in part.outline(depth + 1, deepest)]
        return [f"{'  ' * depth}{self.label}: {self.text}", *deeper]


def latex(text: str) -> str:
    """Arithmetic in this module's text form as LaTeX."""
    for pattern, replacement in LATEX:
        text = re.sub(pattern, replacement, text)
    return text


def product(*factors: object) -> str:
    return "·".join(map(str, factors))


def evaluate(text: str) -> int:
    """The value of an expression in text form, for whoever doubts it. Only digits and this module's signs pass."""
    plain = text.replace(",", "").replace("·", "*").replace("−", "-").replace("²", "**2").replace("/", "//")
    plain = re.sub(r"⌈(\d+)//(\d+)⌉", r"(-(-\1//\2))", plain).replace("⌊", "(").replace("⌋", ")")
    if not re.fullmatch(r"[\d\s+*/()\-]+", plain):
        raise ValueError(f"expression={text[:60]!r}: only arithmetic")
    return math.floor(eval(plain, {"__builtins__": {}}))  # noqa: S307 (digits and signs only, checked above)
