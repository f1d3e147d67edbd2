"""A spec as one readable PyTorch file of its own: only the block class and the shortcut kinds that it needs.

The file depends on torch alone. It has the same parameters, MACs and state-dict keys as `explorer.model.build(spec)`,
and with the same weights the same outputs.
"""

from __future__ import annotations

import inspect
import re

from explorer.facts.rollup import blocks, headline
from explorer.net import layers
from explorer.net.trace import trace
from explorer.spec import ResNetSpec, naming
from explorer.tell.codegen.block_class import block
from explorer.tell.codegen.net_class import net, stage
from explorer.tell.codegen.pieces import Parts

__all__ = ["code"]

ZERO_PAD = {
    "behind": '''def zero_pad(x, c_out, stride):
    """Option A's shortcut, without weights: every `stride`-th pixel, zeros in the channels that x lacks."""
    x = x[:, :, ::stride, ::stride]
    return F.pad(x, (0, 0, 0, 0, 0, c_out - x.shape[1]))''',
    "both": '''def zero_pad(x, c_out, stride):
    """Option A's shortcut, without weights: every `stride`-th pixel, half of the zeros before x and half behind."""
    x = x[:, :, ::stride, ::stride]
    before = (c_out - x.shape[1]) // 2
    return F.pad(x, (0, 0, 0, 0, before, c_out - x.shape[1] - before))''',
}
AVERAGE = '''def average(stride):
    """Before a projection: every pixel counts, where a strided 1×1 would skip three of four."""
    if stride == 1:
        return nn.Identity()
    return nn.AvgPool2d(2, stride=stride, ceil_mode=True, count_include_pad=False)'''
DILATED_AVERAGE = '''def average(stride, dilation):
    """Before a projection: every pixel counts, where a strided 1×1 would skip three of four."""
    if stride == 1:
        return SamePool2d() if dilation > 1 else nn.Identity()
    return nn.AvgPool2d(2, stride=stride, ceil_mode=True, count_include_pad=False)'''
FROZEN = '''class FrozenBatchNorm2d(nn.Module):
    """BN whose four vectors are constants, in training too."""

    def __init__(self, c):
        super().__init__()
        self.register_buffer("weight", torch.ones(c))
        self.register_buffer("bias", torch.zeros(c))
        self.register_buffer("running_mean", torch.zeros(c))
        self.register_buffer("running_var", torch.ones(c))

    def forward(self, x):
        return F.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, False, 0.0, 1e-5)'''
MAIN = """if __name__ == "__main__":
    model = ResNet().eval()
    print(f"{{sum(p.numel() for p in model.parameters()):,}} parameters")  # {params:,}
    print(tuple(model(torch.zeros(1, {channels}, {height}, {width})).shape))  # (1, {outputs})"""


def code(spec: ResNetSpec, height: int | None = None, width: int | None = None) -> str:
    """The source text. Height and width only choose the example input and the MACs in its docstring."""
    height, width = height or spec.default_input, width or height or spec.default_input
    nodes = trace(spec, height, width)
    parts = Parts(spec, frozenset(one.shortcut for one in blocks(nodes)))
    figures = headline(spec, height, width)
    helpers = _helpers(parts)
    main = MAIN.format(
        params=figures["params"],
        channels=spec.in_channels,
        height=height,
        width=width,
        outputs=spec.num_classes or spec.out_channels(len(spec.stages) - 1),
    )
    pieces = [_top(spec, figures, height, width, helpers), *helpers, block(parts), stage(parts), net(parts), main]
    return "\n\n\n".join(pieces) + "\n"


def _helpers(parts: Parts) -> list[str]:
    """The functions and classes that the block class needs."""
    spec, needed = parts.spec, []
    if "pad" in parts.kinds:
        needed.append(ZERO_PAD[spec.zero_pad])
    if parts.pooled and "projection" in parts.kinds:
        needed += [written(layers.SamePool2d), DILATED_AVERAGE] if parts.dilated else [AVERAGE]
    if spec.norm == "frozen":
        needed.append(FROZEN)
    if spec.attention != "none":
        needed.append(written(layers.ATTENTION[spec.attention]))
    return needed


def written(layer: type) -> str:
    """A class of the model as a file of its own has it: torch's layers under torch's names, without annotations."""
    source = re.sub(r"(?<![\w.])(Conv[12]d)\(", r"nn.\1(", inspect.getsource(layer))
    source = re.sub(r"\n\n    \w+: Callable.*", "", source)
    return re.sub(r": (int|Tensor)\b(?=[,)])| -> (None|Tensor)(?=:)", "", source).rstrip()


def _top(spec: ResNetSpec, figures: dict, height: int, width: int, helpers: list[str]) -> str:
    used = "".join(helpers)
    imports = ["import math\n\n"] if re.search(r"\bmath\.", used) else []
    functional = "import torch.nn.functional as F\n" if re.search(r"\bF\.", used) else ""
    return (
        f'"""{naming.title(spec)}.\n\n{naming.layout(spec)}, {spec.depth:,} layers.\n'
        f"{figures['params']:,} parameters; {figures['macs']:,} multiply-adds per {height}×{width} picture.\n"
        f'Written by ResNet Explorer; needs PyTorch alone. State-dict keys are {_keys(spec)}.\n{_twin(spec)}"""\n\n'
        f"{''.join(imports)}import torch\n{functional}from torch import nn"
    )


def _keys(spec: ResNetSpec) -> str:
    timm = spec.stem == "deep" or spec.pooling == "conv" or spec.attention != "none" or spec.shortcut_pool == "avg"
    own = spec.activation == "pre"  # neither library has this layout under these names
    return "this app's own" if own else "timm's" if timm else "torchvision's"


def _twin(spec: ResNetSpec) -> str:
    """The nets whose weights load into this one without an error and answer differently, in a sentence; or ''."""
    told = []
    if spec.block == "bottleneck" and spec.stride_on == "1x1":
        told.append(
            "Weights of v1.5 (stride on the 3×3, torchvision's) load without an error and answer differently.\n"
        )
    if spec.shortcut == "A":
        other = "on both sides" if spec.zero_pad == "behind" else "behind x's channels only"
        told.append(f"Weights of a net with its zeros {other} load without an error and answer differently.\n")
    return "".join(told)
