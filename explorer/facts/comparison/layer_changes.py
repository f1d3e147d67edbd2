"""Which layers were added, removed and changed between two models, matched by path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from explorer.facts.comparison.address import listed
from explorer.facts.comparison.side import Side
from explorer.facts.proof import Proof, counted, leaf
from explorer.facts.told import Provable, Told
from explorer.net.node import Node
from explorer.net.ops import op
from explorer.spec import ResNetSpec, Value, changed_fields, naming
from explorer.spec.controls import worded
from explorer.spec.fields import TOLD

WORDS = TOLD  # field of a spec -> what it is called in a sentence
AS_WRITTEN = ("block", "shortcut", "stride_on")  # whose values are the paper's own words
COMPARED = ("kind", "in_shape", "out_shape", "kernel", "stride", "dilation", "ceil", "groups", "params")


@dataclass(frozen=True)
class Layer:
    """One line of the structural diff. change: added | removed | changed; what: the fields that differ, in words.
    params, macs: by how many the right net has more because of it; a removed layer's are negative, so that they add up."""

    path: str
    kind: str
    change: str
    what: str
    params: int
    macs: int


def layers(base: Side, other: Side) -> list[Layer]:
    """Layers matched by path: which were added, removed, or changed in kind, shape, kernel, stride, groups or
    parameters. Shapes that differ only because an earlier layer changed count too: the layer sees another input."""
    old, new = ({node.path: node for node in replace(side, batch=1).nodes} for side in (base, other))
    found = []
    for path in _merged(list(old), list(new)):
        a, b = old.get(path), new.get(path)
        if a and b:
            if what := changes(a, b):
                found.append(Layer(path, b.kind, "changed", what, b.params - a.params, b.macs - a.macs))
        elif node := a or b:
            change, sign = ("removed", -1) if b is None else ("added", 1)
            found.append(Layer(path, node.kind, change, describe(node), sign * node.params, sign * node.macs))
    return found


def changes(old: Node, new: Node) -> str:
    """'kernel 3 → 1, out 56×56×64 → 56×56×256'; empty where the two are alike."""
    words = {"in_shape": "in", "out_shape": "out", "ceil": "rounded up", "padding": "zeros before x"}
    zeros = ("padding",) if op(new.kind).side == "subsample" else ()  # elsewhere it follows from the kernel
    pairs = ((name, getattr(old, name), getattr(new, name)) for name in (*COMPARED, *zeros))
    return ", ".join(f"{words.get(name, name)} {_show(a)} → {_show(b)}" for name, a, b in pairs if a != b)


def describe(node: Node) -> str:
    """A layer in a few words: '1×1, 64 → 256, stride 2' for a convolution, its output shape for others."""
    if not op(node.kind).reorders:
        return _show(node.out_shape)
    stride = f", stride {node.stride}" if node.stride > 1 else ""
    return f"{node.kernel}×{node.kernel}, {node.in_shape[1]} → {node.out_shape[1]}{stride}"


def _show(value: object) -> str:
    if isinstance(value, tuple):
        return "×".join(map(str, (*value[2:], value[1])))
    return f"{value:,}" if isinstance(value, int) else str(value)


def _merged(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """Paths of both in the new order, each removed one after its old neighbour."""
    merged, place = list(new), {path: index for index, path in enumerate(new)}
    order = {path: (float(index), 0) for path, index in place.items()}
    last = -1.0
    for step, path in enumerate(old, 1):
        if path in place:
            last = order[path][0]
        else:
            order[path] = (last, step)
            merged.append(path)
    return sorted(merged, key=order.__getitem__)


def summary(base: Side, other: Side, found: Sequence[Layer]) -> Told:
    """Which switches differ, and how many modules that touches: of every kind, so not the paper's layers. A family's own
    input size is no difference between two nets that are given the same one."""
    alike = (base.height, base.width) == (other.height, other.width)
    switches = [
        f"{WORDS[name]} {_word(name, a)} → {_word(name, b)}"
        for name, (a, b) in changed_fields(other.spec, base.spec).items()
        if name != "family" or not alike
    ]
    counts = [
        counted(
            change,
            f"modules {change}, by {rule}",
            (layer.path.partition(".")[0] for layer in found if layer.change == change),
        )
        for change, rule in (("added", "the other's stage"), ("removed", "the baseline's stage"), ("changed", "stage"))
    ]
    touched = [Told(Provable(one.shown, one), f" {one.label}") for one in counts if one.value]
    modules = (
        Told("Modules (BN and ReLU counted): ", Told(", ").join(touched), ".") if touched else "No module differs."
    )
    return Told(f"{'; '.join(switches) or 'the same spec'}. ", modules)


def told_apart(spec: ResNetSpec, other: ResNetSpec) -> str:
    """A title with what sets it apart from another net of the same title: 'ResNet-50 · classes 10'."""
    own = (f"{WORDS[name]} {_word(name, value)}" for name, (_, value) in changed_fields(spec, other).items())
    return " · ".join([naming.title(spec), *own])


def _word(field: str, value: Value) -> str:
    """A switch's value as people write it: 1024 → '1,024', '1x1' → '1×1', 'se' → 'squeeze-and-excitation'."""
    if isinstance(value, int):
        return f"{value:,}"
    text = listed(value)
    return text.replace("x", "×") if field in AS_WRITTEN else worded(field).get(text, text)


def layer_proofs(base: Side, other: Side, path: str) -> list[dict[str, Proof] | None]:
    """Parameters and MACs of the layer at `path`, in the baseline and in the other; None where a net has no such layer."""
    nodes = (next((node for node in side.nodes if node.path == path), None) for side in (base, other))
    return [
        None if node is None else {"parameters": leaf("params", node), "MACs": leaf("macs", node)} for node in nodes
    ]
