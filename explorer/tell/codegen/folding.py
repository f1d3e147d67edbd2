"""Expressions of the model's source, worked out as far as a spec decides them.

A value that is known stands in the tree as `Known`, whatever its type.
"""

from __future__ import annotations

import ast
import builtins
import copy
import dataclasses
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

OPERATORS: dict[type, Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda one, many: one in many,
    ast.NotIn: lambda one, many: one not in many,
    ast.Not: operator.not_,
    ast.USub: operator.neg,
}
Case = Mapping[str, object]


class Known(ast.expr):
    """A value, and how the source wrote it."""

    _fields = ()

    def __init__(self, value: Any, text: str = "") -> None:
        super().__init__()
        self.value, self.text = value, text


class Record(ast.expr):
    """A dataclass made by the source, worked with field by field."""

    _fields = ()

    def __init__(self, fields: dict[str, ast.expr]) -> None:
        super().__init__()
        self.fields = fields


@dataclass
class Scope:
    """What is known at one place of the source.

    names: what stands for a name. free: names whose value is open. cases: the values that the open ones take in this
    net, one mapping a case; None where they were not collected. attributes: of `self` that are known; nothing: of
    those, modules that hand on what they get. around: the globals of the module where the source stands.
    """

    around: Mapping[str, object]
    names: dict[str, ast.expr] = field(default_factory=dict)
    free: set[str] = field(default_factory=set)
    cases: Sequence[Case] | None = None
    attributes: dict[str, Known] = field(default_factory=dict)
    nothing: set[str] = field(default_factory=set)

    def where(self, test: ast.expr, outcome: bool) -> Scope:
        """A copy for the branch in which the test came out so."""
        cases = self.cases and [case for case in self.cases if self.tried(test, case) in (outcome, None)]
        return dataclasses.replace(self, names=dict(self.names), free=set(self.free), cases=cases)

    def worth(self, node: ast.expr, case: Case) -> ast.expr:
        """An expression in one case: a Constant where it follows."""
        return Folder(Scope(self.around, {name: Known(value) for name, value in case.items()})).fold(node)

    def tried(self, test: ast.expr, case: Case) -> bool | None:
        """The outcome in one case, or None where it does not follow."""
        found = self.worth(test, case)
        return bool(found.value) if isinstance(found, Known) else None

    def decided(self, test: ast.expr) -> bool | None:
        """Whether the test comes out alike in all cases, and how."""
        if isinstance(test, Known):
            return bool(test.value)
        outcomes = {self.tried(test, case) for case in self.cases or ()}
        return outcomes.pop() if len(outcomes) == 1 else None


def spread(nodes: Iterable[ast.expr]) -> list[ast.expr]:
    """The elements, with `*known` and `*(a, b)` put in place."""
    found: list[ast.expr] = []
    for node in nodes:
        inner = node.value if isinstance(node, ast.Starred) else None
        if isinstance(inner, Known):
            found += [Known(value) for value in inner.value]
        elif isinstance(inner, (ast.Tuple, ast.List)):
            found += inner.elts
        else:
            found.append(node)
    return found


def values(nodes: Iterable[ast.AST]) -> list[Any] | None:
    """Of nodes that are all known; else None."""
    nodes = list(nodes)
    found = [node.value for node in nodes if isinstance(node, Known)]
    return found if len(found) == len(nodes) else None


class Folder(ast.NodeTransformer):
    """Works out what is known; `called` says what becomes of a call that it cannot work out."""

    def __init__(
        self, scope: Scope, called: Callable[[Any, ast.Call, Scope], ast.expr | list[ast.expr]] | None = None
    ) -> None:
        self.scope, self.called = scope, called

    def fold(self, node: ast.expr) -> ast.expr:
        """Of one expression, one; raises where a generator's values have no place."""
        made = self.visit(node)
        if not isinstance(made, ast.expr):
            raise NotImplementedError(f"export: no place for all that {ast.unparse(node)} yields")
        return made

    def all(self, nodes: Iterable[ast.expr]) -> list[ast.expr]:
        found: list[ast.expr] = []
        for node in nodes:
            made = self.visit(node.value if isinstance(node, ast.Starred) else node)
            if isinstance(made, list):  # what a generator yields
                found += made
            else:
                found.append(ast.Starred(made, ast.Load()) if isinstance(node, ast.Starred) else made)
        return spread(found)

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """On a copy: the source is read for many nets."""
        node = copy.copy(node)
        for name, value in ast.iter_fields(node):
            if isinstance(value, list):
                setattr(node, name, list(value))
        return super().generic_visit(node)

    def visit_Known(self, node: Known) -> ast.expr:
        return node

    def visit_Record(self, node: Record) -> ast.expr:
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        return Known(node.value)

    def visit_Name(self, node: ast.Name) -> ast.expr:
        scope = self.scope
        if node.id in scope.names:
            return scope.names[node.id]
        if node.id in scope.free:
            return node
        if node.id in scope.around:
            return Known(scope.around[node.id], node.id)
        return Known(getattr(builtins, node.id), node.id) if hasattr(builtins, node.id) else node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        value = self.visit(node.value)
        if isinstance(value, ast.Name) and value.id == "self" and node.attr in self.scope.attributes:
            return self.scope.attributes[node.attr]
        if isinstance(value, Known):
            return Known(getattr(value.value, node.attr), f"{value.text}.{node.attr}")
        if isinstance(value, Record):
            return value.fields[node.attr]
        return ast.Attribute(value, node.attr, ast.Load())

    def visit_Tuple(self, node: ast.Tuple) -> ast.expr:
        elements = self.all(node.elts)
        found = values(elements)
        return ast.Tuple(elements, ast.Load()) if found is None else Known(tuple(found))

    def visit_List(self, node: ast.List) -> ast.expr:
        elements = self.all(node.elts)
        found = values(elements)
        return ast.List(elements, ast.Load()) if found is None else Known(found)

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        left, right = self.fold(node.left), self.fold(node.right)
        if isinstance(left, Known) and isinstance(right, Known):
            return Known(OPERATORS[type(node.op)](left.value, right.value))
        if isinstance(node.op, ast.Mult):
            for one, other in ((left, right), (right, left)):
                if isinstance(one, Known) and one.value in (0, 1):
                    return other if one.value else one
        if isinstance(node.op, (ast.Add, ast.Sub)) and isinstance(right, Known) and right.value == 0:
            return left
        return ast.BinOp(left, node.op, right)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        value = self.fold(node.operand)
        return Known(OPERATORS[type(node.op)](value.value)) if isinstance(value, Known) else ast.UnaryOp(node.op, value)

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        decisive, values = isinstance(node.op, ast.Or), list[ast.expr]()
        for value in map(self.fold, node.values):
            if not isinstance(value, Known):
                values.append(value)
            elif bool(value.value) == decisive:
                return value
        if len(values) > 1:
            return ast.BoolOp(node.op, values)
        return values[0] if values else Known(not decisive)

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        left, right = self.visit(node.left), self.visit(node.comparators[0])
        if isinstance(left, Known) and isinstance(right, Known):
            return Known(OPERATORS[type(node.ops[0])](left.value, right.value))
        return ast.Compare(left, node.ops, [right])

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        test = self.visit(node.test)
        outcome = self.scope.decided(test)
        if outcome is not None:
            return self.fold(node.body if outcome else node.orelse)
        return ast.IfExp(test, self.visit(node.body), self.visit(node.orelse))

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        value, index = self.visit(node.value), self.visit(node.slice)
        if isinstance(value, Known) and isinstance(index, Known):
            return Known(value.value[index.value])
        return ast.Subscript(value, index, ast.Load())

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        parts = [self.visit(one.value if isinstance(one, ast.FormattedValue) else one) for one in node.values]
        found = values(parts)
        return node if found is None else Known("".join(map(str, found)))

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.expr:
        (loop,) = node.generators
        inner = dataclasses.replace(self.scope, names=dict(self.scope.names), free=set(self.scope.free))
        for name in (one.id for one in ast.walk(loop.target) if isinstance(one, ast.Name)):
            inner.free.add(name)
            inner.names.pop(name, None)
        made = ast.comprehension(loop.target, self.visit(loop.iter), [], 0)
        return ast.GeneratorExp(Folder(inner, self.called).visit(node.elt), [made])

    def visit_Call(self, node: ast.Call) -> ast.expr | list[ast.expr]:
        if (
            isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "self"
        ):
            func: ast.expr = node.func
            if node.func.attr in self.scope.nothing:
                return self.fold(node.args[0])
        else:
            func = self.visit(node.func)
        args = self.all(node.args)
        keywords = [ast.keyword(one.arg, self.visit(one.value)) for one in node.keywords]
        made = ast.Call(func, args, keywords)
        given, named = values(args), values(one.value for one in keywords)
        if isinstance(func, ast.Attribute) and func.attr == "get_submodule" and given:
            return ast.Attribute(func.value, given[0], ast.Load())
        if not isinstance(func, Known):
            return made
        if given is not None and named is not None and not _ours(func.value):
            return Known(func.value(*given, **dict(zip((one.arg or "" for one in keywords), named))))
        return self.called(func.value, made, self.scope) if self.called else made


def _ours(func: object) -> bool:
    """Whether it makes or runs a part of the net, which is written and not worked out."""
    module = getattr(func, "__module__", None) or ""
    return module.startswith(("torch", "explorer.net"))
