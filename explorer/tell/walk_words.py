"""What is said at each step of the walk, in plain words. Numbers come with the step; nothing is computed here."""

from __future__ import annotations

from dataclasses import dataclass

from explorer import units
from explorer.net.node import Node
from explorer.net.ops import is_picture
from explorer.tell.netmap.groups import Part


@dataclass(frozen=True)
class Words:
    """A heading of a few words, and one or two short sentences, in pieces where a number in them opens its proof: each second
    piece is one."""

    title: str
    text: tuple[str, ...]

    @property
    def whole(self) -> str:
        return "".join(self.text)


def words(title: str, *text: str) -> Words:
    return Words(title, text)


def of_picture(shape: tuple[int, ...]) -> Words:
    channels, height, width = shape[1:]
    each = "one number each: how much ink is there" if channels == 1 else f"{channels} numbers each: red, green, blue"
    return words("The picture enters", f"{height}×{width} pixels, {each}.")


def of_layer(part: Part) -> Words:
    """A step of stem or head, by its first operation."""
    node = next(one for one in part.nodes if not is_picture(one))
    return LAYERS.get(node.kind, _other)(node)


def of_block(part: Part, share: float | None) -> Words:
    """A step of a block, or of a run of equal ones. share: ‖F(x)‖ / ‖x‖ where there is a shortcut."""
    block = part.blocks[-1]
    before = "The last of them: " if len(part.blocks) > 1 else ""
    x, total = block.nodes[0].in_shape, block.out_shape
    thinned = "every second pixel stays, " if x[2:] != total[2:] else ""
    how = SHORTCUTS[block.shortcut].format(before=units.shape(x), after=units.shape(total), thinned=thinned)
    how = before + (how[0].lower() + how[1:] if before else how)
    added = () if share is None else (times(share), " as large as x.")
    return words(part.place, f"{how} The block adds F(x), " if added else how, *added)


def of_answer(best: tuple[str, float], trained: bool) -> Words:
    if not trained:
        return words("No answer yet", "These weights are random: nothing was learned, so the bars mean nothing.")
    name, probability = best
    return words(f"It says: {name}", "With a probability of ", sure(probability), ".")


def sure(probability: float) -> str:
    """'87.3 %'; near certainty in words, as far from it as everywhere (`units.chance`)."""
    return units.chance(probability).replace(">", "more than").replace("<", "less than")


def times(share: float) -> str:
    """How large what is added is, beside what is carried."""
    return f"{share:.2f} times"


def _conv(node: Node) -> Words:
    size = "" if node.stride == 1 else f" Every {ORDINALS.get(node.stride, f'{node.stride}th')} place only."
    return words(
        f"The first convolution: {node.out_shape[1]} feature maps",
        f"A {node.kernel}×{node.kernel} window slides over the picture, once for each of {node.out_shape[1]} patterns.{size}",
    )


def _max(node: Node) -> Words:
    return words(
        "Max pooling: smaller",
        f"Of each {node.kernel}×{node.kernel} window only the largest value stays: "
        f"{_side(node.in_shape)} becomes {_side(node.out_shape)}.",
    )


def _average(node: Node) -> Words:
    return words(
        "Each map becomes one number", f"The mean of each of the {node.in_shape[1]:,} maps: what is there, not where."
    )


def _scores(node: Node) -> Words:
    return words(
        "One score for each class", f"{node.in_shape[1]:,} numbers, weighted and summed: {node.out_shape[1]:,} scores."
    )


def _other(node: Node) -> Words:
    return words(node.path, f"{_side(node.in_shape)} becomes {_side(node.out_shape)}.")


def _side(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape[2:])) or str(shape[1])


ORDINALS = {2: "second", 3: "third", 4: "fourth"}
LAYERS = {"conv": _conv, "maxpool": _max, "avgpool": _average, "mean": _average, "linear": _scores}
SHORTCUTS = {
    "identity": "x goes round the block unchanged.",
    "projection": "x is {before}, the sum is {after}: a 1×1 convolution makes x fit.",
    "pad": "x is {before}, the sum is {after}: {thinned}0 fills the new maps.",
    "subsample": "x is {before}, the sum is {after}: every second pixel of x stays.",
    "none": "No way around: what the block makes replaces x.",
}
