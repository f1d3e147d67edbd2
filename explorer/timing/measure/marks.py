"""Marks at the ends of modules that cut one pass into parts which leave nothing out.

Each part is the time between two marks, so additions and slices, which are no modules, are in it too; hooks on the
leaves alone would miss them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any

from torch import nn

from explorer.net.node import Node
from explorer.timing.measure.subject import Subject

LEVELS: dict[str, Callable[[Node], str]] = {  # level -> which part a node belongs to
    "layer": lambda node: node.path,
    "block": lambda node: node.block or node.stage,
    "stage": lambda node: node.stage,
}
Cut = tuple[str, Node, str, str]


def cut(nodes: Sequence[Node], level: str) -> list[Cut]:
    """(part, its last node, path of the module that closes it, "start" or "end" of that module), in order.

    A part that ends with a functional operation (the addition, flatten) closes where the next module starts; at the
    end of a block (pre-activation's addition is its last operation) where the block ends.
    """
    groups: list[tuple[str, list[Node]]] = []
    for name, members in groupby(nodes[1:], key=LEVELS[level]):
        found = list(members)
        if groups and _inseparable(groups[-1][1][-1], found[0]):
            found = [*groups.pop()[1], *found]
        groups.append((name, found))
    followers = [members[0] for _, members in groups[1:]] + [None]
    return [(name, members[-1], *_closing(members[-1], after)) for (name, members), after in zip(groups, followers)]


def _inseparable(last: Node, after: Node) -> bool:
    """Two functional operations in a row: no module starts or ends between them, so they are one part, the second's."""
    return last.functional and after.functional and last.block == after.block


def _closing(last: Node, after: Node | None) -> tuple[str, str]:
    if not last.functional:
        return last.path, "end"
    if after is None or (last.block and after.block != last.block):
        return last.block, "end"
    return after.path, "start"


@contextmanager
def marking(module: nn.Module, cuts: Sequence[Cut], now: Callable[[], Any]) -> Iterator[list[Any]]:
    """The list to which `now()` is appended at the end of each part, while inside."""
    marks: list[Any] = []
    append = marks.append  # a mark is in the time that it measures: one call, one reading, no look-up

    def mark(*_: object) -> None:
        append(now())

    handles = []
    for _, _, path, place in cuts:
        target = module.get_submodule(path)
        handles.append((target.register_forward_hook if place == "end" else target.register_forward_pre_hook)(mark))
    try:
        yield marks
    finally:
        for handle in handles:
            handle.remove()


def marked_pass(one: Subject, clock: Any, cuts: Sequence[Cut]) -> tuple[float, list[float]]:
    """(seconds of the whole pass by marks of its own, seconds of each part).

    Raises `RuntimeError` when the pass that ran is not the traced one."""
    with marking(one.module, cuts, clock.now) as marks:
        one.prepare()
        start = clock.now()
        one()
        end = clock.now()
    clock.sync()
    if len(marks) != len(cuts):
        raise RuntimeError(f"{len(marks)} marks for {len(cuts)} parts: the forward pass is not the traced one")
    return clock.seconds([start, end])[0], clock.seconds([start, *marks])
