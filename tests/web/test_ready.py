"""What a hall asks for at once is there before it comes."""

from __future__ import annotations

import gc
import sys

from explorer.spec.chosen import DEPTHS, of_controls
from explorer.tell import fragments, netmap
from explorer.web import configuration, ready


def test_the_offered_depths_are_made_and_the_collector_is_left_as_is_said() -> None:
    before = gc.get_threshold()
    try:
        ready.make()
        assert gc.get_threshold() == (ready.OBJECTS, ready.YOUNG, ready.OLD) and gc.get_freeze_count() > 10_000
        assert sys.getswitchinterval() == ready.TURN_S
        made = fragments.built.cache_info().misses, len(netmap.TEXTS)
        for depth in ("18", "34", "50", "101", "152"):
            assert depth in DEPTHS
            chosen = of_controls({"depth": depth})
            assert f"ResNet-{depth}" in fragments.built(chosen, configuration.said("architecture", chosen))
            assert "scene" in netmap.drawing_text(chosen.spec, chosen.height, chosen.width, chosen.batch)
        assert (fragments.built.cache_info().misses, len(netmap.TEXTS)) == made
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
