"""Where a net's numbers sit: any metric by stage, block and layer, from a selected part downwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from explorer import palette
from explorer.analysis import METRICS, metric_columns, stages, total
from explorer.proof import Proof, prove, share
from explorer.trace import Node

WHOLE = "net"
MOST_TILES = 200  # of layers that a browser draws without a pause
SUMS = tuple(name for name, metric in METRICS.items() if metric.combine == "sum")


def part(nodes: Sequence[Node], path: str) -> tuple[str, tuple[Node, ...]]:
    """(path, nodes) of a stage (`conv3_x` or `layer2`), a block or a layer; of the whole net for any other path."""
    tests = (lambda node: node.path == path, lambda node: node.block == path, lambda node: node.stage == path,
             lambda node: bool(node.block) and node.path.split(".")[0] == path)
    for test in tests:
        if found := tuple(node for node in nodes if test(node)):
            return (found[0].stage if test is tests[3] else path), found
    return WHOLE, tuple(nodes)


def children(nodes: Sequence[Node], path: str = WHOLE) -> list[tuple[str, tuple[Node, ...]]]:
    """What a part is made of: a net of stages, a stage of blocks (or layers), a block of layers."""
    path, group = part(nodes, path)
    level = _LEVELS["net" if path == WHOLE else "stage" if path == group[0].stage else "block"]
    return [(name, tuple(members)) for name, members in groupby(group, level)]


_LEVELS = {"net": lambda node: node.stage, "stage": lambda node: node.block or node.path, "block": lambda node: node.path}


def choices(nodes: Sequence[Node], path: str) -> list[str]:
    """What can be looked into: the net, its stages, the blocks, and the layers of the selected block."""
    blocks = list(dict.fromkeys(node.block for node in nodes if node.block))
    path, group = part(nodes, path)
    inside = [node.path for node in nodes if node.block and node.block == group[0].block] if path not in (WHOLE,) else []
    alone = [path] if path != WHOLE and len(group) == 1 else []
    return list(dict.fromkeys([WHOLE, *(stage.name for stage in stages(nodes)), *blocks,
                               *(inside if path != group[0].stage else []), *alone]))


def rows(nodes: Sequence[Node], path: str = WHOLE) -> list[dict[str, object]]:
    """A part's children with every metric, and each sum's share of the whole net."""
    whole = {name: total(nodes, name) or 1 for name in SUMS}
    return [{"part": name, "stage": group[0].stage, "kind": group[0].kind if len(group) == 1 else "", "layers": len(group),
             **metric_columns(group), **{f"{key}_share": total(group, key) / whole[key] for key in SUMS}}
            for name, group in children(nodes, path)]


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
    tree: dict[str, dict[str, object]] = {path: {"id": path, "label": path, "parent": "", "value": 0.0, "stage": group[0].stage}}
    for node in group:
        value = METRICS[metric].of(node) or 0
        if not value:
            continue
        levels = (node.stage, node.block, node.path if deep or not node.block else "")
        way = [path, *(name for name in levels if name and name != path and name not in _above(path, node))]
        for parent, name in zip(way, way[1:]):
            tree.setdefault(name, {"id": name, "label": _short(name, parent), "parent": parent, "value": 0.0, "stage": node.stage})
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


def lesson(nodes: Sequence[Node]) -> str:
    """The page's point, in this net's own numbers: which part has the parameters, which the activations."""
    found = {row["part"]: row for row in rows(nodes)}
    inner = [row for row in found.values() if row["part"] not in ("stem", "head")]
    most = {metric: max(found.values(), key=lambda row: row[f"{metric}_share"]) for metric in SUMS}
    heavy, large = most["params"], most["activation_bytes"]
    first = f"{heavy['part']} has {percent(heavy['params_share'])} of the parameters"
    if heavy is large:
        parts = [f"{first}, {percent(heavy['macs_share'])} of the multiply-adds and "
                 f"{percent(heavy['activation_bytes_share'])} of the activation memory: most of the net is there"]
    else:
        parts = [f"{first} and {percent(heavy['activation_bytes_share'])} of the activation memory",
                 f"{large['part']} has {percent(large['activation_bytes_share'])} of the activation memory and "
                 f"{percent(large['params_share'], 1)} of the parameters", _spread(inner)]
    return f"{'; '.join(parts)}. A cost is never just “size”: ask which one."


def _spread(inner: Sequence[dict]) -> str:
    """How the multiply-adds are shared out among the stages of blocks."""
    low, high = (pick(row["macs_share"] for row in inner) for pick in (min, max))
    if len(inner) == 1:
        return f"{percent(high)} of the multiply-adds are in {inner[0]['part']}"
    if percent(low) == percent(high):
        return f"the multiply-adds are nearly the same in every stage ({percent(high)} each)"
    spread = "spread" if high < 0.45 else "uneven"
    return f"the multiply-adds are {spread} over the stages ({percent(low)} to {percent(high)} each)"


def percent(share: float, places: int = 0) -> str:
    """0.586 → '59 %'."""
    return f"{100 * share:.{places}f} %"


def spoken(value: float | None, metric: str) -> str:
    """A metric's value in its unit's short form."""
    return palette.short(value, METRICS[metric].unit)
