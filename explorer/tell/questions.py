"""What the pages' own controls ask, and their answers in words: slug of the link → what stands on the button."""

from __future__ import annotations

from explorer.lab.experiment import MODULES, TEXTS
from explorer.spec import naming, presets

COST = {
    "where": "Where is it?",
    "flops": "Why do tools disagree?",
    "memory": "How much memory?",
    "field": "What does one unit see?",
    "torchinfo": "What does torchinfo say?",
}
METRIC = {  # slug: a metric of METRICS; links of before have its old label
    "params": "parameters",
    "macs": "multiply-adds (MACs)",
    "activation_bytes": "outputs of layers",
    "receptive_field": "receptive field",
}
OLD_METRIC = {
    "Parameters": "params",
    "MACs": "macs",
    "Activation memory": "activation_bytes",
    "Receptive field": "receptive_field",
}
AS = {"treemap": "boxes in boxes", "sunburst": "rings", "bars": "bars"}
LEVELS = {"2": "blocks", "3": "layers"}
ACROSS = {"params": "parameters", "MACs": "MACs", "memory": "memory"}
UP = {**ACROSS, "time": "time for a picture", "pictures/s": "pictures a second"}
COPY = {"text": "text", "markdown": "Markdown", "csv": "CSV", "latex": "LaTeX", "code": "PyTorch code"}
COMPARE = {
    "headline": "In total",
    "stages": "Stage by stage",
    "layers": "Layer by layer",
    "maps": "On the map",
    "presets": "Among the known nets",
}
PAPER = {
    "table1": "Are the nets the same?",
    "depth": "Why that depth?",
    "errors": "How good on ImageNet?",
    "cifar": "How good on CIFAR-10?",
}
TABLE_STRIDE = {"1x1": "on its 1×1, as in the paper", "3x3": "on its 3×3, as in torchvision"}
OURS = "net"  # Feature maps: the sidebar's net looks
WHO = {
    "residual-20": "digits: residual, 20 layers",
    "plain-20": "digits: plain, 20",
    "residual-56": "digits: residual, 56",
    "plain-56": "digits: plain, 56",
    OURS: "any ResNet you choose",
}
WEIGHTS = {"untrained": "untrained", "published": "its authors’", "file": "your file"}
BLOCKS = {"pair": "basic against bottleneck", "own": "this net’s own"}
EQUAL = {"width": "the same width", "cost": "the same cost, as in Fig. 5"}
PLACE = {"solid": "x as it is", "dotted": "x reshaped", "conv2_x": "after the stem"}
TIMING = {
    "pass": "How fast?",
    "parts": "Which part?",
    "sweep": "What helps?",
    "limit": "At its limit?",
    "launches": "Which batch?",
    "race": "FLOPs or time?",
    "machines": "Elsewhere?",
}
SWEEP = {
    "depths": "the depth",
    "batch": "the batch",
    "modes": "format and compiler",
    "blocks": "the block",
    "stride": "the place of the stride",
}
LAYOUT = {"contiguous": "channel after channel (NCHW)", "channels_last": "pixel after pixel (NHWC)"}
COMPILE = {
    "eager": "no: layer by layer",
    "default": "by torch.compile",
    "reduce-overhead": "by torch.compile, with fewer launches",
}
PASSES = {
    "fresh": "other pictures than the last",
    "same": "the same picture",
    "graph": "the same picture, replayed as a CUDA graph",
}
RACERS = {name: naming.title(spec) for name, spec in presets().items()}
EXPERIMENTS = {key: TEXTS[key]["ask"] for key in MODULES} | {"surgery": "What if I cut it?"}
UPWARDS = {  # of the catalogue's picture; links of before have its old labels
    "params": "how large it is",
    "top1": "how often it is right on ImageNet",
    "error10": "how often it errs on CIFAR-10",
}
OLD_UPWARDS = {"parameters": "params", "ImageNet top-1": "top1", "CIFAR-10 error": "error10"}
PRACTICE = {"exercise": "Practise", "sheet": "Make a worksheet"}
TOPICS = {
    "shapes": "Shapes",
    "params": "Parameters",
    "macs": "Multiply-adds",
    "receptive": "Receptive field",
    "memory": "Memory",
    "shortcuts": "Shortcuts",
    "versions": "v1 and v1.5",
}
HARD = {  # a sheet's level → its words, and what comes in it
    "first": ("First steps", "what the ten steps of Explain it to me taught"),
    "formula": ("More topics", "one step or one formula each"),
    "all": ("Everything", "several steps, and the paper’s variants"),
}
ON = {  # (page, key of the link) → its words
    ("cost", "show"): COST,
    ("cost", "metric"): METRIC,
    ("cost", "as"): AS,
    ("compare", "x"): ACROSS,
    ("cost", "levels"): LEVELS,
    ("sheet", "copy"): COPY,
    ("compare", "diff"): COMPARE,
    ("paper", "table"): PAPER,
    ("paper", "table_stride"): TABLE_STRIDE,
    ("blocks", "of"): BLOCKS,
    ("blocks", "equal"): EQUAL,
    ("blocks", "place"): PLACE,
    ("timing", "view"): TIMING,
    ("timing", "sweep"): SWEEP,
    ("timing", "layout"): LAYOUT,
    ("timing", "compile"): COMPILE,
    ("timing", "one"): RACERS,
    ("timing", "other"): RACERS,
    ("why_residual", "experiment"): EXPERIMENTS,
    ("practice", "do"): PRACTICE,
    ("catalogue", "against"): UPWARDS,
}
