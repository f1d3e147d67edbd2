"""A scene's picture for paper: drawn from the same models and records as its page."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from functools import partial

from explorer import units
from explorer.facts import block_pair, published
from explorer.facts.rollup import Block, blocks, headline, stages, summed
from explorer.lab.claims import story
from explorer.lab.outcome import Row
from explorer.lab.record import recorded
from explorer.lecture import on_gpu
from explorer.lecture.scene import Scene
from explorer.look.passed import passed
from explorer.look.pictures import sample
from explorer.look.seen import block_rows
from explorer.look.subject import NETS, digits
from explorer.net.node import Node
from explorer.net.trace import trace
from explorer.spec import chosen as chosen_by
from explorer.spec import naming, preset
from explorer.spec.chosen import Chosen
from explorer.tell import palette
from explorer.tell.drawing import Drawing, bars_drawing, block_drawing, lines_drawing, overview_drawing, volumes_drawing

SEVEN = 7
GREY, BLUE = "#6f7f8f", "#2484c1"
Shown = tuple[Drawing, str]  # and what it shows


def pictures(scene: Scene) -> list[tuple[str, str]]:
    """(SVG, what it shows) of a scene; none where a page has nothing that stands still."""
    draw = PICTURES.get(scene.page)
    return [(str(drawn), words) for drawn, words in draw(scene.chosen, scene.params())] if draw else []


def drawings(scene: Scene, revealed: bool = False) -> list[Shown]:
    """(drawing, what it shows) of a scene for a slide, before or after its reveal; before it nothing that gives the answer
    away."""
    params = scene.params(revealed)
    asks = scene.question is not None and not revealed
    draw = (ASKING if asks else ON_SLIDES).get(scene.page) or (ON_SLIDES | PICTURES).get(scene.page)
    return draw(chosen_by.of_params(params), params) if draw else []


def _nodes(chosen: Chosen) -> tuple[Node, ...]:
    return trace(chosen.spec, chosen.height, chosen.width, 1)


def _map(chosen: Chosen, params: Mapping[str, str]) -> list[Shown]:
    name, node, nodes = naming.title(chosen.spec), params.get("node", ""), _nodes(chosen)
    opened = next((one for one in blocks(nodes) if node == one.path or node.startswith(f"{one.path}.")), None)
    if opened and params.get("open") == "1":
        return [_opened(opened)]
    return [(overview_drawing(nodes, name, node), f"The map of {name}")]


def _opened(block: Block) -> Shown:
    """A block of the map, opened."""
    widest = max(shape[1] for shape in (block.in_shape, block.out_shape))
    drawn = block_drawing(block, palette.STAGE_COLOURS[block.stage], f"{block.stage}, {block.path}", widest)
    return drawn, f"{block.path}: {block_pair.arithmetic(block).text}; {block.reason}"


def _blocks(chosen: Chosen, params: Mapping[str, str], in_hall: bool = False) -> list[Shown]:
    pair = block_pair.pair(
        int(params.get("outer", "256")), params.get("equal", "width"), params.get("place", "solid"), chosen.spec
    )
    widest = max(shape[1] for block in pair.by_kind().values() for shape in (block.in_shape, block.out_shape))
    return [
        (
            block_drawing(
                block,
                palette.BLOCK_COLOURS[kind],
                f"{kind}, {block.out_shape[1]}-d",
                widest,
                in_hall,
                block_pair.stands(kind, block),
            ),
            f"{kind}: {block_pair.arithmetic(block).text}",
        )
        for kind, block in pair.by_kind().items()
    ]


def _shapes(chosen: Chosen, params: Mapping[str, str]) -> list[Shown]:
    title = f"Feature maps of {naming.title(chosen.spec)}, to scale"
    return [(volumes_drawing(_nodes(chosen), title), title)]


def _cost(chosen: Chosen, params: Mapping[str, str]) -> list[Shown]:
    title = f"Parameters of {naming.title(chosen.spec)} by stage"
    rows = [
        (stage.name, value := summed(stage.nodes), units.count(value), palette.STAGE_COLOURS[stage.name])
        for stage in stages(_nodes(chosen))
    ]
    return [(bars_drawing(rows, title, "computed from the traced model"), title)]


def _paper(chosen: Chosen, params: Mapping[str, str]) -> list[Shown]:
    table = published.error_table("table2")
    rows = [
        (
            row["label"],
            row["top1_error"],
            f"{row['top1_error']:.2f} %",
            GREY if row["changes"].get("shortcut") == "none" else palette.SHORTCUT,
        )
        for row in table["rows"]
    ]
    title = "Top-1 error on ImageNet"
    return [(bars_drawing(rows, title, f"{table['source']}; 10-crop testing"), title)]


def _timing(chosen: Chosen, params: Mapping[str, str]) -> list[Shown]:
    return [*_counted(chosen, params), *_timed(chosen, params)]


def _counted(chosen: Chosen, params: Mapping[str, str]) -> list[Shown]:
    one, other = params.get("one", "resnet34"), params.get("other", "resnet50")
    costs = [
        (naming.title(preset(name)), value := headline(preset(name), 224, 224)["macs"], units.macs(value), BLUE)
        for name in (one, other)
    ]
    return [(bars_drawing(costs, "Counted: multiply-adds per picture", "computed from the traced models"), "MACs")]


def _timed(chosen: Chosen, params: Mapping[str, str]) -> list[Shown]:
    one, other = params.get("one", "resnet34"), params.get("other", "resnet50")
    with contextlib.suppress(KeyError):  # of these two there is none
        both, device, told, _ = on_gpu.speeds(one, other)
        speeds = [(naming.title(preset(name)), value, f"{round(value):,} img/s", GREY) for name, value in both.items()]
        return [(bars_drawing(speeds, f"Timed: {device}", told), "Throughput")]
    return []


def _lab(chosen: Chosen, params: Mapping[str, str]) -> list[Shown]:
    name = params.get("experiment", "degradation")
    return [LAB[name](recorded(name)[FIRST[name]]["rows"])] if name in LAB else []


def _teaser(chosen: Chosen, params: Mapping[str, str]) -> list[Shown]:
    name = params.get("experiment", "degradation")
    return [LAB[name](story.teaser(name))] if name in LAB else []


def _degradation(rows: list[Row]) -> Shown:
    series: dict[str, tuple[str, str, list[tuple[float, float]]]] = {}
    for row in rows:
        colour = GREY if row["kind"] == "plain" else palette.SHORTCUT
        series.setdefault(row["net"], (colour, "7 5" if row["depth"] == 20 else "", []))[2].append(
            (row["step"], row["loss"])
        )
    title = "Training loss of four nets, 20 and 56 layers"
    return lines_drawing(series, title, ("step", "training loss"), _made("degradation")), title


def _rates(rows: list[Row]) -> Shown:
    look = {"batch": ("with BN", palette.KIND_COLOURS["norm"]), "none": ("without BN", GREY)}
    series = {
        look[norm][0]: (
            look[norm][1],
            "",
            found,
        )
        for norm in look
        if (found := [(row["lr"], row["loss"]) for row in rows if row["part"] == "final" and row["norm"] == norm])
    }
    title = "Final training loss over the learning rate"
    return lines_drawing(
        series, title, ("learning rate", "training loss"), _made("learning-rate"), logarithmic=True
    ), title


def _looking(chosen: Chosen, params: Mapping[str, str]) -> list[Shown]:
    name = f"digits-{params.get('who', 'residual-20')}"
    if name not in NETS:
        return []
    who = digits(name)
    rows = block_rows(passed(who.model, who.spec, who.prepare(sample(SEVEN)).x))
    title = "How much each block adds to what its shortcut carries"
    bars = [(row.path, row.residual_share, f"{row.residual_share:.2f} times", BLUE) for row in rows]
    return [(bars_drawing(bars, title, f"measured on a handwritten seven; {who.told}"), title)] if bars else []


FIRST = {"degradation": "pair", "learning-rate": "residual"}  # experiment → which of its recorded runs
LAB: dict[str, Callable[[list[Row]], Shown]] = {"degradation": _degradation, "learning-rate": _rates}


def _made(name: str) -> str:
    run = recorded(name)[FIRST[name]]
    made = run["provenance"]
    return f"recorded {made['date']}, torch {made['torch']}, {made['device']}, seed {run['config']['seed']}"


PICTURES: dict[str, Callable[[Chosen, Mapping[str, str]], list[Shown]]] = {
    "architecture": _map,
    "blocks": _blocks,
    "shapes": _shapes,
    "cost": _cost,
    "paper": _paper,
    "compare": _map,
    "timing": _timing,
    "why_residual": _lab,
    "feature_maps": _looking,
}
ON_SLIDES: dict[str, Callable[[Chosen, Mapping[str, str]], list[Shown]]] = {  # with words for the last row
    "blocks": partial(_blocks, in_hall=True),
}
ASKING: dict[str, Callable[[Chosen, Mapping[str, str]], list[Shown]]] = {  # before the reveal
    "timing": _counted,
    "why_residual": _teaser,
}
