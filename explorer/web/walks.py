"""The walk of the model on the screen: made in the queue of heavy work, kept for whoever asks next."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import streamlit as st

from explorer.spec import ResNetSpec
from explorer.tell.url_keys import has_twin
from explorer.web import state
from explorer.web.state import Chosen

if TYPE_CHECKING:
    from explorer.tell.walk import Walk

TWINS = ("digits-residual-20", "digits-plain-20")
PLACE = "Architecture"  # whose jobs they are: leaving the page drops them


def twins(chosen: Chosen) -> bool:
    """Whether the link asks for the shipped nets side by side, and the model on the screen is one of them."""
    return st.query_params.get("walk") == "twins" and has_twin(chosen)


def of(chosen: Chosen) -> dict[str, Any]:
    """What the map's component takes as `walk`; `{"problem": …}` where there is none to be had."""
    try:
        job = state.runner().submit(
            lambda job: _made(chosen.spec, chosen.height, chosen.width), "A walk", state.visitor().id, PLACE
        )
    except ValueError as error:
        return {"problem": f"{error}."}
    job.wait()
    if isinstance(job.error, ValueError):
        return {"problem": f"{job.error}."}
    if job.error is not None:
        raise job.error
    return dict(job.result) if job.result else {"problem": "The walk was stopped."}


@lru_cache(maxsize=8)
def _made(spec: ResNetSpec, height: int, width: int) -> Walk:
    from explorer.look.walker import walker  # not before somebody wants to see one
    from explorer.tell.walk import walk

    return walk(*walker(spec, height, width))
