"""A spec as one readable PyTorch file of its own: only the block class and the shortcut kinds that it needs.

The file depends on torch alone. It has the same parameters, MACs and state-dict keys as `explorer.model.build(spec)`,
and with the same weights the same outputs.
"""

from __future__ import annotations

from dataclasses import dataclass

from explorer import naming
from explorer.analysis import blocks, headline
from explorer.spec import BLOCKS, ResNetSpec
from explorer.trace import trace

RECIPES = {  # (block, activation) -> what the class does, in order
    ("basic", "post"): "3×3, BN, ReLU, 3×3, BN, + shortcut, ReLU.",
    ("basic", "pre"): "BN, ReLU, 3×3, BN, ReLU, 3×3, + shortcut.",
    ("bottleneck", "post"): "1×1 (reduce), BN, ReLU, 3×3, BN, ReLU, 1×1 (restore ×4), BN, + shortcut, ReLU.",
    ("bottleneck", "pre"): "BN, ReLU, 1×1 (reduce), BN, ReLU, 3×3, BN, ReLU, 1×1 (restore ×4), + shortcut.",
}
NAMES = {("basic", "post"): "BasicBlock", ("basic", "pre"): "PreActBasicBlock",
         ("bottleneck", "post"): "Bottleneck", ("bottleneck", "pre"): "PreActBottleneck"}
ZERO_PAD = '''def zero_pad(x, c_out, stride):
    """Option A's shortcut, without weights: every `stride`-th pixel, zeros in the channels that x lacks."""
    x = x[:, :, ::stride, ::stride]
    return F.pad(x, (0, 0, 0, 0, 0, c_out - x.shape[1]))'''
MAIN = '''if __name__ == "__main__":
    model = ResNet().eval()
    print(f"{{sum(p.numel() for p in model.parameters()):,}} parameters")  # {params:,}
    print(tuple(model(torch.zeros(1, {channels}, {height}, {width})).shape))  # (1, {classes})'''


@dataclass(frozen=True)
class Parts:
    """What of the generated file depends on the spec. kinds: the shortcut kinds that occur in this net."""

    spec: ResNetSpec
    kinds: frozenset[str]

    @property
    def pre(self) -> bool:
        return self.spec.activation == "pre"

    @property
    def bn(self) -> bool:
        return self.spec.norm == "batch"

    @property
    def block(self) -> str:
        return NAMES[self.spec.block, self.spec.activation]

    @property
    def inner(self) -> str:
        """Name of the inner channel count, where it differs from the outer one."""
        return "inner" if self.spec.block == "bottleneck" else "c"

    @property
    def takes(self) -> list[str]:
        """Arguments of the block class."""
        return ["c_in", *(["inner"] if self.inner == "inner" else []), "c", "stride", *(["first=False"] if self.pre else [])]

    @property
    def convs(self) -> list[tuple[str, str, int, bool]]:
        """(in, out, kernel, carries the stride) of the block's convolutions."""
        if self.spec.block == "basic":
            return [("c_in", "c", 3, True), ("c", "c", 3, False)]
        early = self.spec.stride_on == "1x1"
        return [("c_in", "inner", 1, early), ("inner", "inner", 3, not early), ("inner", "c", 1, False)]


def code(spec: ResNetSpec, height: int | None = None, width: int | None = None) -> str:
    """The source text. Height and width only choose the example input and the MACs in its docstring."""
    height, width = height or spec.default_input, width or height or spec.default_input
    nodes = trace(spec, height, width)
    parts = Parts(spec, frozenset(block.shortcut for block in blocks(nodes)))
    figures = headline(spec, height, width)
    pieces = [_top(spec, figures, height, width, "pad" in parts.kinds), _block(parts), _stage(parts), _net(parts),
              MAIN.format(params=figures["params"], channels=spec.in_channels, height=height, width=width,
                          classes=spec.num_classes)]
    if "pad" in parts.kinds:
        pieces.insert(1, ZERO_PAD)
    return "\n\n\n".join(pieces) + "\n"


def _top(spec: ResNetSpec, figures: dict, height: int, width: int, pads: bool) -> str:
    functional = "import torch.nn.functional as F\n" if pads else ""
    return (f'"""{naming.title(spec)}.\n\n{naming.layout(spec)}, {spec.depth:,} layers.\n'
            f"{figures['params']:,} parameters; {figures['macs']:,} multiply-adds per {height}×{width} picture.\n"
            'Written by ResNet Explorer; needs PyTorch alone. State-dict keys are torchvision\'s.\n"""\n\n'
            f"import torch\n{functional}from torch import nn")


def _conv(c_in: object, c_out: object, kernel: int, stride: object = 1, groups: int = 1) -> str:
    more = [f"stride={stride}"] if stride != 1 else []
    more += [f"padding={kernel // 2}"] if kernel > 1 else []
    more += [f"groups={groups}"] if groups > 1 else []
    return f"nn.Conv2d({', '.join(map(str, [c_in, c_out, kernel, *more, 'bias=False']))})"


def _body(lines: list[str], depth: int = 2) -> str:
    return "\n".join("    " * depth + line if line else "" for line in lines)


def _block(parts: Parts) -> str:
    recipe = RECIPES[parts.spec.block, parts.spec.activation]
    recipe = recipe if parts.bn else recipe.replace("BN, ", "")
    recipe = recipe.replace(" + shortcut,", "").replace(", + shortcut.", ".") if parts.kinds == {"none"} else recipe
    return (f'class {parts.block}(nn.Module):\n    """{recipe}"""\n\n'
            f"    def __init__(self, {', '.join(parts.takes)}):\n{_body(_block_init(parts))}\n\n"
            f"    def forward(self, x):\n{_body(_pre_forward(parts) if parts.pre else _post_forward(parts))}")


def _block_init(parts: Parts) -> list[str]:
    lines = ["super().__init__()", *(["self.first = first"] if parts.pre else [])]
    for number, (c_in, c_out, kernel, strided) in enumerate(parts.convs, 1):
        conv = _conv(c_in, c_out, kernel, "stride" if strided else 1, parts.spec.groups if kernel == 3 else 1)
        pair = [f"self.conv{number} = {conv}"]
        if parts.bn and parts.pre and number == 1:
            pair = ["if not first:  # the first block finds its input activated by the stem",
                    f"    self.bn1 = nn.BatchNorm2d({c_in})", *pair]
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
    layers = [_conv("c_in", "c", 1, "stride"), *(["nn.BatchNorm2d(c)"] if parts.bn and not parts.pre else [])]
    made = f"self.downsample = nn.Sequential({', '.join(layers)})"
    if "identity" not in parts.kinds:
        return [made]
    return ["self.downsample = None", "if stride != 1 or c_in != c:  # a projection where the shape changes", f"    {made}"]


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


def _stage(parts: Parts) -> str:
    named = [name.split("=")[0] for name in parts.takes]
    first = ", ".join(named[:-1] + ["first"] if parts.pre else named)
    rest = ", ".join(["c", *named[1:-2 if parts.pre else -1], "1"])
    return (f"def stage(blocks, {', '.join(parts.takes)}):\n"
            '    """`blocks` blocks; the first one changes channels, height and width."""\n'
            f"    head = {parts.block}({first})\n"
            f"    return nn.Sequential(head, *({parts.block}({rest}) for _ in range(blocks - 1)))")


def _net(parts: Parts) -> str:
    spec, stages = parts.spec, range(len(parts.spec.stages))
    pool = spec.stem == "imagenet"
    c = spec.out_channels(len(stages) - 1)
    init = ["super().__init__()", f"self.conv1 = {_conv(spec.in_channels, spec.width, *((7, 2) if pool else (3, 1)))}",
            *([f"self.bn1 = nn.BatchNorm2d({spec.width})"] if parts.bn else []), "self.relu = nn.ReLU(inplace=True)",
            *(["self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)"] if pool else []),
            *(f"self.layer{stage + 1} = {_stage_call(parts, stage)}" for stage in stages),
            *([f"self.bn_last = nn.BatchNorm2d({c})"] if parts.pre and parts.bn else []),
            "self.avgpool = nn.AdaptiveAvgPool2d(1)", f"self.fc = nn.Linear({c}, {spec.num_classes})",
            "for module in self.modules():", "    if isinstance(module, nn.Conv2d):",
            '        nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")']
    forward = [f"x = self.relu({'self.bn1(self.conv1(x))' if parts.bn else 'self.conv1(x)'})",
               *(["x = self.maxpool(x)"] if pool else []), *(f"x = self.layer{stage + 1}(x)" for stage in stages),
               *([f"x = self.relu({'self.bn_last(x)' if parts.bn else 'x'})"] if parts.pre else []),
               "return self.fc(torch.flatten(self.avgpool(x), 1))"]
    return (f'class ResNet(nn.Module):\n    """{_picture(spec)} → (N, {spec.num_classes})."""\n\n'
            f"    def __init__(self):\n{_body(init)}\n\n    def forward(self, x):\n{_body(forward)}")


def _picture(spec: ResNetSpec) -> str:
    return f"(N, {spec.in_channels}, H, W)"


def _stage_call(parts: Parts, stage: int) -> str:
    spec = parts.spec
    c_in = spec.out_channels(stage - 1) if stage else spec.width
    inner = [spec.inner(stage)] if BLOCKS[spec.block].expansion > 1 else []
    first = ["first=True"] if parts.pre and stage == 0 else []
    values = [spec.stages[stage], c_in, *inner, spec.out_channels(stage), 1 if stage == 0 else 2, *first]
    return f"stage({', '.join(map(str, values))})"
