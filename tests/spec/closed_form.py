"""Parameters and MACs of a net by arithmetic on its fields alone: no torch, nothing of explorer.net.

Counts what the catalogue counts: trainable parameters; multiply-adds of convolutions and linear layers of one picture.
"""

from __future__ import annotations

from explorer.spec import BLOCKS, ResNetSpec


class Sum:
    """Parameters and MACs so far, and the side of the map: (height, width)."""

    def __init__(self, spec: ResNetSpec, height: int, width: int) -> None:
        self.spec, self.params, self.macs, self.side = spec, 0, 0, (height, width)

    def conv(self, c_in: int, c_out: int, k: int, stride: int = 1, groups: int = 1, bias: bool = False) -> None:
        """A convolution with the padding that keeps the side at stride 1 (whatever its dilation)."""
        weights = k * k * (c_in // groups) * c_out
        high, wide = self.side
        self.side = -(-high // stride), -(-wide // stride)
        self.params += weights + c_out * bias
        self.macs += weights * self.side[0] * self.side[1]

    def norm(self, channels: int) -> None:
        self.params += 2 * channels if self.spec.norm in ("batch", "group") else 0

    def linear(self, c_in: int, c_out: int) -> None:
        self.params += (c_in + 1) * c_out
        self.macs += c_in * c_out


def count(spec: ResNetSpec, height: int, width: int) -> tuple[int, int]:
    """(parameters, MACs) of a picture of height × width."""
    total = Sum(spec, height, width)
    channels = _stem(total)
    for stage, blocks in enumerate(spec.stages):
        for block in range(blocks):
            strides = block == (0 if spec.stride_place == "first" else blocks - 1)
            stride = spec.stage_stride(stage) if strides else 1
            channels = _block(total, channels, stage, block, stride)
    if spec.activation == "pre" and spec.last_norm == "yes":
        total.norm(channels)
    if spec.num_classes:
        total.linear(channels, spec.num_classes)
    return total.params, total.macs


def _stem(total: Sum) -> int:
    spec = total.spec
    bias = spec.conv_bias in ("all", "ends")
    kernel, stride = {"imagenet": (7, 2), "deep": (3, 2), "cifar": (3, 1)}[spec.stem]
    before = spec.in_channels
    for index, after in enumerate(spec.stem_channels):
        total.conv(before, after, kernel, stride if index == 0 else 1, bias=bias)
        if index < len(spec.stem_channels) - 1 or spec.activation == "post" or spec.preact_first == "stem":
            total.norm(after)
        before = after
    if spec.pooling == "conv":
        total.conv(before, before, 3, 2)
        total.norm(before)
    elif spec.pooling in ("max", "ceil"):
        high, wide = ((one - 1) // 2 + 1 if spec.pooling == "max" else -(-(one - 3) // 2) + 1 for one in total.side)
        total.side = high, wide
    return before


def _block(total: Sum, c_in: int, stage: int, index: int, stride: int) -> int:
    spec = total.spec
    pre, biased = spec.activation == "pre", spec.conv_bias == "all"
    inner, out, came = spec.inner(stage), spec.out_channels(stage), total.side
    last_bias = biased or spec.conv_bias == "ends"
    first = stride if spec.stride_on == "1x1" else 1
    if spec.block == "basic":
        convs = [(c_in, inner, 3, stride, 1, biased), (inner, out, 3, 1, 1, last_bias)]
    else:
        convs = [
            (c_in, inner, 1, first, 1, biased),
            (inner, inner, 3, stride // first, spec.groups, biased),
            (inner, out, 1, 1, 1, last_bias),
        ]
    assert len(convs) == BLOCKS[spec.block].convs
    for number, conv in enumerate(convs):
        if not (pre and (stage, index, number) == (0, 0, 0) and spec.preact_first == "stem"):  # there it is the stem's
            total.norm(conv[0] if pre else conv[1])
        total.conv(*conv)
    _attention(total, out)
    went, total.side = total.side, came
    if spec.shortcut == "C" or spec.shortcut == "B" and (c_in != out or (stride != 1 and not _pooled(spec, c_in, out))):
        total.side = went
        total.conv(c_in, out, 1, bias=biased or spec.conv_bias in ("projection", "ends"))
        if not pre and spec.shortcut_norm == "norm":
            total.norm(out)
    total.side = went
    return out


def _pooled(spec: ResNetSpec, c_in: int, out: int) -> bool:
    """Keras' V2: where the stride stands in a stage's last block the shortcut is a max pool."""
    return spec.stride_place == "last" and c_in == out


def _attention(total: Sum, channels: int) -> None:
    spec = total.spec
    if spec.attention == "se":  # timm's rounding: a multiple of 8, at least 8
        squeezed = max(8, int(channels / spec.attention_reduction + 4) // 8 * 8)
        total.linear(channels, squeezed)
        total.linear(squeezed, channels)
    elif spec.attention == "eca":  # an odd kernel of about (log2 channels + 1) / 2
        t = int((channels.bit_length() - 1 + 1) / 2)
        kernel = max(t if t % 2 else t + 1, 3)
        total.params += kernel
        total.macs += kernel * channels
