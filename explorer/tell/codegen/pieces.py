"""What of a generated file depends on the spec, and the two ways in which all of it is written."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.spec import ResNetSpec

NAMES = {
    ("basic", "post"): "BasicBlock",
    ("basic", "pre"): "PreActBasicBlock",
    ("bottleneck", "post"): "Bottleneck",
    ("bottleneck", "pre"): "PreActBottleneck",
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
    def bn(self) -> bool:
        return self.spec.norm == "batch"

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
            *(["first=False"] if self.pre else []),
        ]

    @property
    def convs(self) -> list[tuple[str, str, int, bool]]:
        """(in, out, kernel, carries the stride) of the block's convolutions."""
        if self.spec.block == "basic":
            return [("c_in", "c", 3, True), ("c", "c", 3, False)]
        early = self.spec.stride_on == "1x1"
        return [("c_in", "inner", 1, early), ("inner", "inner", 3, not early), ("inner", "c", 1, False)]


def conv(c_in: object, c_out: object, kernel: int, stride: object = 1, groups: int = 1) -> str:
    more = [f"stride={stride}"] if stride != 1 else []
    more += [f"padding={kernel // 2}"] if kernel > 1 else []
    more += [f"groups={groups}"] if groups > 1 else []
    return f"nn.Conv2d({', '.join(map(str, [c_in, c_out, kernel, *more, 'bias=False']))})"


def body(lines: list[str], depth: int = 2) -> str:
    return "\n".join("    " * depth + line if line else "" for line in lines)
