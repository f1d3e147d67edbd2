"""Where on the picture a unit looks: the square of its receptive field, by the trace, clipped to the picture."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.net.node import Node


@dataclass(frozen=True)
class Field:
    """A layer's receptive fields along one side, in pixels of the net's input. Unit number i sees the pixels from
    `first + i · jump` on, `size` of them (None: the whole picture); what lies outside is padding."""

    first: int
    size: int | None
    jump: int

    def span(self, unit: int, side: int) -> tuple[int, int]:
        """(first pixel, one past the last) that the unit sees of a picture of `side` pixels."""
        if self.size is None:
            return 0, side
        start = self.first + unit * self.jump
        return max(0, start), min(side, start + self.size)


def fields(nodes: tuple[Node, ...]) -> dict[str, Field]:
    """Path → its fields. Each layer's first pixel lies `padding · jump of its input` before its input's; where two ways
    meet, the wider one counts (padding keeps both centred on the same pixel)."""
    firsts: dict[str, int] = {}
    jumps: dict[str, int] = {}
    found: dict[str, Field] = {}
    for node in nodes:
        firsts[node.path] = (
            min(firsts[source] for source in node.inputs) - node.padding * jumps[node.inputs[0]] if node.inputs else 0
        )
        jumps[node.path] = node.jump
        found[node.path] = Field(firsts[node.path], node.receptive_field, node.jump)
    return found
