"""The kinds of question: a row each in KINDS, made from the trace and its proofs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from explorer.questions import bypass, changed, compared, gates, parts, wholes
from explorer.questions.net import SHORTCUT_WORDS, Net
from explorer.questions.question import Draw, Made
from explorer.tell import questions

TOPICS = tuple(questions.TOPICS)


@dataclass(frozen=True)
class Kind:
    """topic: of TOPICS; words: what it asks for, behind the topic's name; difficulty: 1 one step, 2 one formula, 3 several; make: None where this net has no such
    question. The unit is what the answer counts; "" for words. since: the version that brought it; an older version's
    sheets never have it. picture: of what is asked for, layer | block, "" where there is none; shown: before the answer
    too, with its numbers hidden. sized: whether its words name sizes of maps, which follow from the picture’s. first: whether
    who has just been through the ten steps of Explain can do the one that was made; None where they never can."""

    topic: str
    words: str
    difficulty: int
    unit: str
    make: Callable[[Net, Draw], Made | None]
    since: int = 1
    picture: str = ""
    shown: bool = True
    sized: bool = False
    first: Callable[[Made], bool] | None = None


def any_of_it(made: Made) -> bool:
    """Whatever is drawn of this kind."""
    return True


def unchanged(made: Made) -> bool:
    """Of a shortcut: the steps have only the one that passes x as it is."""
    return made.answer == SHORTCUT_WORDS["identity"]


def by_depth(made: Made) -> bool:
    """Of two nets: the steps have neither options of the shortcut nor other widths, groups or stems."""
    return (
        re.fullmatch(
            r"Which of these nets has more parameters, ResNet-\d+( \(CIFAR\))? or ResNet-\d+( \(CIFAR\))?\?", made.text
        )
        is not None
    )


LEVELS: dict[str, Callable[[Kind, Made], bool]] = {  # whether a level has one that was made; the last has all
    "first": lambda kind, made: kind.first is not None and kind.first(made),
    "formula": lambda kind, made: kind.difficulty < 3,
    "all": lambda kind, made: True,
}
KINDS: dict[str, Kind] = {
    "output_size": Kind(
        "shapes", "rows after a layer", 2, "rows", parts.output_size, picture="layer", sized=True, first=any_of_it
    ),
    "block_size": Kind(
        "shapes", "rows after a block", 3, "rows", parts.block_size, picture="block", shown=False, sized=True
    ),
    "block_channels": Kind(
        "shapes",
        "channels after a block",
        1,
        "channels",
        parts.block_channels,
        picture="block",
        shown=False,
        first=any_of_it,
    ),
    "conv_params": Kind(
        "params", "of a convolution", 2, "parameters", parts.conv_params, picture="layer", first=any_of_it
    ),
    "norm_params": Kind("params", "of a BatchNorm", 1, "parameters", parts.norm_params),
    "block_params": Kind("params", "of a block", 3, "parameters", parts.block_params, picture="block"),
    "fc_params": Kind("params", "of the classifier", 2, "parameters", parts.fc_params),
    "conv_macs": Kind(
        "macs", "of a convolution", 2, "MACs", parts.conv_macs, picture="layer", sized=True, first=any_of_it
    ),
    "block_macs": Kind("macs", "of a block", 3, "MACs", parts.block_macs, picture="block", sized=True),
    "field": Kind("receptive", "after a block", 3, "pixels", parts.field),
    "jump": Kind("receptive", "the step of its units", 2, "pixels", parts.jump),
    "activation": Kind("memory", "of a layer’s output", 2, "bytes", parts.activation, picture="layer", sized=True),
    "weights": Kind("memory", "of a block’s parameters", 1, "bytes", parts.weights),
    "dotted": Kind("shortcuts", "how many are dotted", 2, "shortcuts", bypass.dotted, sized=True),
    "which_shortcut": Kind(
        "shortcuts",
        "what is added",
        1,
        "",
        bypass.which_shortcut,
        picture="block",
        shown=False,
        sized=True,
        first=unchanged,
    ),
    "option_a": Kind("shortcuts", "what option A saves", 3, "parameters", bypass.option_a, picture="block"),
    "versions_macs": Kind(
        "versions", "what v1.5 costs more", 3, "MACs", bypass.versions_macs, picture="block", sized=True
    ),
    "error_size": Kind(
        "shapes", "find the wrong size", 2, "", changed.error_size, 2, "layer", shown=False, sized=True, first=any_of_it
    ),
    "stage_params": Kind("params", "of a stage", 3, "parameters", wholes.stage_params, 2),
    "more_params": Kind("params", "which net has more", 2, "", compared.more_params, 2, first=by_depth),
    "order_params": Kind("params", "put parts in order", 2, "", compared.order_params, 2, first=any_of_it),
    "if_width": Kind("params", "if the net were twice as wide", 3, "parameters", changed.if_width, 2, "layer"),
    "if_classes": Kind("params", "if it had other classes", 1, "parameters", changed.if_classes, 2),
    "if_bias": Kind("params", "if convolutions had biases", 2, "parameters", changed.if_bias, 2, "block"),
    "error_params": Kind(
        "params", "find the wrong count", 2, "", changed.error_params, 2, "block", shown=False, first=any_of_it
    ),
    "stage_macs": Kind("macs", "of a stage", 3, "MACs", wholes.stage_macs, 2, sized=True),
    "more_macs": Kind("macs", "which net has more", 2, "", compared.more_macs, 2, sized=True),
    "order_macs": Kind("macs", "put convolutions in order", 2, "", compared.order_macs, 2, sized=True, first=any_of_it),
    "if_input": Kind(
        "macs", "if the picture were larger", 1, "MACs", changed.if_input, 2, "layer", sized=True, first=any_of_it
    ),
    "field_step": Kind("receptive", "what a block adds to it", 2, "pixels", wholes.field_step, 2),
    "block_memory": Kind("memory", "of a block’s outputs", 3, "bytes", wholes.block_memory, 2, "block", sized=True),
    "batch_fits": Kind("memory", "how many pictures fit", 2, "pictures", wholes.batch_fits, 2, "layer", sized=True),
    "order_memory": Kind("memory", "put outputs in order", 2, "", compared.order_memory, 2, sized=True),
    "why_dotted": Kind(
        "shortcuts", "solid or dotted, and why", 1, "", wholes.why_dotted, 2, "block", shown=False, sized=True
    ),
    "option_params": Kind(
        "shortcuts", "of a block under another option", 3, "parameters", wholes.option_params, 2, sized=True
    ),
    "versions_size": Kind("versions", "where the stride stands", 2, "rows", changed.versions_size, 2, sized=True),
    "versions_what": Kind("versions", "what changes for a layer", 3, "", changed.versions_what, 2, sized=True),
    "gate_params": Kind("params", "of a block’s gate", 2, "parameters", gates.gate_params, 4),
    "gate_macs": Kind("macs", "of a block’s gate", 2, "MACs", gates.gate_macs, 4, sized=True),
    "gate_sees": Kind("receptive", "behind a gate", 2, "", gates.gate_sees, 4, sized=True),
}


def named(kind: str) -> str:
    """A kind in words, as a bank of questions lists it: 'Shapes: rows after a layer'."""
    return f"{questions.TOPICS[KINDS[kind].topic]}: {KINDS[kind].words}"
