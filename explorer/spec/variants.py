"""The switches of a net in words: how a name writes each, what people call it, and what is special about it.

One table for both ways: `naming` writes these suffixes, and the resolver of names reads them.
"""

from __future__ import annotations

from dataclasses import dataclass

from explorer.spec.axes import ATTENTIONS


@dataclass(frozen=True)
class Variant:
    """suffix: in a name for files and links; words: in a title; special: one short sentence for the header."""

    suffix: str
    words: str
    special: str = ""


VARIANTS: dict[str, dict[str, Variant]] = {
    "shortcut": {
        "A": Variant("A", "option A"),
        "B": Variant("B", "option B"),
        "C": Variant("optC", "option C"),  # a plain C is the deep stem's, in every library
        "none": Variant("plain", "plain"),
    },
    "stride_on": {
        "1x1": Variant("v1", "stride on the 1×1 (v1)"),
        "3x3": Variant("v1.5", "stride on the 3×3"),
    },
    "activation": {"pre": Variant("pre", "pre-activation"), "post": Variant("post", "post-activation")},
    "norm": {
        "batch": Variant("bn", "BN"),
        "none": Variant("nonorm", "without BN"),
        "group": Variant("gn", "GroupNorm", "GroupNorm: no map is normalised by the rest of its batch"),
        "frozen": Variant("frozen", "frozen BN", "Frozen BN: its four vectors are buffers, none is trained"),
    },
    "stem": {
        "cifar": Variant("cifarstem", "CIFAR stem"),
        "imagenet": Variant("imagenetstem", "ImageNet stem"),
        "deep": Variant("deep", "deep stem", "Deep stem: three 3×3 in place of one 7×7"),
    },
    "pool": {
        "usual": Variant("usualpool", "usual pool"),
        "max": Variant("maxpool", "max pool"),
        "ceil": Variant("ceilpool", "pool rounded up", "Caffe’s pool: no padding, and its side is rounded up"),
        "conv": Variant("convpool", "pool by convolution", "A 3×3 of stride 2 stands in the max pool’s place"),
        "none": Variant("nopool", "no pool", "No pool after the stem: every map is twice as high and wide"),
    },
    "stride_place": {
        "first": Variant("stridefirst", "stride in the first block"),
        "last": Variant("stridelast", "stride in the last block", "The last block of a stage has its stride"),
    },
    "shortcut_pool": {
        "none": Variant("noavgdown", "shortcut without pool"),
        "avg": Variant("avgdown", "pooled shortcut (D)", "D: the pool takes the stride, so no pixel is skipped"),
    },
    "shortcut_norm": {
        "norm": Variant("normpr", "projection with norm"),
        "none": Variant("barepr", "projection without norm", "Projections end without a norm"),
    },
    "conv_bias": {
        "none": Variant("nobias", "convolutions without bias"),
        "all": Variant("bias", "convolutions with bias", "Convolutions have biases, which the norm after them cancels"),
        "projection": Variant("prbias", "projections with bias", "Projections have biases"),
        "ends": Variant("endbias", "bias at the ends", "The convolutions that no norm follows have biases"),
    },
    "attention": {
        "none": Variant("noattention", "without attention"),
        **{
            key: Variant(key, one.short, f"{one.short}: each block weighs its channels, {one.says}")
            for key, one in ATTENTIONS.items()
        },
    },
    "zero_pad": {
        "behind": Variant("behind", "zeros behind"),
        "both": Variant(
            "bothsides", "zeros on both sides", "Zeros on both sides: weights made with zeros behind load, and err"
        ),
    },
    "preact_first": {
        "stem": Variant("prestem", "first norm after the stem"),
        "block": Variant("preblock", "first norm in the block"),
    },
    "last_norm": {
        "yes": Variant("lastnorm", "with last norm"),
        "no": Variant("nolast", "without last norm", "The last block’s sum goes to the pool without norm and ReLU"),
    },
    "zero_init": {
        "no": Variant("oneinit", "last γ starts at 1"),
        "yes": Variant("zeroinit", "last γ starts at 0", "Every block starts as its shortcut: the last γ is 0"),
    },
}
NUMBERS: dict[str, Variant] = {
    "width": Variant("w", "width"),
    "groups": Variant("g", "groups"),
    "width_per_group": Variant("d", "width per group"),
    "stem_widths": Variant("stem", "stem widths"),
    "widths": Variant("ws", "widths"),
    "strides": Variant("s", "strides"),
    "output_stride": Variant(
        "os", "output stride", "Dilation in place of the later strides: the last map is {value} times smaller"
    ),
    "attention_reduction": Variant("rd", "SE reduction"),
}
