"""The Machines page's pieces: this host, and the nodes of the cluster that it sends measurements to."""

from __future__ import annotations

import platform

import streamlit as st
import torch

from explorer.cluster import ClusterRunner, Machine
from explorer.facts.memory.host import host_free_bytes
from explorer.facts.memory.room import SHARE
from explorer.timing.measure.hardware import devices, most_threads
from explorer.units import size
from explorer.web import pieces, plain, state

ASK_S = 2.0  # between two looks whether the cluster has answered

Row = dict[str, object]


def here() -> Row:
    """This host, as the table says it."""
    busy = state.runner().busy()
    return {
        "machine": "this host",
        "devices": ", ".join(devices().values()),
        "processors": most_threads(),
        "memory": f"{size(host_free_bytes())} free, of which a run may take {100 * SHARE:.0f} %",
        "PyTorch": torch.__version__,
        "Python": platform.python_version(),
        "runs now": busy or "none",
    }


def there(machine: Machine, running: int) -> Row:
    """A node."""
    said = machine.said
    return {
        "machine": f"node {machine.id}" if machine.alive else f"node {machine.id}: no answer",
        "devices": ", ".join(said.devices.values()) if said else "not said",
        "processors": f"{machine.processors:g}" + (f", {machine.gpus:g} GPU" if machine.gpus else ""),
        "memory": size(machine.memory_bytes),
        "PyTorch": said.torch if said else "not said",
        "Python": said.python if said else "not said",
        "runs now": running or "none",
    }


def differ(machines: tuple[Machine, ...]) -> list[str]:
    """A sentence for each node whose PyTorch is another than this host's."""
    return [
        f"Node {one.id} has PyTorch {one.said.torch}, this host {torch.__version__}: a time measured there is that "
        "version’s."
        for one in machines
        if one.said and one.said.torch != torch.__version__
    ]


def table() -> None:
    """This host, and the cluster's nodes as soon as they have answered."""
    runner = state.measuring()
    if not isinstance(runner, ClusterRunner):
        pieces.table([here()], "What measures and trains here.", "measured")
        pieces.note(
            "Measurements and experiments run one after another on this host. HOSTING.md says how to send them to a Ray cluster."
        )
        return
    st.fragment(_nodes, run_every=None if runner.known is not None else ASK_S)(runner)


def _nodes(runner: ClusterRunner) -> None:
    runner.refresh()
    if runner.known is None:
        pieces.table([here()], "What is there.", "measured")
        pieces.note("Asking the cluster for its machines …")
        return
    running = runner.running()
    rows = [here(), *(there(one, running.get(one.id, 0)) for one in runner.known)]
    pieces.table(
        rows,
        "What is there. A measurement takes all processors of a node, or one GPU; an experiment takes one of either.",
        "measured",
    )
    if runner.problem:
        plain.warning(f"The cluster cannot be reached: {runner.problem}. Until it can, everything runs on this host.")
    if told := differ(runner.known):
        plain.warning(*told)
