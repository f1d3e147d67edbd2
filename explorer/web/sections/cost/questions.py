"""The sections of the Cost page: where it is, FLOPs reconciled, memory, torchinfo, what a unit sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st
from markupsafe import Markup

from explorer import units
from explorer.facts import conventions, cost, memory
from explorer.facts.agreement import agreement
from explorer.facts.conventions.counting import Convention
from explorer.facts.proof import Proof, ratio
from explorer.facts.rollup import METRICS, SUMS
from explorer.facts.told import Provable, Told
from explorer.net.node import Node
from explorer.spec import naming
from explorer.spec.task import OPTIMIZERS, USUAL_OPTIMIZER
from explorer.tell import cost_parts, markup, palette, pictures, questions
from explorer.tell.drawing import Drawing
from explorer.tell.plots import cost as cost_plots
from explorer.tell.plots.once import once
from explorer.web import facts_pieces, pieces, plain
from explorer.web.asked import asked
from explorer.web.pieces import Figure
from explorer.web.state import Chosen

MEMORY_WORDS = {
    "optimizer": "optimiser",
    "activations": "activation memory (peak: alive at once; kept for backward)",
    "working": "working space, estimated",
    "total": "total, estimated",
}


def where(chosen: Chosen, nodes: Sequence[Node]) -> Sequence[Mapping[str, object]]:
    """Shares by stage, then any metric of the selected part as treemap, sunburst or bars, and as a table."""
    name = naming.title(chosen.spec)
    net = (chosen.spec, chosen.height, chosen.width, chosen.batch)
    try:
        head = cost_parts.head(*net, chosen.dtype, chosen.training)
    except ValueError as error:  # torch would refuse to train it too
        plain.info(f"{error}. Shown: the memory of inference.")
        head = cost_parts.head(*net, chosen.dtype, None)
    for one in head:
        pieces.html(one)
    left, middle, right = st.columns([1, 2.1, 1.1], vertical_alignment="bottom")
    with left:
        path = facts_pieces.look_into(nodes)
    with middle:
        metric = asked("What is counted?", questions.METRIC, "metric", before=questions.OLD_METRIC)
    row = METRICS[metric]
    with right:
        drawn = asked("Drawn as what?", questions.AS, "as") if metric in SUMS else "bars"
    part = cost.part(nodes, path)
    if len(part.children) > 1:
        pieces.chart(
            once(cost_plots.part, *net, part.path, metric, drawn),
            f"{row.label} of {name}, {part.path}, as {drawn}",
            f"where-{drawn}-{part.path}",  # a click on a part selects it, a click on the whole what it is in
            lambda picked: facts_pieces.select(part.nodes, part.above if picked == part.path else picked),
        )
    if shown := part.proof(metric):
        pieces.opened(f"{row.label} of {part.path}", shown)
    pieces.html(cost_parts.table(*net, part.path))
    return part.rows()


def drawings(chosen: Chosen, nodes: Sequence[Node]) -> dict[str, Drawing]:
    """The bars of `where` as a picture to take away."""
    return {"Shares": pictures.shares(nodes, naming.title(chosen.spec))}


def flops(chosen: Chosen, nodes: Sequence[Node]) -> Sequence[Mapping[str, object]]:
    """All conventions side by side, each gap with its reason; then how many parameters there are, and by whose count."""
    size = (chosen.spec, chosen.height, chosen.width)
    rows, weights = conventions.reconcile(*size), conventions.parameters(*size)
    low, high = (
        Provable(units.count(row.value), row.proof)
        for row in (pick(rows, key=lambda row: row.value) for pick in (min, max))
    )
    pieces.lead(
        Told(
            f"One net, one {chosen.height}×{chosen.width} picture, and the answer runs from ",
            low,
            " to ",
            high,
            ". Nobody is wrong: they count different things. Every gap has a name.",
        )
    )
    note = (
        f"Results for batch {chosen.batch:,} where a tool multiplies by it, else for one picture. "
        if chosen.batch > 1
        else ""
    )
    note += "Computed from the trace by each tool’s rule; the tests run the tools on the real model and compare."
    missing = conventions.untested(chosen.spec)
    if missing:
        note += f" No figures of mmpretrain and Keras: they print none with {', '.join(missing)}."
    _counted(rows, "MACs of conv and fc", chosen.batch, note)
    st.subheader("How many parameters?", anchor=False)
    _counted(weights, "PyTorch’s", 1, "PyTorch, torchinfo, fvcore, ptflops and thop agree; Keras counts more.")
    return conventions.rows([*rows, *weights])


def _counted(rows: Sequence[Convention], base: str, batch: int, note: str) -> None:
    """A table of conventions. base: what they all start from."""
    cards = markup.Cards(f"counted-{base}")
    head = Markup(
        '<th>Who counts</th><th class="num">Result</th><th>Unit, mode</th><th class="num">{}</th><th>What else, and why</th>'
    ).format(base)
    body = markup.joined(_convention(row, batch, cards) for row in rows)
    pieces.html(
        Markup('{}<div class="note">{} {}</div>{}').format(
            markup.framed(head, body, "flops"), note, pieces.mark("computed"), cards.html()
        )
    )


def _convention(row: Convention, batch: int, cards: markup.Cards) -> Markup:
    gap_words = Markup('{} <b>{}</b> {} <span class="soft">({})</span>')
    gaps = [gap_words.format("+", cards.number(gap.proof), gap.unit, gap.formula) for gap in row.gaps]
    if row.apart:
        gaps.append(gap_words.format("", cards.number(row.apart.proof), row.apart.unit, row.apart.formula))
    how = [
        "a multiply-add is 2" if row.factor == 2 else "",
        f"{row.mode} mode" if row.mode != "either" else "",
        {"batch": "times the batch", "picture": "one picture"}.get(row.per, ""),
    ]
    return Markup(
        '<tr><td><b>{}</b><br><span class="soft">{}</span></td><td class="num big">{}</td>'
        '<td>{}<br><span class="soft">{}</span></td><td class="num">{}</td><td>{}</td></tr>'
    ).format(
        row.name,
        row.says,
        cards.number(row.of_batch(batch)),
        row.unit,
        " · ".join(filter(None, how)),
        cards.number(row.base_proof),
        Markup("<br>").join(gaps) or "–",
    )


def memories(chosen: Chosen) -> Sequence[Mapping[str, object]]:
    """Inference and training, part by part, for this batch and a dtype."""
    dtype, full = chosen.dtype, chosen.training or OPTIMIZERS[USUAL_OPTIMIZER]
    wanted = (chosen.spec, chosen.height, chosen.width, chosen.batch, dtype)
    both = {"inference": memory.proofs(*wanted)}
    try:
        both[f"training, {full}"] = memory.proofs(*wanted, full)
    except ValueError as error:  # torch would refuse too: inference is still told
        plain.info(f"Training: {error}.")
    else:
        _training_against_inference(chosen.batch, *(one["total"] for one in both.values()))
    pieces.figures(
        [
            Figure(
                f"≈ {units.size(one['total'].value)}",
                f"{what} · batch {chosen.batch:,}, {memory.FORMATS[dtype]}",
                source="estimated",
                proof=one["total"],
            )
            for what, one in both.items()
        ]
    )
    pieces.table(
        [
            {
                "part": MEMORY_WORDS.get(part, part),
                **{what: Provable(one[part].shown, one[part]) for what, one in both.items()},
            }
            for part in both["inference"]
        ],
        caption=f"Bytes; click a number for how it comes about. {memory.tested(chosen.spec, dtype)} Assumed: "
        + "; ".join(memory.assumptions(dtype))
        + ".",
        source="estimated",
    )
    pieces.unfolding("Every layer’s output", "format_list_numbered", lambda: _every_output(chosen, dtype))
    return [
        {
            "part": part,
            **{what: one[part].value for what, one in both.items()},
            **{f"{what}, how": one[part].expression for what, one in both.items()},
        }
        for part in both["inference"]
    ]


def _every_output(chosen: Chosen, dtype: str) -> None:
    """Layer by layer: its output, and whether backward needs it."""
    pieces.table(
        [
            {
                "layer": row["layer"],
                "kind": palette.KIND_LABELS[row["kind"]],
                "output": units.shape(row["out_shape"], True),
                "bytes": f"{row['bytes']:,}",
                "how": row["formula"],
                "kept for backward": "yes" if row["kept_for_backward"] else "",
            }
            for row in memory.by_layer(chosen.spec, chosen.height, chosen.width, chosen.batch, dtype)
        ],
        caption=f"In {memory.FORMATS[dtype]}; 0 where a layer writes over its input.",
    )


def _training_against_inference(batch: int, inference: Proof, training: Proof) -> None:
    times = replace(ratio(inference, training), rule="training ÷ inference", source="estimated")
    pieces.lead(
        Told(
            f"At batch {batch:,}, training needs about ",
            Provable(f"{times.value:.1f}", times),
            " times the memory of "
            "inference: backward needs every activation again, and every weight has a gradient; the optimiser keeps one more "
            "number per weight (SGD with momentum) or two (Adam). Try a larger batch above: weights stay, activations "
            "grow with it.",
        )
    )


def torchinfos(chosen: Chosen) -> Sequence[Mapping[str, object]]:
    """torchinfo's text and the agreement of its totals with ours."""
    deep = asked("Down to what?", questions.LEVELS, "levels")
    seen = agreement(chosen.spec, chosen.height, chosen.width, int(deep), chosen.batch)
    pieces.lead(
        "The same model, summarized by torchinfo, as a second opinion: "
        + ("every total agrees." if seen.holds else "a total differs. Please report this.")
    )
    pieces.table(
        [
            {
                "total": what,
                "torchinfo": f"{theirs:,}",
                "from the trace": Provable(ours.shown, ours),
                "": "✓ match" if theirs == ours.value else "✗ differs",
            }
            for what, theirs, ours in seen.totals
        ],
        caption="torchinfo ran on this very model, on the meta device.",
    )
    st.code(seen.text, language=None, height=520)
    return [{"total": what, "torchinfo": theirs, "trace": ours.value} for what, theirs, ours in seen.totals]
