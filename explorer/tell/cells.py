"""The facts of a model as rows of short texts, and rows as aligned text or a Markdown table."""

from __future__ import annotations

from collections.abc import Sequence

from explorer import units
from explorer.facts.rollup import METRICS
from explorer.net.ops import SHORTCUTS
from explorer.spec import ResNetSpec, naming, resolve


def headings(data: dict, spec: ResNetSpec) -> str:
    """'ResNet-50 · bottleneck [3,4,6,3] · 50 layers · input 1×3×224×224'."""
    picture = "×".join(map(str, data["input"]))
    return f"{naming.title(spec)} · {naming.layout(spec)} · {spec.depth:,} layers · input {picture}"


def key_figures(data: dict) -> list[dict[str, str]]:
    """Exact and short values of the totals."""
    rows = [
        {"": "parameters", "exact": f"{data['params']:,}", "short": units.count(data["params"])},
        {"": "buffers", "exact": f"{data['buffers']:,}", "short": units.count(data["buffers"])},
        {"": "MACs per picture", "exact": f"{data['macs']:,}", "short": units.macs(data["macs"])},
        {
            "": "activations, fp32",
            "exact": f"{data['activation_bytes']:,}",
            "short": units.size(data["activation_bytes"]),
        },
    ]
    return rows + [
        {
            "": f"{kind} shortcuts" if kind != "none" else "blocks without shortcut",
            "exact": f"{count:,}",
            "short": SHORTCUTS[kind].line if kind != "none" else "",
        }
        for kind, count in data["shortcuts"].items()
    ]


def stage_cells(row: dict) -> dict[str, str]:
    return {
        "stage": row["name"],
        "module": row["module"],
        "blocks": f"{row['blocks']:,}" if row["blocks"] else "–",
        "total stride": str(row["total_stride"]),
        "output": units.shape(row["out_shape"]),
        **metric_cells(row),
    }


def block_cells(row: dict) -> dict[str, str]:
    return {
        "block": row["path"],
        "stage": row["stage"],
        "stride": str(row["stride"]),
        "channels": f"{row['in_channels']:,} → {row['out_channels']:,}",
        "shortcut": f"{row['shortcut']}"
        + (f" ({SHORTCUTS[row['shortcut']].line})" if row["shortcut"] != "none" else ""),
        **metric_cells(row),
    }


def layer_cells(row: dict) -> dict[str, str]:
    return {
        "layer": row["path"],
        "kind": row["kind"],
        "k": str(row["kernel"]),
        "s": str(row["stride"]),
        "output": units.shape(row["out_shape"]),
        **metric_cells(row),
    }


def metric_cells(row: dict) -> dict[str, str]:
    """Every metric of a row: exact for counts, short for bytes and pixels."""
    return {
        metric.label: units.short(row[name], metric.unit) if metric.unit in ("bytes", "px") else f"{row[name]:,}"
        for name, metric in METRICS.items()
    }


def columns(title: str, rows: Sequence[dict[str, str]]) -> list[str]:
    """Aligned text: words left, numbers right."""
    names = list(rows[0])
    widths = [max(len(name), *(len(row[name]) for row in rows)) for name in names]
    right = [all(_numeric(row[name]) for row in rows) for name in names]
    names = [name or title for name in names]
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


def _numeric(cell: str) -> bool:
    return cell in ("", "–", units.pixels(None)) or cell.lstrip("−-")[:1].isdigit() and not set("→×=·+÷") & set(cell)


def command(spec: ResNetSpec, height: int, width: int, batch: int = 1) -> str:
    """The terminal's command for the same facts."""
    name, changes = naming.shortest(spec)
    words = [name]
    flags = {"num_classes": "classes"}
    for field, value in changes.items():
        text = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
        words.append(f"--{flags.get(field, field.replace('_', '-'))} {text}")
    if (height, width) != (resolve(name).input or (spec.default_input,) * 2):
        words.append(f"--input {height}x{width}" if height != width else f"--input {height}")
    words += [f"--batch {batch}"] if batch != 1 else []
    return " ".join(["python -m explorer", *words])
