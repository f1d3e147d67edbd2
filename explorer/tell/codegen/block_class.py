"""The block class of a generated file: its layers, its forward pass, its shortcut."""

from __future__ import annotations

from explorer.net import layers
from explorer.net.ops import op
from explorer.tell.codegen.pieces import Parts, body

RECIPES = {  # (block, activation) -> what the class does, in order
    ("basic", "post"): "3×3, BN, ReLU, 3×3, BN, + shortcut, ReLU.",
    ("basic", "pre"): "BN, ReLU, 3×3, BN, ReLU, 3×3, + shortcut.",
    ("bottleneck", "post"): "1×1 (reduce), BN, ReLU, 3×3, BN, ReLU, 1×1 (restore ×4), BN, + shortcut, ReLU.",
    ("bottleneck", "pre"): "BN, ReLU, 1×1 (reduce), BN, ReLU, 3×3, BN, ReLU, 1×1 (restore ×4), + shortcut.",
}
NORM_KINDS = {"batch": "norm", "group": "groupnorm", "frozen": "frozennorm"}
ATTENTION = {"se": "squeeze-and-excitation", "eca": "ECA"}


def block(parts: Parts) -> str:
    return (
        f'class {parts.block}(nn.Module):\n    """{_recipe(parts)}"""\n\n'
        f"    def __init__(self, {', '.join(parts.takes)}):\n{body(_block_init(parts))}\n\n"
        f"    def forward(self, x):\n{body(_pre_forward(parts) if parts.pre else _post_forward(parts))}"
    )


def _recipe(parts: Parts) -> str:
    recipe = RECIPES[parts.spec.block, parts.spec.activation]
    recipe = recipe.replace("BN", op(NORM_KINDS[parts.spec.norm]).short) if parts.normed else recipe.replace("BN, ", "")
    if parts.spec.attention != "none":
        recipe = recipe.replace("+ shortcut", f"{ATTENTION[parts.spec.attention]}, + shortcut")
    return recipe.replace(" + shortcut,", "").replace(", + shortcut.", ".") if parts.kinds == {"none"} else recipe


def _block_init(parts: Parts) -> list[str]:
    lines, last = ["super().__init__()", *(["self.first = first"] if parts.empty_first else [])], len(parts.convs)
    dilations = iter(("before", "after"))
    for number, (c_in, c_out, kernel, strided) in enumerate(parts.convs, 1):
        wide = kernel == 3
        made = parts.conv(
            "last" if number == last else "inner",
            c_in,
            c_out,
            kernel,
            "stride" if strided else 1,
            parts.spec.groups if wide else 1,
            next(dilations) if wide and parts.dilated else "",
        )
        pair = [f"self.conv{number} = {made}"]
        if parts.normed and parts.empty_first and number == 1:
            pair = [
                "if not first:  # the first block finds its input activated by the stem",
                f"    self.bn1 = {parts.norm(c_in)}",
                *pair,
            ]
        elif parts.normed:
            pair.insert(0 if parts.pre else 1, f"self.bn{number} = {parts.norm(c_in if parts.pre else c_out)}")
        lines += pair
    if parts.spec.attention != "none":
        reduction = f", {parts.spec.attention_reduction}" if parts.spec.attention == "se" else ""
        lines.append(f"self.se = {layers.ATTENTION[parts.spec.attention].__name__}(c{reduction})")
    # Without a norm's copy, a pre-activation in place would overwrite what the identity still needs.
    lines.append(f"self.relu = nn.ReLU({'' if parts.pre and not parts.normed else 'inplace=True'})")
    return lines + _shortcut_init(parts)


def _shortcut_init(parts: Parts) -> list[str]:
    if "pad" in parts.kinds:
        return ["self.c, self.stride = c, stride"]
    if not parts.kinds & {"projection", "subsample"}:
        return []
    pool = [f"average(stride{', after' if parts.dilated else ''})"] if parts.pooled else []
    conv = parts.conv("projection", "c_in", "c", 1, 1 if parts.pooled else "stride")
    normed = parts.normed and not parts.pre and parts.spec.shortcut_norm == "norm"
    made = f"self.downsample = nn.Sequential({', '.join([*pool, conv, *([parts.norm('c')] if normed else [])])})"
    if parts.kinds == {"projection"}:
        return [made]
    if "subsample" in parts.kinds:
        return [
            "self.downsample = None",
            *(["if c_in != c:  # a projection where the channels change", f"    {made}"] if _projects(parts) else []),
            f"{'elif' if _projects(parts) else 'if'} stride != 1:  # every `stride`-th pixel, without weights",
            "    self.downsample = nn.MaxPool2d(1, stride=stride)",
        ]
    return [
        "self.downsample = None",
        "if stride != 1 or c_in != c:  # a projection where the shape changes",
        f"    {made}",
    ]


def _projects(parts: Parts) -> bool:
    return "projection" in parts.kinds


def _shortcut(parts: Parts, changed: str) -> str:
    """The expression that is added; `changed`: what a shortcut that changes the shape takes."""
    if "pad" in parts.kinds:
        moved = f"zero_pad({changed}, self.c, self.stride)"
    elif "subsample" in parts.kinds and changed != "x":
        moved = f"self.downsample(x if isinstance(self.downsample, nn.MaxPool2d) else {changed})"
    else:
        moved = f"self.downsample({changed})"
    if parts.kinds == {"identity"}:
        return "x"
    if "identity" not in parts.kinds and "subsample" not in parts.kinds:
        return moved
    same = "x.shape == out.shape" if "pad" in parts.kinds else "self.downsample is None"
    return f"(x if {same} else {moved})"


def _gated(parts: Parts) -> list[str]:
    return ["out = self.se(out)"] if parts.spec.attention != "none" else []


def _post_forward(parts: Parts) -> list[str]:
    last, lines, value = len(parts.convs), [], "x"
    for number in range(1, last + 1):
        made = f"self.conv{number}({value})"
        made = f"self.bn{number}({made})" if parts.normed else made
        lines.append(f"out = {made if number == last else f'self.relu({made})'}")
        value = "out"
    plain = parts.kinds == {"none"}
    added = [] if plain else [f"out = out + {_shortcut(parts, 'x')}"]
    return [*lines, *_gated(parts), *added, "return self.relu(out)"]


def _pre_forward(parts: Parts) -> list[str]:
    activated = "self.relu(self.bn1(x))" if parts.normed else "self.relu(x)"
    lines = [f"y = {'x if self.first else ' if parts.empty_first else ''}{activated}", "out = self.conv1(y)"]
    for number in range(2, len(parts.convs) + 1):
        made = f"self.bn{number}(out)" if parts.normed else "out"
        lines.append(f"out = self.conv{number}(self.relu({made}))")
    lines += _gated(parts)
    return [*lines, "return out" if parts.kinds == {"none"} else f"return out + {_shortcut(parts, 'y')}"]
