"""What other projects call our layers: one table per layout, read in both directions.

A row pairs our module's path with theirs. In braces stands a number: s the stage (1 …), b the block (0 …), n the
convolution of a block (1 …), i a place in a sequence; `{s+1}` is one more than our s. Behind a path comes the tensor's
own name (weight, bias, running_mean …), the same everywhere. Where a row has several of theirs, the first is written
and all are read. Sources: the projects' own code, named beside each table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

PARTS = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
_NUMBER = re.compile(r"\{(\w)([+-]\d)?\}")


@dataclass(frozen=True)
class Path:
    """A module's path with numbers in it."""

    text: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What such a path looks like; groups are named after the numbers."""
        return re.compile(self.regex)

    @cached_property
    def regex(self) -> str:
        """The same as text."""
        seen: set[str] = set()
        parts, at = [], 0
        for found in _NUMBER.finditer(self.text):
            parts.append(re.escape(self.text[at : found.start()]))
            parts.append(f"(?P={found[1]})" if found[1] in seen else rf"(?P<{found[1]}>[0-9]{{1,5}})")
            seen.add(found[1])
            at = found.end()
        return "".join([*parts, re.escape(self.text[at:])])

    @cached_property
    def offsets(self) -> dict[str, int]:
        """How much is added to each number when it is written."""
        return {found[1]: int(found[2] or 0) for found in _NUMBER.finditer(self.text)}

    def read(self, path: str) -> dict[str, int] | None:
        """The numbers in a path; None when it does not fit."""
        found = self.pattern.fullmatch(path)
        if found is None:
            return None
        numbers = {name: int(text) - self.offsets[name] for name, text in found.groupdict().items()}
        return numbers if min(numbers.values(), default=0) >= 0 else None

    def write(self, numbers: dict[str, int]) -> str:
        """The path with the numbers in."""
        return _NUMBER.sub(lambda found: str(numbers[found[1]] + int(found[2] or 0)), self.text)


@dataclass(frozen=True)
class Row:
    """ours: our module's path; theirs: the same module's in a layout, the usual one first."""

    ours: Path
    theirs: tuple[Path, ...]


@dataclass(frozen=True)
class Layout:
    """One project's names. title: for people; rows: the table."""

    name: str
    title: str
    rows: tuple[Row, ...]

    def to_ours(self, path: str) -> str | None:
        """Our path of a module that they call `path`; None for what the table does not know."""
        for row in self.rows:
            for theirs in row.theirs:
                if (numbers := theirs.read(path)) is not None:
                    return row.ours.write(numbers)
        return None

    def to_theirs(self, path: str, variant: int = 0) -> str | None:
        """Their path of our module; None for what they have no name for. variant: which of theirs, where a row has
        several."""
        for row in self.rows:
            if (numbers := row.ours.read(path)) is not None:
                return row.theirs[min(variant, len(row.theirs) - 1)].write(numbers)
        return None

    @cached_property
    def anchors(self) -> dict[str, int]:
        """Their names of a few convolutions that every net of the family has → which of theirs it is; long ones first."""
        ours = [f"layer{s}.0.conv{n}" for s in (1, 2, 3) for n in (1, 2)]
        found = {f"{self.to_theirs(path, variant)}.weight": variant for variant in (1, 0) for path in ours}
        return dict(sorted(found.items(), key=lambda one: -len(one[0])))


def _layout(name: str, title: str, rows: dict[str, str | tuple[str, ...]]) -> Layout:
    made = tuple(
        Row(Path(ours), tuple(map(Path, (theirs,) if isinstance(theirs, str) else theirs)))
        for ours, theirs in rows.items()
    )
    return Layout(name, title, made)


def _same(*paths: str) -> dict[str, str | tuple[str, ...]]:
    return {path: path for path in paths}


_STEM = _same("conv1", "bn1")
_BLOCK = _same("layer{s}.{b}.conv{n}", "layer{s}.{b}.bn{n}")
_DOWN = _same("layer{s}.{b}.downsample.{i}")
_MORE = _same(  # what only timm has
    "conv1.{i}",
    "maxpool.{i}",
    "layer{s}.{b}.se.fc{i}",
    "layer{s}.{b}.se.conv",
    "bn_last",
)


def _behind(prefix: str, rows: dict[str, str | tuple[str, ...]]) -> dict[str, str | tuple[str, ...]]:
    """The same names behind a prefix; without it they are read as well."""
    return {ours: (f"{prefix}{theirs}", str(theirs)) for ours, theirs in rows.items()}


LAYOUTS: dict[str, Layout] = {
    layout.name: layout
    for layout in (
        # github.com/pytorch/vision, torchvision/models/resnet.py: our own names.
        _layout("torchvision", "torchvision’s names", {**_STEM, **_BLOCK, **_DOWN, **_same("fc", "bn_last")}),
        # github.com/huggingface/pytorch-image-models, timm/models/resnet.py: torchvision's and what it lacks.
        _layout("timm", "timm’s names", {**_STEM, **_MORE, **_BLOCK, **_DOWN, **_same("fc")}),
        # …, timm/models/resnetv2.py: pre-activation.
        _layout(
            "timm-v2",
            "timm’s names of its ResNetV2",
            {
                "conv1": "stem.conv",
                "layer{s}.{b}.conv{n}": "stages.{s-1}.blocks.{b}.conv{n}",
                "layer{s}.{b}.bn{n}": "stages.{s-1}.blocks.{b}.norm{n}",
                "layer{s}.{b}.downsample.0": "stages.{s-1}.blocks.{b}.downsample.conv",
                "bn_last": "norm",
                "fc": "head.fc",
            },
        ),
        # …, with a deep stem and ResNet-D's pool before a projection
        _layout(
            "timm-v2-d",
            "timm’s names of its ResNetV2 with a deep stem",
            {
                "conv1.0": "stem.conv1",
                "conv1.1": "stem.norm1",
                "conv1.3": "stem.conv2",
                "conv1.4": "stem.norm2",
                "conv1.6": "stem.conv3",
                "layer{s}.{b}.conv{n}": "stages.{s-1}.blocks.{b}.conv{n}",
                "layer{s}.{b}.bn{n}": "stages.{s-1}.blocks.{b}.norm{n}",
                "layer{s}.{b}.downsample.1": "stages.{s-1}.blocks.{b}.downsample.conv",
                "bn_last": "norm",
                "fc": "head.fc",
            },
        ),
        # github.com/huggingface/transformers, models/resnet/modeling_resnet.py
        _layout(
            "huggingface",
            "Hugging Face transformers’ names",
            {
                **_behind(
                    "resnet.",
                    {
                        "conv1": "embedder.embedder.convolution",
                        "bn1": "embedder.embedder.normalization",
                        "layer{s}.{b}.conv{n}": "encoder.stages.{s-1}.layers.{b}.layer.{n-1}.convolution",
                        "layer{s}.{b}.bn{n}": "encoder.stages.{s-1}.layers.{b}.layer.{n-1}.normalization",
                        "layer{s}.{b}.downsample.0": "encoder.stages.{s-1}.layers.{b}.shortcut.convolution",
                        "layer{s}.{b}.downsample.1": "encoder.stages.{s-1}.layers.{b}.shortcut.normalization",
                    },
                ),
                "fc": "classifier.1",
            },
        ),
        # github.com/facebookresearch/detectron2, modeling/backbone/resnet.py, whose names follow Caffe2's
        _layout(
            "detectron2",
            "detectron2’s names",
            {
                "conv1": "stem.conv1",
                "bn1": "stem.conv1.norm",
                "layer{s}.{b}.conv{n}": "res{s+1}.{b}.conv{n}",
                "layer{s}.{b}.bn{n}": "res{s+1}.{b}.conv{n}.norm",
                "layer{s}.{b}.downsample.0": "res{s+1}.{b}.shortcut",
                "layer{s}.{b}.downsample.1": "res{s+1}.{b}.shortcut.norm",
                "fc": ("linear", "stem.fc"),
            },
        ),
        # github.com/open-mmlab/mmpretrain, models/backbones/resnet.py (mmdetection's and mmsegmentation's, too)
        _layout(
            "mmpretrain",
            "mmpretrain’s names",
            {
                "conv1.{i}": ("backbone.stem.{i}", "stem.{i}"),
                "layer{s}.{b}.se.fc{i}": (
                    "backbone.layer{s}.{b}.se_layer.conv{i}.conv",
                    "layer{s}.{b}.se_layer.conv{i}.conv",
                ),
                **_behind("backbone.", {**_STEM, **_BLOCK, **_DOWN}),
                "fc": ("head.fc", "head.classifier"),
            },
        ),
        # github.com/akamaster/pytorch_resnet_cifar10: option A, zeros on both sides
        _layout("akamaster", "akamaster’s names", {**_STEM, **_BLOCK, "fc": "linear"}),
        # github.com/kuangliu/pytorch-cifar, models/resnet.py and preact_resnet.py
        _layout(
            "kuangliu",
            "kuangliu’s names",
            {**_STEM, **_BLOCK, "layer{s}.{b}.downsample.{i}": "layer{s}.{b}.shortcut.{i}", "fc": "linear"},
        ),
        # nn.Sequential(*resnet.children()): the parts numbered in their order
        _layout(
            "sequential",
            "the numbers of nn.Sequential(*resnet.children())",
            {
                "conv1": "0",
                "bn1": "1",
                "layer{s}.{b}.conv{n}": "{s+3}.{b}.conv{n}",
                "layer{s}.{b}.bn{n}": "{s+3}.{b}.bn{n}",
                "layer{s}.{b}.downsample.{i}": "{s+3}.{b}.downsample.{i}",
                "fc": "9",
            },
        ),
    )
}


def split(name: str) -> tuple[str, str]:
    """'layer1.0.conv1.weight' → ('layer1.0.conv1', 'weight')."""
    path, _, part = name.rpartition(".")
    return path, part
