"""What the browser is sent of a map: JSON-ready rows. Lengths are in units of the drawing; what equal blocks share is said
once (`Kind`), and each layout of the same tiles adds only coordinates, in their order."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from explorer.tell.netmap.paths import Arch
from explorer.terms import Packed

Box = list[float]  # x, y, width, height
Packs = dict[str, Packed]  # metric, or "out" → its arithmetic, as the browser writes it
Shares = dict[str, tuple[str, Packed]]  # metric → share of the whole net, as it is shown, and its arithmetic
Ports = TypedDict("Ports", {"in": str, "out": str})  # shapes, as they are shown


class LaneRow(TypedDict):
    """Beside a lane: its name, its feature map, what it holds."""

    stage: str
    module: str
    shape: str
    size: list[int]
    channels: int
    blocks: int
    shortcuts: str


class Tile(TypedDict):
    """count: blocks that it stands for. holds: its shortcuts, counted where it may be several. own: layers of a tile of stem or head. kind, adds, down, of: at the level of layers; down: what ends its name, in a
    second line where there is room, "/2"; of: the tile that holds it."""

    id: str
    stage: str
    count: int
    name: str
    last: str
    recipe: str
    holds: str
    shape: str
    block: bool
    says: str
    own: NotRequired[list[str]]
    kind: NotRequired[str]
    adds: NotRequired[bool]
    down: NotRequired[str]
    of: NotRequired[str]


class Line(TypedDict):
    """A shortcut's arch over a tile, or `count` of them as one."""

    id: str
    tile: str
    kind: str
    count: int


class Holder(TypedDict):
    """What holds the tiles of a block, at the level of layers."""

    id: str
    stage: str
    count: int


# What changes where a picture walks through the map. in, out: the boxes of the picture and the answer; lane: where the
# first lane's name begins; tiles, flow: (place in the layout's row, what stands there then).
Ends = TypedDict(
    "Ends", {"in": Box, "out": Box, "lane": float, "tiles": list[tuple[int, Box]], "flow": list[tuple[int, str]]}
)


class Layout(TypedDict):
    """Where everything stands in one frame. adds: x and y of the additions. ends: at the level of blocks."""

    w: float
    h: float
    label: float
    lanes: tuple[tuple[float, float, float, float], ...]
    tiles: list[Box]
    shortcuts: list[Arch]
    adds: list[list[float]]
    flow: list[dict[str, str]]
    frames: NotRequired[list[Box]]
    ends: NotRequired[Ends]


class Scene(TypedDict):
    """One level of a net. layouts: by frame."""

    lanes: list[LaneRow]
    tiles: list[Tile]
    shortcuts: list[Line]
    layouts: dict[str, Layout]
    frames: NotRequired[list[Holder]]


class Shades(TypedDict):
    """A metric on the tiles, in their order; None where it is unknown. legend: [colour, text] from low to high."""

    label: str
    unit: str
    legend_label: str
    counts: str
    provenance: str
    total: float | None
    values: list[float | None]
    texts: list[str]
    words: list[str]
    shades: list[str | None]
    inks: list[str | None]
    legend: list[list[str]]


class Operation(TypedDict):
    """An operation's box in an opened block. id: its path in the block; adds: it is the addition, left out elsewhere (a map
    says it of hundreds of boxes); says: for a screen reader, behind what it is called."""

    id: str
    adds: NotRequired[bool]
    kind: str
    name: str
    box: Box
    says: str


class Bypass(TypedDict):
    """The shortcut of an opened block. label: what stands on it; where there are layers on it, the shapes before and behind
    them. at, tip: where the label and its arrowhead stand."""

    kind: str
    d: str
    label: list[str]
    at: list[float]
    tip: list[float]


class Opened(TypedDict):
    """A block opened. edges: x, y, text, place of the shapes on its wires; joins: from and to of each wire."""

    w: float
    h: float
    boxes: list[Operation]
    wires: list[str]
    edges: list[tuple[float, float, str, str]]
    joins: list[list[str]]
    shortcut: Bypass | None


class Layer(Ports):
    """One layer with its numbers and their arithmetic. called: by `net.called`, within its block if it has one. stride: where it
    is not 1."""

    id: str
    called: str
    name: str
    kind: str
    label: str
    stride: NotRequired[int]
    params: int
    macs: int
    proofs: Packs


class Price(TypedDict):
    """A block under another shortcut option. said: its MACs, as they are shown."""

    shortcut: str
    params: int
    macs: int
    said: str
    proofs: Packs


class Kind(Ports):
    """What equal blocks share. reason: in pieces, each second one the number of weights of `projection`. widens: what a block adds to the receptive field; options: by letter; said: its metrics, as they are shown."""

    shortcut: str
    question: str
    solidity: str
    words: str
    reason: list[str]
    projection: str
    stride: int
    metrics: dict[str, int]
    said: dict[str, str]
    shares: Shares
    proofs: Packs
    widens: Packed
    layers: list[Layer]
    opened: Opened
    options: dict[str, Price]


class StageRow(TypedDict):
    """kinds: [place in `Details.kinds`, how many] along the stage; last: what is no sum, block by block."""

    name: str
    out: str
    blocks: int
    kinds: list[list[int]]
    holds: str
    shares: Shares
    last: dict[str, list[str]]
    words: dict[str, str]
    proofs: Packs


class MetricRow(TypedDict):
    """A metric's name, and what it counts."""

    label: str
    counts: str


class Rules(TypedDict):
    """rules: each number's formula in symbols."""

    rules: dict[str, str]


class Details(Rules):
    """What the panel says. stages: by module; layers: those of stem and head, by path."""

    kinds: list[Kind]
    stages: dict[str, StageRow]
    layers: dict[str, Layer]
    metrics: dict[str, MetricRow]


class Palette(TypedDict):
    """Colours by stage and by kind, and the words beside them; provenance: [mark, words]."""

    stages: dict[str, str]
    kinds: dict[str, str]
    shortcut: str
    words: dict[str, str]
    kind_labels: dict[str, str]
    provenance: dict[str, list[str]]


class Titles(TypedDict):
    """Name, file name, and the line of figures under the name on an exported picture."""

    title: str
    slug: str
    facts: str


class Drawing(Titles):
    """One level of one model. stamp: another one for another drawing; shortcuts_held: how many of each kind."""

    stamp: str
    figure: str
    level: str
    folded: bool
    special: NotRequired[list[str]]
    input: str
    shortcuts_held: dict[str, int]
    scene: Scene
    columns: dict[str, Shades]
    details: Details
    palette: Palette
    spec_shortcut: str


class Band(TypedDict):
    """Rows of one output size."""

    size: str
    y: float
    h: float


class Head(TypedDict):
    """Over a net of Fig. 3. steps: the derivation of each sum, a line per part."""

    name: str
    x: float
    params: str
    macs: str
    proofs: Packs
    steps: dict[str, str]
    paper: str


class Fig3Box(Ports):
    """A layer of Fig. 3."""

    id: str
    net: str
    path: str
    kind: str
    stage: str
    name: str
    box: Box
    says: str
    params: int
    macs: int
    proofs: Packs


class Arc(TypedDict):
    """A shortcut of Fig. 3."""

    id: str
    kind: str
    count: int
    d: str
    says: str


class Narrow(TypedDict):
    """Fig. 3 on a phone: where its parts stand there, in the wide one's order. columns: the middle of each; shortcuts: paths."""

    w: float
    columns: list[float]
    boxes: list[Box]
    names: list[str]
    flow: list[str]
    shortcuts: list[str]


class Figure3(Titles):
    """The paper's Fig. 3. flow: each net's main path, from its first box to its last."""

    stamp: str
    figure: str
    details: Rules
    w: float
    h: float
    bands: list[Band]
    columns: list[Head]
    boxes: list[Fig3Box]
    flow: list[str]
    shortcuts: list[Arc]
    shortcuts_held: dict[str, int]
    narrow: Narrow
