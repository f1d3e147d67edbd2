"""What changes between two models: headline deltas, stages side by side, layers added, removed and changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache

from explorer import naming
from explorer.analysis import METRICS, headline, metric_columns, stages
from explorer.published import throughput
from explorer.spec import LIMITS, ResNetSpec, changed_fields, parse_stages, preset, presets
from explorer.trace import Node, trace

QUICK: dict[str, tuple[tuple[str, dict], tuple[str, dict]]] = {  # label -> (preset, changes) of baseline and other
    "18 vs 34": (("resnet18", {}), ("resnet34", {})),
    "34 vs 50": (("resnet34", {}), ("resnet50", {})),
    "v1 vs v1.5": (("resnet50", {"stride_on": "1x1"}), ("resnet50", {})),
    "plain vs residual": (("resnet34", {"shortcut": "none"}), ("resnet34", {})),
    "A vs B": (("resnet34", {"shortcut": "A"}), ("resnet34", {})),
    "B vs C": (("resnet34", {}), ("resnet34", {"shortcut": "C"})),
    "post vs pre": (("resnet50", {}), ("resnet50", {"activation": "pre"})),
}


@dataclass(frozen=True)
class Layer:
    """One line of the structural diff. change: added | removed | changed; what: the fields that differ, in words."""

    path: str
    kind: str
    change: str
    what: str
    params: int
    macs: int


def quick(label: str) -> tuple[ResNetSpec, ResNetSpec]:
    """The two specs of a quick pair."""
    if label not in QUICK:
        raise ValueError(f"pair={label[:60]!r}: choose one of {', '.join(QUICK)}")
    (base, base_changes), (other, changes) = QUICK[label]
    return replace(preset(base), **base_changes), replace(preset(other), **changes)


def address(spec: ResNetSpec) -> str:
    """A spec as a short text for the URL: the nearest preset and what differs: 'resnet34~shortcut=none'."""
    name = naming.base_name(spec)
    name = name if name in presets() else "resnet50"
    return "~".join([name, *(f"{field}={_text(value)}" for field, (_, value) in changed_fields(spec, preset(name)).items())])


def parse(text: str) -> ResNetSpec:
    """The spec of an address. Raises `ValueError` naming the field, the value and what is allowed."""
    name, *pairs = text.strip().split("~")
    spec, changes = preset(name), {}
    known = [field.name for field in fields(spec)]
    for pair in pairs:
        field, _, value = pair.partition("=")
        if field not in known:
            raise ValueError(f"vs={text[:60]!r}: {field[:20]!r} is none of {', '.join(known)}")
        if field == "stages":
            changes[field] = parse_stages(value)
        else:
            changes[field] = int(value) if field in LIMITS and re.fullmatch(r"\d{1,9}", value) else value
    return replace(spec, **changes)


def headlines(base: ResNetSpec, other: ResNetSpec, height: int, width: int) -> list[dict[str, object]]:
    """Totals of both with difference and ratio (None where the baseline is 0)."""
    old, new = (headline(spec, height, width) for spec in (base, other))
    rows = [("depth", "Layers", "count", base.depth, other.depth)]
    rows += [(name, METRICS[name].label, METRICS[name].unit, old[name], new[name])
             for name in METRICS if METRICS[name].combine == "sum" and name in old]
    solid, dotted = ([sum(one["shortcuts"].get(kind, 0) for kind in kinds) for one in (old, new)]
                     for kinds in (("identity",), ("projection", "pad")))
    rows += [("solid", "Solid shortcuts", "count", *solid), ("dotted", "Dotted shortcuts", "count", *dotted)]
    return [{"key": key, "label": label, "unit": unit, "base": a, "other": b, "delta": b - a,
             "ratio": b / a if a else None} for key, label, unit, a, b in rows]


def stage_rows(base: ResNetSpec, other: ResNetSpec, height: int, width: int) -> list[dict[str, object]]:
    """Both nets' stages under each other; `changed` names the columns that differ."""
    both = [{stage.name: stage for stage in stages(trace(spec, height, width))} for spec in (base, other)]
    rows = []
    for name in dict.fromkeys([*both[0], *both[1]]):
        cells = [_stage_cells(side[name]) if name in side else {} for side in both]
        keys = dict.fromkeys([*cells[0], *cells[1]])
        rows.append({"stage": name, "base": cells[0], "other": cells[1],
                     "changed": [key for key in keys if cells[0].get(key) != cells[1].get(key)]})
    return sorted(rows, key=lambda row: row["stage"] == "head")  # a stage that only one has stands before the head


def _stage_cells(stage) -> dict[str, object]:
    return {"blocks": len(stage.blocks), "out_shape": list(stage.out_shape), "total_stride": stage.nodes[-1].jump,
            **metric_columns(stage.nodes)}


WORDS = {  # field of a spec -> what it is called in a sentence
    "family": "family", "stages": "blocks per stage", "block": "block", "shortcut": "shortcut",
    "stride_on": "stride on the", "activation": "activation", "norm": "normalization", "stem": "stem",
    "width": "base width", "groups": "groups", "width_per_group": "width per group",
    "in_channels": "input channels", "num_classes": "classes",
}
COMPARED = ("kind", "in_shape", "out_shape", "kernel", "stride", "groups", "params")


def layers(base: ResNetSpec, other: ResNetSpec, height: int, width: int) -> list[Layer]:
    """Layers matched by path: which were added, removed, or changed in kind, shape, kernel, stride, groups or
    parameters. Shapes that differ only because an earlier layer changed count too: the layer sees another input."""
    old, new = ({node.path: node for node in trace(spec, height, width)} for spec in (base, other))
    found = []
    for path in _merged(list(old), list(new)):
        a, b = old.get(path), new.get(path)
        if a is None or b is None:
            node = a or b
            found.append(Layer(path, node.kind, "removed" if b is None else "added", describe(node), node.params, node.macs))
        elif what := changes(a, b):
            found.append(Layer(path, b.kind, "changed", what, b.params - a.params, b.macs - a.macs))
    return found


def changes(old: Node, new: Node) -> str:
    """'kernel 3 → 1, out 56×56×64 → 56×56×256'; empty where the two are alike."""
    words = {"in_shape": "in", "out_shape": "out"}
    pairs = ((name, getattr(old, name), getattr(new, name)) for name in COMPARED)
    return ", ".join(f"{words.get(name, name)} {_show(a)} → {_show(b)}" for name, a, b in pairs if a != b)


def describe(node: Node) -> str:
    """A layer in a few words: '1×1, 64 → 256, stride 2' for a convolution, its output shape for others."""
    if node.kind != "conv":
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


def summary(base: ResNetSpec, other: ResNetSpec, found: Sequence[Layer]) -> str:
    """Which switches differ, and how many modules that touches: of every kind, so not the paper's layers."""
    switches = [f"{WORDS[name]} {_word(a)} → {_word(b)}" for name, (a, b) in changed_fields(other, base).items()]
    counts = {change: sum(layer.change == change for layer in found) for change in ("added", "removed", "changed")}
    touched = ", ".join(f"{count:,} {change}" for change, count in counts.items() if count)
    modules = f"Modules (BN and ReLU counted): {touched}." if touched else "No module differs."
    return f"{'; '.join(switches) or 'the same spec'}. {modules}"


def told_apart(spec: ResNetSpec, other: ResNetSpec) -> str:
    """A title with what sets it apart from another net of the same title: 'ResNet-50 · classes 10'."""
    own = (f"{WORDS[name]} {_word(value)}" for name, (_, value) in changed_fields(spec, other).items())
    return " · ".join([naming.title(spec), *own])


def _word(value: object) -> str:
    """A switch's value as people write it: '1x1' → '1×1', 1024 → '1,024'."""
    return f"{value:,}" if isinstance(value, int) else {"1x1": "1×1", "3x3": "3×3"}.get(value, _text(value))


def _text(value: object) -> str:
    return f"[{','.join(map(str, value))}]" if isinstance(value, tuple) else str(value)


@lru_cache(maxsize=1)
def preset_rows() -> tuple[dict[str, object], ...]:
    """Every preset at its family's input size: params, MACs, activation bytes, and published images per second where
    there are some (None elsewhere). Costs a second at first; do not change what it returns: it is shared."""
    return tuple(cost_row(name, spec) for name, spec in presets().items())


def cost_row(name: str, spec: ResNetSpec) -> dict[str, object]:
    """One net's line of `preset_rows`; name: its preset's, or any other."""
    figures = headline(spec, spec.default_input, spec.default_input)
    speed = throughput()[0]["images_per_s"] if throughput() else {}
    return {"preset": name, "family": spec.family, "net": naming.title(spec),
            **{key: figures[key] for key in ("params", "macs", "activation_bytes")}, "images_per_s": speed.get(name)}
