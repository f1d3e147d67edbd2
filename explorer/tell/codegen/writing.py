"""The classes and functions of the model as one net needs them, from their own source (`explorer.net`).

What the spec decides is worked out; an `if` that comes out alike for all parts of this net is decided by the built
model itself; a function that shrinks to one expression is put in its place, the others are written with the arguments
that are left. A construction without a rule raises, never guesses.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from types import FunctionType
from typing import Any, get_args

from torch import nn

from explorer.net.layers import IdentityShortcut
from explorer.net.resnet import Place, ResNet, build, stage
from explorer.spec import ResNetSpec
from explorer.tell.codegen.folding import Case, Folder, Known, Record, Scope
from explorer.tell.codegen.reading import (
    all_return,
    bound,
    first_paragraph,
    given_value,
    is_super,
    left,
    name_of,
    one_expression,
    same,
    settled,
    short,
    source,
    swapped,
    used_in,
)

FUNCTIONS = (stage,)  # stay functions, though one expression: they are called for every stage
NOTHING = (nn.Identity, IdentityShortcut)
LEFT_OUT = ("__init__", "extra_repr")


@dataclass
class Written:
    """A function or class of the file. params: its arguments that are left; methods: of a class, by name."""

    name: str
    doc: str
    params: list[str]
    body: list[ast.stmt]
    bases: tuple[str, ...] = ()
    methods: dict[str, Written] = field(default_factory=dict)
    scope: Scope | None = None


class Writer:
    """Writes the parts of one net, each after the parts that it needs (`parts`)."""

    def __init__(self, spec: ResNetSpec) -> None:
        self.spec = spec
        self.model = build(spec, "meta")
        self.modules = list(self.model.modules())
        self.blocks = [module.at for module in self.modules if hasattr(module, "at")]
        self.parts: dict[object, Written] = {}
        self.constants: dict[object, dict[str, object]] = {}
        self.of_class(ResNet, {"spec": Known(spec)})

    # Statements

    def run(self, statements: list[ast.stmt], scope: Scope) -> list[ast.stmt]:
        made: list[ast.stmt] = []
        for statement in statements:
            made += getattr(self, f"run_{type(statement).__name__}")(statement, scope)
            if made and isinstance(made[-1], ast.Return) or all_return(made[-1:]):
                break
        return made

    def fold(self, node: ast.expr, scope: Scope) -> ast.expr:
        return Folder(scope, self.call).fold(node)

    def run_Assign(self, node: ast.Assign, scope: Scope) -> list[ast.stmt]:
        (target,), value = node.targets, self.fold(node.value, scope)
        if isinstance(target, ast.Tuple):
            values = (
                [Known(one) for one in value.value]
                if isinstance(value, Known)
                else value.elts
                if isinstance(value, ast.Tuple)
                else None
            )
            if values is None:  # (a, b) = one call
                self.free(scope, *map(name_of, target.elts))
                return [ast.Assign([target], value)]
            return [made for one, part in zip(target.elts, values) for made in self.assign(one, part, scope)]
        return self.assign(target, value, scope)

    def run_AnnAssign(self, node: ast.AnnAssign, scope: Scope) -> list[ast.stmt]:
        if node.value is None:  # a name's type alone
            return []
        return self.assign(node.target, self.fold(node.value, scope), scope)

    def assign(self, target: ast.expr, value: ast.expr, scope: Scope) -> list[ast.stmt]:
        if isinstance(target, ast.Attribute):
            return self.keep(target.attr, value, scope)
        if isinstance(value, (Known, ast.Name, Record)):
            scope.names[name_of(target)] = value
            return []
        self.free(scope, name_of(target))
        return [ast.Assign([target], value)]

    def free(self, scope: Scope, *names: str) -> None:
        """From here on these names are open. One that another stands for must not change."""
        for name in names:
            scope.names.pop(name, None)
            scope.free.add(name)
            if any(isinstance(one, ast.Name) and one.id == name for one in scope.names.values()):
                raise NotImplementedError(f"export: {name} changes while another name stands for it")

    def keep(self, name: str, value: ast.expr, scope: Scope) -> list[ast.stmt]:
        """`self.name = value`: written where it is a part of the net, else known."""
        if isinstance(value, Known):
            scope.attributes[name] = value
            return []
        if isinstance(value, Record):
            return []
        if isinstance(value, ast.Call) and isinstance(value.func, Known) and value.func.value in NOTHING:
            scope.nothing.add(name)
            return []
        return [ast.Assign([ast.Attribute(ast.Name("self"), name)], value)]

    def run_AugAssign(self, node: ast.AugAssign, scope: Scope) -> list[ast.stmt]:
        self.free(scope, name_of(node.target))
        return [ast.AugAssign(node.target, node.op, self.fold(node.value, scope))]

    def run_Return(self, node: ast.Return, scope: Scope) -> list[ast.stmt]:
        return [ast.Return(self.fold(given_value(node.value), scope))]

    def run_Expr(self, node: ast.Expr, scope: Scope) -> list[ast.stmt]:
        if isinstance(node.value, ast.Constant):  # a docstring
            return []
        if isinstance(node.value, ast.Yield):
            return [ast.Expr(ast.Yield(self.fold(given_value(node.value.value), scope)))]
        if isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "self.add_module":
            name, value = (self.fold(one, scope) for one in node.value.args)
            assert isinstance(name, Known)
            return self.keep(name.value, value, scope)
        return [ast.Expr(self.fold(node.value, scope))]

    def run_If(self, node: ast.If, scope: Scope) -> list[ast.stmt]:
        test = self.fold(node.test, scope)
        outcome = scope.decided(test)
        if outcome is not None:
            return self.run(node.body if outcome else node.orelse, scope)
        test = self.occurring(test, scope)
        yes, no = scope.where(test, True), scope.where(test, False)
        body, orelse = self.run(node.body, yes), self.run(node.orelse, no)
        for name, value in scope.names.items():
            if not (same(yes.names.get(name), value) and same(no.names.get(name), value)):
                raise NotImplementedError(f"export: {name} changes in a branch")
        if not body and not orelse:
            return []
        if not body:
            return [ast.If(ast.UnaryOp(ast.Not(), test), orelse, [])]
        if all_return(body):
            scope.cases = no.cases
        return [ast.If(test, body, orelse)]

    def run_For(self, node: ast.For, scope: Scope) -> list[ast.stmt]:
        loop = self.fold(node.iter, scope)
        if isinstance(loop, Known):
            made = []
            for value in loop.value:
                made += self.assign_all(node.target, value, scope) + self.run(node.body, scope)
            return made
        if not ast.unparse(loop).endswith(".modules()"):
            raise NotImplementedError(f"export: no rule for a loop over {ast.unparse(loop)}")
        inner = replace(scope, cases=self.distinct(name_of(node.target)))
        self.free(inner, name_of(node.target))
        return [ast.For(node.target, loop, self.run(node.body, inner), [])]

    def assign_all(self, target: ast.expr, value: Any, scope: Scope) -> list[ast.stmt]:
        if isinstance(target, ast.Tuple):
            return [made for one, part in zip(target.elts, value) for made in self.assign_all(one, part, scope)]
        return self.assign(target, Known(value), scope)

    def distinct(self, name: str) -> list[Case]:
        """The modules of this net that a test can tell apart: by type and by the parameters that they lack."""
        kinds = {
            (type(module), tuple(key for key, value in module._parameters.items() if value is None)): module
            for module in self.modules
        }
        return [{name: module} for module in kinds.values()]

    def occurring(self, test: ast.expr, scope: Scope) -> ast.expr:
        """`isinstance` without the classes of which nothing here is one."""
        if not (isinstance(test, ast.Call) and isinstance(test.func, Known) and test.func.value is isinstance):
            return test
        asked, classes = test.args
        if not scope.cases or not isinstance(classes, Known):
            return test
        worth = [scope.worth(asked, case) for case in scope.cases]
        seen = [one.value for one in worth if isinstance(one, Known)]
        found = [
            cls
            for cls in (
                classes.value if isinstance(classes.value, tuple) else get_args(classes.value) or (classes.value,)
            )
            if any(isinstance(one, cls) for one in seen) or len(seen) < len(worth)
        ]
        return ast.Call(test.func, [asked, Known(found[0] if len(found) == 1 else tuple(found))], [])

    # Calls

    def call(self, func: Any, node: ast.Call, scope: Scope) -> ast.expr | list[ast.expr]:
        """What becomes of a call of the known `func` that cannot be worked out."""
        keywords = [one for one in node.keywords if not (isinstance(one.value, Known) and one.value.value == "meta")]
        node = ast.Call(node.func, node.args, keywords)
        if isinstance(func, type) and is_dataclass(func):
            return Record(bound(func, node))
        if func is isinstance:
            return self.occurring(node, scope)
        if (getattr(func, "__module__", None) or "").startswith("explorer.net"):
            return (self.module if isinstance(func, type) else self.function)(func, node, scope)
        return short(func, node)

    def module(self, cls: type, node: ast.Call, scope: Scope) -> ast.expr:
        """A layer of ours: torch's with its arguments set, or a class of the file."""
        given = bound(cls, node)
        if "forward" not in vars(cls) and "__init__" in vars(cls):
            return self.torchs(cls, given)
        written = self.of_class(cls, given)
        return ast.Call(Known(cls, cls.__name__), left(given, written.params), [])

    def torchs(self, cls: type, given: dict[str, ast.expr]) -> ast.expr:
        """The call of torch's class that a layer of ours makes of its own arguments."""
        base = next(one for one in cls.__mro__ if one.__module__.startswith("torch"))
        scope = Scope(vars(sys.modules[cls.__module__]), given)
        for statement in source(vars(cls)["__init__"]).body:
            if isinstance(statement, ast.Assign):
                scope.names[name_of(statement.targets[0])] = self.fold(statement.value, scope)
            elif (
                isinstance(statement, ast.Expr)
                and isinstance(call := statement.value, ast.Call)
                and is_super(statement)
            ):
                keywords = [ast.keyword(one.arg, self.fold(one.value, scope)) for one in call.keywords]
                args = Folder(scope, self.call).all(call.args)
                made = self.call(base, ast.Call(Known(base, f"nn.{base.__name__}"), args, keywords), scope)
                assert isinstance(made, ast.expr)
                return made
        raise NotImplementedError(f"export: {cls.__name__} does not begin with torch's own")

    def function(self, func: FunctionType, node: ast.Call, scope: Scope) -> ast.expr | list[ast.expr]:
        """A function of the model: what it returns or yields, where that is one expression; else it is written."""
        given = bound(func, node)
        if func not in FUNCTIONS:
            done: dict[str, ast.expr] = {
                name: value for name, value in given.items() if isinstance(value, (Known, Record))
            }
            swap = {name: value for name, value in given.items() if name not in done}
            inner = Scope(func.__globals__, done, set(swap), self.inside(given, scope))
            found = one_expression(self.run(source(func).body, inner))
            if found is not None:
                return [swapped(one, swap) for one in found] if isinstance(found, list) else swapped(found, swap)
        written = self.of_function(func, given, scope)
        return ast.Call(Known(func, written.name), left(given, written.params), [])

    def inside(self, given: dict[str, ast.expr], scope: Scope) -> Sequence[Case] | None:
        """The cases of a caller as those of what it calls."""
        if scope.cases is None:
            return None
        found = []
        for case in scope.cases:
            values = {name: scope.worth(value, case) for name, value in given.items() if not isinstance(value, Record)}
            found.append({name: value.value for name, value in values.items() if isinstance(value, Known)})
        return found

    # Functions and classes

    def of_function(self, func: FunctionType, given: dict[str, ast.expr], scope: Scope) -> Written:
        constants = {name: value.value for name, value in given.items() if isinstance(value, Known) and settled(value)}
        if func in self.parts:
            if self.constants[func] != constants:
                raise NotImplementedError(f"export: {func.__name__} is called in two ways")
            return self.parts[func]
        inner = Scope(func.__globals__, cases=self.inside(given, scope))
        params = self.arguments(given, inner)
        body = self.run(source(func).body, inner)
        written = Written(func.__name__.lstrip("_"), first_paragraph(func), used_in(params, body), body)
        self.parts[func], self.constants[func] = written, constants
        return written

    def arguments(self, given: dict[str, ast.expr], scope: Scope) -> list[str]:
        """Puts what is settled into the scope; the names that stay open, a record's fields among them."""
        params: list[str] = []
        for name, value in given.items():
            if isinstance(value, Record) or isinstance(value, Known) and isinstance(value.value, Place):
                scope.names[name] = record = self.record()
                params += [one.id for one in record.fields.values() if isinstance(one, ast.Name)]
            elif isinstance(value, Known) and settled(value):
                scope.names[name] = value
            else:
                params.append(name)
        scope.free |= set(params)
        return params

    def record(self) -> Record:
        """A block's place, field by field; dilation as a number where this net has none."""
        dilated = {getattr(at, name) for at in self.blocks for name in ("before", "after")} != {1}
        one = () if dilated else ("before", "after")
        return Record({field.name: Known(1) if field.name in one else ast.Name(field.name) for field in fields(Place)})

    def of_class(self, cls: type, given: dict[str, ast.expr]) -> Written:
        constants = {name: value.value for name, value in given.items() if isinstance(value, Known) and settled(value)}
        if cls in self.parts:
            if self.constants[cls] != constants:
                raise NotImplementedError(f"export: {cls.__name__} is made in two ways")
            return self.parts[cls]
        base = next(one for one in cls.__bases__ if not one.__name__.startswith("_"))
        own = base.__module__.startswith("explorer.net")
        before = self.of_class(base, given) if own else None
        scope = self.around(cls, before)
        name = base.__name__ if own else f"nn.{base.__name__}"
        written = Written(cls.__name__, first_paragraph(cls), [], [], (name,), scope=scope)
        if "__init__" in vars(cls):
            written.params, body = self.init(cls, given, scope, before)
            if cls is ResNet:
                body.append(ast.parse("self.reset_parameters()").body[0])
            written.methods["__init__"] = Written("__init__", "", ["self", *written.params], body)
        self.parts[cls], self.constants[cls] = written, constants
        cases = [{"self": one} for one in self.modules if isinstance(one, cls)]
        for owner, part in ((base, before), (cls, written)):
            for key, value in vars(owner).items():
                if (
                    part and inspect.isfunction(value) and key not in LEFT_OUT
                ):  # a base's again, now that all of `self` is known
                    part.methods[key] = self.method(value, scope, cases)
        return written

    def around(self, cls: type, before: Written | None) -> Scope:
        """What methods know: what the base's `__init__` set, and the numbers in the class's own body."""
        scope = Scope(vars(sys.modules[cls.__module__]), free={"self"})
        if before and before.scope:
            scope.attributes, scope.nothing = before.scope.attributes, before.scope.nothing
        for key, value in vars(cls).items():
            if isinstance(value, (int, float, str)) and not key.startswith("_"):
                scope.attributes[key] = Known(value)
        return scope

    def init(
        self, cls: type, given: dict[str, ast.expr], scope: Scope, before: Written | None
    ) -> tuple[list[str], list[ast.stmt]]:
        inner = replace(scope, names={}, free={"self"})
        params = self.arguments(given, inner)
        if any(isinstance(one, Record) for one in given.values()):
            names = [one.name for one in fields(Place)]
            inner.cases = [{name: getattr(at, name) for name in names} for at in dict.fromkeys(self.blocks)]
        body: list[ast.stmt] = []
        for statement in source(vars(cls)["__init__"]).body:
            if is_super(statement):
                args: list[ast.expr] = [ast.Name(name) for name in (before.params if before else [])]
                body.append(ast.Expr(ast.Call(ast.Name("super().__init__"), args, [])))
            else:
                body += self.run([statement], inner)
        return used_in(params, body), body

    def method(self, func: FunctionType, scope: Scope, cases: Sequence[Case]) -> Written:
        inner = replace(scope, names={}, free=set(), cases=cases)
        taken = list(inspect.signature(func).parameters.values())
        inner.names |= {one.name: Known(None) for one in taken if one.default is None}
        inner.free |= {one.name for one in taken if one.name not in inner.names}
        body = self.run(source(func).body, inner)
        return Written(
            func.__name__, first_paragraph(func), [one.name for one in taken if one.name in inner.free], body
        )
