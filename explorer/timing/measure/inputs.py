"""The pictures that a timing feeds: fresh ones in rotation, so that a pass does not find its input in a cache."""

from __future__ import annotations

import time

import torch
from torch import Tensor

from explorer.facts.memory.room import free_bytes
from explorer.spec import ResNetSpec
from explorer.timing.data.settings import Settings
from explorer.timing.measure.hardware import cache_bytes
from explorer.timing.measure.rotation import count

DTYPES = {"fp32": torch.float32, "tf32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
FORMATS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}
POOL_S = 1.0  # where fresh memory is slow to come, a click should not wait for it


def inputs(spec: ResNetSpec, settings: Settings, device: torch.device) -> list[Tensor]:
    """Noise pictures (batch, channels, height, width): one, or enough to exceed the last-level cache, as far as free
    memory and `POOL_S` allow. Made on the device in its own dtype: the host may have no room for a GPU's batch."""
    layout, dtype = FORMATS[settings.memory_format], DTYPES[settings.dtype]
    shape = (settings.batch, spec.in_channels, settings.height, settings.width)
    noise = torch.randn(shape, generator=torch.Generator(device).manual_seed(2), device=device, dtype=dtype)
    pool, start = [noise.contiguous(memory_format=layout)], time.perf_counter()
    each = pool[0].numel() * pool[0].element_size()
    wanted = count(each, cache_bytes(device), free_bytes(device)) if settings.fresh else 1
    while len(pool) < wanted and time.perf_counter() - start < POOL_S:
        # CUDA's roll answers in NCHW whatever it is given, and a pass would then start with a conversion
        pool.append(pool[0].roll(len(pool), -1).contiguous(memory_format=layout))
    return pool
