"""The block class of a generated file: its layers, its forward pass, its shortcut."""

from __future__ import annotations

from explorer.tell.codegen.pieces import Parts, body, conv

RECIPES = {  # (block, activation) -> what the class does, in order
    ("basic", "post"): "3×3, BN, ReLU, 3×3, BN, + shortcut, ReLU.",
    ("basic", "pre"): "BN, ReLU, 3×3, BN, ReLU, 3×3, + shortcut.",
    ("bottleneck", "post"): "1×1 (reduce), BN, ReLU, 3×3, BN, ReLU, 1×1 (restore ×4), BN, + shortcut, ReLU.",
    ("bottleneck", "pre"): "BN, ReLU, 1×1 (reduce), BN, ReLU, 3×3, BN, ReLU, 1×1 (restore ×4), + shortcut.",
}


def block(parts: Parts) -> str:
    recipe = RECIPES[parts.spec.block, parts.spec.activation]
    recipe = recipe if parts.bn else recipe.replace("BN, ", "")
    recipe = recipe.replace(" + shortcut,", "").replace(", + shortcut.", ".") if parts.kinds == {"none"} else recipe
    return (
        f'class {parts.block}(nn.Module):\n    """{recipe}"""\n\n'
        f"    def __init__(self, {', '.join(parts.takes)}):\n{body(_block_init(parts))}\n\n"
        f"    def forward(self, x):\n{body(_pre_forward(parts) if parts.pre else _post_forward(parts))}"
    )


def _block_init(parts: Parts) -> list[str]:
    lines = ["super().__init__()", *(["self.first = first"] if parts.pre else [])]
    for number, (c_in, c_out, kernel, strided) in enumerate(parts.convs, 1):
        made = conv(c_in, c_out, kernel, "stride" if strided else 1, parts.spec.groups if kernel == 3 else 1)
        pair = [f"self.conv{number} = {made}"]
        if parts.bn and parts.pre and number == 1:
            pair = [
                "if not first:  # the first block finds its input activated by the stem",
                f"    self.bn1 = nn.BatchNorm2d({c_in})",
                *pair,
            ]
        elif parts.bn:
            pair.insert(0 if parts.pre else 1, f"self.bn{number} = nn.BatchNorm2d({c_in if parts.pre else c_out})")
        lines += pair
    # Without BN's copy, a pre-activation in place would overwrite what the identity still needs.
    lines.append(f"self.relu = nn.ReLU({'' if parts.pre and not parts.bn else 'inplace=True'})")
    return lines + _shortcut_init(parts)


def _shortcut_init(parts: Parts) -> list[str]:
    if "pad" in parts.kinds:
        return ["self.c, self.stride = c, stride"]
    if "projection" not in parts.kinds:
        return []
    layers = [conv("c_in", "c", 1, "stride"), *(["nn.BatchNorm2d(c)"] if parts.bn and not parts.pre else [])]
    made = f"self.downsample = nn.Sequential({', '.join(layers)})"
    if "identity" not in parts.kinds:
        return [made]
    return [
        "self.downsample = None",
        "if stride != 1 or c_in != c:  # a projection where the shape changes",
        f"    {made}",
    ]


def _shortcut(parts: Parts, changed: str) -> str:
    """The expression that is added; `changed`: what a shortcut that changes the shape takes."""
    moved = f"zero_pad({changed}, self.c, self.stride)" if "pad" in parts.kinds else f"self.downsample({changed})"
    if parts.kinds == {"identity"}:
        return "x"
    if "identity" not in parts.kinds:
        return moved
    same = "x.shape == out.shape" if "pad" in parts.kinds else "self.downsample is None"
    return f"(x if {same} else {moved})"


def _post_forward(parts: Parts) -> list[str]:
    last, lines, value = len(parts.convs), [], "x"
    for number in range(1, last + 1):
        made = f"self.conv{number}({value})"
        made = f"self.bn{number}({made})" if parts.bn else made
        lines.append(f"out = {made if number == last else f'self.relu({made})'}")
        value = "out"
    plain = parts.kinds == {"none"}
    return lines + ([] if plain else [f"out = out + {_shortcut(parts, 'x')}"]) + ["return self.relu(out)"]


def _pre_forward(parts: Parts) -> list[str]:
    activated = "self.relu(self.bn1(x))" if parts.bn else "self.relu(x)"
    lines = [f"y = x if self.first else {activated}", "out = self.conv1(y)"]
    for number in range(2, len(parts.convs) + 1):
        made = f"self.bn{number}(out)" if parts.bn else "out"
        lines.append(f"out = self.conv{number}(self.relu({made}))")
    return lines + ["return out" if parts.kinds == {"none"} else f"return out + {_shortcut(parts, 'y')}"]
