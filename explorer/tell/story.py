"""Shapes for a phone: the feature maps from top to bottom beside their words, and what one unit sees on the picture."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from markupsafe import Markup
from PIL import Image, ImageOps

from explorer import units
from explorer.facts import shapes
from explorer.facts.proof import Proof
from explorer.facts.published import COLUMNS
from explorer.facts.rollup import Stage, stages
from explorer.look import pictures
from explorer.net.node import Node
from explorer.net.trace import trace
from explorer.places import ASSETS
from explorer.spec import ResNetSpec, naming
from explorer.tell import fragments, palette
from explorer.tell.drawing import Drawing, volumes_drawing
from explorer.tell.drawing.volumes import milestones, relation
from explorer.tell.markup import Cards, joined, mark
from explorer.tell.path.figures import card

PICTURE = ASSETS / "look" / "cat.jpg"  # S. van der Walt, CC0
DIGIT = 7  # what a net of one channel looks at
SEES, DEPTHS = "What does one number see?", "The five depths of the paper’s Table 1"  # headings
TO_SCALE = "Each map to scale; a bar is as long as it has channels; in small letters what PyTorch calls the stage."
DRAG = "Drag the square over the picture, or use the arrow keys."
LARGEST = 112  # px on the screen of the picture's longer side; all maps keep their proportion to it
LEAST = 3  # px of anything at all
CAPTION = "Click an underlined figure for its formula. The receptive field is the side of the input square that one unit sees."
SHARP = 448  # pixels of the picture's longer side, at most


def picture(nodes: Sequence[Node]) -> str:
    """The photograph, or a digit where the net takes one channel, cut to the input's proportions: a data URL."""
    height, width = nodes[0].out_shape[2:]
    scale = min(1.0, SHARP / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if nodes[0].out_shape[1] == 1:
        cut = ImageOps.fit(pictures.sample(DIGIT).convert("L"), size, Image.Resampling.NEAREST)
    else:
        with Image.open(PICTURE) as opened:
            cut = ImageOps.fit(opened.convert("RGB"), size)
    held = io.BytesIO()
    cut.save(held, "JPEG", quality=82)
    return "data:image/jpeg;base64," + base64.b64encode(held.getvalue()).decode("ascii")


@dataclass(frozen=True)
class Page:
    """What the Shapes page says of a net. rows: its stages; reach: what `reach` gives, as JSON."""

    lead: Markup
    maps: Drawing
    shown: fragments.Html
    table: Markup
    rows: tuple[Mapping[str, object], ...]
    vertical: Markup
    reach: bytes


@lru_cache(maxsize=64)  # a hundred kilobytes each
def page(spec: ResNetSpec, height: int, width: int, batch: int) -> Page:
    """Made once for all who look at the net."""
    nodes, name = trace(spec, height, width, batch), naming.title(spec)
    maps = volumes_drawing(nodes, f"Feature maps of {name}, to scale")
    label = f"Feature maps of {name} after every stage, as volumes"
    rows = shapes.stage_rows(nodes)
    return Page(
        fragments.lead(shapes.lesson(nodes)),
        maps,
        fragments.drawing(maps, label, least_px=900, proofs=shapes.drawn_proofs(nodes)),
        fragments.table(fragments.provable(rows, shapes.proofs_by_row(nodes)), CAPTION),
        tuple(rows),
        vertical(nodes),
        json.dumps(reach(nodes)).encode(),
    )


def rendered(spec: ResNetSpec) -> Markup:
    """Where the five depths' table comes from, and whether the net on the screen is one of them."""
    yours = "" if naming.base_name(spec) in COLUMNS else f"{naming.title(spec)}, on this page, is none of these nets. "
    return Markup(
        '<div class="note">{}They see photographs of 224×224 pixels. Rendered from the five models, stride on the 1×1 as in the paper {}; a tick where Table 1 of '
        "He et al. 2015 prints the same {}</div>"
    ).format(yours, mark("computed"), mark("published"))


def vertical(nodes: Sequence[Node]) -> Markup:
    """A line for each map worth seeing: its size to scale, its words, its channels as a bar, and what one number sees."""
    marked, cards, proofs = milestones(nodes), Cards("story"), shapes.drawn_proofs(nodes)
    most = max(node.out_shape[1] for _, node in marked)
    scale = LARGEST / max(nodes[0].out_shape[2:])
    by_name = {stage.name: stage for stage in stages(nodes)}
    lines = []
    for place, (label, node) in enumerate(marked):
        stage = by_name.get(label)
        size = units.shape(node.out_shape)
        lines.append(
            LINE.format(
                _sheet(node, scale, picture(nodes) if not place else ""),
                cards.explained(label),
                Markup(" <small>{}</small>").format(stage.module) if stage else "",
                cards.number(proofs[node.path], size) if node.path in proofs else size,
                cards.explained(_words(label, node, marked, stage)),
                100 * node.out_shape[1] / most,
                palette.STAGE_COLOURS[node.stage],
                _sees(proofs.get(label), node, max(nodes[0].out_shape[2:]), cards) if stage else "",
            )
        )
    whole = Markup('<div class="note story-key">{}</div><ol class="story">{}</ol>{}')
    return whole.format(TO_SCALE, joined(lines), cards.html())


LINE = Markup(
    '<li><div class="sized">{}</div><div class="words"><b>{}</b>{} · {}<div class="what">{}</div>'
    '<div class="bar-of"><span style="width:{:.1f}%;background:{}"></span></div>{}</div></li>'
)


def _sheet(node: Node, scale: float, source: str) -> Markup:
    high, wide = (max(LEAST, side * scale) for side in (node.out_shape[2:] or (1, 1)))
    if source:
        return Markup('<img alt="The picture" src="{}" style="width:{:.1f}px;height:{:.1f}px">').format(
            source, wide, high
        )
    look = Markup('<div class="sheet" style="width:{:.1f}px;height:{:.1f}px;background:{}"></div>')
    return look.format(wide, high, palette.STAGE_COLOURS[node.stage])


def _words(label: str, node: Node, marked: list[tuple[str, Node]], stage: Stage | None) -> str:
    how = relation(label, node, marked)
    if stage is None:
        return how
    count = len(stage.blocks)
    inside = (
        shapes.what(stage).replace(", ", ",\u00a0").replace(" ×", "\u00a0×").replace("× ", "×\u00a0")
    )  # breaks at its arrows
    return f"{count} block{'s' if count > 1 else ''}, {how}: {inside}"


def _sees(proof: Proof | None, node: Node, side: int, cards: Cards) -> Markup:
    """side: the picture's longer one."""
    seen, reach = units.pixels(node.receptive_field), node.receptive_field
    first = "receptive-field" not in cards.terms
    return Markup('<div class="sees">one number sees {}{}{}</div>').format(
        cards.number(proof, seen) if proof else seen,
        cards.explained(", its receptive field") if first else "",
        f": more than the picture’s {side:,}" if reach and reach > side else "",
    )


def reach(nodes: Sequence[Node]) -> dict[str, Any]:
    """For the browser: the picture, and for each stage's last map where on it its units look, exactly (`Node.field`)."""
    height, width = nodes[0].out_shape[2:]
    proofs = shapes.drawn_proofs(nodes)
    found = []
    for stage in stages(nodes):
        last = stage.nodes[-1]
        if len(last.out_shape) < 4:
            continue
        proof = proofs.get(stage.name)
        found.append(
            {
                "label": stage.name,
                "rows": last.out_shape[2],
                "columns": last.out_shape[3],
                "field": last.field._asdict(),
                "card": asdict(card(proof, units.exact(proof.value))) if proof and last.field.size else None,
                "colour": palette.STAGE_COLOURS[stage.name],
            }
        )
    return {"picture": {"src": picture(nodes), "height": height, "width": width}, "stages": found}
