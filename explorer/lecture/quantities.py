"""The figures that a scene may name: `{params}` in its text, `figure = "largest_stage"` in its question.

Each is computed from the scene's model when it is asked for, or published with its source: none stands in the file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeVar

from explorer import units
from explorer.facts import block_pair, published
from explorer.facts.proof import Proof, counted, depth, prove, ratio, receptive_field, share
from explorer.facts.rollup import Block, Stage, blocks, stages, summed
from explorer.lecture import on_gpu
from explorer.net.node import Node
from explorer.net.shortcuts import SHORTCUTS
from explorer.net.trace import trace
from explorer.spec import ResNetSpec, preset, presets
from explorer.spec.chosen import Chosen
from explorer.terms import number, said

Of = TypeVar("Of", Stage, Block)


@dataclass(frozen=True)
class Quantity:
    """value: a number, or a name. text: as it is said. source: a key of units.PROVENANCE. proof: what the number opens."""

    value: float | str
    text: str
    source: str = "computed"
    proof: Proof | None = None


def _proved(proof: Proof, text: str = "") -> Quantity:
    return Quantity(proof.value, text or units.count(proof.value), proof.source, proof)


def _nodes(chosen: Chosen) -> tuple[Node, ...]:
    return trace(chosen.spec, chosen.height, chosen.width, 1)


def _largest(parts: tuple[Of, ...]) -> Of:
    return max(parts, key=lambda part: summed(part.nodes))


def _blocks(what: str, *kinds: str) -> Callable[[Chosen], Quantity]:
    """How many blocks have a shortcut of these kinds; all of them without any."""

    def found(chosen: Chosen) -> Quantity:
        every = stages(_nodes(chosen))
        held = (stage.name for stage in every for block in stage.blocks if not kinds or block.shortcut in kinds)
        return _proved(counted(what, f"{what}, stage by stage", held, (stage.name for stage in every if stage.blocks)))

    return found


def _name(name: str, text: str = "") -> Quantity:
    return Quantity(name, text or name)


def _largest_block(chosen: Chosen) -> Quantity:
    largest = _largest(blocks(_nodes(chosen)))
    return _name(largest.path, largest.place)


def place(path: str, chosen: Chosen) -> str:
    """A part of the net as the map names it: 'conv5_1' for layer4.0 and what is in it; else its path."""
    found = (one.place for one in blocks(_nodes(chosen)) if f"{path}.".startswith(f"{one.path}."))
    return next(found, path)


def _largest_share(chosen: Chosen) -> Quantity:
    largest = _largest(stages(_nodes(chosen)))
    proof = share(prove("params", largest.nodes, largest.name), prove("params", _nodes(chosen)))
    return _proved(proof, f"{proof.value:.0f} %")


def _field(chosen: Chosen) -> Quantity:
    nodes = _nodes(chosen)
    last = stages(nodes)[-2].nodes[-1]
    if last.receptive_field is None:
        return _name(units.pixels(None))
    return _proved(receptive_field(nodes, last.path), units.pixels(last.receptive_field))


def _times(proof: Proof) -> Quantity:
    """In as many digits that a share and its inverse multiply out on one screen: 0.517 and 1.93, where 0.52 would be 1.92."""
    digits = 3 if proof.value < 1 else 2 if proof.value < 2 else 1
    return _proved(proof, f"{proof.value:.{digits}f}")


def _sum(metric: str, nodes: tuple[Node, ...]) -> Quantity:
    proof = prove(metric, nodes)
    return _proved(proof, units.macs(proof.value) if metric == "macs" else "")


OF_MODEL: dict[str, Callable[[Chosen], Quantity]] = {
    "params": lambda chosen: _sum("params", _nodes(chosen)),
    "macs": lambda chosen: _sum("macs", _nodes(chosen)),
    "layers": lambda chosen: _proved(depth(chosen.spec, _nodes(chosen))),
    "blocks": _blocks("blocks"),
    "solid": _blocks("solid shortcuts", "identity"),
    "dotted": _blocks("dotted shortcuts", *(kind for kind, row in SHORTCUTS.items() if row.line == "dotted")),
    "largest_stage": lambda chosen: _name(_largest(stages(_nodes(chosen))).name),
    "largest_block": _largest_block,
    "largest_stage_share": _largest_share,
    "receptive_field": _field,
    "basic_weights": lambda chosen: _weights("basic", "width"),
    "bottleneck_weights": lambda chosen: _weights("bottleneck", "width"),
    "cheap_basic_weights": lambda chosen: _weights("basic", "cost"),
    "bottleneck_ratio": lambda chosen: _times(block_pair.pair(256, "width").ratio),
    "cost_ratio": lambda chosen: _times(block_pair.pair(256, "cost").ratio),
}


def _weights(kind: str, equal: str) -> Quantity:
    """Convolution weights of a 256-d block; the basic one of equal cost has 64-d."""
    proof = prove("params", block_pair.pair(256, equal).by_kind()[kind].convs)
    return _proved(proof, proof.shown)


def _error(net: str) -> Quantity:
    """Top-1 error on ImageNet, 10-crop (He et al. 2015, Tables 2 and 3)."""
    tables = [published.error_table(table) for table in ("table3", "table2")]
    value, source = {row["label"]: (row["top1_error"], table["source"]) for table in tables for row in table["rows"]}[
        net
    ]
    return _proved(
        Proof(net, said(f"{value:.2f}", value), f"{source}: top-1 error in %, 10-crop", source="published"),
        f"{value:.2f} %",
    )


def _vgg19(what: str) -> Quantity:
    """Of the deep net of the year before, as papers print it."""
    row = published.vgg19()[what]
    count = number(round(row["value"]))
    return _proved(Proof("VGG-19", count, f"{row['source']}: {row['shown']}", source="published"), row["shown"])


def _throughput(pair: str) -> Quantity:
    """Images per second of one net over another's on a GPU: recorded, else published."""
    one, other = pair.split("/")
    both, _, told, source = on_gpu.speeds(one, other)
    rates = [Proof(name, number(round(both[name])), "pictures per second", source=source) for name in (other, one)]
    return _times(replace(ratio(*rates), rule=f"pictures per second, {one} ÷ {other}: {told}", source=source))


def _seconds(pair: str) -> Quantity:
    """Seconds for a picture of one net over another's on that GPU: the pictures per second the other way about."""
    one, other = pair.split("/")
    return _throughput(f"{other}/{one}")


def _device(pair: str) -> Quantity:
    """The GPU on which `speed_ratio` stands."""
    one, other = pair.split("/")
    _, name, _, source = on_gpu.speeds(one, other)
    return Quantity(name, name, source)


def _of(metric: str) -> Callable[[str], Quantity]:
    return lambda name: _sum(metric, trace(preset(name), 224, 224))


def _macs_over(pair: str) -> Quantity:
    one, other = (prove("macs", trace(preset(name), 224, 224), name) for name in pair.split("/"))
    return _times(replace(ratio(other, one), rule=f"MACs, {one.label} ÷ {other.label}"))


OF_NAME: dict[str, tuple[str, Callable[[str], Quantity]]] = {  # name -> example of what stands after the colon
    "error": ("error:plain-34", _error),
    "params_of": ("params_of:resnet34", _of("params")),
    "macs_of": ("macs_of:resnet34", _of("macs")),
    "vgg19": ("vgg19:params", _vgg19),
    "macs_ratio": ("macs_ratio:resnet50/resnet34", _macs_over),
    "speed_ratio": ("speed_ratio:resnet50/resnet34", _throughput),
    "time_ratio": ("time_ratio:resnet50/resnet34", _seconds),
    "speed_device": ("speed_device:resnet50/resnet34", _device),
}


def models_of(name: str) -> tuple[ResNetSpec, ...]:
    """The nets that a figure names itself, as `params_of:resnet34` does; what is unknown names none."""
    head, _, of = name.partition(":")
    return tuple(preset(one) for one in of.split("/") if head in OF_NAME and one in presets())


@lru_cache(maxsize=1024)
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
