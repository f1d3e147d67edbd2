"""The reader's own check: a text is worked out again (the tests do, for every proof; an exercise takes arithmetic for an
answer). No figure of ours is read out of a text."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable

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
