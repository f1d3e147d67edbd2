"""The facts of a model as rows of short texts, and rows as aligned text or a Markdown table."""

from __future__ import annotations

from collections.abc import Sequence

from explorer import units
from explorer.facts.rollup import METRICS, Block, Headline, Stage, total
from explorer.net.node import Node
from explorer.net.shortcuts import SHORTCUTS
from explorer.spec import ResNetSpec, naming, resolve


def headings(spec: ResNetSpec, shape: Sequence[int]) -> str:
    """'ResNet-50 · bottleneck [3,4,6,3] · 50 layers · input 1×3×224×224'."""
    picture = "×".join(map(str, shape))
    return f"{naming.title(spec)} · {naming.layout(spec)} · {spec.depth:,} layers · input {picture}"


def key_figures(data: Headline) -> list[dict[str, str]]:
    """Exact and short values of the totals."""
    rows = [
        {"": "parameters", "exact": f"{data['params']:,}", "short": units.count(data["params"])},
        {"": "buffers", "exact": f"{data['buffers']:,}", "short": units.count(data["buffers"])},
        {"": "MACs per picture", "exact": f"{data['macs']:,}", "short": units.macs(data["macs"])},
        {
            "": "layer outputs, fp32",
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


def stage_cells(stage: Stage) -> dict[str, str]:
    return {
        "stage": stage.name,
        "module": stage.module,
        "blocks": f"{len(stage.blocks):,}" if stage.blocks else "–",
        "total stride": str(stage.nodes[-1].jump),
        "output": units.shape(stage.out_shape),
        **metric_cells(stage.nodes),
    }


def block_cells(block: Block) -> dict[str, str]:
    line = f" ({SHORTCUTS[block.shortcut].line})" if block.shortcut != "none" else ""
    return {
        "block": block.path,
        "stage": block.stage,
        "stride": str(block.stride),
        "channels": f"{block.in_shape[1]:,} → {block.out_shape[1]:,}",
        "shortcut": f"{block.shortcut}{line}",
        **metric_cells(block.nodes),
    }


def layer_cells(node: Node) -> dict[str, str]:
    return {
        "layer": node.path,
        "kind": node.kind,
        "k": str(node.kernel),
        "s": str(node.stride),
        "output": units.shape(node.out_shape),
        **metric_cells([node]),
    }


def metric_cells(nodes: Sequence[Node]) -> dict[str, str]:
    """Every metric of a group of nodes: whole counts exact, all else short, '–' where there is none."""
    return {metric.label: _metric(total(nodes, name), metric.unit) for name, metric in METRICS.items()}


def _metric(value: float | None, unit: str) -> str:
    return f"{value:,}" if isinstance(value, int) and unit not in ("bytes", "px") else units.short(value, unit)


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
