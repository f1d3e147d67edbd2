"""ResNet as torchvision defines it, written plainly anew, with nothing of explorer.model: to compare speed with."""

from __future__ import annotations

import torch
from torch import Tensor, nn

LAYOUTS = {
    "resnet18": (False, (2, 2, 2, 2)),
    "resnet34": (False, (3, 4, 6, 3)),
    "resnet50": (True, (3, 4, 6, 3)),
    "resnet101": (True, (3, 4, 23, 3)),
    "resnet152": (True, (3, 8, 36, 3)),
}  # bottleneck?, blocks


class PlainBlock(nn.Module):
    """Basic (two 3×3) or bottleneck (1×1, 3×3 with the stride, 1×1), BN after each; option B."""

    def __init__(self, c_in: int, planes: int, stride: int, bottleneck: bool) -> None:
        super().__init__()
        c_out = planes * (4 if bottleneck else 1)
        sizes = (
            ((c_in, planes, 1, 1), (planes, planes, 3, stride), (planes, c_out, 1, 1))
            if bottleneck
            else ((c_in, planes, 3, stride), (planes, c_out, 3, 1))
        )
        for index, (a, b, k, s) in enumerate(sizes, 1):
            self.add_module(f"conv{index}", nn.Conv2d(a, b, k, s, k // 2, bias=False))
            self.add_module(f"bn{index}", nn.BatchNorm2d(b))
        self.relu = nn.ReLU(inplace=True)
        self.bottleneck = bottleneck
        self.downsample = None
        if stride != 1 or c_in != c_out:
            self.downsample = nn.Sequential(nn.Conv2d(c_in, c_out, 1, stride, bias=False), nn.BatchNorm2d(c_out))

    def forward(self, x: Tensor) -> Tensor:
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        if self.bottleneck:
            out = self.bn3(self.conv3(self.relu(out)))
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)


class PlainResNet(nn.Module):
    def __init__(self, name: str, classes: int = 1000) -> None:
        super().__init__()
        bottleneck, blocks = LAYOUTS[name]
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        channels = 64
        for stage, count in enumerate(blocks):
            planes, made = 64 * 2**stage, []
            for index in range(count):
                made.append(PlainBlock(channels, planes, 2 if stage and not index else 1, bottleneck))
                channels = planes * (4 if bottleneck else 1)
            self.add_module(f"layer{stage + 1}", nn.Sequential(*made))
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(channels, classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(torch.flatten(self.avgpool(x), 1))
