"""The pieces that a page is made of, as HTML: key figures, a drawing with its proofs, sums and reasons.

The app shows them by `web.pieces`; a lecture saved as one file has the same ones.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING

from markupsafe import Markup

from explorer import units
from explorer.facts.told import Provable, Told
from explorer.spec import naming
from explorer.spec.chosen import Chosen
from explorer.tell import markup, palette
from explorer.tell.buttons import spots
from explorer.tell.markup import joined, mark

if TYPE_CHECKING:  # needs torch: not before the controls are painted
    from explorer.facts.proof import Proof
    from explorer.tell.drawing import Drawing


@dataclass(frozen=True)
class Image:
    """A drawing where it stands in a page. label: what it shows."""

    drawn: Drawing
    label: str

    def __html__(self) -> str:
        return image(str(self.drawn), self.label)


@dataclass(frozen=True)
class Pictured:
    """HTML whose drawings are still drawings, for whoever keeps them apart; a page shows it as it shows `Markup`."""

    parts: tuple[Markup | Image, ...]

    @cached_property
    def _html(self) -> Markup:
        return joined(self.parts)

    def __html__(self) -> str:
        return self._html


Html = Markup | Pictured


@dataclass(frozen=True)
class Figure:
    """A key figure. source: a key of units.PROVENANCE; proof: what the number opens, where it has a formula."""

    value: str
    label: str
    exact: str = ""
    source: str = "computed"
    proof: Proof | None = None


MOST_IN_A_LINE = 96  # letters of a header that stand in one line at 1280 and 1440 pixels; longer ones are set smaller


@lru_cache(maxsize=256)
def built(chosen: Chosen, task: str) -> Markup:
    """What is built, in the field's words; the numbers open their proofs. task: what else it is asked to do, or ""."""
    from explorer.facts.proof import prove  # torch: not before the controls are painted
    from explorer.net.trace import trace

    spec, batch, cards = chosen.spec, chosen.batch, markup.Cards("header")
    nodes = trace(spec, chosen.height, chosen.width, batch)
    params, macs = (prove(metric, nodes) for metric in ("params", "macs"))
    title, layout = naming.title(spec), naming.layout(spec)
    how_many, how_much = f"{units.count(params.value)} params", units.macs(macs.value)
    how_much += " per picture" if batch > 1 else ""
    shape = f"{batch}×{spec.in_channels}×{chosen.height}×{chosen.width}"
    facts = [
        cards.explained(layout),
        cards.number(params, how_many, means="params"),
        cards.number(macs, how_much, means="MACs"),
        cards.explained(shape),
        *([cards.explained(task)] if task else []),
    ]
    long = sum(map(len, (title, layout, how_many, how_much, shape, task))) > MOST_IN_A_LINE
    spans = joined(Markup('<span class="sep">{}</span>').format(fact) for fact in facts)
    said = [naming.same_layout_as(chosen.layout_of, spec) or naming.remark(spec), *naming.special(spec)[:2]]
    soft = joined(Markup('<span class="soft">{}</span>').format(cards.explained(one)) for one in said if one)
    return Markup('<div class="built{}" role="status"><b>{}</b>{}{}</div>{}').format(
        " long" if long else "", cards.explained(title), spans, soft, cards.html()
    )


def figures(items: Sequence[Figure]) -> Markup:
    """A row of key figures; a number that has a proof opens it."""
    cards = markup.Cards("figures")
    cells = joined(
        Markup('<div class="figure"><div class="value">{}</div><div class="label">{} {}</div>{}</div>').format(
            cards.number(item.proof, item.value) if item.proof else item.value,
            cards.explained(item.label),
            mark(item.source),
            Markup('<div class="exact">{}</div>').format(item.exact) if item.exact else "",
        )
        for item in items
    )
    return Markup('<div class="figures">{}</div>{}').format(cells, cards.html())


def lead(text: str | Told) -> Markup:
    """The page's point, in a sentence or two; a `Told`'s numbers open their proofs, the field's words what they mean."""
    cards = markup.Cards("lead")
    return Markup('<p class="lead">{}</p>{}').format(cards.explained(text), cards.html())


def note(text: str, source: str = "", explained: bool = False) -> Markup:
    """Small print below a figure. explained: the field's words open what they mean."""
    cards = markup.Cards(text)
    words = cards.explained(text) if explained else text
    return Markup('<div class="note">{} {}</div>{}').format(words, mark(source) if source else "", cards.html())


def told(proofs: Mapping[str, Proof]) -> Markup:
    """Exact numbers with their names in one line, what they are behind those of each kind; each opens its proof."""
    cards, runs = markup.Cards("told"), []
    for source, some in groupby(proofs.items(), lambda item: item[1].source):
        facts = joined((Markup("{} {}").format(cards.number(proof), words) for words, proof in some), " · ")
        runs.append(Markup("{} {}").format(facts, mark(source)))
    return Markup('<div class="told">{}</div>{}').format(joined(runs, " · "), cards.html())


def drawing(
    drawn: Drawing,
    label: str,
    least_px: int = 0,
    most_px: int = 2000,
    proofs: Mapping[str, Proof] = MappingProxyType({}),
) -> Pictured:
    """A drawing as wide as its column; scrolls inside itself where it would become narrower than `least_px`. proofs: of the
    numbers in it, by the names that they have there (`svg.Text`)."""
    cards = markup.Cards(label)
    begins = Markup('<div class="scroll"><div class="drawing" style="min-width:{}px;max-width:{}px;--ratio:{:.4f}">')
    ends = Markup("{}</div></div>{}").format(spots(drawn, proofs, cards), cards.html())
    return Pictured((begins.format(least_px, most_px, drawn.width / drawn.height), Image(drawn, label), ends))


def image(svg: str, label: str) -> Markup:
    """An SVG as an `<img>`: st.html takes inline SVG away. The picture follows the theme by `prefers-color-scheme`,
    which an image inherits from the page's colour scheme."""
    data = b64encode(svg.encode()).decode()
    return Markup('<img alt="{}" src="data:image/svg+xml;base64,{}">').format(label, data)


def arithmetic(proof: Proof) -> Markup:
    """A substituted formula, its result in bold."""
    return Markup('<div class="sum">{} = <b>{}</b></div>').format(proof.expression, proof.shown)


def reason(kind: str, why: Told) -> Markup:
    """Why a block's shortcut is solid or dotted, with the line itself as a key. kind: of palette.SHORTCUT_WORDS."""
    cards = markup.Cards("reason")
    return Markup('<div class="why"><span class="key {}"></span><b>{}.</b> {}</div>{}').format(
        kind, palette.SHORTCUT_WORDS[kind], cards.text(why), cards.html()
    )


def table(rows: Sequence[Mapping[str, object]], caption: str = "", source: str = "computed") -> Markup:
    """Plain rows as a table that reads like the paper's; a `Provable` cell opens its formula, the field's words in the
    caption what they mean."""
    cards = markup.Cards("caption")
    below = Markup('<div class="note">{} {}</div>').format(cards.explained(caption), mark(source)) if caption else ""
    return markup.table(rows, "table") + below + cards.html()


def provable(rows: Sequence[Mapping[str, object]], proofs: Sequence[Mapping[str, Proof]]) -> list[dict[str, object]]:
    """The same rows, with a formula behind each figure that has one."""
    return [
        {key: Provable(str(value), known[key]) if key in known else value for key, value in row.items()}
        for row, known in zip(rows, proofs, strict=True)
    ]


def together(*pieces: Html) -> Pictured:
    """Pieces below one another as one: every piece that is sent by itself costs each rerun a third of a millisecond."""
    opens, closes = Markup("<div>"), Markup("</div>")
    below = (part for piece in pieces for part in (opens, *_parts(piece), closes))
    return Pictured((Markup('<div class="together">'), *below, closes))


def _parts(piece: Html) -> tuple[Markup | Image, ...]:
    return piece.parts if isinstance(piece, Pictured) else (piece,)
