"""One page of Markdown with all of a model's facts: to print, to hand in, to compare."""

from __future__ import annotations

from explorer import export
from explorer.analysis import METRICS, facts
from explorer.spec import ResNetSpec


def report(spec: ResNetSpec, height: int, width: int, batch: int) -> str:
    """Headings, key figures, stages, blocks with the reason for each shortcut, and what the figures count."""
    data = facts(spec, height, width, batch)
    key = [{"figure": row[""], "exact": row["exact"], "short": row["short"]} for row in export.key_figures(data)]
    reasons = [export.block_cells(row) | {"why": row["reason"]} for row in data["blocks"]]
    sections = {
        "Key figures": export.markdown_table(key),
        "Stages": export.markdown_table([export.stage_cells(row) for row in data["stages"]]),
        "Blocks": export.markdown_table(reasons),
        "What is counted": [f"- **{metric.label}**: {metric.counts}." for metric in METRICS.values()],
        "Spec": [f"- `{name}`: `{value}`" for name, value in data["spec"].items()],
    }
    body = "\n\n".join("\n".join([f"## {title}", "", *lines]) for title, lines in sections.items())
    command = f"`{data['name']}`, computed from the traced PyTorch model by ResNet Explorer."
    return f"# {export.headings(data, spec)}\n\n{command}\n\n{body}\n"
