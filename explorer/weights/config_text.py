"""A config's text → plain dictionaries, lists, numbers and texts. Parsed as data, never evaluated.

JSON; YAML, of which only scalars, lists and dictionaries are read (no tags, no anchors); Python as OpenMMLab writes it:
assignments of literals and `dict(…)` calls, walked as a syntax tree.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from typing import Any

import yaml

MOST = 64 << 10  # characters
MAX_DEPTH = 24
_INT = re.compile(r"[+-]?[0-9]{1,9}")


class _Words(yaml.BaseLoader):  # type: ignore[misc]  # PyYAML says nothing of its types
    """YAML whose scalars stay texts, so that no tag makes an object; an alias could hold itself, or a million others."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise ValueError("it has a YAML alias (*name), which is not read: write the value out")
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ValueError(f"it is nested more than {MAX_DEPTH} deep")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def parse(text: str) -> tuple[str, dict[str, Any]]:
    """(json | python | yaml, the config). Raises `ValueError` with one sentence."""
    if len(text) > MOST:
        raise ValueError(f"it has {len(text):,} characters; at most {MOST:,} are read")
    if not text.strip():
        raise ValueError("it is empty")
    for kind, reader in (("json", _json), ("python", _python), ("yaml", _yaml)):
        try:
            found = reader(text)
        except _NotThis:
            continue
        except RecursionError:
            raise ValueError(f"it is nested more than {MAX_DEPTH} deep") from None
        if isinstance(found, dict) and found:
            return kind, found
    raise ValueError("it is no checkpoint, and as a config neither JSON, nor YAML, nor Python dictionaries")


class _NotThis(Exception):
    """Another reader's turn."""


def _json(text: str) -> Any:
    try:
        return json.loads(text, parse_int=_whole, parse_constant=str)
    except json.JSONDecodeError:
        raise _NotThis from None


def _whole(digits: str) -> int:
    if len(digits) > 12:
        raise ValueError("it has a number of more than 12 digits")
    return int(digits)


def _python(text: str) -> Any:
    try:
        tree = ast.parse(text)
    except (SyntaxError, MemoryError, ValueError):
        raise _NotThis from None
    found: dict[str, Any] = {}
    for line in tree.body:
        if isinstance(line, ast.Expr):
            value = _value(line.value, 0)
            found |= value if isinstance(value, dict) else {}
        elif isinstance(line, ast.Assign) and len(line.targets) == 1 and isinstance(line.targets[0], ast.Name):
            found[line.targets[0].id] = _value(line.value, 0)
    if not any(isinstance(value, dict) for value in found.values()) and "type" not in found:
        raise _NotThis
    return found


def _value(node: ast.expr, depth: int) -> Any:
    """A literal or `dict(…)`; anything else stays the text that it is, to be named as not understood."""
    if depth > MAX_DEPTH:
        raise ValueError(f"it is nested more than {MAX_DEPTH} deep")
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        value = node.operand.value
        return -value if isinstance(value, (int, float)) else None
    if isinstance(node, (ast.List, ast.Tuple)):
        return [_value(one, depth + 1) for one in node.elts]
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values)
        return {str(_value(key, depth + 1)): _value(one, depth + 1) for key, one in pairs if key is not None}
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict" and not node.args:
        return {one.arg: _value(one.value, depth + 1) for one in node.keywords if one.arg}
    return f"{type(node).__name__.lower()} of Python"


def _yaml(text: str) -> Any:
    try:
        loader = _Words(text)
        try:
            return _typed(loader.get_single_data())
        finally:
            loader.dispose()
    except (yaml.YAMLError, TypeError):
        raise _NotThis from None


def _typed(value: Any) -> Any:
    """Words as what they say: numbers, true and false, (3, 4)."""
    if isinstance(value, dict):
        return {str(key): _typed(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_typed(one) for one in value]
    if not isinstance(value, str):
        return value
    if _INT.fullmatch(value):
        return int(value)
    low = value.lower()
    if low in ("true", "false", "null", "~", ""):
        return {"true": True, "false": False}.get(low)
    if re.fullmatch(r"[(\[][0-9, ]{1,200}[)\]]", value):
        return [int(one) for one in re.findall(r"[0-9]{1,9}", value)]
    return value


class Keys:
    """A dictionary of a config that knows which of its keys were read: what is left over is not understood."""

    def __init__(self, values: object, name: str = "") -> None:
        self.values: Mapping[str, Any] = values if isinstance(values, dict) else {}
        self.name = name
        self.read: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def take(self, key: str, usual: Any = None) -> Any:
        self.read.add(key)
        found = self.values.get(key, usual)
        return usual if found is None else found

    def whole(self, key: str, usual: int) -> int:
        """A whole number, or `ValueError`."""
        found = self.take(key, usual)
        if type(found) is not int:
            raise ValueError(f"{self.name}{key}={shown(found)}: write a whole number")
        return found

    def flag(self, key: str, usual: bool) -> bool:
        found = self.take(key, usual)
        if not isinstance(found, bool):
            raise ValueError(f"{self.name}{key}={shown(found)}: choose true or false")
        return found

    def numbers(self, key: str, usual: tuple[int, ...]) -> tuple[int, ...]:
        found = self.take(key, list(usual))
        if not isinstance(found, (list, tuple)) or not all(type(one) is int for one in found):
            raise ValueError(f"{self.name}{key}={shown(found)}: write whole numbers, like [3, 4, 6, 3]")
        return tuple(found)

    def inside(self, key: str) -> Keys:
        return Keys(self.take(key, {}), f"{self.name}{key}.")

    def skip(self, *keys: str) -> None:
        """Keys that say nothing about the net's tensors."""
        self.read.update(keys)

    def left(self) -> list[str]:
        return [f"{self.name}{key}={shown(value)}" for key, value in self.values.items() if key not in self.read]


def shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
