"""The walk: one picture through a net, step by step, as small pictures that the browser plays on the map.

Everything is made once: a pass that is watched, a sheet of feature maps as 8-bit grey, and a step for each tile of the
map in the order of the data. A grey value is an activation: `ZERO` is 0, `ZERO ± REACH` is ± the step's `most`; the browser
colours it in the page's theme. The whole is at most `MOST_BYTES`, whatever is on it: the sheet, which is lossless, is made
again from smaller maps where it is too large, and the picture is no larger than it is shown.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import math
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TypedDict

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from explorer import units
from explorer.facts.proof import deciding_size, receptive_field
from explorer.facts.rollup import stages
from explorer.look.passed import BlockRow, Passed, passed
from explorer.look.pictures import Prepared
from explorer.look.seen import block_rows, strongest, top
from explorer.look.subject import Subject
from explorer.net.field import Place
from explorer.net.node import Node
from explorer.net.ops import rectifies
from explorer.net.trace import trace
from explorer.tell import walk_words
from explorer.tell.look_proofs import Opens, added, opens, probability
from explorer.tell.netmap.groups import Part, lanes
from explorer.tell.walk_words import Words

ZERO, REACH = 127, 127  # of a byte
CHANNELS = 4  # shown of each step
SIDES = (56, 28, 14, 7)  # px: the largest map on the sheet, the first of these that the budget allows
BUDGET = 380_000  # px of a sheet
MOST_BYTES = 400_000  # of all that the browser is sent
MOST_PICTURE, MOST_REST = 50_000, 10_000  # of them the picture's, and what is neither sheet nor steps
PICTURE_SIDE = 384  # px: the picture stands on the screen at half of it
QUALITIES = (88, 70, 50, 30, 10)  # of the picture, the first that its part allows
ROW = 1024  # px, the sheet's width
FEW = 10  # classes that are all shown
QUANTILE = 0.995  # of a step's magnitudes: what lies beyond takes the end of the scale

Cell = tuple[int, int, int, int]  # x, y, width, height on the sheet


class Step(TypedDict):
    """One tile of the map. kind: layer | block. shape: channels, height, width after it. most: the value at the end of
    the colour scale; ends: what stands at both. maps: the tile's own pictures, one for each of `channels`; x, f: the terms of a block with a
    shortcut, maps then being their sum before the ReLU. relu: the tile shows maps after a ReLU. opens: the proofs of its
    numbers: size, sees, share."""

    tile: str
    kind: str
    shape: list[int]
    before: list[int]
    field: Place
    most: float
    ends: tuple[str, str]
    channels: list[int]
    maps: list[Cell]
    x: list[Cell]
    f: list[Cell]
    relu: bool
    share: float | None
    title: str
    text: Sequence[str]
    opens: dict[str, Opens]


class Shown(TypedDict):
    """The picture: data URL, and the size in pixels that the net gets. grey: it has one channel, ink on nothing."""

    src: str
    height: int
    width: int
    grey: bool


class Leave(TypedDict, total=False):
    """The answer in words, and where its probability comes from; nothing where the net gives none."""

    title: str
    text: Sequence[str]
    opens: Opens


class Said(TypedDict):
    """A heading, and what is said below it, in pieces (`walk_words.Words`)."""

    title: str
    text: Sequence[str]


class Walk(TypedDict):
    """What the browser plays. stamp: another one for other pictures. source: of its numbers, of units.PROVENANCE. answer:
    (class, probability): all of the ten digits in their order, else the likeliest; best: the place of the likeliest in
    it."""

    stamp: str
    source: str
    told: str
    trained: bool
    picture: Shown
    sheet: str
    steps: list[Step]
    enter: Said
    leave: Leave
    answer: list[tuple[str, float]]
    best: int


@dataclass
class Sheet:
    """Feature maps on shelves, in the order in which they come."""

    width: int = ROW
    x: int = 0
    y: int = 0
    shelf: int = 0
    placed: list[tuple[Cell, np.ndarray]] = field(default_factory=list)

    def put(self, grey: np.ndarray) -> Cell:
        """(H, W) uint8 → its place."""
        height, width = grey.shape
        if self.x + width > self.width:
            self.x, self.y, self.shelf = 0, self.y + self.shelf, 0
        cell = (self.x, self.y, width, height)
        self.x, self.shelf = self.x + width, max(self.shelf, height)
        self.placed.append((cell, grey))
        return cell

    def pixels(self) -> np.ndarray:
        """(H, W) uint8; where nothing stands, nothing is active."""
        page = np.full((self.y + self.shelf, self.width), ZERO, dtype=np.uint8)
        for (x, y, width, height), grey in self.placed:
            page[y : y + height, x : x + width] = grey
        return page


def walk(who: Subject, picture: Prepared, source: str = "measured") -> Walk:
    """The walk of a picture through a net. source: of its numbers, `measured` now or `recorded`. Raises `ValueError` when
    activations are not finite."""
    nodes = trace(who.spec, *picture.x.shape[2:])
    parts = tiles(nodes)
    seen = passed(who.model, who.spec, picture.x, {_end(part).path for part in parts})
    if not all(bool(out.isfinite().all()) for out in seen.outputs.values()):
        raise ValueError("weights: with these the activations are not finite; choose a net with Batch Normalization")
    for side in SIDES[SIDES.index(side_for(parts)) :]:
        maker = _Maker(seen, nodes, side, source)
        steps = [maker.step(part) for part in parts]
        sheet = webp(maker.sheet.pixels())
        if len(sheet) + len(json.dumps(steps)) <= MOST_BYTES - MOST_PICTURE - MOST_REST:
            break
    answer, best = _answer(seen, who)
    return {
        "stamp": hashlib.sha1(sheet.encode()).hexdigest()[:12],
        "source": source,
        "told": who.told,
        "trained": who.trained,
        "picture": _shown(picture),
        "sheet": sheet,
        "steps": steps,
        "enter": _words(walk_words.of_picture(tuple(picture.x.shape))),
        "leave": _leave(seen, who, answer[best], source) if answer else {},
        "answer": answer,
        "best": best,
    }


def tiles(nodes: tuple[Node, ...]) -> tuple[Part, ...]:
    """The map's tiles in the order of the data: layers of stem and head, blocks, and runs of equal blocks in a deep net."""
    return tuple(part for lane in lanes(stages(nodes)) for part in lane.parts)


def side_for(parts: Iterable[Part]) -> int:
    """The largest side of a map on the sheet that keeps the whole within the budget."""
    many = tuple(parts)
    return next((side for side in SIDES if _area(many, side) <= BUDGET), SIDES[-1])


def _area(parts: Sequence[Part], side: int) -> int:
    """Pixels of all maps, shelves being full but for one row's end each."""
    return sum((3 if part.shortcuts.keys() - {"none"} else 1) * CHANNELS * _room(_end(part), side) for part in parts)


def _room(node: Node, side: int) -> int:
    height, width = drawn_size(node, side)
    return height * width


def drawn_size(node: Node, side: int) -> tuple[int, int]:
    """(height, width) in pixels of one of a node's maps on the sheet."""
    height, width = _sides(node.out_shape)
    factor = pooling(height, width, side)
    return -(-height // factor), -(-width // factor)


def pooling(height: int, width: int, side: int) -> int:
    """How many pixels along a side become one."""
    return -(-max(height, width) // side)


def _sides(shape: tuple[int, ...]) -> tuple[int, int]:
    """(height, width) of what is drawn: of a map, or of the square that a vector is laid out in."""
    if len(shape) > 2 and shape[2] * shape[3] > 1:
        return shape[2], shape[3]
    return _laid(shape[1])


def _end(part: Part) -> Node:
    return part.nodes[-1]


class _Maker:
    """Makes steps, and puts their pictures on one sheet."""

    def __init__(self, seen: Passed, nodes: tuple[Node, ...], side: int, source: str) -> None:
        self.seen, self.nodes, self.side, self.source = seen, nodes, side, source
        self.rows = {row.path: row for row in block_rows(seen)}
        self.sheet = Sheet()
        self.channels = self._channels(nodes)

    def _channels(self, nodes: tuple[Node, ...]) -> dict[str, list[int]]:
        """By stage, the same for all of its blocks, so that a map is known again from block to block: the strongest at
        the stage's end."""
        last = {part.stage: _end(part).path for part in tiles(nodes) if part.blocks}
        return {stage: strongest(self.seen.outputs[path][0], CHANNELS) for stage, path in last.items()}

    def step(self, part: Part) -> Step:
        end = _end(part)
        out = self.seen.outputs[end.path][0]
        terms = self.seen.sums.get(part.blocks[-1].path) if part.blocks else None
        if out.dim() < 3 or out.shape[1] * out.shape[2] == 1:
            out, channels = _square(out.flatten()), [0]
        else:
            channels = self.channels.get(part.stage) or strongest(out, CHANNELS)
        relu = bool(terms) and rectifies(end)
        shown = [out] if terms is None else [terms.total[0] if relu else out, terms.shortcut[0], terms.residual[0]]
        maps = [self._small(term[channels]) for term in shown]
        most = _most(maps)
        cells = [[self.sheet.put(grey(one, most)) for one in term] for term in maps]
        row = self.rows.get(part.blocks[-1].path) if part.blocks else None
        share = row.residual_share if row else None
        words = walk_words.of_block(part, share) if part.blocks else walk_words.of_layer(part)
        return {
            "tile": part.id,
            "kind": "block" if part.blocks else "layer",
            "shape": [*end.out_shape[1:], 1, 1][:3],
            "before": [*part.nodes[0].in_shape[1:], 1, 1][:3],
            "field": end.field.plain,
            "most": most,
            "ends": units.ends(most),
            "channels": channels,
            "maps": cells[0],
            "x": cells[1] if terms is not None else [],
            "f": cells[2] if terms is not None else [],
            "relu": relu,
            "share": share,
            "title": words.title,
            "text": words.text,
            "opens": self._opens(part, row),
        }

    def _opens(self, part: Part, row: BlockRow | None) -> dict[str, Opens]:
        """The proofs of a step's numbers: a side of its maps, what one unit sees, how much the block adds."""
        found = {}
        if sides := deciding_size(part.nodes):
            found["size"] = opens(sides[0], sides[0].shown)
        end = _end(part)
        with suppress(ValueError):  # a unit that sees all of the picture has no sum, nor one whose ways see apart
            seen = receptive_field(self.nodes, end.path)
            found["sees"] = opens(replace(seen, rule=f"{seen.rule}; beyond the edge there is nothing"), seen.shown)
        if row and row.norm_shortcut:
            found["share"] = opens(added(row, self.source), walk_words.times(row.residual_share))
        return found

    def _small(self, maps: Tensor) -> Tensor:
        factor = pooling(maps.shape[1], maps.shape[2], self.side)
        return F.avg_pool2d(maps[None], factor, ceil_mode=True)[0] if factor > 1 else maps


def grey(values: Tensor, most: float) -> np.ndarray:
    """(H, W) activations → bytes: 0 is ZERO, ±most is ZERO ± REACH, what lies beyond takes the end."""
    scaled = (values / most).clamp(-1, 1).numpy()
    return (ZERO + np.round(scaled * REACH)).astype(np.uint8)


def _most(terms: list[Tensor]) -> float:
    """One scale for all terms of a step."""
    magnitudes = torch.cat([term.abs().flatten() for term in terms])
    return float(magnitudes.quantile(QUANTILE)) or float(magnitudes.max()) or 1.0


def _square(vector: Tensor) -> Tensor:
    """(C,) → (1, height, width), row by row; the rest of the last row is 0."""
    height, width = _laid(len(vector))
    return F.pad(vector, (0, height * width - len(vector))).view(1, height, width)


def _laid(count: int) -> tuple[int, int]:
    """(height, width) of so many numbers: a row of a few, a square of many."""
    side = math.ceil(math.sqrt(count))
    return (1, count) if count <= FEW else (side, side)


def _answer(seen: Passed, who: Subject) -> tuple[list[tuple[str, float]], int]:
    """Nothing where the net ends before a classifier."""
    if seen.logits.dim() != 2 or seen.logits.shape[1] != len(who.names):
        return [], 0
    words = max(map(len, who.names)) > 1  # beside ten bars there is room for a digit alone
    if words or len(who.names) > FEW:
        return top(seen, who.names), 0
    probabilities = seen.logits[0].softmax(0)
    return list(zip(who.names, probabilities.tolist(), strict=True)), int(probabilities.argmax())


def _leave(seen: Passed, who: Subject, best: tuple[str, float], source: str) -> Leave:
    words = walk_words.of_answer(best, who.trained)
    leave: Leave = {"title": words.title, "text": words.text}
    if who.trained:
        logits = seen.logits[0]
        leave["opens"] = opens(probability(logits, int(logits.argmax()), who.names, source), walk_words.sure(best[1]))
    return leave


def _shown(picture: Prepared) -> Shown:
    height, width, channels = picture.shown.shape
    pixels = (np.clip(picture.shown, 0, 1) * 255).round().astype(np.uint8)
    if channels == 1:
        return {"src": webp(_reduced(pixels[:, :, 0])), "height": height, "width": width, "grey": True}
    small = _reduced(pixels)
    for quality in QUALITIES:
        src = webp(small, quality)
        if len(src) <= MOST_PICTURE:
            break
    return {"src": src, "height": height, "width": width, "grey": False}


def _reduced(pixels: np.ndarray) -> np.ndarray:
    """No larger than it is shown."""
    height, width = pixels.shape[:2]
    scale = PICTURE_SIDE / max(height, width)
    if scale >= 1:
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR))


def webp(pixels: np.ndarray, quality: int | None = None) -> str:
    """(H, W) or (H, W, 3) uint8 → a data URL; without a quality, to the bit."""
    held = io.BytesIO()
    picture = Image.fromarray(pixels).convert("RGB")
    if quality is None:
        picture.save(held, "WEBP", lossless=True, quality=70, method=4)
    else:
        picture.save(held, "WEBP", quality=quality)
    return "data:image/webp;base64," + base64.b64encode(held.getvalue()).decode("ascii")


def _words(words: Words) -> Said:
    return {"title": words.title, "text": words.text}
