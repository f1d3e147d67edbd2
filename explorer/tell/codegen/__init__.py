"""A spec as one readable PyTorch file of its own: only the classes, layers and shortcuts that this net has.

The text is the model's own (`explorer.net`), worked out for the spec. It depends on torch alone, has the same
parameters, MACs and state-dict keys as `explorer.model.build(spec)`, and with the same weights the same outputs.
"""

from __future__ import annotations

from explorer.facts.rollup import Headline, headline
from explorer.net.ops import op
from explorer.net.resnet import BLOCK_CLASSES, ResNet
from explorer.spec import ResNetSpec, naming
from explorer.spec.fields import DEFAULTS, ROWS, VARIANTS
from explorer.tell.codegen.layout import mentioned, part, used
from explorer.tell.codegen.writing import Writer

__all__ = ["code"]

NORM_KINDS = {"batch": "norm", "group": "groupnorm", "frozen": "frozennorm"}
MAIN = """if __name__ == "__main__":
    model = ResNet().eval()
    print(f"{{sum(p.numel() for p in model.parameters()):,}} parameters")  # {params:,}
    print(tuple(model(torch.zeros(1, {channels}, {height}, {width})).shape))  # (1, {outputs})"""


def code(spec: ResNetSpec, height: int | None = None, width: int | None = None) -> str:
    """The source text. Height and width only choose the example input and the MACs in its docstring."""
    height, width = height or spec.default_input, width or height or spec.default_input
    figures, parts = headline(spec, height, width), Writer(spec).parts
    outputs = spec.num_classes or spec.out_channels(len(spec.stages) - 1)
    parts[BLOCK_CLASSES[spec.block, spec.activation]].doc = _recipe(spec)
    parts[ResNet].doc = f"(N, {spec.in_channels}, H, W) → (N, {outputs})."
    written = sorted(parts.values(), key=lambda one: one is parts[ResNet])  # the net last
    attributes = used(written)
    texts = {one.name: part(one, attributes) for one in written}
    pieces = [text for name, text in texts.items() if name == ResNet.__name__ or _mentioned(name, texts)]
    main = MAIN.format(params=figures["params"], channels=spec.in_channels, height=height, width=width, outputs=outputs)
    return "\n\n\n".join([_top(spec, figures, height, width, pieces), *pieces, main]) + "\n"


def _mentioned(name: str, texts: dict[str, str]) -> bool:
    """Whether another part needs it: what came to nothing in its place is not written."""
    return any(name in mentioned(text) for other, text in texts.items() if other != name)


def _recipe(spec: ResNetSpec) -> str:
    """What the block does, in order: its class's own docstring with this net's norm, attention and shortcut."""
    recipe = BLOCK_CLASSES[spec.block, spec.activation].__doc__ or ""
    for name, choices in VARIANTS.items():  # "(attention)" stands for what this net's choice puts there
        layer = choices[getattr(spec, name)].layer
        recipe = recipe.replace(f"({name})", layer) if layer else recipe.replace(f"({name}), ", "")
    recipe = (
        recipe.replace("BN", op(NORM_KINDS[spec.norm]).short) if spec.norm != "none" else recipe.replace("BN, ", "")
    )
    return recipe.replace(" + shortcut,", "").replace(", + shortcut.", ".") if spec.shortcut == "none" else recipe


def _top(spec: ResNetSpec, figures: Headline, height: int, width: int, pieces: list[str]) -> str:
    names = set().union(*map(mentioned, pieces))
    imports = "import math\n\n" if "math" in names else ""
    functional = "import torch.nn.functional as F\n" if "F" in names else ""
    return (
        f'"""{naming.title(spec)}.\n\n{naming.layout(spec)}, {spec.depth:,} layers.\n'
        f"{figures['params']:,} parameters; {figures['macs']:,} multiply-adds per {height}×{width} picture.\n"
        f'Written by ResNet Explorer; needs PyTorch alone. State-dict keys are {_keys(spec)}.\n{_twin(spec)}"""\n\n'
        f"{imports}import torch\n{functional}from torch import nn"
    )


def _keys(spec: ResNetSpec) -> str:
    timm = spec.stem == "deep" or spec.pooling == "conv"
    timm |= any(row.timm and getattr(spec, name) != DEFAULTS[name] for name, row in ROWS.items())
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
