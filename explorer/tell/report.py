"""One page of Markdown with all of a model's facts: to print, to hand in, to compare."""

from __future__ import annotations

from dataclasses import asdict

from explorer import units
from explorer.facts import conventions, memory, proof
from explorer.facts.rollup import METRICS, SUMS, blocks, facts, stages
from explorer.net.trace import trace
from explorer.spec import DEFAULTS, PlainSpec, ResNetSpec
from explorer.tell import cells

FURTHER = list(DEFAULTS)[list(DEFAULTS).index("num_classes") + 1 :]


def report(spec: ResNetSpec, height: int, width: int, batch: int) -> str:
    """Key figures with their sums, stages, blocks with the reason for each shortcut, conventions, memory, the spec."""
    data, nodes = facts(spec, height, width, batch), trace(spec, height, width, batch)
    key = [{"figure": row[""], "exact": row["exact"], "short": row["short"]} for row in cells.key_figures(data)]
    reasons = [cells.block_cells(block) | {"why": block.reason} for block in blocks(nodes)]
    sums = [f"- {metric.label}: `{proof.prove(name, nodes).text}`" for name, metric in SUMS.items()]
    sections = {
        "Key figures": [*cells.markdown_table(key), "", *sums, f"- Layers: `{proof.depth(spec, nodes).text}`"],
        "Stages": cells.markdown_table([cells.stage_cells(stage) for stage in stages(nodes)]),
        "Blocks": cells.markdown_table(reasons),
        "How many FLOPs? It depends on who counts": cells.markdown_table(_conventions(spec, height, width)),
        f"Memory at batch {batch:,}, fp32, estimated": [
            *cells.markdown_table(_memory(spec, height, width, batch)),
            "",
            f"Assumed: {'; '.join(memory.ASSUMPTIONS)}.",
        ],
        "What is counted": [f"- **{metric.label}**: {metric.counts}." for metric in METRICS.values()],
        "Spec": _spec(data["spec"]),
    }
    body = "\n\n".join("\n".join([f"## {title}", "", *lines]) for title, lines in sections.items())
    command = (
        f"`{cells.command(spec, height, width, batch)}`: computed from the traced PyTorch model by ResNet Explorer."
    )
    return f"# {cells.headings(spec, nodes[0].out_shape)}\n\n{command}\n\n{body}\n"


def _spec(row: PlainSpec) -> list[str]:
    """The paper's axes; the published variants' own only where they are off the default."""
    kept = {name: value for name, value in row.items() if name not in FURTHER or value not in (DEFAULTS[name], [])}
    return [f"- `{name}`: `{value}`" for name, value in kept.items()]


def _conventions(spec: ResNetSpec, height: int, width: int) -> list[dict[str, str]]:
    return [
        {
            "who counts": row.name,
            "result": f"{row.value:,}",
            "unit": row.unit,
            "mode": row.mode,
            "per": row.per,
            "besides convolutions and fc": "; ".join(f"+{gap.value:,} {gap.unit} ({gap.formula})" for gap in row.gaps)
            or "–",
        }
        for row in conventions.reconcile(spec, height, width)
    ]


def _memory(spec: ResNetSpec, height: int, width: int, batch: int) -> list[dict[str, str]]:
    plans = {"inference": None, "training, SGD with momentum": "SGD with momentum", "training, Adam": "Adam, AdamW"}
    rows = {what: memory.estimate(spec, height, width, batch, "fp32", optimizer) for what, optimizer in plans.items()}
    return [
        {
            "for": what,
            **{name: units.size(value) for name, value in asdict(row).items()},
            "total": units.size(row.total),
        }
        for what, row in rows.items()
    ]
