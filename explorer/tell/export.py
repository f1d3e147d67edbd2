"""The facts of a model as text to take away: table, JSON, CSV, Markdown report, PyTorch code."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from explorer.spec import naming
from explorer import units
from explorer.facts.rollup import METRICS, facts
from explorer.tell.codegen import code
from explorer.spec import ResNetSpec, changed_fields
from explorer.tell.tabular import csv_text

SOLID = {"identity": "solid", "projection": "dotted", "pad": "dotted", "none": "none"}


def to_json(spec: ResNetSpec, height: int, width: int, batch: int, level: str | None = None) -> str:
    """`analysis.facts` as it is; with a level, its rows alone."""
    data = facts(spec, height, width, batch)
    return json.dumps(data if level is None else data[level], indent=2, ensure_ascii=False)


def to_csv(spec: ResNetSpec, height: int, width: int, batch: int, level: str | None = None) -> str:
    """One line per layer (or block, or stage); shapes as JSON lists."""
    return csv_text(facts(spec, height, width, batch)[level or "layers"])


def to_table(spec: ResNetSpec, height: int, width: int, batch: int, level: str | None = None) -> str:
    """Key figures, stages, and the blocks or layers, in aligned columns."""
    data = facts(spec, height, width, batch)
    parts = [headings(data, spec), "", *columns("key figures", key_figures(data)), "",
             *columns("stages", [stage_cells(row) for row in data["stages"]])]
    if level != "stages":
        parts += ["", *columns("blocks", [block_cells(row) for row in data["blocks"]])]
    if level == "layers":
        parts += ["", *columns("layers", [layer_cells(row) for row in data["layers"]])]
    return "\n".join(parts) + "\n"


def headings(data: dict, spec: ResNetSpec) -> str:
    """'ResNet-50 · bottleneck [3,4,6,3] · 50 layers · input 1×3×224×224'."""
    picture = "×".join(map(str, data["input"]))
    return f"{naming.title(spec)} · {naming.layout(spec)} · {spec.depth:,} layers · input {picture}"


def key_figures(data: dict) -> list[dict[str, str]]:
    """Exact and short values of the totals."""
    rows = [{"": "parameters", "exact": f"{data['params']:,}", "short": units.count(data["params"])},
            {"": "buffers", "exact": f"{data['buffers']:,}", "short": units.count(data["buffers"])},
            {"": "MACs per picture", "exact": f"{data['macs']:,}", "short": units.macs(data["macs"])},
            {"": "activations, fp32", "exact": f"{data['activation_bytes']:,}", "short": units.size(data["activation_bytes"])}]
    return rows + [{"": f"{kind} shortcuts" if kind != "none" else "blocks without shortcut", "exact": f"{count:,}",
                    "short": SOLID[kind] if kind != "none" else ""} for kind, count in data["shortcuts"].items()]


def stage_cells(row: dict) -> dict[str, str]:
    return {"stage": row["name"], "module": row["module"], "blocks": f"{row['blocks']:,}" if row["blocks"] else "–",
            "total stride": str(row["total_stride"]), "output": units.shape(row["out_shape"]), **metric_cells(row)}


def block_cells(row: dict) -> dict[str, str]:
    return {"block": row["path"], "stage": row["stage"], "stride": str(row["stride"]),
            "channels": f"{row['in_channels']:,} → {row['out_channels']:,}",
            "shortcut": f"{row['shortcut']}" + (f" ({SOLID[row['shortcut']]})" if row["shortcut"] != "none" else ""),
            **metric_cells(row)}


def layer_cells(row: dict) -> dict[str, str]:
    return {"layer": row["path"], "kind": row["kind"], "k": str(row["kernel"]), "s": str(row["stride"]),
            "output": units.shape(row["out_shape"]), **metric_cells(row)}


def metric_cells(row: dict) -> dict[str, str]:
    """Every metric of a row: exact for counts, short for bytes and pixels."""
    return {metric.label: units.short(row[name], metric.unit) if metric.unit in ("bytes", "px") else f"{row[name]:,}"
            for name, metric in METRICS.items()}


def columns(title: str, rows: Sequence[dict[str, str]]) -> list[str]:
    """Aligned text: words left, numbers right."""
    names = list(rows[0])
    widths = [max(len(name), *(len(row[name]) for row in rows)) for name in names]
    right = [all(_numeric(row[name]) for row in rows) for name in names]
    names = [title if not name else name for name in names]
    widths = [max(width, len(name)) for width, name in zip(widths, names)]

    def line(cells: Sequence[str]) -> str:
        return "  ".join(cell.rjust(w) if r else cell.ljust(w) for cell, w, r in zip(cells, widths, right)).rstrip()

    return [line(names), line(["─" * width for width in widths]), *(line(list(row.values())) for row in rows)]


def markdown_table(rows: Sequence[dict[str, str]]) -> list[str]:
    """The same rows as a Markdown table; numbers right."""
    names = list(rows[0])
    rule = ["--:" if all(_numeric(row[name]) for row in rows) else "---" for name in names]
    cells = [names, rule, *([value.replace("|", "\\|") for value in row.values()] for row in rows)]
    return [f"| {' | '.join(row)} |" for row in cells]


def to_code(spec: ResNetSpec, height: int, width: int, batch: int = 1, level: str | None = None) -> str:
    """`codegen.code` in the writers' signature."""
    return code(spec, height, width)


def to_report(spec: ResNetSpec, height: int, width: int, batch: int, level: str | None = None) -> str:
    """One page of Markdown with all of a model's facts."""
    from explorer.tell.report import report

    return report(spec, height, width, batch)


def _numeric(cell: str) -> bool:
    return cell in ("", "–", units.pixels(None)) or cell.lstrip("−-")[:1].isdigit() and not set("→×=·+÷") & set(cell)


WRITERS: dict[str, Callable[..., str]] = {"table": to_table, "json": to_json, "csv": to_csv, "code": to_code,
                                          "report": to_report}


def command(spec: ResNetSpec, height: int, width: int, batch: int = 1) -> str:
    """The terminal's command for the same facts."""
    name, base = naming.nearest(spec)
    words = [name]
    flags = {"num_classes": "classes"}
    for field, (_, value) in changed_fields(spec, base).items():
        text = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
        words.append(f"--{flags.get(field, field.replace('_', '-'))} {text}")
    if (height, width) != (spec.default_input,) * 2:
        words.append(f"--input {height}x{width}" if height != width else f"--input {height}")
    words += [f"--batch {batch}"] if batch != 1 else []
    return " ".join(["python -m explorer", *words])
