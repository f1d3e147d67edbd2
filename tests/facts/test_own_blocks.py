"""A net's own blocks: torchvision's, those alike together."""

from __future__ import annotations

import pytest

from explorer.facts import block_pair, own_blocks
from explorer.net.trace import trace
from explorer.spec import preset, varied
from tests import outside


@pytest.mark.parametrize("name", ["resnet18", "resnet50", "resnext50_32x4d"])
def test_runs_cover_every_block_and_count_as_torchvision_does(name: str) -> None:
    groups = own_blocks.alike(trace(preset(name), 224, 224))
    net = dict(outside.torchvision().models.get_model(name).named_modules())
    seen = [block.path for group in groups for block in group.blocks]
    assert seen == [path for path in net if path.startswith("layer") and path.count(".") == 1]
    for row, group in zip(own_blocks.rows(groups), groups, strict=True):
        for block in group.blocks:
            assert row["params"] == sum(one.numel() for one in net[block.path].parameters()), block.path


def test_resnet50s_are_eight_kinds_and_the_maps_selection_finds_its_own() -> None:
    groups = own_blocks.alike(trace(preset("resnet50"), 224, 224))
    assert [len(group.blocks) for group in groups] == [1, 2, 1, 3, 1, 5, 1, 2]
    assert groups[3].name == "conv3_2 to conv3_4, 3 alike"
    for path, first in (
        ("layer2.2", "layer2.1"),
        ("layer2.2.conv1", "layer2.1"),
        ("layer3", "layer3.0"),
        ("conv4_x", "layer3.0"),
        ("fc", "layer1.0"),
        ("", "layer1.0"),
    ):
        assert own_blocks.having(groups, path).first.path == first, path


def test_what_stands_beside_the_main_path_is_called_by_its_name() -> None:
    first, second = (
        own_blocks.alike(trace(varied(preset("resnet50"), attention="se"), 224, 224))[index].first for index in (0, 1)
    )
    assert "MACs with the shortcut’s and the attention’s" in block_pair.totals(first)
    assert "MACs with the attention’s" in block_pair.totals(second)
