"""A followed unit's chart: what a block's shortcut brings is what came in, or a bar of its own says what lies between."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from explorer.look.passed import ends, passed
from explorer.look.seen import Step, followed
from explorer.model import build
from explorer.net.trace import trace
from explorer.spec import ResNetSpec, preset
from explorer.tell import feature_maps, look_words
from explorer.tell.plots.look import journey


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        (replace(preset("resnet50"), stages=(2, 2, 1, 1)), "1×1 convolution mixes all channels"),
        (replace(preset("resnet18"), activation="pre"), "1×1 convolution mixes all channels"),
        (preset("resnet20_cifar"), "every second position"),
    ],
)
def test_every_leap_of_a_units_way_is_a_bar_and_is_said(spec: ResNetSpec, why: str) -> None:
    torch.manual_seed(1)
    model = build(spec).eval()
    x, nodes = torch.randn(1, 3, 32, 32), trace(spec, 32, 32)
    seen = passed(model, spec, x)
    start, (channel, row, column) = ends(nodes)[0], (5, 3, 1)
    value = float(seen.outputs[start][0, channel, row, column])
    steps = followed(seen, nodes, model, start, channel, row, column)
    figure = journey(steps, value, "start", feature_maps.places(nodes))
    added, changed = [one for one in figure.data if one.type == "bar"]
    between = dict(zip(changed.x, changed.y, strict=True))
    assert between, "a stage's first block changes the number"
    level = value
    for one, path in zip(steps, added.x, strict=True):
        shortcut = level + between.get(path, 0.0)  # by the net itself, without its own ReLU
        assert float(seen.sums[path].shortcut[0, one.channel, one.row, one.column]) == pytest.approx(shortcut, abs=1e-5)
        assert one.total == pytest.approx(shortcut + one.residual, abs=1e-5)
        level = one.after
    told = look_words.leaps_told(steps, nodes, value)
    assert why in told and all(feature_maps.places(nodes)[path] in told for path in between)
    assert look_words.leaps_told(steps[:0], nodes, value) == ""


def test_where_both_kinds_of_leap_are_each_has_its_reason() -> None:
    """A net whose first shortcut mixes the channels and whose later ones leave positions out."""
    nodes = trace(preset("resnet20_cifar"), 32, 32)
    step = {"residual": 0.1, "total": 0.4, "after": 0.4, "channel": 5, "row": 1, "column": 1}
    steps = [
        Step(path="layer2.0", kind="projection", shortcut=0.3, **step),
        Step(path="layer3.0", kind="pad", shortcut=0.2, **step),
    ]
    told = look_words.leaps_told(steps, nodes, 1.0)
    assert "in conv3_1 its 1×1 convolution mixes" in told and "; in conv4_1 it takes every second position" in told
