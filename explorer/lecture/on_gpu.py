"""Two nets on a GPU: from a recorded run of this explorer where one is there, else as published."""

from __future__ import annotations

from functools import cache

from explorer.facts import published
from explorer.spec import preset
from explorer.timing.data import records
from explorer.timing.data.measurement import Measurement
from explorer.timing.data.settings import WORDS
from explorer.timing.said import found


@cache
def recorded(one: str, other: str) -> tuple[Measurement, ...]:
    """Both, on one GPU with the same settings; empty where none is recorded, or where its passes spread too much to be
    quoted. Raises `ValueError` for unknown nets."""
    pair = found.pair_on_gpu(records.recorded(), (preset(one), preset(other)))
    return () if any(seen.warnings for seen in pair) else pair


def speeds(one: str, other: str) -> tuple[dict[str, float], str, str, str]:
    """(net → pictures per second, the device's name, of what they are said in words, "recorded" or "published"). Raises
    `ValueError` or `KeyError` for nets of which there is none."""
    pair = recorded(one, other)
    if pair:
        settings, facts = pair[0].settings, pair[0].provenance
        words = f"{WORDS[settings.dtype]}, {WORDS[settings.memory_format]}, batch {settings.batch}"
        told = f"recorded on {facts['device']}, torch {facts['torch']}, {words}"
        return dict(zip((one, other), (seen.images_per_s for seen in pair))), device(facts["device"]), told, "recorded"
    table = published.throughput()[0]
    both = {name: table["images_per_s"][name] for name in (one, other)}
    return both, device(table["device"]), table["source"], "published"


def device(name: object) -> str:
    """'NVIDIA RTX 4090' → 'RTX 4090'."""
    return str(name).removeprefix("NVIDIA ")
