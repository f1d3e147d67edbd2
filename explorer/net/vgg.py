"""VGG-19, the left column of the paper's Fig. 3 (Simonyan & Zisserman 2015, arXiv 1409.1556, configuration E)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

VGG19 = ((64, 2), (128, 2), (256, 4), (512, 4), (512, 4))  # (channels, convolutions) between the poolings
FC = 4096


class VGG(nn.Module):
    """(3×3, ReLU)×n, max-pool /2, five times; fc 4096, ReLU, fc 4096, ReLU, fc 1000. All layers have biases."""

    def __init__(self, groups: tuple[tuple[int, int], ...] = VGG19, classes: int = 1000) -> None:
        super().__init__()
        layers: dict[str, nn.Module] = {}
        c_in = 3
        for group, (c, convs) in enumerate(groups, start=1):
            for index in range(1, convs + 1):
                layers[f"conv{group}_{index}"] = nn.Conv2d(c_in, c, 3, padding=1)
                layers[f"relu{group}_{index}"] = nn.ReLU(inplace=True)
                c_in = c
            layers[f"pool{group}"] = nn.MaxPool2d(2, stride=2)
        self.features = nn.Sequential()
        for name, layer in layers.items():
            self.features.add_module(name, layer)
        self.fc6, self.relu6, self.drop6 = nn.Linear(c_in * 7 * 7, FC), nn.ReLU(inplace=True), nn.Dropout()
        self.fc7, self.relu7, self.drop7 = nn.Linear(FC, FC), nn.ReLU(inplace=True), nn.Dropout()
        self.fc8 = nn.Linear(FC, classes)

    def forward(self, x: Tensor) -> Tensor:  # (N, 3, 224, 224)
        x = torch.flatten(self.features(x), 1)  # (N, 512, 7, 7) → (N, 25088)
        x = self.drop6(self.relu6(self.fc6(x)))  # (N, 4096)
        x = self.drop7(self.relu7(self.fc7(x)))
        x = self.fc8(x)
        return x  # (N, classes)


def vgg19(device: str = "meta") -> VGG:
    """The net with shapes; on "meta" without values."""
    with torch.device(device):
        return VGG()
