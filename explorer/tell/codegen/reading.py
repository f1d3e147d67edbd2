"""Questions about a tree of source that `writing` asks: what a function amounts to, which arguments are left."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from explorer.spec import ResNetSpec
from explorer.tell.codegen.folding import Folder, Known, Record, Scope


@lru_cache
def source(func: Callable[..., Any]) -> ast.FunctionDef:
    (made,) = ast.parse(textwrap.dedent(inspect.getsource(func))).body
    assert isinstance(made, ast.FunctionDef)
    return made


def first_paragraph(thing: object) -> str:
    """The first paragraph of a docstring."""
    return (inspect.cleandoc(thing.__doc__ or "")).split("\n\n")[0]


def name_of(target: ast.expr) -> str:
    if not isinstance(target, ast.Name):
        raise NotImplementedError(f"export: no rule for setting {ast.unparse(target)}")
    return target.id


def given_value(value: ast.expr | None) -> ast.expr:
    if value is None:
        raise NotImplementedError("export: no rule for nothing")
    return value


def same(one: ast.expr | None, other: ast.expr) -> bool:
    if isinstance(one, Known) and isinstance(other, Known):
        return bool(one.value == other.value)
    return one is other or isinstance(one, ast.Name) and isinstance(other, ast.Name) and one.id == other.id


def settled(value: Known) -> bool:
    """Whether a known argument is worked in; a number stays an argument."""
    return isinstance(value.value, (bool, str, ResNetSpec)) or value.value is None


def one_expression(body: list[ast.stmt]) -> ast.expr | list[ast.expr] | None:
    """What a function amounts to: its one expression, or all that it yields; None where it needs statements."""
    yields = [one.value for one in body if isinstance(one, ast.Expr) and isinstance(one.value, ast.Yield)]
    if yields and len(yields) == len(body):
        return [given_value(one.value) for one in yields]
    if not body or not isinstance(body[-1], ast.Return):
        return None
    found = given_value(body[-1].value)
    for statement in reversed(body[:-1]):
        if not (isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)):
            return None
        name = statement.targets[0].id
        if sum(isinstance(one, ast.Name) and one.id == name for one in ast.walk(found)) != 1:
            return None
        found = swapped(found, {name: statement.value})
    return found


def swapped(node: ast.expr, swap: dict[str, ast.expr]) -> ast.expr:
    names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    return Folder(Scope({}, swap, names - set(swap))).fold(node)


def all_return(body: list[ast.stmt]) -> bool:
    """Whether nothing after these statements runs."""
    if not body:
        return False
    last = body[-1]
    return (
        isinstance(last, ast.Return) or isinstance(last, ast.If) and all_return(last.body) and all_return(last.orelse)
    )


def is_super(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and ast.unparse(statement).startswith("super().__init__(")


def used_in(params: list[str], body: list[ast.stmt]) -> list[str]:
    names = {one.id for statement in body for one in ast.walk(statement) if isinstance(one, ast.Name)}
    return [name for name in params if name in names]


def left(given: dict[str, ast.expr], params: list[str]) -> list[ast.expr]:
    """The arguments of a call for the parameters that are left."""
    found: list[ast.expr] = []
    for name, value in given.items():
        if isinstance(value, Record):
            found += [one for field, one in value.fields.items() if field in params]
        elif name in params:
            found.append(value)
    return found


def bound(func: Callable[..., Any], node: ast.Call) -> dict[str, ast.expr]:
    """Parameter → what a call gives it, defaults included."""
    bound = inspect.signature(func).bind(*node.args, **named(node))
    bound.apply_defaults()
    return {name: value if isinstance(value, ast.expr) else Known(value) for name, value in bound.arguments.items()}


def named(node: ast.Call) -> dict[str, ast.expr]:
    return {one.arg or "": one.value for one in node.keywords}


def short(func: Callable[..., Any], node: ast.Call) -> ast.Call:
    """A call of torch's as people write it: what must be given by place, the rest by name, defaults left out."""
    try:
        signature = inspect.signature(func)
        bound = signature.bind(*node.args, **named(node))
    except (TypeError, ValueError):  # written in C
        return node
    kinds = {one.kind for one in signature.parameters.values()}
    if inspect.Parameter.VAR_POSITIONAL in kinds:
        return node
    args, keywords = [], []
    for name, value in bound.arguments.items():
        default = signature.parameters[name].default
        if default is inspect.Parameter.empty:
            args.append(value)
        elif not (isinstance(value, Known) and value.value == default):
            keywords.append(ast.keyword(name, value))
    if isinstance(func, type):
        return ast.Call(node.func, args, keywords)
    kept = [one for one in node.keywords if any(one.arg == other.arg for other in keywords)]
    return ast.Call(node.func, node.args, kept)
