"""Where a net's numbers sit: any metric by stage, block and layer, from a selected part downwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from explorer import units
from explorer.facts.proof import Proof, prove, receptive_field, share
from explorer.facts.rollup import METRICS, metric_columns, stages, total
from explorer.facts.told import Provable, Told
from explorer.net.trace import Node

WHOLE = "net"
MOST_TILES = 200  # of layers that a browser draws without a pause
SUMS = tuple(name for name, metric in METRICS.items() if metric.combine == "sum")


def part(nodes: Sequence[Node], path: str) -> tuple[str, tuple[Node, ...]]:
    """(path, nodes) of a stage (`conv3_x` or `layer2`), a block or a layer; of the whole net for any other path."""
    tests = (
        lambda node: node.path == path,
        lambda node: node.block == path,
        lambda node: node.stage == path,
        lambda node: bool(node.block) and node.path.split(".")[0] == path,
    )
    for test in tests:
        if found := tuple(node for node in nodes if test(node)):
            return (found[0].stage if test is tests[3] else path), found
    return WHOLE, tuple(nodes)


def proof_of(nodes: Sequence[Node], path: str, metric: str) -> Proof | None:
    """A part's metric, proved: its sum, or the receptive field at its end. None where there is none."""
    path, group = part(nodes, path)
    if metric in SUMS:
        return prove(metric, group, path)
    return receptive_field(nodes, group[-1].path) if metric == "receptive_field" and group[-1].receptive_field else None


def children(nodes: Sequence[Node], path: str = WHOLE) -> list[tuple[str, tuple[Node, ...]]]:
    """What a part is made of: a net of stages, a stage of blocks (or layers), a block of layers."""
    path, group = part(nodes, path)
    level = _LEVELS["net" if path == WHOLE else "stage" if path == group[0].stage else "block"]
    return [(name, tuple(members)) for name, members in groupby(group, level)]


_LEVELS = {
    "net": lambda node: node.stage,
    "stage": lambda node: node.block or node.path,
    "block": lambda node: node.path,
}


def choices(nodes: Sequence[Node], path: str) -> list[str]:
    """What can be looked into: the net, its stages, the blocks, and the layers of the selected block."""
    blocks = list(dict.fromkeys(node.block for node in nodes if node.block))
    path, group = part(nodes, path)
    inside = (
        [node.path for node in nodes if node.block and node.block == group[0].block] if path not in (WHOLE,) else []
    )
    alone = [path] if path != WHOLE and len(group) == 1 else []
    return list(
        dict.fromkeys(
            [
                WHOLE,
                *(stage.name for stage in stages(nodes)),
                *blocks,
                *(inside if path != group[0].stage else []),
                *alone,
            ]
        )
    )


def rows(nodes: Sequence[Node], path: str = WHOLE) -> list[dict[str, object]]:
    """A part's children with every metric, and each sum's share of the whole net."""
    whole = {name: total(nodes, name) or 1 for name in SUMS}
    return [
        {
            "part": name,
            "stage": group[0].stage,
            "kind": group[0].kind if len(group) == 1 else "",
            "layers": len(group),
            **metric_columns(group),
            **{f"{key}_share": total(group, key) / whole[key] for key in SUMS},
        }
        for name, group in children(nodes, path)
    ]


def above(nodes: Sequence[Node], path: str) -> str:
    """The part that a part is in: a layer's block, a block's stage, a stage's net."""
    _, group = part(nodes, path)
    if path in (WHOLE, group[0].stage):
        return WHOLE
    return group[0].block if len(group) == 1 and group[0].block else group[0].stage


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
        whole = prove(metric, nodes, METRICS[metric].label)
        found[metric] = [Share(part.label, part.label, share(part, whole)) for part in whole.parts if part.value]
    return found


def hierarchy(nodes: Sequence[Node], metric: str, path: str = WHOLE) -> list[dict[str, object]]:
    """A part as a tree down to its layers: id, label, parent, value, stage; parts without any of the metric left out.
    Of more than `MOST_TILES` layers it ends at the blocks: looking into one shows its layers."""
    path, group = part(nodes, path)
    deep = sum(bool(METRICS[metric].of(node)) for node in group) <= MOST_TILES
    tree: dict[str, dict[str, object]] = {
        path: {"id": path, "label": path, "parent": "", "value": 0.0, "stage": group[0].stage}
    }
    for node in group:
        value = METRICS[metric].of(node) or 0
        if not value:
            continue
        levels = (node.stage, node.block, node.path if deep or not node.block else "")
        way = [path, *(name for name in levels if name and name != path and name not in _above(path, node))]
        for parent, name in zip(way, way[1:]):
            tree.setdefault(
                name, {"id": name, "label": _short(name, parent), "parent": parent, "value": 0.0, "stage": node.stage}
            )
        for name in way:
            tree[name]["value"] += value
    return list(tree.values())


def _above(path: str, node: Node) -> tuple[str, ...]:
    """The levels over a part that is already inside them."""
    if path == WHOLE or path == node.stage:
        return ()
    return (node.stage,) if path == node.block else (node.stage, node.block)


def _short(name: str, parent: str) -> str:
    return name.removeprefix(parent + ".")


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
                " of the activation memory: most of the net is there",
            )
        ]
    else:
        parts = [
            Told(first, " and ", of("activation_bytes", heavy), " of the activation memory"),
            Told(
                f"{large} has ",
                of("activation_bytes", large),
                " of the activation memory and ",
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


def spoken(value: float | None, metric: str) -> str:
    """A metric's value in its unit's short form."""
    return units.short(value, METRICS[metric].unit)
