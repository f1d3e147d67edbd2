"""Arithmetic written and worked out together, so that no figure is ever read back out of a text; and the reader's own
check, which works a text out again (the tests do, for every proof)."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from math import prod


@dataclass(frozen=True)
class Term:
    """Arithmetic as it is written, and what it comes to. single: stands as a factor without brackets."""

    text: str
    value: float
    single: bool = True

    def __str__(self) -> str:
        return self.text if self.single else f"({self.text})"


GIGA = Term("10⁹", 10**9)


def number(value: float) -> Term:
    """A count in full; any other number in six digits, never with an exponent: '4,089', '0.0000123457'. Its value is the
    one that is written."""
    if isinstance(value, int):
        return Term(f"{value:,}", value)
    text = f"{Decimal(f'{value:.6g}'):f}"
    return Term(text, float(text))


def times(*factors: int | Term) -> Term:
    """'2·64·112·112'."""
    return Term("·".join(map(str, factors)), prod(one.value if isinstance(one, Term) else one for one in factors))


def over(one: Term, other: Term) -> Term:
    """'100·3 ÷ 4'; a divisor that is itself arithmetic stands in brackets."""
    divisor = f"({other.text})" if "·" in other.text or not other.single else other.text
    return Term(f"{one.text} ÷ {divisor}", one.value / other.value, single=False)


_SIGNS = {",": "", "·": "*", "−": "-", "²": "**2", "⁹": "**9", "/": "//", "÷": "/", "⌈": "ceil(", "⌉": ")"} | dict(
    zip("⌊⌋", "()")
)
_OPERATIONS: dict[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Pow: operator.pow,
}


def evaluate(text: str) -> float:
    """The value of an expression in text form, for whoever doubts it. Nothing is run: only numbers, the four
    operations, small powers and the two brackets that round are understood. Raises `ValueError` for anything else."""
    plain = "".join(_SIGNS.get(sign, sign) for sign in text).strip()
    try:
        return _worked_out(ast.parse(plain, mode="eval").body)
    except (SyntaxError, RecursionError, TypeError):
        raise ValueError(f"expression={text[:60]!r}: only arithmetic") from None


def _worked_out(node: ast.expr) -> float:
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_worked_out(inner)
        case ast.Call(
            func=ast.Name(id="ceil"), args=[ast.BinOp(left=left, op=ast.FloorDiv(), right=right)], keywords=[]
        ):
            return -(-_worked_out(left) // _worked_out(right))
        case ast.BinOp(op=ast.Pow(), right=right) if not isinstance(right, ast.Constant) or right.value not in (2, 9):
            raise TypeError
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATIONS:
            return _OPERATIONS[type(op)](_worked_out(left), _worked_out(right))
    raise TypeError
