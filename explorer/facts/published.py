"""What the papers say (assets/published, each with its source) beside what the models here say.

Table 1 is rendered from the five models cell by cell and compared with the printed one; the tables of errors stand
beside parameters and MACs computed from the very nets that they name.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple, NotRequired, TypedDict, cast

from explorer.facts.proof import Proof, deciding_size, output_size, prove
from explorer.facts.rollup import Row, headline, stages
from explorer.net.node import Node
from explorer.net.ops import convolves
from explorer.net.trace import trace
from explorer.places import ASSETS
from explorer.spec import Changes, ResNetSpec, changed, naming, preset

FOLDER = ASSETS / "published"
TABLES = ("table1", "table2", "table3", "table6", "preactivation")
COLUMNS = ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152")


@dataclass(frozen=True)
class Cell:
    """One cell of Table 1: what the model says, in one line and in several, what the paper prints, and how they agree."""

    row: str
    column: str
    live: str
    published: str
    match: bool
    note: str = ""
    proof: Proof | None = None
    lines: tuple[str, ...] = ()

    @property
    def plain(self) -> Row:
        """For a download."""
        return {
            "row": self.row,
            "column": self.column,
            "live": self.live,
            "published": self.published,
            "match": self.match,
            "note": self.note,
            "formula": self.proof.text if self.proof else "",
        }


class Published(TypedDict):
    """Where a table stands, and how what it says was measured."""

    source: str
    url: str
    protocol: str


class LayerRow(TypedDict):
    """A row of Table 1. output: the side of its maps; cells: column → what stands there."""

    row: str
    output: str
    cells: dict[str, str]


class LayerTable(Published):
    """Table 1. flops_e9: column → the last row's figure."""

    rows: list[LayerRow]
    flops_e9: dict[str, str]


class Printed(TypedDict, total=False):
    """What a table of errors prints of a net, in its own columns; errors in %."""

    top1_error: float
    top5_error: float
    error: float
    error_post: float
    error_pre: float
    params_published: str


class ErrorRow(Printed):
    """A net in a table of errors: preset and what is changed of it."""

    label: str
    net: str
    changes: dict[str, str | int | list[int]]


class ErrorFigures(Printed):
    """A row of a table of errors with the net's computed parameters and MACs. params_agree: whether the printed parameters
    are these, rounded."""

    net: str
    params: int
    macs: int
    params_agree: NotRequired[bool]


class ErrorTable(Published):
    """A table of errors."""

    rows: list[ErrorRow]


class Throughput(TypedDict):
    """Images per second of the five depths on one device."""

    device: str
    dtype: str
    memory_format: str
    batch: int
    torch: str
    source: str
    url: str
    images_per_s: dict[str, float]


class Counts(TypedDict, total=False):
    """What a library prints of its nets: preset → count, for nets of ImageNet and of CIFAR."""

    imagenet: dict[str, str]
    cifar: dict[str, str]


@cache
def _load(table: str) -> Any:
    """JSON: its shape is the reader's to say."""
    if table not in TABLES:
        raise ValueError(f"table={table!r}: choose one of {', '.join(TABLES)}")
    return json.loads((FOLDER / f"{table}.json").read_text(encoding="utf-8"))


def load(table: str) -> Published:
    """A published table's source. Raises `ValueError` for an unknown table."""
    found: Published = _load(table)
    return found


def layer_table() -> LayerTable:
    """Table 1 as it is printed."""
    found: LayerTable = _load("table1")
    return found


def error_table(table: str) -> ErrorTable:
    """A table of errors as it is printed."""
    found: ErrorTable = _load(table)
    return found


@cache
def table1(stride_on: str = "1x1", shortcut: str = "B") -> list[list[Cell]]:
    """The paper's Table 1, rendered from the five models: a list of cells per row; the last row is FLOPs.

    stride_on: "1x1" is the paper's net; with "3x3" (torchvision) the FLOPs of 50, 101 and 152 no longer match.
    """
    printed = layer_table()
    live = {name: rendered(replace(preset(name), stride_on=stride_on, shortcut=shortcut)) for name in COLUMNS}
    rows, sides = [], size_proofs(replace(preset("resnet50"), stride_on=stride_on, shortcut=shortcut))
    for row in printed["rows"]:
        name = row["row"]
        sizes = {live[column][name].size for column in COLUMNS}
        size = sizes.pop() if len(sizes) == 1 else " or ".join(sorted(sizes))
        rows.append([Cell(name, "output", size, row["output"], size == row["output"], proof=sides[name])])
        rows[-1] += [
            Cell(name, column, mine.text, printed_text, mine.text == printed_text, lines=mine.lines)
            for column, printed_text in row["cells"].items()
            for mine in [live[column][name]]
        ]
    return [*rows, flops_row(stride_on, shortcut)]


def flops_row(stride_on: str = "1x1", shortcut: str = "B") -> list[Cell]:
    """MACs in units of 10⁹ against the paper's one decimal, with what had to be done to the digits to get there."""
    cells = [Cell("FLOPs", "output", "", "", True)]
    for column, printed in layer_table()["flops_e9"].items():
        spec = replace(preset(column), stride_on=stride_on, shortcut=shortcut)
        macs = prove("macs", trace(spec, 224, 224), naming.title(spec))
        note = digits(macs.value / 1e9, printed)
        cells.append(
            Cell("FLOPs", column, f"{macs.value / 1e9:.3f}×10⁹", f"{printed}×10⁹", note != "differs", note, macs)
        )
    return cells


def digits(value: float, printed: str) -> str:
    """How `value` becomes the printed figure: rounded, truncated, either, or not at all."""
    places = len(printed.partition(".")[2])
    ways = {"rounded": f"{value:.{places}f}", "truncated": f"{math.floor(value * 10**places) / 10**places:.{places}f}"}
    fits = [way for way, text in ways.items() if text == printed]
    return "rounded or truncated" if len(fits) == 2 else fits[0] if fits else "differs"


class Rendered(NamedTuple):
    """A cell of Table 1 from a traced model, in the paper's notation: the output's size, what stands in the cell, and this in
    lines, a layer each."""

    size: str
    text: str
    lines: tuple[str, ...]


def rendered(spec: ResNetSpec) -> dict[str, Rendered]:
    """By the row of Table 1."""
    nodes = trace(spec, 224, 224)
    by_kind = {node.kind: node for node in nodes if node.stage in ("stem", "head")}
    conv1, pool, fc = next(node for node in nodes if convolves(node)), by_kind["maxpool"], by_kind["linear"]
    rows = {
        "conv1": _in_lines(conv1, f"{conv1.kernel}×{conv1.kernel}, {conv1.out_shape[1]}, stride {conv1.stride}"),
        "pool": _in_lines(pool, f"{pool.kernel}×{pool.kernel} max pool, stride {pool.stride}"),
        "head": _in_lines(by_kind["avgpool"], "average pool,", f"{fc.out_shape[1]}-d fc"),
    }
    for stage in stages(nodes):
        if stage.blocks:
            recipes = [
                tuple(f"{conv.kernel}×{conv.kernel}, {conv.out_shape[1]}" for conv in block.convs)
                for block in stage.blocks
            ]
            alike = {recipe: f"]×{recipes.count(recipe)}" for recipe in recipes}
            text = " ".join(f"[{'; '.join(recipe)}{times}" for recipe, times in alike.items())
            lines = [line for (*above, last), times in alike.items() for line in (*above, last + times)]
            rows[stage.name] = Rendered(_size(stage.nodes[-1]), text, (f"[{lines[0]}", *lines[1:]))
    return rows


def _in_lines(node: Node, *lines: str) -> Rendered:
    return Rendered(_size(node), " ".join(lines), lines)


def size_proofs(spec: ResNetSpec) -> dict[str, Proof]:
    """Row of Table 1 → how the side of its output comes about: by the last layer that changed it."""
    nodes, found = trace(spec, 224, 224), {}
    for place, node in enumerate(nodes[1:], 2):
        row = {"conv1": "conv1", "maxpool": "pool"}.get(node.path, node.stage) if node.stage == "stem" else node.stage
        found[row] = deciding_size([one for one in nodes[:place] if one.in_shape[2:] != one.out_shape[2:]])[0]
    return found


def _size(node: Node) -> str:
    sides = [side.value for side in output_size(node)]
    return f"{sides[0]}×{sides[-1]}"


def spec_of(row: ErrorRow) -> ResNetSpec:
    """The net that a row of an error table is about."""
    changes = {name: tuple(value) if isinstance(value, list) else value for name, value in row["changes"].items()}
    return changed(preset(row["net"]), changes)


def errors(table: str) -> list[ErrorFigures]:
    """A table of published errors, in its own columns, with the computed parameters and MACs of each net beside them."""
    rows = []
    for row in error_table(table)["rows"]:
        spec = spec_of(row)
        figures = headline(spec, spec.default_input, spec.default_input)
        said = {key: value for key, value in row.items() if key not in ("label", "net", "changes")}
        found = {"net": row["label"], **said, "params": figures["params"], "macs": figures["macs"]}
        if "params_published" in row:
            found["params_agree"] = agrees(figures["params"], row["params_published"])
        rows.append(cast(ErrorFigures, found))
    return rows


def error_proofs(table: str) -> list[dict[str, Proof]]:
    """For each row of `errors`, the proofs of its computed figures."""
    found = []
    for row in error_table(table)["rows"]:
        spec = spec_of(row)
        nodes = trace(spec, spec.default_input, spec.default_input)
        found.append({metric: prove(metric, nodes, row["label"]) for metric in ("params", "macs")})
    return found


def agrees(params: int, printed: str) -> bool:
    """Whether a parameter count rounds to a printed one such as '0.27M'."""
    return digits(params / 1e6, printed.removesuffix("M")) in ("rounded", "rounded or truncated")


@cache
def throughput() -> tuple[Throughput, ...]:
    """Published images per second of the five depths, one entry per device."""
    return tuple(json.loads((FOLDER / "throughput.json").read_text(encoding="utf-8"))["tables"])


class Quoted(TypedDict):
    """A figure as a paper prints it. shown: in this explorer's words."""

    value: float
    shown: str
    source: str


@cache
def vgg19() -> dict[str, Quoted]:
    """`params` and `macs` of VGG-19, a net that the lecture names and the explorer does not have."""
    figures: dict[str, Quoted] = json.loads((FOLDER / "vgg19.json").read_text(encoding="utf-8"))
    return {name: figures[name] for name in ("params", "macs")}


CIFAR_STEM: Changes = {"stem": "cifar", "num_classes": 10}


def printed_counts(library: str) -> list[tuple[tuple[int, Changes], dict[str, str]]]:
    """((side of the picture, changes to the presets), preset → what is printed) of a library's tables of counts; empty
    for a library without one."""
    found = _counts().get(library, Counts())
    tables: tuple[tuple[tuple[int, Changes], dict[str, str] | None], ...] = (
        ((224, {}), found.get("imagenet")),
        ((32, CIFAR_STEM), found.get("cifar")),
    )
    return [(of, counts) for of, counts in tables if counts is not None]


@cache
def _counts() -> dict[str, Counts]:
    found: dict[str, Counts] = json.loads((FOLDER / "counts.json").read_text(encoding="utf-8"))
    return found
