"""An independent forward pass: plain functional calls over a state dict, in torchvision's order of operations.

Knows nothing of explorer.model but the keys, which are torchvision's.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from explorer.spec import ResNetSpec


def forward(state: dict[str, Tensor], x: Tensor, spec: ResNetSpec) -> Tensor:
    """Logits of a post-activation net with BN in eval mode and ImageNet stem; x: (N, C, H, W)."""

    def conv(x: Tensor, name: str, stride: int = 1, groups: int = 1) -> Tensor:
        weight = state[f"{name}.weight"]
        return F.conv2d(x, weight, None, stride, weight.shape[-1] // 2, 1, groups)

    def bn(x: Tensor, name: str) -> Tensor:
        mean, var, weight, bias = (state[f"{name}.{key}"] for key in ("running_mean", "running_var", "weight", "bias"))
        return F.batch_norm(x, mean, var, weight, bias)

    def around(x: Tensor, out: Tensor, path: str, stride: int) -> Tensor:
        if f"{path}.downsample.0.weight" in state:
            return out + bn(conv(x, f"{path}.downsample.0", stride), f"{path}.downsample.1")
        if spec.shortcut == "none":
            return out
        if x.shape != out.shape:  # option A
            x = x[:, :, ::stride, ::stride]
            x = torch.cat([x, x.new_zeros(x.shape[0], out.shape[1] - x.shape[1], *x.shape[2:])], 1)
        return out + x

    x = F.max_pool2d(F.relu(bn(conv(x, "conv1", 2), "bn1")), 3, 2, 1)
    for stage, blocks in enumerate(spec.stages, 1):
        for i in range(blocks):
            path, stride = f"layer{stage}.{i}", 2 if stage > 1 and i == 0 else 1
            if spec.block == "basic":
                out = F.relu(bn(conv(x, f"{path}.conv1", stride), f"{path}.bn1"))
                out = bn(conv(out, f"{path}.conv2"), f"{path}.bn2")
            else:
                first, second = (stride, 1) if spec.stride_on == "1x1" else (1, stride)
                out = F.relu(bn(conv(x, f"{path}.conv1", first), f"{path}.bn1"))
                out = F.relu(bn(conv(out, f"{path}.conv2", second, spec.groups), f"{path}.bn2"))
                out = bn(conv(out, f"{path}.conv3"), f"{path}.bn3")
            x = F.relu(around(x, out, path, stride))
    return F.linear(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1), state["fc.weight"], state["fc.bias"])
