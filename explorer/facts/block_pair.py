"""Single blocks cut out of small real nets, to be set side by side: basic against bottleneck at any width."""

from __future__ import annotations

from dataclasses import dataclass, replace

from explorer.facts.proof import Proof, deciding_size, prove, ratio
from explorer.facts.reason import parts
from explorer.facts.rollup import Block, Row, blocks
from explorer.facts.told import Provable, Told
from explorer.net.ops import op
from explorer.net.trace import trace
from explorer.spec import BLOCKS, ResNetSpec, Value, check_int, varied
from explorer.terms import plus, times

PLACES = {  # where the block stands -> what its shortcut has to do
    "solid": "inside a stage: same shape in and out",
    "dotted": "first of conv3_x, conv4_x, conv5_x: halves height and width, doubles the channels",
    "conv2_x": "first of conv2_x, straight after the stem: a bottleneck has to widen its channels, a basic block does not",
}
MAP_SIZE = {
    64: 56,
    128: 28,
    256: 14,
    512: 7,
}  # inner width → side of the maps on which ResNet-34 and 50 have such blocks
STAGE = {56: "conv2_x", 28: "conv3_x", 14: "conv4_x", 7: "conv5_x"}
NET = {"basic": "ResNet-34", "bottleneck": "ResNet-50"}


@dataclass(frozen=True)
class Pair:
    """A basic block and a bottleneck to compare: each on maps of the size on which ResNet-34 or 50 has it, where both have
    it; else on maps of the same size."""

    basic: Block
    bottleneck: Block

    @property
    def ratio(self) -> Proof:
        """Convolution weights of the basic block per weight of the bottleneck, the shortcut's left out."""
        return replace(
            ratio(prove("params", self.bottleneck.convs, "bottleneck"), prove("params", self.basic.convs, "basic")),
            rule="weights of the basic block ÷ weights of the bottleneck, main paths",
        )

    def by_kind(self) -> dict[str, Block]:
        return {"basic": self.basic, "bottleneck": self.bottleneck}


def totals(block: Block) -> dict[str, Proof]:
    """What stands below a block: its parameters, and its multiply-adds with and without the shortcut's."""
    main, whole = prove("macs", block.convs), prove("macs", block.nodes)
    beside = {"shortcut": block.bypass, "attention": [node for node in block.nodes if node.in_gate]}
    named = " and the ".join(f"{name}’s" for name, nodes in beside.items() if any(node.macs for node in nodes))
    more = {f"MACs with the {named}": whole} if whole.value != main.value else {}
    return {
        "parameters, norms and shortcut included": prove("params", block.nodes),
        "MACs of the main path": main,
    } | more


def arithmetic(block: Block) -> Proof:
    """'1·1·256·64 + 3·3·64·64 + 1·1·64·256 = 69,632': k·k·c_in·c_out of each convolution on the main path."""
    products = (times(k, k, c_in, c_out) for c_out, c_in, k, _ in (node.weights[0][1] for node in block.convs))
    return Proof("weights", plus(*products), "k·k·c_in·c_out of each convolution")


def pair(width: int, equal: str = "width", place: str = "solid", base: ResNetSpec | None = None) -> Pair:
    """Basic and bottleneck at outer width `width` (channels that leave the bottleneck).

    equal: "width" gives both the same outer width; "cost" gives the basic block a quarter of it, as Fig. 5 of
    He et al. 2015 does (64-d against 256-d). base: whose shortcut option, stride place, activation and norm to use.
    Raises `ValueError` for a width that the place or GroupNorm's groups do not allow.
    """
    base = base or ResNetSpec()
    check_int("width", width, 8, 2048)
    if width % 8:
        raise ValueError(f"width={width}: choose a multiple of 8, so that a bottleneck's inner width is whole")
    basic_width = width if equal == "width" else width // 4
    side = MAP_SIZE[64] if place == "conv2_x" else MAP_SIZE.get(basic_width, 14)
    real = place != "conv2_x" and basic_width in MAP_SIZE and width // 4 in MAP_SIZE
    return Pair(
        _cut("basic", basic_width, place, side, base),
        _cut("bottleneck", width, place, MAP_SIZE[width // 4] if real else side, base),
    )


def stands(kind: str, block: Block) -> str:
    """'conv4_x of ResNet-34': where one of the paper's nets has such a block, on such maps; '' where none has."""
    (_, before, _, _), (_, width, side, _) = block.in_shape, block.out_shape
    inner = width // BLOCKS[kind].expansion
    opens = (64, 1) if side == MAP_SIZE[64] else (width // 2, 2)  # channels from the stem or the stage before, stride
    fits = (before, block.stride) in ((width, 1), opens)
    return f"{STAGE[side]} of {NET[kind]}" if fits and MAP_SIZE.get(inner) == side else ""


def lesson(found: Pair, equal: str) -> Told:
    """What the comparison teaches, in its own numbers."""
    basic, bottleneck = found.basic.out_shape[1], found.bottleneck.out_shape[1]
    if equal == "width":
        return Told(
            f"At the same {basic:,} channels the bottleneck’s main path does with ",
            Provable(f"{found.ratio.value:.1f}", found.ratio),
            " times fewer weights: two 1×1 convolutions squeeze the "
            f"channels so that the 3×3 works on {found.bottleneck.convs[1].out_shape[1]:,}.",
            _projections(found),
        )
    fig5 = (basic, bottleneck, found.basic.shortcut) == (64, 256, "identity")
    return Told(
        "At nearly the same cost (a ratio of ",
        Provable(f"{found.ratio.value:.2f}", found.ratio),
        f" on the main path) the bottleneck carries {bottleneck:,} channels where the basic block carries {basic:,}. ",
        "This is the pair of the paper’s Fig. 5." if fig5 else "The paper’s Fig. 5 has 256 against 64.",
        _projections(found),
    )


def _projections(found: Pair) -> Told:
    """What the comparison of the main paths leaves out."""
    extra = {kind: conv for kind, block in found.by_kind().items() for conv in block.bypass if op(conv.kind).layer}
    if not extra:
        return Told()
    proofs = {kind: prove("params", [conv]) for kind, conv in extra.items()}
    return Told(
        " The projections come on top: ",
        Told(", ").join(Told(Provable(proof.shown, proof), f" weights ({kind})") for kind, proof in proofs.items()),
        ".",
    )


def why(block: Block) -> Told:
    """The reason for its shortcut, the projection's weights with their proof."""
    proofs = [
        one if isinstance(one, str) else Provable(f"{one.params:,}", prove("params", [one])) for one in parts(block)
    ]
    first, rest = str(proofs[0]), proofs[1:]
    return Told(first[0].upper() + first[1:], *rest, ".")


def drawn_proofs(block: Block) -> dict[str, Proof]:
    """The numbers in a block's drawing (see drawing.block): each convolution's weights, and the side of its maps."""
    return {node.path: prove("params", [node]) for node in block.convs} | {"out": deciding_size(block.nodes)[0]}


def option_rows(width: int, equal: str, place: str, base: ResNetSpec) -> list[dict[str, str | Provable]]:
    """The pair's parameters (norms included) under each shortcut option."""
    names = {
        "A": "A: zero-padding",
        "B": "B: projection where the shape changes",
        "C": "C: projection always",
        "none": "none: the plain net",
    }
    found = {option: pair(width, equal, place, varied(base, shortcut=option)) for option in names}
    return [
        {
            "option": names[option],
            **{
                key: value
                for kind, block in one.by_kind().items()
                for key, value in ((f"{kind} block", _provable(block)), (f"{kind} shortcut", block.shortcut))
            },
        }
        for option, one in found.items()
    ]


def _provable(block: Block) -> Provable:
    proof = prove("params", block.nodes)
    return Provable(proof.shown, proof)


def rows(found: Pair) -> list[Row]:
    """Every layer of both blocks, for export."""
    return [
        {
            "block": kind,
            "layer": node.path.split(".", 2)[2],
            "kind": node.kind,
            "in_shape": list(node.in_shape),
            "out_shape": list(node.out_shape),
            "params": node.params,
            "macs": node.macs,
        }
        for kind, block in found.by_kind().items()
        for node in block.nodes
    ]


LOCAL: dict[str, Value] = {
    "stem_widths": (),
    "pool": "usual",
    "widths": (),
    "strides": (),
    "output_stride": 32,
    "stride_place": "first",
}


def _cut(kind: str, outer: int, place: str, side: int, base: ResNetSpec) -> Block:
    """The block of `outer` channels at `place`, from a net that is just deep enough to have it."""
    inner = outer // BLOCKS[kind].expansion
    halves = place == "dotted"
    spec = varied(
        base,
        stages=(1, 1) if halves else (2,),
        block=kind,
        width=inner // 2 if halves else inner,
        groups=1,
        width_per_group=64,
        stem="cifar",
        **LOCAL,
    )
    found = blocks(trace(spec, *(2 * (side * 2 if halves else side,))))
    return found[0] if place == "conv2_x" else found[1]
