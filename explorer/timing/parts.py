"""Where the time goes: marks at the ends of modules cut one pass into parts that leave nothing out.

Each part is the time between two marks, so additions and slices, which are no modules, are in it too; hooks on the
leaves alone would miss them. Passes with and without marks alternate, and their ratio is the overhead shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby

from torch import nn

from explorer.naming import title
from explorer.spec import ResNetSpec
from explorer.timing.clock import clock_for
from explorer.timing.hardware import provenance, resolve
from explorer.timing.loop import LEAST, no_checkpoint, passes, warmed, within
from explorer.timing.memory import guard
from explorer.timing.settings import Settings
from explorer.timing.subject import Subject, subject
from explorer.trace import Node, trace

LEVELS: dict[str, Callable[[Node], str]] = {  # level -> which part a node belongs to
    "layer": lambda node: node.path,
    "block": lambda node: node.block or node.stage,
    "stage": lambda node: node.stage,
}
MOST_OVERHEAD, MOST_GAP, MOST_DRIFT = 0.03, 0.02, 0.10
MOST_PASSES = 400


@dataclass(frozen=True)
class Part:
    """Seconds of one part: its mean over the middle half of the marked passes, so that parts add up to the whole."""

    path: str
    stage: str
    block: str
    kind: str
    seconds: float


@dataclass(frozen=True)
class Parts:
    """whole_s: mean of the middle half of the marked passes; plain_s: of those without marks, in alternation.

    overhead: how much longer a pass takes because of the marks, from the fastest pass of each kind, since a busy host
    only ever adds; it can come out a little below zero.
    """

    spec: ResNetSpec
    settings: Settings
    level: str
    parts: tuple[Part, ...]
    whole_s: float
    plain_s: float
    overhead: float
    n: int
    provenance: dict[str, object]

    @property
    def sum_over_whole(self) -> float:
        return sum(part.seconds for part in self.parts) / self.whole_s

    @property
    def warnings(self) -> tuple[str, ...]:
        found = []
        if self.overhead > MOST_OVERHEAD:
            found.append(f"The marks make a pass {self.overhead:.1%} longer (more than {MOST_OVERHEAD:.0%}).")
        if abs(self.whole_s / self.plain_s - 1) > MOST_DRIFT:
            found.append(f"The passes that were cut took {self.whole_s / self.plain_s:.2f}× as long as those that were "
                         "not: the host was busy. Measure again before you quote this.")
        if abs(self.sum_over_whole - 1) > MOST_GAP:
            found.append(f"The parts add up to {self.sum_over_whole:.1%} of the pass: the host was too busy.")
        return tuple(found)


def profile(spec: ResNetSpec, settings: Settings, level: str = "layer",
            checkpoint: Callable[..., None] = no_checkpoint) -> Parts:
    """Times of the parts at `level`, or at the next coarser one whose overhead stays within 3 %.

    Raises as `forward.measure`, and `ValueError` for compiled passes and graphs, which have no module ends.
    """
    settings = resolve(settings)
    if level not in LEVELS:
        raise ValueError(f"level={level!r}: choose one of {', '.join(LEVELS)}")
    if settings.compile != "eager" or settings.cuda_graph:
        raise ValueError(f"compile={settings.compile!r}: a compiled pass or a replayed graph has no module ends to "
                         "mark; choose compile=eager without a CUDA graph")
    guard(spec, settings)
    tried = []
    with subject(spec, settings, checkpoint) as one:
        facts = provenance(settings)
        names = list(LEVELS)[list(LEVELS).index(level):]
        for place, name in enumerate(names):
            inner = within(checkpoint, place / len(names), (place + 1) / len(names))
            inner(0.0, f"timing each {name} of {title(spec)}")
            tried.append(at_level(one, spec, settings, name, facts, inner))
            if tried[-1].overhead <= MOST_OVERHEAD:
                return tried[-1]
    return min(tried, key=lambda parts: parts.overhead)


def at_level(one: Subject, spec: ResNetSpec, settings: Settings, level: str, facts: dict[str, object],
             checkpoint: Callable[..., None] = no_checkpoint) -> Parts:
    """One level, whatever its overhead; `facts`: the provenance."""
    clock = clock_for(one.device)
    cuts = cut(trace(spec, settings.height, settings.width, settings.batch), level)
    warmed(one, clock, settings.budget_s / 4, checkpoint)
    plain, marked, splits = [], [], []
    start = clock.wall()
    while len(plain) < MOST_PASSES and (clock.wall() - start < settings.budget_s or len(plain) < LEAST):
        plain += passes(one, clock, 1)[0]
        whole_s, split = marked_pass(one, clock, cuts)
        marked.append(whole_s)
        splits.append(split)
        checkpoint(min((clock.wall() - start) / settings.budget_s, 1.0))
    middle = middle_half(marked)
    parts = tuple(Part(name, last.stage, last.block, last.kind if level == "layer" else level,
                       sum(splits[index][place] for index in middle) / len(middle))
                  for place, (name, last, *_) in enumerate(cuts))
    whole_s, plain_s = (sum(times[index] for index in middle_half(times)) / len(middle) for times in (marked, plain))
    overhead = min(marked) / min(plain) - 1
    return Parts(spec, settings, level, parts, whole_s, plain_s, overhead, len(marked), facts)


def middle_half(values: Sequence[float]) -> list[int]:
    """Indices of the middle half by size: their mean is near the median, and means of parts add up."""
    order = sorted(range(len(values)), key=values.__getitem__)
    quarter = len(values) // 4
    return order[quarter:len(order) - quarter]


def cut(nodes: Sequence[Node], level: str) -> list[tuple[str, Node, str, str]]:
    """(part, its last node, path of the module that closes it, "start" or "end" of that module), in order.

    A part that ends with a functional operation (the addition, flatten) closes where the next module starts; at the
    end of a block (pre-activation's addition is its last operation) where the block ends.
    """
    groups = [(name, list(members)) for name, members in groupby(nodes[1:], key=LEVELS[level])]
    followers = [members[0] for _, members in groups[1:]] + [None]
    return [(name, members[-1], *_closing(members[-1], after)) for (name, members), after in zip(groups, followers)]


def _closing(last: Node, after: Node | None) -> tuple[str, str]:
    functional = last.kind in ("add", "flatten")
    if not functional:
        return last.path, "end"
    if last.block and (after is None or after.block != last.block):
        return last.block, "end"
    return after.path, "start"


@contextmanager
def marking(module: nn.Module, cuts: Sequence[tuple[str, Node, str, str]], mark: Callable[[], None]) -> Iterator[None]:
    """Call `mark` at the end of each part, while inside."""
    handles = []
    for _, _, path, place in cuts:
        target = module.get_submodule(path)
        register = target.register_forward_hook if place == "end" else target.register_forward_pre_hook
        handles.append(register(lambda *_: mark()))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def marked_pass(one: Subject, clock: object, cuts: Sequence[tuple[str, Node, str, str]]) -> tuple[float, list[float]]:
    """(seconds of the whole pass by marks of its own, seconds of each part)."""
    marks = []
    with marking(one.module, cuts, lambda: marks.append(clock.now())):
        one.prepare()
        start = clock.now()
        one()
        end = clock.now()
    clock.sync()
    if len(marks) != len(cuts):
        raise RuntimeError(f"{len(marks)} marks for {len(cuts)} parts: the forward pass is not the traced one")
    return clock.seconds([start, end])[0], clock.seconds([start, *marks])


def rolled_up(parts: Sequence[Part], level: str) -> dict[str, float]:
    """Seconds by stage or block (stem and head count as one each), in order: finer parts added up."""
    totals: dict[str, float] = {}
    for part in parts:
        key = part.stage if level == "stage" else part.block or part.stage
        totals[key] = totals.get(key, 0.0) + part.seconds
    return totals
