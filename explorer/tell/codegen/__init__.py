"""A spec as one readable PyTorch file of its own: only the block class and the shortcut kinds that it needs.

The file depends on torch alone. It has the same parameters, MACs and state-dict keys as `explorer.model.build(spec)`,
and with the same weights the same outputs.
"""

from __future__ import annotations

from explorer.facts.rollup import blocks, headline
from explorer.net.trace import trace
from explorer.spec import ResNetSpec, naming
from explorer.tell.codegen.block_class import block
from explorer.tell.codegen.net_class import net, stage
from explorer.tell.codegen.pieces import Parts

__all__ = ["code"]

ZERO_PAD = '''def zero_pad(x, c_out, stride):
    """Option A's shortcut, without weights: every `stride`-th pixel, zeros in the channels that x lacks."""
    x = x[:, :, ::stride, ::stride]
    return F.pad(x, (0, 0, 0, 0, 0, c_out - x.shape[1]))'''
MAIN = """if __name__ == "__main__":
    model = ResNet().eval()
    print(f"{{sum(p.numel() for p in model.parameters()):,}} parameters")  # {params:,}
    print(tuple(model(torch.zeros(1, {channels}, {height}, {width})).shape))  # (1, {classes})"""


def code(spec: ResNetSpec, height: int | None = None, width: int | None = None) -> str:
    """The source text. Height and width only choose the example input and the MACs in its docstring."""
    height, width = height or spec.default_input, width or height or spec.default_input
    nodes = trace(spec, height, width)
    parts = Parts(spec, frozenset(one.shortcut for one in blocks(nodes)))
    figures = headline(spec, height, width)
    pieces = [
        _top(spec, figures, height, width, "pad" in parts.kinds),
        block(parts),
        stage(parts),
        net(parts),
        MAIN.format(
            params=figures["params"], channels=spec.in_channels, height=height, width=width, classes=spec.num_classes
        ),
    ]
    if "pad" in parts.kinds:
        pieces.insert(1, ZERO_PAD)
    return "\n\n\n".join(pieces) + "\n"


def _top(spec: ResNetSpec, figures: dict, height: int, width: int, pads: bool) -> str:
    functional = "import torch.nn.functional as F\n" if pads else ""
    return (
        f'"""{naming.title(spec)}.\n\n{naming.layout(spec)}, {spec.depth:,} layers.\n'
        f"{figures['params']:,} parameters; {figures['macs']:,} multiply-adds per {height}×{width} picture.\n"
        'Written by ResNet Explorer; needs PyTorch alone. State-dict keys are torchvision\'s.\n"""\n\n'
        f"import torch\n{functional}from torch import nn"
    )
