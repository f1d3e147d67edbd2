"""The facts of a model as text to take away: table, JSON, CSV, Markdown report, PyTorch code."""

from __future__ import annotations

import json
from collections.abc import Callable

from explorer.facts.rollup import blocks, facts, headline, level_rows, stages
from explorer.net.trace import trace
from explorer.spec import ResNetSpec
from explorer.tell.cells import block_cells, columns, headings, key_figures, layer_cells, stage_cells
from explorer.tell.codegen import code
from explorer.tell.report import report
from explorer.tell.tabular import csv_text


def to_json(spec: ResNetSpec, height: int, width: int, batch: int, level: str | None = None) -> str:
    """`analysis.facts` as it is; with a level, its rows alone."""
    data = facts(spec, height, width, batch)
    return json.dumps(data if level is None else level_rows(data, level), indent=2, ensure_ascii=False)


def to_csv(spec: ResNetSpec, height: int, width: int, batch: int, level: str | None = None) -> str:
    """One line per layer (or block, or stage); shapes as JSON lists."""
    return csv_text(level_rows(facts(spec, height, width, batch), level or "layers"))


def to_table(spec: ResNetSpec, height: int, width: int, batch: int, level: str | None = None) -> str:
    """Key figures, stages, and the blocks or layers, in aligned columns."""
    nodes = trace(spec, height, width, batch)
    parts = [
        headings(spec, nodes[0].out_shape),
        "",
        *columns("key figures", key_figures(headline(spec, height, width, batch))),
        "",
        *columns("stages", [stage_cells(stage) for stage in stages(nodes)]),
    ]
    if level != "stages":
        parts += ["", *columns("blocks", [block_cells(block) for block in blocks(nodes)])]
    if level == "layers":
        parts += ["", *columns("layers", [layer_cells(node) for node in nodes])]
    return "\n".join(parts) + "\n"


def to_code(spec: ResNetSpec, height: int, width: int, batch: int = 1, level: str | None = None) -> str:
    """`codegen.code` in the writers' signature."""
    return code(spec, height, width)


def to_report(spec: ResNetSpec, height: int, width: int, batch: int, level: str | None = None) -> str:
    """One page of Markdown with all of a model's facts."""
    return report(spec, height, width, batch)


WRITERS: dict[str, Callable[..., str]] = {
    "table": to_table,
    "json": to_json,
    "csv": to_csv,
    "code": to_code,
    "report": to_report,
}
