"""A scene's picture for paper: drawn from the same models and records as its page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from torch import Tensor

from explorer import units
from explorer.facts import block_pair, comparison, cost, memory, published
from explorer.facts.rollup import METRICS, SUMS, Block, blocks, stages, summed
from explorer.lecture import lab_pictures, timing_pictures
from explorer.lecture.scene import Scene
from explorer.look.passed import passed
from explorer.look.pictures import sample
from explorer.look.seen import block_rows, brightest
from explorer.look.subject import NETS, Subject, digits
from explorer.net.node import Node
from explorer.net.trace import trace
from explorer.spec import chosen as chosen_by
from explorer.spec import naming
from explorer.spec.chosen import Chosen
from explorer.spec.task import OPTIMIZERS, USUAL_OPTIMIZER
from explorer.tell import palette, questions
from explorer.tell.drawing import Drawing, bars_drawing, block_drawing, overview_drawing, volumes_drawing
from explorer.tell.feature_maps import places

SEVEN = 7
GREY, BLUE = "#6f7f8f", "#2484c1"
Shown = tuple[Drawing, str]  # and what it shows


def pictures(scene: Scene, revealed: bool = True, narrow: bool = False) -> list[Shown]:
    """(drawing, what it shows) of a scene, before its reveal or in the state that the reveal leads to; none where a page has
    nothing that stands still, and, before the reveal of its question, nothing that gives the answer away. narrow: for a
    phone."""
    params = scene.params(revealed)
    asks = scene.question is not None and not revealed
    draw = (ASKING if asks else PICTURES).get(scene.page) or PICTURES.get(scene.page)
    draw = partial(_map, narrow=True) if narrow and draw is _map else draw
    shown = draw(chosen_by.of_params(params), params) if draw else []
    return [(drawn.narrow or drawn, words) for drawn, words in shown] if narrow else shown


def drawings(scene: Scene, revealed: bool = False) -> list[Shown]:
    """(drawing, what it shows) of a scene for a slide, before or after its reveal; before it nothing that gives the answer
    away."""
    params = scene.params(revealed)
    asks = scene.question is not None and not revealed
    draw = (ASKING if asks else ON_SLIDES).get(scene.page) or (ON_SLIDES | PICTURES).get(scene.page)
    return draw(chosen_by.of_params(params), params) if draw else []


def _nodes(chosen: Chosen) -> tuple[Node, ...]:
    return trace(chosen.spec, chosen.height, chosen.width, 1)


def _map(chosen: Chosen, params: Mapping[str, str], narrow: bool = False) -> list[Shown]:
    if params.get("walk") == "twins":  # the page shows its plain twin beside it
        plain = replace(chosen, spec=replace(chosen.spec, shortcut="none"))
        still = {key: value for key, value in params.items() if key != "walk"}
        return [shown for one in (chosen, plain) for shown in _map(one, still, narrow)]
    name, node, nodes = naming.title(chosen.spec), params.get("node", ""), _nodes(chosen)
    opened = next((one for one in blocks(nodes) if node == one.path or node.startswith(f"{one.path}.")), None)
    if opened and params.get("open") == "1":
        return [_opened(opened)]
    return [(overview_drawing(nodes, name, node, narrow), f"The map of {name}")]


def _opened(block: Block) -> Shown:
    """A block of the map, opened."""
    widest = max(shape[1] for shape in (block.in_shape, block.out_shape))
    drawn = block_drawing(block, palette.STAGE_COLOURS[block.stage], block.place, widest)
    return drawn, f"{block.place}: {block_pair.arithmetic(block).text}; {block.reason}"


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
                f"{kind}, {block.out_shape[1]:,} channels",
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
    """What is counted, by stage; where that is no sum, its parameters."""
    if params.get("show") == "memory":
        return _memory(chosen)
    asked = params.get("metric", "params")
    metric = questions.OLD_METRIC.get(asked, asked)
    metric = metric if metric in SUMS else "params"
    title = f"{METRICS[metric].label} of {naming.title(chosen.spec)} by stage"
    rows = [
        (
            stage.name,
            value := summed(stage.nodes, metric),
            cost.spoken(value, metric),
            palette.STAGE_COLOURS[stage.name],
        )
        for stage in stages(_nodes(chosen))
    ]
    return [(bars_drawing(rows, title, "computed from the traced model"), title)]


def _memory(chosen: Chosen) -> list[Shown]:
    title = f"Memory of {naming.title(chosen.spec)} at batch {chosen.batch:,}"
    wanted = (chosen.spec, chosen.height, chosen.width, chosen.batch, chosen.dtype)
    parts = (
        ("inference", memory.proofs(*wanted)),
        ("training", memory.proofs(*wanted, chosen.training or OPTIMIZERS[USUAL_OPTIMIZER])),
    )
    rows = [(what, one["total"].value, units.size(one["total"].value), BLUE) for what, one in parts]
    return [(bars_drawing(rows, title, f"estimated, {memory.FORMATS[chosen.dtype]}"), title)]


def _paper(chosen: Chosen, params: Mapping[str, str]) -> list[Shown]:
    if params.get("table", "table1") in ("table1", "depth"):
        return _map(chosen, params)
    return _cifar() if params["table"] == "cifar" else _imagenet()


def _imagenet() -> list[Shown]:
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


def _cifar() -> list[Shown]:
    title, errors = (
        "Test error on CIFAR-10",
        [(row["net"], float(str(row["error"]))) for row in published.errors("table6")],
    )
    rows = [(str(net), error, f"{error:.2f} %", palette.SHORTCUT) for net, error in errors]
    return [(bars_drawing(rows, title, str(published.load("table6")["source"])), title)]


def _compare(chosen: Chosen, params: Mapping[str, str]) -> list[Shown]:
    """Both nets, the left one first."""
    left = replace(chosen, spec=comparison.parse(params.get("vs", "resnet34")))
    return [*_map(left, params), *_map(chosen, params)]


def _lab(chosen: Chosen, params: Mapping[str, str]) -> list[Shown]:
    return lab_pictures.picture(params.get("experiment", "degradation"))


def _teaser(chosen: Chosen, params: Mapping[str, str]) -> list[Shown]:
    return lab_pictures.picture(params.get("experiment", "degradation"), revealed=False)


def _looking(chosen: Chosen, params: Mapping[str, str]) -> list[Shown]:
    name = f"digits-{params.get('who', 'residual-20')}"
    if name not in NETS:
        return []
    who = digits(name)
    x = who.prepare(sample(SEVEN)).x
    twin = name.replace("residual", "plain")
    if params.get("twin") == "true" and twin in NETS and twin != name:
        return _brightest({"with shortcuts": who, "without": digits(twin)}, x)
    rows = block_rows(passed(who.model, who.spec, x))
    named = places(trace(who.spec, *x.shape[2:]))
    title = "How much each block adds to what its shortcut carries"
    bars = [(named[row.path], row.residual_share, f"{row.residual_share:.2f} times", BLUE) for row in rows]
    return [(bars_drawing(bars, title, f"measured on a handwritten seven; {who.told}"), title)] if bars else []


def _brightest(nets: Mapping[str, Subject], x: Tensor) -> list[Shown]:
    """The largest number in the maps that each stage puts out, of two nets beside each other. x: (1, C, H, W)."""
    bars: list[tuple[str, float, str, str]] = []
    for colour, (said, who) in zip((palette.SHORTCUT, BLUE), nets.items(), strict=True):
        outputs = passed(who.model, who.spec, x).outputs
        made = trace(who.spec, *x.shape[2:])
        ends = {node.stage: node.path for node in made if node.path in outputs and node.stage.startswith("conv")}
        for stage, path in ends.items():
            peak = brightest(outputs[path][0])[1]
            bars.append((f"{stage}, {said}", peak, units.rough(peak), colour))
    title = "The brightest number in each stage’s maps"
    trained = next(iter(nets.values())).told.partition(";")[0]
    return [(bars_drawing(bars, title, f"measured on a handwritten seven; both {trained}"), title)]


PICTURES: dict[str, Callable[[Chosen, Mapping[str, str]], list[Shown]]] = {
    "architecture": _map,
    "blocks": _blocks,
    "shapes": _shapes,
    "cost": _cost,
    "paper": _paper,
    "compare": _compare,
    "timing": timing_pictures.pictures,
    "why_residual": _lab,
    "feature_maps": _looking,
}
ON_SLIDES: dict[str, Callable[[Chosen, Mapping[str, str]], list[Shown]]] = {  # with words for the last row
    "blocks": partial(_blocks, in_hall=True),
}
ASKING: dict[str, Callable[[Chosen, Mapping[str, str]], list[Shown]]] = {  # before the reveal
    "timing": timing_pictures.asking,
    "why_residual": _teaser,
}
