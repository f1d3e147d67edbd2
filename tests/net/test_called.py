"""Names for people: the paper's own (He et al. 2015, Table 1's caption), the same wherever a block is spoken of."""

from __future__ import annotations

import pytest

from explorer.net import called
from explorer.net.trace import trace
from explorer.spec import preset


def test_the_paper_downsamples_in_conv3_1_conv4_1_and_conv5_1() -> None:
    """Its words under Table 1: "Downsampling is performed by conv3_1, conv4_1, and conv5_1 with a stride of 2"."""
    nodes = trace(preset("resnet34"), 224, 224)
    halving = dict.fromkeys(called.block(node.block) for node in nodes if node.block and node.stride == 2)
    assert list(halving) == ["conv3_1", "conv4_1", "conv5_1"]


@pytest.mark.parametrize("path", ["layer1", "conv1", "layer2.0.conv1", ""])
def test_what_is_no_block_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="choose a block's"):
        called.block(path)


def test_every_operation_of_a_block_has_a_name_of_its_own() -> None:
    for name in ("resnet50", "resnet20_cifar"):
        nodes = [node for node in trace(preset(name), 224, 224) if node.block]
        named = [called.layer(node, nodes) for node in nodes]
        assert len(set(named)) == len(named) and not [one for one in named if "+" in one or "layer" in one], name
