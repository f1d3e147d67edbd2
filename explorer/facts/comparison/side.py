"""One side of a comparison: a net, and on what it is run and for what."""

from __future__ import annotations

from dataclasses import dataclass, replace

from explorer.facts import memory
from explorer.facts.comparison.address import same_task
from explorer.facts.proof import Proof
from explorer.net.node import Node
from explorer.net.trace import trace
from explorer.spec import ResNetSpec, naming


@dataclass(frozen=True)
class Side:
    """dtype: of `memory.FORMATS`; optimizer: of `memory.OPTIMIZERS`, None for inference."""

    spec: ResNetSpec
    height: int
    width: int
    batch: int = 1
    dtype: str = "fp32"
    optimizer: str | None = None

    @property
    def nodes(self) -> tuple[Node, ...]:
        return memory.in_format(trace(self.spec, self.height, self.width, self.batch), self.dtype)

    @property
    def title(self) -> str:
        return naming.title(self.spec)

    @property
    def shape(self) -> str:
        """'1×3×224×224'."""
        return f"{self.batch}×{self.spec.in_channels}×{self.height}×{self.width}"

    def memory(self) -> dict[str, Proof]:
        """Of `memory.proofs`. Raises `ValueError` where torch would refuse to train."""
        return memory.proofs(self.spec, self.height, self.width, self.batch, self.dtype, self.optimizer)

    def at(self, other: Side) -> Side:
        """This net at the other's task: its classes and input channels, its input, batch and format, and what for."""
        return replace(other, spec=same_task(self.spec, other.spec))
