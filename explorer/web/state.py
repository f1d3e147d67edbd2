"""Widgets ↔ URL ↔ spec, and what is shared between reruns and visitors.

Every control has its key in the URL (`?depth=101&shortcut=A`); values at their default are left out. What is typed
wrongly is said clearly, and the last valid model stays on the screen; a link that is wrong shows no model.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal
from uuid import uuid4

import streamlit as st

from explorer import cluster
from explorer.jobs import Runner
from explorer.spec.chosen import DEFAULT, Chosen, Raw, faults, of_controls
from explorer.spec.query import Query, read
from explorer.tell import url_keys
from explorer.web import inside, ready
from explorer.web.session import session

__all__ = [
    "DEFAULT",
    "Chosen",
    "Query",
    "Visitor",
    "arrive",
    "choose",
    "current",
    "node_selection",
    "on_stage",
    "remarks",
    "runner",
    "take",
    "visitor",
]


def current() -> Chosen:
    """The model on the screen. Pages call this; app.py has put it there by `take`."""
    chosen: Chosen = session().get("chosen", DEFAULT)
    return chosen


def node_selection() -> str:
    """The selected block or layer (`?node=layer2.0`), or "" when it is not in the current model's blocks."""
    return st.query_params.get("node", "")[:200]


def on_stage() -> bool:
    """Whether the page is shown on a projector (`?present=1`): words for the last row."""
    return st.query_params.get("present") == "1"


def choose(
    label: str,
    options: tuple[str, ...],
    key: str,
    default: str | None = None,
    *,
    help: str | None = None,
    width: Literal["content", "stretch"] = "content",
    label_visibility: Literal["visible", "collapsed"] = "visible",
) -> str:
    """A segmented control bound to `?key=`; always one of its options."""
    return st.segmented_control(
        label,
        options,
        key=key,
        default=default or options[0],
        required=True,
        bind="query-params",
        help=help,
        width=width,
        label_visibility=label_visibility,
    )


def arrive(page: str) -> Query | None:
    """The link by which this page was opened, read before any control is drawn: Streamlit's controls drop what they do not
    know, and would show another net. None while nobody has followed a link since.

    A link with faults holds until another one is followed: nothing is shown in its place.
    """
    link: Query | None = session().get("link")
    if link is None or inside.by_history():
        raw = {key: st.query_params.get_all(key) for key in st.query_params}
        link = read(raw, url_keys.KEYS, page)
        session()["link"] = link
        session().pop("remarks", None)
        return link
    return link if link.faults else None


def take(link: Query | None, picked: Raw) -> tuple[Chosen, tuple[str, ...]]:
    """The model to show, and all that is wrong with what was typed.

    Controls that say another model than the link by which the page was opened never show it: the link is refused.
    """
    try:
        chosen = of_controls(picked)
    except ValueError as error:
        return current(), tuple(faults(picked)) or (str(error),)
    if link is not None and chosen != link.chosen:
        session()["link"] = replace(link, faults=("the controls did not take this link as it is",))
        st.rerun()
    session()["chosen"] = chosen
    return chosen, ()


def remarks(link: Query | None, page: str, chosen: Chosen) -> tuple[str, ...]:
    """What of the link has no effect, as long as its page and its model are on the screen."""
    if link is not None:
        session()["remarks"] = (page, chosen, (*link.remarks, *url_keys.of_model(link.given, chosen)))
    of_page, of_chosen, said = session().get("remarks") or (page, chosen, ())
    return said if (of_page, of_chosen) == (page, chosen) else ()


QUEUES = {  # what waits for what: a picture does not wait for somebody's training, nor either for a download
    "work": "minutes: experiments, timings, gradients",
    "looks": "a second or less: a picture through a net",
    "downloads": "published weights",
}


@st.cache_resource(max_entries=len(QUEUES), show_spinner=False)
def runner(of: str = "work") -> Runner:
    """The one queue of its kind on this host, shared by all visitors. of: of `QUEUES`."""
    return Runner(f"explorer-{of}")


@st.cache_resource(max_entries=1, show_spinner=False)
def measuring() -> Runner:
    """What measures and trains: the cluster that this host names, else its one queue."""
    there = cluster.address()
    if not there:
        return runner()
    from explorer.timing.measure.hardware import devices  # needs torch

    made = cluster.ClusterRunner(there, devices)
    made.refresh()
    return made


def devices() -> dict[str, str]:
    """Where a measurement or a training can run, as `hardware.devices`: on this host, then on a GPU of its cluster, as soon as
    that has answered."""
    from explorer.timing.measure import hardware  # needs torch

    found, runner = hardware.devices(), measuring()
    if isinstance(runner, cluster.ClusterRunner):
        runner.refresh()
        for machine in runner.known or ():
            if machine.alive and machine.gpus >= 1:
                seen = machine.said.devices.get("cuda:0", "a GPU") if machine.said else "a GPU"
                found.setdefault("cuda:0", f"{seen}, of the cluster")
    return found


@dataclass(frozen=True)
class Visitor:
    """One browser tab, as the owner of jobs."""

    id: str
    runner: Runner
    others: tuple[Runner, ...] = ()

    def cancel_jobs(self, unless_places: Collection[str] = ()) -> None:
        """Stop this visitor's work, all but that of some pages."""
        for one in (self.runner, *self.others):
            one.cancel(self.id, unless_places)


def gone(who: Visitor) -> None:
    """The tab was closed: nobody waits for its jobs any more."""
    who.cancel_jobs()
    ready.left()


@st.cache_resource(scope="session", max_entries=1, show_spinner=False, on_release=gone)
def visitor() -> Visitor:
    """This visitor; their jobs are cancelled when the tab closes."""
    others = [*(runner(of) for of in QUEUES if of != "work"), measuring()]
    return Visitor(uuid4().hex, runner(), tuple(others))
