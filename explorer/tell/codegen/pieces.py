"""What of a generated file depends on the spec, and the ways in which all of it is written."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.net.layers import biased
from explorer.spec import NORM_GROUPS, ResNetSpec

NAMES = {
    ("basic", "post"): "BasicBlock",
    ("basic", "pre"): "PreActBasicBlock",
    ("bottleneck", "post"): "Bottleneck",
    ("bottleneck", "pre"): "PreActBottleneck",
}
NORMS = {
    "batch": "nn.BatchNorm2d({})",
    "group": f"nn.GroupNorm({NORM_GROUPS}, {{}})",
    "frozen": "FrozenBatchNorm2d({})",
}


@dataclass(frozen=True)
class Parts:
    """What of the generated file depends on the spec. kinds: the shortcut kinds that occur in this net."""

    spec: ResNetSpec
    kinds: frozenset[str]

    @property
    def pre(self) -> bool:
        return self.spec.activation == "pre"

    @property
    def normed(self) -> bool:
        return self.spec.norm != "none"

    @property
    def empty_first(self) -> bool:
        """Whether the stem's norm and ReLU serve the net's first block."""
        return self.pre and self.spec.preact_first == "stem"

    @property
    def dilated(self) -> bool:
        return self.spec.output_stride != 32

    @property
    def pooled(self) -> bool:
        """Whether an average pool stands before the projections."""
        return self.spec.shortcut_pool == "avg"

    @property
    def block(self) -> str:
        return NAMES[self.spec.block, self.spec.activation]

    @property
    def inner(self) -> str:
        """Name of the inner channel count, where it differs from the outer one."""
        return "inner" if self.spec.block == "bottleneck" else "c"

    @property
    def takes(self) -> list[str]:
        """Arguments of the block class."""
        return [
            "c_in",
            *(["inner"] if self.inner == "inner" else []),
            "c",
            "stride",
            *(["before", "after"] if self.dilated else []),  # dilation of the first 3×3, and of what follows
            *(["first=False"] if self.empty_first else []),
        ]

    @property
    def convs(self) -> list[tuple[str, str, int, bool]]:
        """(in, out, kernel, carries the stride) of the block's convolutions."""
        if self.spec.block == "basic":
            return [("c_in", "c", 3, True), ("c", "c", 3, False)]
        early = self.spec.stride_on == "1x1"
        return [("c_in", "inner", 1, early), ("inner", "inner", 3, not early), ("inner", "c", 1, False)]

    def norm(self, channels: object) -> str:
        return NORMS[self.spec.norm].format(channels)

    def conv(
        self, place: str, c_in: object, c_out: object, kernel: int, stride: object = 1, groups: int = 1,
        dilation: str = "",
    ) -> str:  # fmt: skip
        """place: of `explorer.net.layers.biased`."""
        more = [f"stride={stride}"] if stride != 1 else []
        more += [f"padding={dilation or kernel // 2}"] if kernel > 1 else []
        more += [f"dilation={dilation}"] if dilation else []
        more += [f"groups={groups}"] if groups > 1 else []
        more += [] if biased(self.spec, place) else ["bias=False"]
        return f"nn.Conv2d({', '.join(map(str, [c_in, c_out, kernel, *more]))})"


def body(lines: list[str], depth: int = 2) -> str:
    return "\n".join("    " * depth + line if line else "" for line in lines)
