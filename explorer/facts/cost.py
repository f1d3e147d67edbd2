"""Where a net's numbers sit: any metric by stage, block and layer, from a selected part downwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypedDict

from explorer import units
from explorer.facts.proof import Proof, prove, receptive_field, share
from explorer.facts.rollup import METRICS, SUMS, Row, metric_columns, stages, summed
from explorer.facts.told import Provable, Told
from explorer.net import called
from explorer.net.node import Node

WHOLE = "net"
MOST_TILES = 200  # of layers that a browser draws without a pause
_LEVELS: dict[str, Callable[[Node], str]] = {  # what a part is -> what its children are named by
    "net": lambda node: node.stage,
    "stage": lambda node: node.block or node.path,
    "block": lambda node: node.path,
}


class Branch(TypedDict):
    """A node of a part's tree. id: its path; parent: that of the branch it is on; value: of the metric."""

    id: str
    label: str
    parent: str
    value: float
    stage: str


@dataclass(frozen=True)
class Part:
    """The whole net, a stage, a block or a layer. path: its name (`WHOLE`, `conv3_x`, `layer2.0`, `layer2.0.conv1`);
    group: its nodes; nodes: those of the net."""

    path: str
    group: tuple[Node, ...]
    nodes: tuple[Node, ...]

    @property
    def kind(self) -> str:
        """net, stage or block; a layer is what a block of one layer is."""
        return "net" if self.path == WHOLE else "stage" if self.path == self.group[0].stage else "block"

    @property
    def place(self) -> str:
        """As the map names it: 'conv4_4, conv 2' for layer3.3.conv2."""
        return self.path if self.path == WHOLE else place(self.group[0], self.path, self.nodes)

    @property
    def children(self) -> list[tuple[str, tuple[Node, ...]]]:
        """What it is made of: a net of stages, a stage of blocks (or layers), a block of layers."""
        return [(name, tuple(members)) for name, members in groupby(self.group, _LEVELS[self.kind])]

    @property
    def above(self) -> str:
        """The part that it is in: a layer's block, a block's stage, a stage's net."""
        if self.kind != "block":
            return WHOLE
        first = self.group[0]
        return first.block if len(self.group) == 1 and first.block else first.stage

    @property
    def frame(self) -> Part:
        """The part whose inside a drawing of it shows: itself, or the nearest above that has more than one thing in it."""
        if len(self.children) > 1 or self.path == WHOLE:
            return self
        return part(self.nodes, self.above).frame

    @property
    def choices(self) -> list[str]:
        """What can be looked into from here: the net, its stages, the blocks, and the layers of the selected block."""
        first = self.group[0]
        inside = [node.path for node in self.nodes if node.block and node.block == first.block]
        blocks = [node.block for node in self.nodes if node.block]
        names = [WHOLE, *(stage.name for stage in stages(self.nodes)), *blocks]
        return list(
            dict.fromkeys(names + (inside + [self.path] * (len(self.group) == 1) if self.kind == "block" else []))
        )

    def proof(self, metric: str) -> Proof | None:
        """Its metric, proved: its sum, or the receptive field at its end. None where there is none."""
        if metric in SUMS:
            return prove(metric, self.group, self.path)
        known = metric == "receptive_field" and self.group[-1].receptive_field
        return receptive_field(self.nodes, self.group[-1].path) if known else None

    def rows(self) -> list[Row]:
        """Its children with every metric, and each sum's share of the whole net."""
        whole = {name: summed(self.nodes, name) or 1 for name in SUMS}
        return [
            {
                "part": name,
                "stage": group[0].stage,
                "kind": group[0].kind if len(group) == 1 else "",
                "layers": len(group),
                **metric_columns(group),
                **{f"{key}_share": summed(group, key) / whole[key] for key in SUMS},
            }
            for name, group in self.children
        ]

    def hierarchy(self, metric: str) -> list[Branch]:
        """The part as a tree down to its layers; what has none of the metric left out.
        Of more than `MOST_TILES` layers it ends at the blocks: looking into one shows its layers."""
        deep = sum(bool(METRICS[metric].of(node)) for node in self.group) <= MOST_TILES
        stage = self.group[0].stage
        tree = {self.path: Branch(id=self.path, label=self.place, parent="", value=0.0, stage=stage)}
        for node in self.group:
            value = METRICS[metric].of(node) or 0
            if not value:
                continue
            levels = (node.stage, node.block, node.path if deep or not node.block else "")
            over = self._over(node)
            way = [self.path, *(name for name in levels if name and name != self.path and name not in over)]
            for parent, name in zip(way, way[1:]):
                tree.setdefault(
                    name, Branch(id=name, label=self.word(node, name), parent=parent, value=0.0, stage=node.stage)
                )
            for name in way:
                tree[name]["value"] += value
        return list(tree.values())

    def word(self, node: Node, name: str) -> str:
        """The name of what is in it, within it: 'conv4_4' for layer3.3, 'conv 2' for layer3.3.conv2. node: its first."""
        inside = node.block and name == node.path
        return called.part(node, self.nodes) if inside else place(node, name, self.nodes)

    def _over(self, node: Node) -> tuple[str, ...]:
        """The levels of one of its nodes that are over the part itself."""
        if self.path in (WHOLE, node.stage):
            return ()
        return (node.stage,) if self.path == node.block else (node.stage, node.block)


def place(node: Node, name: str, nodes: Sequence[Node]) -> str:
    """The name for people of a stage, block or layer in the whole net. node: its first; nodes: the net's."""
    if name == node.stage:
        return name
    return called.block(name) if name == node.block else called.layer(node, nodes)


def part(nodes: Sequence[Node], path: str = WHOLE) -> Part:
    """A stage (`conv3_x` or `layer2`), a block or a layer; the whole net for any other path."""
    tests: tuple[Callable[[Node], bool], ...] = (
        lambda node: node.path == path,
        lambda node: node.block == path,
        lambda node: node.stage == path,
        lambda node: bool(node.block) and node.path.split(".")[0] == path,
    )
    for test in tests:
        if found := tuple(node for node in nodes if test(node)):
            return Part(found[0].stage if test is tests[3] else path, found, tuple(nodes))
    return Part(WHOLE, tuple(nodes), tuple(nodes))


@dataclass(frozen=True)
class Share:
    """A part's share of a metric of the whole net. proof: 100 · part ÷ whole, in %."""

    part: str
    stage: str
    proof: Proof

    @property
    def percent(self) -> float:
        return self.proof.value


def shares(nodes: Sequence[Node]) -> dict[str, list[Share]]:
    """Summed metric → the stages' shares of it, in the net's order; stages that have none of it are left out."""
    found = {}
    for metric in SUMS:
        whole = prove(metric, nodes, METRICS[metric].label.partition(",")[0])
        found[metric] = [Share(part.label, part.label, share(part, whole)) for part in whole.parts if part.value]
    return found


def lesson(nodes: Sequence[Node]) -> Told:
    """The page's point, in this net's own numbers: which part has the parameters, which the activations."""
    found = {metric: {one.part: one for one in parts} for metric, parts in shares(nodes).items()}
    most = {metric: max(parts, key=lambda part: parts[part].percent) for metric, parts in found.items()}
    heavy, large = most["params"], most["activation_bytes"]

    def of(metric: str, part: str, places: int = 0) -> str | Provable:
        one = found[metric].get(part)
        return Provable(percent(one.percent, places), one.proof) if one else percent(0, places)

    first = Told(f"{heavy} has ", of("params", heavy), " of the parameters")
    if heavy == large:
        parts = [
            Told(
                first,
                ", ",
                of("macs", heavy),
                " of the multiply-adds and ",
                of("activation_bytes", heavy),
                " of the layer outputs: most of the net is there",
            )
        ]
    else:
        parts = [
            Told(first, " and ", of("activation_bytes", heavy), " of the layer outputs"),
            Told(
                f"{large} has ",
                of("activation_bytes", large),
                " of the layer outputs and ",
                of("params", large, 1),
                " of the parameters",
            ),
            _spread([one for part, one in found["macs"].items() if part not in ("stem", "head")]),
        ]
    return Told(Told("; ").join(parts), ". A cost is never just “size”: ask which one.")


def _spread(inner: Sequence[Share]) -> Told:
    """How the multiply-adds are shared out among the stages of blocks."""
    low, high = (pick(inner, key=lambda one: one.percent) for pick in (min, max))
    least, most = (Provable(percent(one.percent), one.proof) for one in (low, high))
    if len(inner) == 1:
        return Told(most, f" of the multiply-adds are in {high.part}")
    if least.shown == most.shown:
        return Told("the multiply-adds are nearly the same in every stage (", most, " each)")
    spread = "spread" if high.percent < 45 else "uneven"
    return Told(f"the multiply-adds are {spread} over the stages (", least, " to ", most, " each)")


def percent(value: float, places: int = 0) -> str:
    """58.6 → '59 %'."""
    return f"{value:.{places}f} %"


def brief(value: float) -> str:
    """In two digits: 58.6 → '59 %', 3.34 → '3.3 %'."""
    return percent(value, 1 if value < 9.95 else 0)


def spoken(value: float | None, metric: str) -> str:
    """A metric's value in its unit's short form."""
    return units.short(value, METRICS[metric].unit)
