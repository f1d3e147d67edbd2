"""Nets that torchvision and timm build: identified from a saved file, loaded, and bit-equal in what they answer.

Both libraries are in requirements-outside.txt; without them the tests are skipped.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from explorer.spec import naming
from explorer.weights import identify_file, load
from tests.weights.checkpoints import restless, saved

TORCHVISION = ("resnet18", "resnet34", "resnet50", "resnet101", "resnext50_32x4d", "wide_resnet50_2")
TIMM = (  # the last three have their classifier as a 1×1 convolution, which sums in another order
    *("resnet10t", "resnet14t", "resnet18d", "resnet26t", "resnet26d", "resnet34d", "resnet50c", "resnet50d"),
    *("resnet50s", "resnet50t", "resnet50_gn", "resnet101d", "resnext50d_32x4d", "seresnet18", "seresnet50"),
    *("seresnext50_32x4d", "ecaresnet50d", "ecaresnet26t", "ecaresnetlight", "resnetrs50"),
    *("resnetv2_18", "resnetv2_50", "resnetv2_50d"),
)
PICTURE = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(2))


def made(library: str, name: str) -> torch.nn.Module:
    if "torchvision" in library:
        pytest.importorskip("tests.outside").torchvision()
        from torchvision.models import get_model

        return get_model(name)
    pytest.importorskip("tests.outside").timm()
    import timm

    return timm.create_model(name)


@pytest.mark.parametrize(
    ("library", "name"), [*(("torchvision", name) for name in TORCHVISION), *(("timm", name) for name in TIMM)]
)
def test_a_saved_net_is_identified_and_answers_bit_for_bit(library: str, name: str, tmp_path: Path) -> None:
    net = restless(made(library, name))
    path = saved(net.state_dict(), tmp_path / "net.safetensors")
    answer = identify_file(path)
    assert (answer.missing, answer.unexpected, answer.misshapen) == ((), (), ())
    assert answer.params == sum(one.numel() for one in net.parameters())
    with torch.no_grad():
        ours, theirs = load(path, answer.spec)(PICTURE), net(PICTURE)
    if name.startswith("resnetv2"):
        assert (ours - theirs).abs().max() <= 1e-6 * theirs.abs().max()
    else:
        assert torch.equal(ours, theirs), naming.title(answer.spec)
