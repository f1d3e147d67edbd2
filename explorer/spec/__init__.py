"""What a ResNet is, as data: every axis of the family, validated, and the presets by name.

Nothing here needs torch. A spec is frozen: vary it with `dataclasses.replace`.
Sources: He et al. 2015 (arXiv 1512.03385), He et al. 2016 (1603.05027), Xie et al. 2017
(ResNeXt, 1611.05431), Zagoruyko & Komodakis 2016 (Wide ResNet, 1605.07146).
"""

from explorer.spec.axes import (
    DEFAULT_INPUT,
    MAX_BATCH,
    MAX_BLOCKS,
    MAX_INPUT,
    MAX_STAGES,
    ResNetSpec,
    as_plain,
    changed,
    changed_fields,
    read_field,
    varied,
)
from explorer.spec.checks import check_int
from explorer.spec.fields import ATTENTIONS, BLOCKS, CHOICES, DEFAULTS, LIMITS, LISTS, BlockKind, write_field
from explorer.spec.names import Resolved, named, resolve, suggest
from explorer.spec.parse import parse_input, parse_stages
from explorer.spec.presets import cifar_stages, preset, presets, torchvisions
from explorer.spec.row import Changes, PlainSpec, Value
from explorer.spec.sense import NORM_GROUPS, OUTPUT_STRIDES

__all__ = [
    "ATTENTIONS",
    "BLOCKS",
    "CHOICES",
    "DEFAULTS",
    "DEFAULT_INPUT",
    "LIMITS",
    "LISTS",
    "MAX_BATCH",
    "MAX_BLOCKS",
    "MAX_INPUT",
    "MAX_STAGES",
    "NORM_GROUPS",
    "OUTPUT_STRIDES",
    "BlockKind",
    "Changes",
    "PlainSpec",
    "Resolved",
    "ResNetSpec",
    "Value",
    "as_plain",
    "changed",
    "changed_fields",
    "check_int",
    "cifar_stages",
    "named",
    "parse_input",
    "parse_stages",
    "preset",
    "presets",
    "read_field",
    "resolve",
    "suggest",
    "torchvisions",
    "varied",
    "write_field",
]
