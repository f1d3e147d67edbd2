"""The figures that a scene may name: `{params}` in its text, `figure = "largest_stage"` in its question.

Each is computed from the scene's model when it is asked for, or published with its source: none stands in the file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from explorer import palette, published, specimen
from explorer.analysis import Block, Stage, blocks, headline, stages, total
from explorer.choice import Chosen
from explorer.spec import preset
from explorer.trace import Node, trace


@dataclass(frozen=True)
class Quantity:
    """value: a number, or a name. text: as it is said. source: a key of palette.PROVENANCE."""

    value: float | str
    text: str
    source: str = "computed"


def _nodes(chosen: Chosen) -> tuple[Node, ...]:
    return trace(chosen.spec, chosen.height, chosen.width, 1)


def _largest(parts: tuple[Stage, ...] | tuple[Block, ...]) -> Stage | Block:
    return max(parts, key=lambda part: total(part.nodes))


def _count(value: float) -> Quantity:
    return Quantity(value, palette.count(value))


def _shortcuts(*kinds: str) -> Callable[[Chosen], Quantity]:
    return lambda chosen: _count(sum(block.shortcut in kinds for block in blocks(_nodes(chosen))))


def _name(name: str) -> Quantity:
    return Quantity(name, name)


def _largest_share(chosen: Chosen) -> Quantity:
    nodes = _nodes(chosen)
    return _percent(total(_largest(stages(nodes)).nodes) / total(nodes))


def _percent(share: float, source: str = "computed") -> Quantity:
    return Quantity(100 * share, f"{100 * share:.0f} %", source)


def _times(ratio: float, source: str = "computed") -> Quantity:
    return Quantity(ratio, f"{ratio:.2f}" if ratio < 2 else f"{ratio:.1f}", source)


OF_MODEL: dict[str, Callable[[Chosen], Quantity]] = {
    "params": lambda chosen: _count(total(_nodes(chosen))),
    "macs": lambda chosen: Quantity(value := total(_nodes(chosen), "macs"), palette.macs(value)),
    "layers": lambda chosen: _count(chosen.spec.depth),
    "blocks": lambda chosen: _count(sum(chosen.spec.stages)),
    "solid": _shortcuts("identity"),
    "dotted": _shortcuts("projection", "pad"),
    "largest_stage": lambda chosen: _name(_largest(stages(_nodes(chosen))).name),
    "largest_block": lambda chosen: _name(_largest(blocks(_nodes(chosen))).path),
    "largest_stage_share": _largest_share,
    "receptive_field": lambda chosen: Quantity(
        field := stages(_nodes(chosen))[-2].nodes[-1].receptive_field, palette.pixels(field)),
    "basic_weights": lambda chosen: _weights("basic", "width"),
    "bottleneck_weights": lambda chosen: _weights("bottleneck", "width"),
    "cheap_basic_weights": lambda chosen: _weights("basic", "cost"),
    "bottleneck_ratio": lambda chosen: _times(specimen.pair(256, "width").ratio.value),
    "cost_ratio": lambda chosen: _times(specimen.pair(256, "cost").ratio.value),
}


def _weights(kind: str, equal: str) -> Quantity:
    """Convolution weights of a 256-d block; the basic one of equal cost has 64-d."""
    value = specimen.main_weights(specimen.pair(256, equal).by_kind()[kind])
    return Quantity(value, palette.exact(value))


def _error(net: str) -> Quantity:
    """Top-1 error on ImageNet, 10-crop (He et al. 2015, Tables 2 and 3)."""
    rows = {row["label"]: row for table in ("table3", "table2") for row in published.load(table)["rows"]}
    return Quantity(value := rows[net]["top1_error"], f"{value:.2f} %", "published")


def _throughput(pair: str) -> Quantity:
    """Published images per second of one net over another's, on the first device of the table."""
    one, other = pair.split("/")
    speeds = published.throughput()[0]["images_per_s"]
    return _times(speeds[one] / speeds[other], "published")


def _macs_over(pair: str) -> Quantity:
    one, other = (headline(preset(name), 224, 224)["macs"] for name in pair.split("/"))
    return _times(one / other)


OF_NAME: dict[str, tuple[str, Callable[[str], Quantity]]] = {  # name -> example of what stands after the colon
    "error": ("error:plain-34", _error),
    "params_of": ("params_of:resnet34", lambda name: _count(headline(preset(name), 224, 224)["params"])),
    "macs_of": ("macs_of:resnet34", lambda name: Quantity(
        value := headline(preset(name), 224, 224)["macs"], palette.macs(value))),
    "macs_ratio": ("macs_ratio:resnet50/resnet34", _macs_over),
    "speed_ratio": ("speed_ratio:resnet50/resnet34", _throughput),
}


def quantity(name: str, chosen: Chosen) -> Quantity:
    """A figure by name, for the scene's model. Raises `ValueError` with what is known."""
    head, _, of = name.partition(":")
    if name in OF_MODEL:
        return OF_MODEL[name](chosen)
    try:
        if of and head in OF_NAME:
            return OF_NAME[head][1](of)
    except (KeyError, ValueError, IndexError):
        raise ValueError(f"figure={name!r}: nothing is known of {of!r}; write it as in {OF_NAME[head][0]}") from None
    raise ValueError(f"figure={name!r}: choose one of {', '.join(known())}")


def known() -> tuple[str, ...]:
    """Every figure's name; for those of a named net an example."""
    return (*OF_MODEL, *(example for example, _ in OF_NAME.values()))
