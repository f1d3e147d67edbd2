"""Arithmetic as a tree: built once, worked out as it is built, and written as text or as LaTeX from one table of signs.

    times(2, 64)                                   2·64                       2\\cdot 64                       128
    plus(floored(minus(plus(224, times(2, 3)), 7), 2), 1)
                                                   ⌊(224 + 2·3 − 7)/2⌋ + 1    \\left\\lfloor\\frac{…}{2}…    112

The browser gets `packed` and the same table (`SIGNS`), and writes both from them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from math import prod
from typing import NamedTuple, TypeAlias

Packed: TypeAlias = "int | str | list[Packed]"


class Form(NamedTuple):
    """How a sign is written: before its parts, between them, behind them."""

    before: str = ""
    between: str = ""
    behind: str = ""


class Sign(NamedTuple):
    """In both of its forms."""

    text: Form
    latex: Form


_FRACTION = r"\frac{"
SIGNS: dict[str, Sign] = {
    "+": Sign(Form(between=" + "), Form(between=" + ")),
    "-": Sign(Form(between=" − "), Form(between=" - ")),
    "*": Sign(Form(between="·"), Form(between=r"\cdot ")),
    ":": Sign(Form(between=" ÷ "), Form(between=r" \div ")),
    "/": Sign(Form(between="/"), Form(between="/")),
    "(": Sign(Form("(", behind=")"), Form("(", behind=")")),
    "2": Sign(Form(behind="²"), Form(behind="^2")),
    "9": Sign(Form(behind="⁹"), Form(behind="^9")),
    "f": Sign(Form("⌊(", ")/", "⌋"), Form(rf"\left\lfloor{_FRACTION}", "}{", r"}\right\rfloor")),
    "c": Sign(Form("⌈(", ")/", "⌉"), Form(rf"\left\lceil{_FRACTION}", "}{", r"}\right\rceil")),
    "u": Sign(Form("⌈", "/", "⌉"), Form(rf"\left\lceil{_FRACTION}", "}{", r"}\right\rceil")),
    "=": Sign(Form(between=" = "), Form(between=" = ")),
    "~": Sign(Form(between=" ≈ "), Form(between=r" \approx ")),
    ";": Sign(Form(between="; "), Form(between="; ")),
}
IN_A_NUMBER = {",": "{,}", "−": "-"}  # the signs inside of one, in LaTeX
_NUMBER = str.maketrans(IN_A_NUMBER)


@dataclass(frozen=True, slots=True)
class Term:
    """value: what it comes to. sign: of `SIGNS`, "" for a number. parts: what it joins; a number as it is written."""

    value: float
    sign: str
    parts: tuple[Term, ...] = ()
    written: str = ""

    @property
    def text(self) -> str:
        """'2·64'."""
        if not self.sign:
            return self.written
        before, between, behind = SIGNS[self.sign].text
        return f"{before}{between.join([part.text for part in self.parts])}{behind}"

    @property
    def latex(self) -> str:
        r"""'2\cdot 64'; needs no package."""
        if not self.sign:
            return self.written.translate(_NUMBER)
        before, between, behind = SIGNS[self.sign].latex
        return f"{before}{between.join([part.latex for part in self.parts])}{behind}"

    @property
    def packed(self) -> Packed:
        """For a browser: [sign, part, …]; a number in plain digits as such, any other as it is written."""
        if not self.sign:
            return int(self.written) if self.written.isdecimal() else self.written
        return [self.sign, *(part.packed for part in self.parts)]


Some: TypeAlias = "int | Term"
_SUMS = ("+", "-", ":")


def plain(value: int) -> Term:
    """A number in plain digits: 1000."""
    return Term(value, "", written=str(value))


def number(value: float) -> Term:
    """A count in full; any other number in six digits, never with an exponent: '4,089', '0.0000123457', '−0.5'. Its value
    is the one that is written."""
    if isinstance(value, int):
        return said(f"{value:,}", value)
    text = f"{Decimal(f'{value:.6g}'):f}"
    return said(text, float(text))


def said(text: str, value: float) -> Term:
    """A number as it is said elsewhere: '27.88'."""
    return Term(value, "", written=text.replace("-", "−", 1) if value < 0 else text)


def times(*factors: Some) -> Term:
    """'2·64·112·112'; a factor that is a sum stands in brackets."""
    parts = [_factor(one) for one in factors]
    return _joined("*", prod(one.value for one in parts), parts)


def plus(*addends: Some) -> Term:
    """'256 + 2·64'; '0' of nothing."""
    parts = [_term(one) for one in addends]
    return _joined("+", sum(one.value for one in parts), parts) if parts else plain(0)


def minus(one: Some, other: Some) -> Term:
    """'224 − 7'."""
    first, second = _term(one), _term(other)
    return Term(first.value - second.value, "-", (first, bracketed(second) if second.sign in ("+", "-") else second))


def over(one: Some, other: Some) -> Term:
    """'100·3 ÷ 4'; a divisor that is itself arithmetic stands in brackets."""
    first, second = _term(one), _term(other)
    return Term(first.value / second.value, ":", (first, bracketed(second) if second.sign in ("*", *_SUMS) else second))


def parted(one: Some, other: int) -> Term:
    """'64·64·3²/32': what comes out whole."""
    first = _term(one)
    return Term(first.value // other, "/", (bracketed(first) if first.sign in _SUMS else first, plain(other)))


def squared(value: int) -> Term:
    """'3²'."""
    return Term(value**2, "2", (plain(value),))


def floored(one: Term, other: int) -> Term:
    """'⌊(224 − 7)/2⌋'."""
    return Term(one.value // other, "f", (one, plain(other)))


def ceiled(one: Some, other: int) -> Term:
    """'⌈(224 − 7)/2⌉', '⌈56/2⌉'."""
    first = _term(one)
    return Term(-(-first.value // other), "c" if first.sign else "u", (first, plain(other)))


def bracketed(one: Term) -> Term:
    """'(3 − 1)'."""
    return Term(one.value, "(", (one,))


def equals(one: Term, shown: str) -> Term:
    """'2·64 = 128', '9 ÷ 7 ≈ 1.286': exact where it is whole."""
    return Term(one.value, "=" if isinstance(one.value, int) else "~", (one, said(shown, one.value)))


def steps(lines: Iterable[Term]) -> Term:
    """One after another, worth what the last is."""
    parts = tuple(lines)
    return parts[0] if len(parts) == 1 else Term(parts[-1].value, ";", parts)


GIGA = Term(10**9, "9", (plain(10),))


def _term(one: Some) -> Term:
    return one if isinstance(one, Term) else plain(one)


def _factor(one: Some) -> Term:
    term = _term(one)
    return bracketed(term) if term.sign in _SUMS else term


def _joined(sign: str, value: float, parts: list[Term]) -> Term:
    """With the parts of parts that are joined by the same sign."""
    if len(parts) == 1:
        return parts[0]
    return Term(value, sign, tuple(inner for one in parts for inner in (one.parts if one.sign == sign else (one,))))
