"""Which layout a file's names are in, behind which prefix, in which of its dictionaries; and each tensor by our name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from explorer.weights.layouts import LAYOUTS, PARTS, Layout, split
from explorer.weights.limits import Tensor

AVERAGED = ("ema", "averaged", "swa")  # dictionaries with averaged weights: taken when there is no other


@dataclass(frozen=True)
class Recognised:
    """ours: our name → the file's tensor; unknown: what the layout has no name for; beside: tensors of the file's other
    dictionaries (an optimizer's state, averaged weights)."""

    layout: Layout
    section: str
    prefix: str
    variant: int
    ours: dict[str, Tensor]
    unknown: tuple[Tensor, ...]
    beside: tuple[Tensor, ...]

    def name_of(self, ours: str) -> str:
        """What our tensor is called in the file, or would be."""
        if ours in self.ours:
            return self.ours[ours].name
        path, part = split(ours)
        theirs = self.layout.to_theirs(path, self.variant)
        return f"{self.prefix}{theirs if theirs is not None else path}.{part}"


def recognise(tensors: Sequence[Tensor]) -> Recognised:
    """The reading that explains most tensors. Raises `ValueError` when none explains any block."""
    best: Recognised | None = None
    for section, held in _sections(tensors).items():
        for layout, prefix, variant in _candidates(held):
            ours, unknown = renamed(held, layout, prefix)
            if best is None or len(ours) > len(best.ours):
                beside = tuple(one for one in tensors if one.section != section)
                best = Recognised(layout, section, prefix, variant, ours, unknown, beside)
    if best is None:
        first = ", ".join(repr(one.name[:60]) for one in tensors[:3])
        raise ValueError(f"its {len(tensors):,} tensors bear the names of no ResNet that we know: {first} …")
    return best


def renamed(tensors: Iterable[Tensor], layout: Layout, prefix: str) -> tuple[dict[str, Tensor], tuple[Tensor, ...]]:
    """(our name → tensor, tensors that the layout has no name for)."""
    ours: dict[str, Tensor] = {}
    unknown = []
    paths: dict[str, str | None] = {}  # a module has up to five tensors
    for tensor in tensors:
        path, part = split(tensor.name)
        if path not in paths:
            paths[path] = layout.to_ours(path.removeprefix(prefix)) if path.startswith(prefix) else None
        found = paths[path]
        if found is None or part not in PARTS or f"{found}.{part}" in ours:
            unknown.append(tensor)
        else:
            ours[f"{found}.{part}"] = tensor
    return ours, tuple(unknown)


def _sections(tensors: Sequence[Tensor]) -> dict[str, list[Tensor]]:
    """The file's dictionaries, those with averaged weights last."""
    found: dict[str, list[Tensor]] = {}
    for tensor in tensors:
        found.setdefault(tensor.section, []).append(tensor)
    return dict(sorted(found.items(), key=lambda one: any(word in one[0].lower() for word in AVERAGED)))


def _candidates(tensors: Sequence[Tensor]) -> list[tuple[Layout, str, int]]:
    """Layouts, prefixes and variants under which the file has one of a layout's well-known convolutions; at most eight
    of each layout."""
    found: list[tuple[Layout, str, int]] = []
    for layout in LAYOUTS.values():
        some: dict[tuple[str, int], None] = {}
        endings = tuple(layout.anchors)
        for tensor in tensors:
            if tensor.name.endswith(endings) and len(tensor.shape) == 4:
                anchor = next(one for one in endings if tensor.name.endswith(one))
                prefix = tensor.name[: -len(anchor)]
                if not prefix or prefix.endswith("."):
                    some[prefix, layout.anchors[anchor]] = None
            if len(some) == 8:
                break
        found += [(layout, prefix, variant) for prefix, variant in some]
    return found
