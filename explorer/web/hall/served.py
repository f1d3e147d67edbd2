"""Whether this process serves the phones, and where."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from starlette.routing import BaseRoute

from explorer import telemetry
from explorer.hall.opened import opened, warning
from explorer.web.hall.routes import Desk

_now = {"served": False}


def routes() -> Sequence[BaseRoute]:
    """For the server, once as it starts; a host's mistake about the votes' store is said then."""
    if said := warning():
        telemetry.warn(said)
    _now["served"] = True
    return Desk(opened).routes(st.get_option("server.baseUrlPath") or "")


def is_served() -> bool:
    """False where somebody else runs the app's script, without our addresses."""
    return _now["served"]
