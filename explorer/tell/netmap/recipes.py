"""The map's words: recipes as the paper writes them, substituted formulas, and what a screen reader hears."""

from __future__ import annotations

from explorer import units
from explorer.net.trace import Node
from explorer.tell.netmap.groups import Lane, Part

SOLIDITY = {"identity": "solid", "projection": "dotted", "pad": "dotted (zeros)", "none": "no shortcut"}
SPOKEN = {
    "identity": "solid shortcut: identity",
    "projection": "dotted shortcut: projection",
    "pad": "dotted shortcut: zero-padding",
    "none": "no shortcut",
}
_LAYER = {  # kind -> short name of a layer, as on the paper's boxes
    "conv": lambda node: f"{node.kernel}×{node.kernel} conv, {node.out_shape[1]}" + _down(node) + _grouped(node),
    "maxpool": lambda node: f"{node.kernel}×{node.kernel} max pool" + _down(node),
    "avgpool": lambda node: "average pool",
    "linear": lambda node: f"fc {node.out_shape[1]}",
    "norm": lambda node: "BN",
    "relu": lambda node: "ReLU",
    "add": lambda node: "+",
    "identity": lambda node: "identity",
    "pad": lambda node: "zero-padding" + _down(node),
    "flatten": lambda node: "flatten",
    "input": lambda node: "input",
}


def layer_name(node: Node) -> str:
    """'3×3 conv, 64, /2', 'BN', 'fc 1000'."""
    return _LAYER[node.kind](node)


def layer_short(node: Node) -> str:
    """For a small tile: '3×3, 64'."""
    return layer_name(node).replace(" conv", "").replace("average", "avg")


def recipe(part: Part) -> str:
    """The main path's weighted layers: '1×1, 64 · 3×3, 64 · 1×1, 256'."""
    nodes = part.blocks[0].convs if part.blocks else part.nodes
    told = [layer_short(node) for node in nodes if node.kind in ("conv", "maxpool", "avgpool", "linear")]
    return " · ".join(told or [layer_short(node) for node in nodes])


def shape(dims: tuple[int, ...]) -> str:
    """(1, 64, 56, 56) → '56×56×64'; (1, 1000) → '1000'."""
    return units.shape(dims) if len(dims) > 2 else f"{dims[1]}"


def counted(shortcuts: dict[str, int]) -> str:
    """{'identity': 46, 'projection': 4} → '46 solid, 4 dotted'."""
    if set(shortcuts) <= {"none"}:
        return "no shortcuts" if shortcuts else ""
    return ", ".join(f"{count} {SOLIDITY[kind]}" for kind, count in shortcuts.items() if kind != "none")


def params_formula(node: Node) -> str:
    """The parameters with their numbers in: '3·3·64·128'; '' without parameters."""
    sizes = [dims for _, dims in node.weights]
    terms = {
        "conv": lambda: "·".join(map(str, (*sizes[0][2:], sizes[0][1], sizes[0][0]))),
        "norm": lambda: f"2·{sizes[0][0]}",
        "linear": lambda: f"{sizes[0][1]}·{sizes[0][0]}",
    }
    bias = f" + {sizes[1][0]}" if len(sizes) > 1 and node.kind != "norm" else ""
    return terms[node.kind]() + bias if sizes else ""


def macs_formula(node: Node) -> str:
    """The multiply-adds with their numbers in: '28·28 × 3·3·64·128'; '' where none are counted."""
    if not node.macs:
        return ""
    weights = params_formula(node).split(" + ")[0]
    return weights if node.kind == "linear" else f"{node.out_shape[2]}·{node.out_shape[3]} × {weights}"


def spoken(part: Part, place: str) -> str:
    """A tile for a screen reader: path, place, recipe, shortcut, output."""
    told = [part.id, place, recipe(part), f"output {shape(part.nodes[-1].out_shape)}"]
    if len(part.blocks) > 1:
        told[2:2] = [f"{len(part.blocks)} blocks", counted(part.shortcuts)]
    elif part.blocks:
        told[3:3] = [SPOKEN[part.blocks[0].shortcut]]
    return ", ".join(told)


def lane_words(lane: Lane) -> dict[str, object]:
    """What stands beside a lane: its name, its feature map, what it holds."""
    stage, kinds = lane.stage, [block.shortcut for block in lane.stage.blocks]
    out = stage.out_shape
    words = shape(out) if len(out) > 2 else f"{out[1]} {'class' if out[1] == 1 else 'classes'}"
    return {
        "stage": stage.name,
        "module": stage.module,
        "shape": words,
        "size": list(out[2:]) or [1, 1],
        "channels": out[1],
        "blocks": len(stage.blocks),
        "shortcuts": counted({kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}),
    }


def _down(node: Node) -> str:
    return f", /{node.stride}" if node.stride > 1 else ""


def _grouped(node: Node) -> str:
    return f", {node.groups} groups" if node.groups > 1 else ""
