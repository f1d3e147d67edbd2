"""Nets that people ask for by names like a ResNet's and that are none of this family: each with the reason."""

from __future__ import annotations

import re

# Read against the words of a name with one space between letters and digits: `res2net50` is "res 2 net 50".
OUTSIDE: tuple[tuple[str, str, str], ...] = (  # (pattern, what it is, why it is outside)
    (r"dense ?net", "DenseNet", "it concatenates what a ResNet adds"),
    (r"resnest", "ResNeSt", "its blocks split channels and weigh the splits against each other"),
    (r"res 2 ne(t|xt)", "Res2Net", "its 3×3 is a chain of smaller ones inside the block"),
    (r"sk ?resne(t|xt)", "SK-ResNet", "its blocks choose between kernels of several sizes"),
    (
        r"(r|resnet|c|i) ?3 d|\b3 d|mc 3|r 2 plus|r 2 \+|slowfast|(video|med|monai).* resnet|temporal",
        "A 3-D ResNet",
        "its convolutions run over time or depth too, and this app's pictures are flat",
    ),
    (
        r"(resnet|resnext) (\d+ )?1 d\b|^1 d\b|conv 1 d",
        "A 1-D ResNet",
        "its convolutions run along one axis, not over a picture",
    ),
    (r"conv ?ne(x|xt)", "ConvNeXt", "its blocks have depthwise 7×7 convolutions and LayerNorm"),
    (r"\b(vit|deit|beit|swin|dino ?v|mae|eva|maxvit|pvt|cait|xcit|volo|coat)", "A transformer", "it is no ResNet"),
    (r"reg ?net", "RegNet", "its widths and groups follow a rule of their own"),
    (
        r"resnet v 2 \d+ x \d+|resnet \d+ x \d+ bit|\bbit\b|bit ?m\b|big transfer|\br \d+ x \d+$",
        "BiT",
        "it standardises the weights of its convolutions",
    ),
    (r"resnet v 2 .*(evos|frn)", "This ResNetV2", "it normalises by EvoNorm or FRN"),
    (
        r"clip|\brn \d+ x \d+\b",
        "CLIP's ResNet",
        "it pools by attention and strides by average pools",
    ),
    (
        r"(resnet|resnext) ?(aa|blur)|\baa (se|eca)? ?resne|anti ?alias",
        "An anti-aliased ResNet",
        "it blurs before each stride",
    ),
    (r"\bibn\b", "IBN-Net", "it normalises some channels picture by picture"),
    (r"\bc?bam\b", "This net", "its attention is over places too, not over channels alone"),
    (r"\brev ?(res)?net|\bi ?rev ?net", "A reversible net", "its blocks couple two streams"),
    (
        r"octave|\boct resne|\bdcn\b|deformable|\bghost resne|involution|coord ?conv",
        "This net",
        "its convolutions are of another kind",
    ),
    (
        r"\bdrn\b",
        "DRN",
        "its stem and its last stages are its own; torchvision's dilated nets are resnet50-os8 and so on",
    ),
    (r"senet 154", "SENet-154", "it halves the first 1×1 of a block and projects by 3×3 convolutions"),
    (r"legacy se resnet (18|34)\b", "This SE-ResNet", "its first stage squeezes to 4 channels, fewer than ours"),
    (
        r"\b(gc|bat) resne|resnet \d+ ts|resnext \d+ ts|resnet (51|61) q|resnet \d+ mlp",
        "This net of timm's byobnet",
        "its stem, activation or attention is another",
    ),
    (
        r"\bt resnet|\bcsp ?resne|\bi ?resnet|\bse ?resnet ir|\bir \d+|\bir se \d+|arc ?face|insight ?face|\bl ?resnet \d+ e|\bhalo|\bbot ?net|lambda ?resnet|\bcot",
        "This net",
        "its blocks are of its own kind",
    ),
    (r"pruned", "A pruned net", "the widths of its blocks are one by one its own"),
    (
        r"resnet (9|12)\b(?! \d)",  # with its stages (`resnet12_2_1_2`) it is a layout of ours
        "ResNet-9 and ResNet-12",
        "their blocks have other numbers of convolutions and pools of their own",
    ),
    (
        r"res ?mlp|rex ?net|pool ?former|fractal ?net|attention ?net|\bres ?t\b|"
        r"efficient ?net|mobile ?net|\bvgg|inception|google ?net|alex ?net|caffe ?net|squeeze ?net|shuffle ?net|mnasnet|nf ?net|hr ?net"
        r"|ghost ?net|rep ?vgg|xception|dark ?net|\bdpn|\bdla\b|le ?net|nasnet|u ?net\b|yolo|pyramid ?net|shake|highway|sphere ?face",
        "This net",
        "it is no ResNet",
    ),
    (
        r"faster|mask ?r ?cnn|rcnn|retina ?net|\bdetr\b|\bfcn|deep ?lab|pspnet|upernet|\bssd|keypoint|panoptic|\bfpn .*resnet",
        "A detector or segmenter",
        "it is more than a classifier; ask for the ResNet inside it",
    ),
)


def outside(words: str) -> str | None:
    """Why a net is outside, in one sentence; None where no such net is meant. words: lower case, one space between
    letters and digits."""
    for pattern, what, why in OUTSIDE:
        if re.search(pattern, words):
            return f"{what} is outside this app: {why}"
    return None
