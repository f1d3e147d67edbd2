"""The Cost page's other questions as HTML: what tools count, memory part by part, a second opinion, what one unit sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from explorer import units
from explorer.facts import conventions, memory, receptive
from explorer.facts.agreement import Agreement
from explorer.facts.conventions.counting import Convention
from explorer.facts.proof import Proof, ratio
from explorer.facts.told import Provable, Told
from explorer.net import called
from explorer.net.trace import trace
from explorer.spec import ResNetSpec
from explorer.spec.task import OPTIMIZERS, USUAL_OPTIMIZER
from explorer.tell import fragments, markup, palette
from explorer.tell.fragments import Figure
from explorer.tell.sheet_forms import WHERE_ASSUMED

MEMORY_WORDS = {
    "optimizer": "optimiser",
    "activations": "activation memory (peak: alive at once; kept for backward)",
    "working": "working space, estimated",
    "total": "total, estimated",
}
FIELD_WORDS = {"v1_px": "stride on the 1×1 (v1)", "v15_px": "stride on the 3×3 (v1.5)"}
OF_NONE = {
    "input": "the picture, counted above as input",
    "in place": "in place, over its input",
}  # what takes no new memory
HOW_MANY = "How many parameters?"
EVERY_OUTPUT, EVERY_BLOCK = "Every layer’s output", "Every block, with its steps"  # what is folded away
FIELD_ALT = "Receptive field after each block, v1 against v1.5"


@dataclass(frozen=True)
class Counted:
    """Who counts what of a net. rows: as plain data."""

    lead: Markup
    results: Markup
    weights: Markup
    rows: Sequence[Mapping[str, object]]


def counted(spec: ResNetSpec, height: int, width: int, batch: int) -> Counted:
    """All conventions side by side, each gap with its reason; then how many parameters there are, and by whose count."""
    rows, weights = conventions.reconcile(spec, height, width), conventions.parameters(spec, height, width)
    low, high = (
        Provable(units.count(row.value), row.proof)
        for row in (pick(rows, key=lambda row: row.value) for pick in (min, max))
    )
    said = Told(
        f"One net, one {height}×{width} picture, and the answer runs from ",
        low,
        " to ",
        high,
        ". Nobody is wrong: they count different things. Every gap has a name.",
        f" Below the results are of batch {batch:,}, by which most tools multiply; what they are made of is of one picture."
        if batch > 1
        else "",
    )
    note = "Computed from the trace by each tool’s rule; the tests run the tools on the real model and compare."
    missing = conventions.untested(spec)
    if missing:
        note += f" No figures of mmpretrain and Keras: they print none with {', '.join(missing)}."
    agree = "PyTorch, torchinfo, fvcore, ptflops and thop agree; Keras counts more."
    return Counted(
        fragments.lead(said),
        _counted(rows, "MACs of conv and fc", batch, note),
        _counted(weights, "PyTorch’s", 1, agree),
        conventions.rows([*rows, *weights]),
    )


def _counted(rows: Sequence[Convention], base: str, batch: int, note: str) -> Markup:
    """A table of conventions. base: what they all start from."""
    cards = markup.Cards(f"counted-{base}")
    of_one = ", one picture" if batch > 1 else ""
    head = Markup(
        '<th>Who counts</th><th class="num">Result</th><th>Unit, mode</th><th class="num">{}{}</th>'
        "<th>What else, and why{}</th>"
    ).format(base, of_one, of_one)
    body = markup.joined(_convention(row, batch, cards) for row in rows)
    return Markup('{}<div class="note">{} {}</div>{}').format(
        markup.framed(head, body, "flops"), note, markup.mark("computed"), cards.html()
    )


def _convention(row: Convention, batch: int, cards: markup.Cards) -> Markup:
    gap_words = Markup('{} <b>{}</b> {} <span class="soft">({})</span>')
    gaps = [gap_words.format("+", cards.number(gap.proof), gap.unit, gap.formula) for gap in row.gaps]
    if row.apart:
        gaps.append(gap_words.format("", cards.number(row.apart.proof), row.apart.unit, row.apart.formula))
    batched = batch > 1 and row.per == "batch"
    how = [
        "a multiply-add is 2" if row.factor == 2 else "",
        f"{row.mode} mode" if row.mode != "either" else "",
        {"batch": "times the batch", "picture": "one picture"}.get(row.per, ""),
    ]
    return Markup(
        '<tr><td><b>{}</b><br><span class="soft">{}</span></td><td class="num big">{}{}</td>'
        '<td>{}<br><span class="soft">{}</span></td><td class="num">{}</td><td>{}</td></tr>'
    ).format(
        row.name,
        row.says,
        cards.number(row.of_batch(batch)),
        Markup('<br><span class="soft times">{:,} · {}</span>').format(batch, row.proof.shown) if batched else "",
        row.unit,
        " · ".join(filter(None, how)),
        cards.number(row.base_proof),
        Markup("<br>").join(gaps) or "–",
    )


@dataclass(frozen=True)
class Memories:
    """Inference and training. problem: why torch would refuse to train it, else ""; lead: None then; most: when most is alive;
    rows: as plain data."""

    problem: str
    lead: Markup | None
    figures: Markup
    most: Markup
    table: Markup
    rows: Sequence[Mapping[str, object]]


def memories(spec: ResNetSpec, height: int, width: int, batch: int, dtype: str, optimizer: str | None) -> Memories:
    """Inference and training, part by part. dtype, optimizer: as for `memory.proofs`; without one, training as usual."""
    full = optimizer or OPTIMIZERS[USUAL_OPTIMIZER]
    wanted = (spec, height, width, batch, dtype)
    both, problem, lead = {"inference": memory.proofs(*wanted)}, "", None
    try:
        both[f"training, {full}"] = memory.proofs(*wanted, full)
    except ValueError as error:  # torch would refuse too: inference is still told
        problem = f"Training: {error}."
    else:
        lead = _training_against_inference(batch, *(one["total"] for one in both.values()))
    figures = [
        Figure(
            f"≈ {units.size(one['total'].value)}",
            f"{what} · batch {batch:,}, {memory.FORMATS[dtype]}",
            source="estimated",
            proof=one["total"],
        )
        for what, one in both.items()
    ]
    parts = [
        {
            "part": f"{batch:,} pictures" if part == "picture" and batch > 1 else MEMORY_WORDS.get(part, part),
            **{what: Provable(one[part].shown, one[part]) for what, one in both.items()},
        }
        for part in both["inference"]
    ]
    caption = f"Bytes; click a number for how it comes about. {memory.tested(spec, dtype)} {WHERE_ASSUMED}"
    rows = [
        {
            "part": part,
            **{what: one[part].value for what, one in both.items()},
            **{f"{what}, how": one[part].expression for what, one in both.items()},
        }
        for part in both["inference"]
    ]
    most = fragments.lead(_most(both, memory.torchvisions_peak(*wanted)))
    return Memories(problem, lead, fragments.figures(figures), most, fragments.table(parts, caption, "estimated"), rows)


def _most(both: Mapping[str, Mapping[str, Proof]], theirs: Proof | None) -> Told:
    """When most of the activations is alive, and how much, in whose code. theirs: as `memory.torchvisions_peak` has it."""
    inference, *training = (one["activations"] for one in both.values())
    told = Told("In inference most is ", inference.label, ": ", _in_bytes(inference), ". ")
    if theirs:
        told = Told(
            "The peak of inference is one of the code, not of the net alone. In the explorer’s code, which you can take along, most is ",
            inference.label,
            ": ",
            _in_bytes(inference),
            f". In torchvision’s code, which lets go of a convolution’s input before its BN runs, most is {theirs.label}: ",
            _in_bytes(theirs),
            ". ",
        )
    for kept in training:
        told = Told(
            told, "In training most is alive when the forward pass ends and backward begins: ", _in_bytes(kept), ". "
        )
    return told


def _in_bytes(proof: Proof) -> Provable:
    return Provable(f"{proof.shown} bytes", proof)


def every_output(spec: ResNetSpec, height: int, width: int, batch: int, dtype: str) -> Markup:
    """Layer by layer: its output, and whether backward needs it."""
    nodes = trace(spec, height, width, batch)
    rows = [
        {
            "layer": row["layer"],
            "kind": palette.KIND_LABELS[row["kind"]],
            "output": units.shape(row["out_shape"], True),
            "bytes": f"{row['bytes']:,}" if row["bytes"] else "–",
            "how": row["formula"]
            if row["bytes"]
            else OF_NONE["input" if row["layer"] == nodes[0].path else "in place"],
            "kept for backward": "yes" if row["kept_for_backward"] else "",
        }
        for row in memory.by_layer(spec, height, width, batch, dtype)
    ]
    return fragments.table(rows, f"In {memory.FORMATS[dtype]}; N×C×H×W, as torch writes a shape.")


def _training_against_inference(batch: int, inference: Proof, training: Proof) -> Markup:
    times = replace(ratio(inference, training), rule="training ÷ inference")
    return fragments.lead(
        Told(
            f"At batch {batch:,}, training needs about ",
            Provable(f"{times.value:.1f}", times),
            " times the memory of "
            "inference: backward needs every activation again, and every weight has a gradient; the optimiser keeps one more "
            "number per weight (SGD with momentum) or two (Adam). Try a larger batch above: weights stay, activations "
            "grow with it.",
        )
    )


def second_opinion(seen: Agreement, batch: int) -> tuple[Markup, Markup]:
    """Whether torchinfo's totals are ours, in a sentence and one by one."""
    rows = [
        {
            "total": what,
            "torchinfo": f"{theirs:,}",
            "from the trace": Provable(ours.shown, ours),
            "": "✓ match" if theirs == ours.value else "✗ differs",
        }
        for what, theirs, ours in seen.totals
    ]
    said = "every total agrees." if seen.holds else "a total differs. Please report this."
    of_all = f", with batch {batch:,}: multiply-adds and outputs are of all of it" if batch > 1 else ""
    return (
        fragments.lead(f"The same model, summarized by torchinfo, as a second opinion: {said}"),
        fragments.table(rows, f"torchinfo ran on this very model, on the meta device{of_all}."),
    )


@dataclass(frozen=True)
class Fields:
    """What one unit sees, block by block. rows, proofs: of each block, as `facts.receptive` has them."""

    rows: list[receptive.BlockField]
    proofs: list[dict[str, Proof]]
    lead: Markup
    figures: Markup

    def every_block(self) -> Markup:
        """A line per block, each field with its steps."""
        return fragments.table(
            [
                {
                    "block": called.block(row["block"]),
                    "stage": row["stage"],
                    **{
                        words: Provable(units.pixels(receptive.fields(row)[key]), proof[key])
                        for key, words in FIELD_WORDS.items()
                    },
                    "distance between units, px": row["jump_px"],
                }
                for row, proof in zip(self.rows, self.proofs, strict=True)
            ]
        )


def fields(spec: ResNetSpec) -> Fields:
    """Receptive field per block, v1 against v1.5."""
    rows, proofs = receptive.by_block(spec), receptive.proofs(spec)
    last = [
        Figure(
            units.pixels(receptive.fields(rows[-1])[key]),
            f"{words}, at {called.block(rows[-1]['block'])}",
            proof=proofs[-1][key],
        )
        for key, words in FIELD_WORDS.items()
    ]
    return Fields(rows, proofs, fragments.lead(receptive.lesson(rows, proofs)), fragments.figures(last))
