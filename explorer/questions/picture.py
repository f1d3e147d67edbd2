"""The picture beside a question: the layer or the block that it asks of, its numbers hidden until it is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from explorer.facts import block_pair
from explorer.facts.proof import Proof
from explorer.questions.kinds import KINDS
from explorer.questions.net import Net
from explorer.questions.question import Question
from explorer.spec import ResNetSpec
from explorer.spec.naming import title
from explorer.tell import palette
from explorer.tell.drawing import Drawing, block_drawing, layer_drawing
from explorer.tell.drawing.svg import Shape, Text


@dataclass(frozen=True)
class Picture:
    """label: in words, for who does not see it; proofs: of its numbers, by their names there."""

    drawing: Drawing
    label: str
    proofs: Mapping[str, Proof]


def picture(
    question: Question, spec: ResNetSpec, answered: bool, usual: tuple[int, int] | None = None
) -> Picture | None:
    """None where the kind has none, or none before the answer. usual: height and width as they are set for the page; they hold
    where the question's words name no size, as nobody could tell from where another one comes."""
    kind = KINDS[question.kind]
    if not kind.picture or not (answered or kind.shown):
        return None
    net = Net(spec, title(spec), *(question.input if kind.sized or usual is None else usual))
    if kind.picture == "layer":
        node = next((one for one in net.nodes if one.path == question.subject), None)
        if node is None:
            return None
        drawn = layer_drawing(node, palette.STAGE_COLOURS[node.stage])
        label = f"{net.told(node)}: maps in, its window, maps out"
        return Picture(drawn if answered else hidden(drawn), label, {})
    block = next((one for one in net.blocks if one.path == question.subject), None)
    if block is None:
        return None
    widest = max(shape[1] for shape in (block.in_shape, block.out_shape, *(node.out_shape for node in block.convs)))
    # large words: on a phone it is half as wide as it is drawn
    drawn = block_drawing(block, palette.STAGE_COLOURS[block.stage], net.full(block), widest, in_hall=True)
    if not answered:
        return Picture(hidden(drawn), f"Block {net.full(block)}, its numbers hidden", {})
    return Picture(drawn, f"Block {net.full(block)}: {block.reason}", block_pair.drawn_proofs(block))


def hidden(drawing: Drawing) -> Drawing:
    """The same without its proofs and their numbers."""
    return replace(drawing, body=tuple(map(_hidden, drawing.body)))


def _hidden(one: Shape) -> Shape:
    return replace(one, words=one.asked, proof="") if isinstance(one, Text) and one.proof else one
