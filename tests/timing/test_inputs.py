"""The inputs in rotation: each in the asked format and dtype, together larger than the cache, within free memory."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from explorer.spec import preset
from explorer.timing.measure import forward, inputs
from tests.timing.fakes import QUICK, TINY

CPU = torch.device("cpu")
EACH = 3 * 32 * 32 * 4


def pool(**changes: object) -> list[torch.Tensor]:
    return inputs.inputs(preset("resnet18"), replace(QUICK, **changes), CPU)


@pytest.fixture(autouse=True)
def small_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "cache_bytes", lambda device: 10 * EACH)
    monkeypatch.setattr(inputs, "POOL_S", 60.0)


@pytest.mark.parametrize("dtype", ["fp32", "bf16", "fp16"])
@pytest.mark.parametrize("layout", list(inputs.FORMATS))
def test_every_input_is_as_the_settings_say(layout: str, dtype: str) -> None:
    found = pool(memory_format=layout, dtype=dtype, batch=2)
    for one in found:
        assert one.shape == (2, 3, 32, 32) and one.dtype is inputs.DTYPES[dtype] and one.device == CPU
        assert one.is_contiguous(memory_format=inputs.FORMATS[layout])
    assert len({one.data_ptr() for one in found}) == len({float(one[0, 0, 0, 0]) for one in found}) == len(found) > 1


@pytest.mark.parametrize("layout", list(inputs.FORMATS))
def test_a_roll_that_answers_in_nchw_as_on_cuda_changes_no_format(layout: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = torch.Tensor.roll
    monkeypatch.setattr(torch.Tensor, "roll", lambda x, *args: real(x, *args).contiguous())
    assert all(one.is_contiguous(memory_format=inputs.FORMATS[layout]) for one in pool(memory_format=layout))


def test_together_they_exceed_the_cache() -> None:
    total = lambda found: sum(one.numel() * one.element_size() for one in found)  # noqa: E731
    assert 10 * EACH < total(pool()) < 14 * EACH
    assert 10 * EACH < total(pool(dtype="bf16")) < 14 * EACH, "in half the bytes each, more of them"
    assert len(pool(fresh=False)) == 1 == len(pool(batch=64)), "one that is larger than the cache is enough"


def test_free_memory_and_patience_bound_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "free_bytes", lambda device: 8 * 3 * EACH)
    assert len(pool()) == 3
    monkeypatch.setattr(inputs, "free_bytes", lambda device: 1000)
    assert len(pool()) == 1
    monkeypatch.undo()
    monkeypatch.setattr(inputs, "POOL_S", 0.0)
    assert len(pool()) == 1


def test_pool_and_cache_stand_beside_the_figure() -> None:
    facts = forward.measure(TINY, QUICK).provenance
    assert facts["inputs_bytes"] == facts["inputs_in_rotation"] * EACH and facts["cache_bytes"] > 0
