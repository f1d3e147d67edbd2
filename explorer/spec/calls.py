"""A net as code calls it: `timm.create_model("resnet50", num_classes=10)` → the name, and what the arguments change.

The text is parsed, never evaluated. An argument that a call has and this app does not know is refused by name: a net
without it would be another one.
"""

from __future__ import annotations

import ast
import re

from explorer.spec.checks import shortened
from explorer.spec.parse import parse_input
from explorer.spec.row import Value

FIELDS = {  # what libraries call a field of the spec
    "num_classes": "num_classes",
    "n_classes": "num_classes",
    "num_labels": "num_classes",
    "classes": "num_classes",
    "in_chans": "in_channels",
    "in_channels": "in_channels",
    "n_channels": "in_channels",
    "output_stride": "output_stride",
    "groups": "groups",
    "width_per_group": "width_per_group",
}
WITHOUT_EFFECT = frozenset(  # how weights come about or where they go; the net is the same
    [
        *("pretrained", "weights", "progress", "trust_repo", "force_reload", "verbose", "source", "skip_validation"),
        *("checkpoint_path", "pretrained_cfg", "pretrained_cfg_overlay", "cache_dir", "scriptable", "exportable"),
        *("no_jit", "classifier_activation", "name", "ignore_mismatched_sizes", "revision", "token", "torch_dtype"),
        *("device", "drop_rate", "drop_path_rate", "backend", "ctx", "root"),
    ]
)
SIZES = ("input_shape", "input_size", "img_size", "image_size")
DILATED = {(False, False, True): 16, (False, True, True): 8, (False, False, False): 32}
Arguments = tuple[tuple[str, Value], ...]


def read_call(text: str) -> tuple[str, Arguments]:
    """(name, fields that the arguments change), of a call; any other text as it is. `side` stands for the pictures'.

    Raises `ValueError` for an argument that is not known, or whose value is none that it can have.
    """
    found = re.fullmatch(r"(?:\w+ = )?([A-Za-z_][\w.]*)\((.*)\)", text, re.DOTALL)
    if not found or not re.search(r"[=\"']", found[2]):
        return text, ()
    try:
        call = ast.parse(f"f({found[2]})", mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return text, ()
    if not isinstance(call, ast.Call):
        return text, ()
    quoted = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    named = [
        one.value.value
        for one in call.keywords
        if one.arg in ("model_name", "model")
        if isinstance(one.value, ast.Constant) and isinstance(one.value.value, str)
    ]
    changes: dict[str, Value] = {}
    for keyword in call.keywords:
        if keyword.arg not in ("model_name", "model"):
            changes |= _changed(keyword.arg or "**", keyword.value)
    return (quoted[-1] if quoted else named[0] if named else found[1]), tuple(changes.items())


def _changed(name: str, node: ast.expr) -> dict[str, Value]:
    """What one argument changes: field → value."""
    if name in WITHOUT_EFFECT:
        return {}
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        raise ValueError(f"{name}={shortened(ast.unparse(node))}: write its value as a number or True, False") from None
    if name in FIELDS:
        return {FIELDS[name]: value}
    if name in SIZES:
        return _shaped(name, value)
    if name == "include_top" and isinstance(value, bool):
        return {} if value else {"num_classes": 0}
    if name == "zero_init_residual" and isinstance(value, bool):
        return {"zero_init": "yes"} if value else {}
    if name == "replace_stride_with_dilation" and (stride := _dilated(value)):
        return {"output_stride": stride} if stride != 32 else {}
    raise ValueError(
        f"{name}={shortened(value)}: this argument is not known here; known are num_classes, in_chans, output_stride and "
        "torchvision's own"
    )


def _shaped(name: str, value: object) -> dict[str, Value]:
    """A picture's shape, (224, 224, 3) or (3, 224, 224) or its side: the side, and the channels where they are given."""
    text = str(value)
    numbers = [one for one in (value if isinstance(value, (list, tuple)) else [value]) if type(one) is int]
    channels: int | None = None
    if len(numbers) == 3:
        channels = numbers[0] if numbers[1] == numbers[2] else numbers[2]
    height, width = parse_input(text, channels)
    if height != width:
        raise ValueError(f"{name}={shortened(text)}: a name takes square pictures only; give the size as input=")
    found: dict[str, Value] = {"side": height}
    return found if channels in (None, 3) else found | {"in_channels": channels}


def _dilated(value: object) -> int | None:
    """The output stride that torchvision's list stands for."""
    if value is None:
        return 32
    if isinstance(value, (list, tuple)) and all(isinstance(one, bool) for one in value):
        return DILATED.get(tuple(value))
    return None
