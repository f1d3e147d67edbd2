"""Thin faces for the Feature maps page: a pad to draw a digit on, feature maps that show where a unit looks and follow it
on, and a picture of which a part can be covered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.tell import markup
from explorer.tell.joined import joined, stylesheet
from explorer.web import served
from explorer.web.session import by_key

if TYPE_CHECKING:  # needs torch: not before the controls are painted
    from explorer.tell.feature_maps import Glow, Looked

FOLDER = Path(__file__).resolve().parent
CSS = stylesheet(FOLDER / "look.css", FOLDER.parent / "proof.css")
GIVEN = {"PROOF_CARD": markup.slotted_card()}


@dataclass(frozen=True)
class Unit:
    """One value of the maps behind a node."""

    path: str
    channel: int
    row: int
    column: int


MOST_PLACES = 1_000_000
Box = tuple[float, float, float, float]  # left, top, right, bottom of a picture, in parts of its sides


def _registered(name: str) -> Callable[..., Any]:
    script = joined(FOLDER / f"{name}.js", GIVEN)
    return served.component(f"resnet_{name}", html='<div class="place"></div>\n', css=CSS, js=script)


_pad, _maps, _cover = _registered("pad"), _registered("maps"), _registered("cover")


def pad(sample: str, key: str, own: bool = False) -> str | None:
    """A square to draw a digit on; what is drawn, as a PNG's data URL (white ink on black), or None when it is empty.
    sample: the data URL that it starts with; own: it is the visitor’s, drawn before."""
    drawn = _pad(key=key, data={"sample": sample, "own": own}, on_ink_change=lambda: None)
    ink = drawn.ink
    return sample if ink is None else ink or None


def maps(data: Looked, key: str) -> Unit | None:
    """Rows of feature maps beside the picture that they were made from; pointing at a unit shows what it sees. The unit
    that is held by a click, whichever picture it was held on: whether these maps have it is the caller's to ask."""
    held = _maps(key=key, data=data, on_unit_change=lambda: None).unit
    if not isinstance(held, dict) or not isinstance(held.get("path"), str):
        return None
    numbers = [held.get(name) for name in ("channel", "row", "column")]
    channel, row, column = (
        int(one) if isinstance(one, (int, float)) and 0 <= one < MOST_PLACES else -1 for one in numbers
    )
    return Unit(held["path"], channel, row, column) if min(channel, row, column) >= 0 else None


def covered(key: str) -> Box | None:
    """The part that is covered now: the component's last word, before it is drawn in this run."""
    return _box(getattr(by_key().get(key), "box", None))


def cover(data: Glow, key: str) -> None:
    """The picture with what spoke for a class over it (`tell.feature_maps.spoken`); dragging covers a part."""
    _cover(key=key, data={**data, "box": covered(key)}, on_box_change=lambda: None)


def _box(told: object) -> Box | None:
    if not isinstance(told, (list, tuple)) or len(told) != 4:
        return None
    if not all(type(one) in (int, float) and 0 <= one <= 1 for one in told):
        return None
    left, top, right, bottom = map(float, told)
    return (left, top, right, bottom) if left < right and top < bottom else None
