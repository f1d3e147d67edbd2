"""The stages and the net of a generated file."""

from __future__ import annotations

from explorer.spec import BLOCKS, ResNetSpec
from explorer.tell.codegen.pieces import Parts, body, conv


def stage(parts: Parts) -> str:
    named = [name.split("=")[0] for name in parts.takes]
    first = ", ".join(named[:-1] + ["first"] if parts.pre else named)
    rest = ", ".join(["c", *named[1 : -2 if parts.pre else -1], "1"])
    return (
        f"def stage(blocks, {', '.join(parts.takes)}):\n"
        '    """`blocks` blocks; the first one changes channels, height and width."""\n'
        f"    head = {parts.block}({first})\n"
        f"    return nn.Sequential(head, *({parts.block}({rest}) for _ in range(blocks - 1)))"
    )


def net(parts: Parts) -> str:
    spec, stages = parts.spec, range(len(parts.spec.stages))
    pool = spec.stem == "imagenet"
    c = spec.out_channels(len(stages) - 1)
    init = [
        "super().__init__()",
        f"self.conv1 = {conv(spec.in_channels, spec.width, *((7, 2) if pool else (3, 1)))}",
        *([f"self.bn1 = nn.BatchNorm2d({spec.width})"] if parts.bn else []),
        "self.relu = nn.ReLU(inplace=True)",
        *(["self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)"] if pool else []),
        *(f"self.layer{stage + 1} = {_stage_call(parts, stage)}" for stage in stages),
        *([f"self.bn_last = nn.BatchNorm2d({c})"] if parts.pre and parts.bn else []),
        "self.avgpool = nn.AdaptiveAvgPool2d(1)",
        f"self.fc = nn.Linear({c}, {spec.num_classes})",
        "for module in self.modules():",
        "    if isinstance(module, nn.Conv2d):",
        '        nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")',
    ]
    forward = [
        f"x = self.relu({'self.bn1(self.conv1(x))' if parts.bn else 'self.conv1(x)'})",
        *(["x = self.maxpool(x)"] if pool else []),
        *(f"x = self.layer{stage + 1}(x)" for stage in stages),
        *([f"x = self.relu({'self.bn_last(x)' if parts.bn else 'x'})"] if parts.pre else []),
        "return self.fc(torch.flatten(self.avgpool(x), 1))",
    ]
    return (
        f'class ResNet(nn.Module):\n    """{_picture(spec)} → (N, {spec.num_classes})."""\n\n'
        f"    def __init__(self):\n{body(init)}\n\n    def forward(self, x):\n{body(forward)}"
    )


def _picture(spec: ResNetSpec) -> str:
    return f"(N, {spec.in_channels}, H, W)"


def _stage_call(parts: Parts, stage: int) -> str:
    spec = parts.spec
    c_in = spec.out_channels(stage - 1) if stage else spec.width
    inner = [spec.inner(stage)] if BLOCKS[spec.block].expansion > 1 else []
    first = ["first=True"] if parts.pre and stage == 0 else []
    values = [spec.stages[stage], c_in, *inner, spec.out_channels(stage), 1 if stage == 0 else 2, *first]
    return f"stage({', '.join(map(str, values))})"
