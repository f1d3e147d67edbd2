"""The stages and the net of a generated file."""

from __future__ import annotations

from explorer.spec import BLOCKS
from explorer.tell.codegen.pieces import Parts, body

POOLS = {
    "max": "nn.MaxPool2d(3, stride=2, padding=1)",
    "ceil": "nn.MaxPool2d(3, stride=2, ceil_mode=True)",
}
ZERO_INIT = {
    ("basic", "post"): "bn2",
    ("bottleneck", "post"): "bn3",
    ("basic", "pre"): "conv2",
    ("bottleneck", "pre"): "conv3",
}


def stage(parts: Parts) -> str:
    return f"def stage(blocks, {', '.join(parts.takes)}):\n" + (
        _strided_last if parts.spec.stride_place == "last" else _strided_first
    )(parts)


def _strided_first(parts: Parts) -> str:
    named = [name.split("=")[0] for name in parts.takes]
    rest = {"c_in": "c", "stride": "1", "before": "after"}
    later = ", ".join(rest.get(name, name) for name in named if name != "first")
    return (
        '    """`blocks` blocks; the first one changes channels, height and width."""\n'
        f"    head = {parts.block}({', '.join(named)})\n"
        f"    return nn.Sequential(head, *({parts.block}({later}) for _ in range(blocks - 1)))"
    )


def _strided_last(parts: Parts) -> str:
    by_index = {
        "c_in": "c if index else c_in",
        "stride": "stride if index == blocks - 1 else 1",
        "before": "after if index else before",
        "first": "first and index == 0",
    }
    given = ", ".join(by_index.get(name, name) for name in (name.split("=")[0] for name in parts.takes))
    return (
        '    """`blocks` blocks; the first one changes channels, the last one height and width."""\n'
        "    return nn.Sequential(\n"
        f"        *({parts.block}({given}) for index in range(blocks))\n"
        "    )"
    )


def net(parts: Parts) -> str:
    spec, stages = parts.spec, range(len(parts.spec.stages))
    c = spec.out_channels(len(stages) - 1)
    own, last = not parts.pre or parts.empty_first, parts.pre and spec.last_norm == "yes"
    init = [
        "super().__init__()",
        *_stem(parts),
        *([f"self.bn1 = {parts.norm(spec.stem_channels[-1])}"] if parts.normed and own else []),
        *(["self.relu = nn.ReLU(inplace=True)"] if own or last else []),
        *_pool(parts),
        *(f"self.layer{stage + 1} = {_stage_call(parts, stage)}" for stage in stages),
        *([f"self.bn_last = {parts.norm(c)}"] if last and parts.normed else []),
        "self.avgpool = nn.AdaptiveAvgPool2d(1)",
        *([f"self.fc = nn.Linear({c}, {spec.num_classes})"] if spec.num_classes else []),
        "for module in self.modules():",
        "    if isinstance(module, nn.Conv2d):",
        '        nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")',
        *_zero_init(parts),
    ]
    begun = "self.bn1(self.conv1(x))" if parts.normed and own else "self.conv1(x)"
    pooled = "torch.flatten(self.avgpool(x), 1)"
    forward = [
        f"x = self.relu({begun})" if own else f"x = {begun}",
        *(["x = self.maxpool(x)"] if spec.pooling != "none" else []),
        *(f"x = self.layer{stage + 1}(x)" for stage in stages),
        *([f"x = self.relu({'self.bn_last(x)' if parts.normed else 'x'})"] if last else []),
        f"return self.fc({pooled})" if spec.num_classes else f"return {pooled}",
    ]
    return (
        f'class ResNet(nn.Module):\n    """(N, {spec.in_channels}, H, W) → (N, {spec.num_classes or c})."""\n\n'
        f"    def __init__(self):\n{body(init)}\n\n    def forward(self, x):\n{body(forward)}"
    )


def _stem(parts: Parts) -> list[str]:
    spec = parts.spec
    if spec.stem != "deep":
        kernel, stride = (7, 2) if spec.stem == "imagenet" else (3, 1)
        return [f"self.conv1 = {parts.conv('stem', spec.in_channels, spec.stem_channels[0], kernel, stride)}"]
    lines = ["self.conv1 = nn.Sequential("]
    places = zip((spec.in_channels, *spec.stem_channels), spec.stem_channels, (2, 1, 1))
    for number, (c_in, c_out, stride) in enumerate(places):
        lines.append(f"    {parts.conv('stem', c_in, c_out, 3, stride)},")
        if number < 2:
            lines.append(f"    {parts.norm(c_out) if parts.normed else 'nn.Identity()'},")
            lines.append("    nn.ReLU(inplace=True),")
    return [*lines, ")"]


def _pool(parts: Parts) -> list[str]:
    pooling, c = parts.spec.pooling, parts.spec.stem_channels[-1]
    if pooling == "none":
        return []
    if pooling == "conv":
        norm = parts.norm(c) if parts.normed else "nn.Identity()"
        return [f"self.maxpool = nn.Sequential({parts.conv('stem', c, c, 3, 2)}, {norm}, nn.ReLU(inplace=True))"]
    return [f"self.maxpool = {POOLS[pooling]}"]


def _zero_init(parts: Parts) -> list[str]:
    if parts.spec.zero_init == "no":
        return []
    name = ZERO_INIT[parts.spec.block, parts.spec.activation]
    return [
        f"    if isinstance(module, {parts.block}):  # each block starts as its shortcut",
        f"        nn.init.zeros_(module.{name}.weight)",
    ]


def _stage_call(parts: Parts, stage: int) -> str:
    spec = parts.spec
    inner = [spec.inner(stage)] if BLOCKS[spec.block].expansion > 1 else []
    first = ["first=True"] if parts.empty_first and stage == 0 else []
    dilations = spec.dilations(stage) if parts.dilated else ()
    values = [spec.stages[stage], spec.in_stage(stage), *inner, spec.out_channels(stage), spec.stage_stride(stage)]
    return f"stage({', '.join(map(str, [*values, *dilations, *first]))})"
