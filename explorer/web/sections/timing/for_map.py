"""The times of a net's blocks as a colour of the map, as "Which part?" measured them."""

from __future__ import annotations

from explorer.timing.measure.parts import Parts
from explorer.timing.said import rows, sentences
from explorer.web.sections.timing import runs
from explorer.web.session import session
from explorer.web.state import Chosen


def keep(chosen: Chosen, seen: Parts) -> bool:
    """Whether there is such a colour: where stages alone were timed, no block's time is known."""
    if seen.level == "stage":
        session().pop("block_times", None)
        return False
    session()["block_times"] = {
        "of": _of(chosen),
        "seconds": rows.tile_seconds(seen.parts),
        "stamp": sentences.stamp(seen.settings, seen.provenance),
    }
    return True


def bring_back(chosen: Chosen) -> None:
    """The latest times that this visitor has measured of the net on the screen, before a reload too."""
    if (session().get("block_times") or {}).get("of") == _of(chosen):
        return
    runs.recall()
    for ask, answer in reversed(session()["timings"].items()):
        how = ask.settings
        if ask.task == "parts" and (ask.spec, how.height, how.width, how.batch) == _of(chosen):
            keep(chosen, answer.value)
            return


def _of(chosen: Chosen) -> tuple[object, ...]:
    """What a time is of: another net, input or batch has other times."""
    return (chosen.spec, chosen.height, chosen.width, chosen.batch)
