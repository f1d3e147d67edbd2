"""The published and independently computed figures that the project is held to.

Sources: He et al. 2015 (arXiv 1512.03385), Table 1, §3.3, §4.2; parameter counts as torchvision publishes them;
MACs as fvcore (conv + linear) and `torch.utils.flop_counter` / 2 agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

IMAGENET = ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152")
PARAMS = {  # shortcut option -> parameters of the five depths
    "B": (11_689_512, 21_797_672, 25_557_032, 44_549_160, 60_192_808),
    "A": (11_515_688, 21_623_848, 22_780_456, 41_772_584, 57_416_232),
    "none": (11_515_688, 21_623_848, 22_780_456, 41_772_584, 57_416_232),
    "C": (12_043_816, 22_716_840, 40_128_552, 76_981_288, 107_335_720),
}
PARTS = (  # conv weights, BN, fc under option B
    (11_166_912, 9_600, 513_000),
    (21_267_648, 17_024, 513_000),
    (23_454_912, 53_120, 2_049_000),
    (42_394_816, 105_344, 2_049_000),
    (57_992_384, 151_424, 2_049_000),
)
MACS = {  # stride on -> MACs at 224×224 under option B
    "1x1": (1_814_073_344, 3_663_761_408, 3_857_973_248, 7_570_194_432, 11_282_415_616),
    "3x3": (1_814_073_344, 3_663_761_408, 4_089_184_256, 7_801_405_440, 11_513_626_624),
}
SHORTCUTS = ((5, 3), (13, 3), (12, 4), (29, 4), (46, 4))  # solid, dotted
CONVS = ((20, 3), (36, 3), (53, 4), (104, 4), (155, 4))  # all, of which projections
RECEPTIVE_FIELD = {"1x1": (435, 899, 483, 1027, 1507), "3x3": (435, 899, 427, 971, 1451)}  # at conv5_x, pixels
CIFAR_PARAMS_A = {20: 269_722, 32: 464_154, 44: 658_586, 56: 853_018, 110: 1_727_962, 1202: 19_421_274}
OTHERS = {  # parameters, MACs in G
    "resnet200": (64_673_832, 15.007),
    "resnext50_32x4d": (25_028_904, 4.230),
    "resnext101_32x8d": (88_791_336, 16.414),
    "wide_resnet50_2": (68_883_240, 11.398),
    "wide_resnet101_2": (126_886_696, 22.753),
}

# What people script against in the terminal's JSON, and in `rollup.facts`: the keys of the whole, and of a row of each list.
FACTS = {
    "": "name spec input params buffers macs stages blocks layers activation_bytes",
    "stages": "name module blocks out_shape params macs receptive_field stride",
    "blocks": "path stage block stride in_channels out_channels shortcut reason params macs receptive_field",
    "layers": "path kind in_shape out_shape kernel stride params macs receptive_field",
}


def missing(facts: Mapping[str, Any]) -> set[str]:
    """The keys of FACTS that are not there."""
    rows = {part: facts if not part else facts[part][0] for part in FACTS}
    return {f"{part}.{key}" for part, keys in FACTS.items() for key in keys.split() if key not in rows[part]}
