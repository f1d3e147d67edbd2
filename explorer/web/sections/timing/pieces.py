"""The Timing page's own pieces: how to measure, and what stands beside a figure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TypedDict

import streamlit as st

from explorer.facts.proof import Proof
from explorer.facts.published import Throughput
from explorer.spec import ResNetSpec, naming
from explorer.tell import questions, timing_words
from explorer.tell.tabular import csv_text
from explorer.timing.data import records
from explorer.timing.data.measurement import Facts, Measurement
from explorer.timing.data.settings import Settings
from explorer.timing.measure.hardware import devices, most_threads, resolve
from explorer.timing.said.offers import Offer
from explorer.web import facts_pieces, pieces, plain, state
from explorer.web.asked import asked
from explorer.web.state import Chosen, choose

FACTS = {  # provenance -> words, in this order
    "device": "device",
    "driver": "driver",
    "cuda": "CUDA",
    "cudnn": "cuDNN",
    "compute_capability": "compute capability",
    "cpu": "CPU",
    "processors": "processors",
    "cpu_capability": "vector units",
    "threads": "threads",
    "torch": "torch",
    "python": "Python",
    "system": "system",
    "mode": "mode",
    "method": "clock",
    "weights": "weights",
    "inputs_in_rotation": "inputs in rotation",
    "inputs_bytes": "their bytes",
    "cache_bytes": "last-level cache, bytes",
    "warm_up_passes": "warm-up passes",
    "load_average_before": "load average before",
    "selection": "selection",
    "measured_at": "measured at",
}


@st.cache_resource(show_spinner=False, max_entries=1)
def recorded() -> tuple[records.Run, ...]:
    """The runs under assets/timings."""
    return records.recorded()


def settings(chosen: Chosen) -> Settings:
    """The controls of how to measure; input, batch and number format are the configuration's."""
    with st.popover("How to measure", icon=":material/tune:"):
        st.caption("A pass goes forward only, as in inference: a step of training is not timed.")
        threads, how = _controls(chosen.dtype)
    size = Size(batch=chosen.batch, height=chosen.height, width=chosen.width, threads=int(threads))
    meant = resolve if how["device"] in devices() else _as_they_are
    try:
        return meant(Settings(**how, **size))
    except ValueError as error:
        plain.error(f"{error}. Measured instead: {how['device']}, fp32, eager.")
        return meant(Settings(device=how["device"], **size))


def _as_they_are(asked: Settings) -> Settings:
    """Of the cluster: what its device can do is said there."""
    return asked


class Size(TypedDict):
    """What a pass is made on."""

    batch: int
    height: int
    width: int
    threads: int


class Asked(TypedDict):
    """How it is made: fields of `Settings`."""

    device: str
    dtype: str
    memory_format: str
    compile: str
    cuda_graph: bool
    fresh: bool


def _controls(dtype: str) -> tuple[str, Asked]:
    """Threads, and device, threads, formats; only what the device has is offered. dtype: the configuration's."""
    there = state.devices()
    device = choose(
        "Where does it run?", tuple(there), "device", help="; ".join(f"{key}: {name}" for key, name in there.items())
    )
    threads = choose(
        "How many CPU threads?",
        tuple(map(str, range(1, most_threads() + 1)))[:16],
        "threads",
        str(min(most_threads(), 16)),
        help="Inside an operation. On a busy host fewer can be faster.",
    )
    on_cuda = device.startswith("cuda")
    layout = asked("How do a picture’s numbers lie in memory?", questions.LAYOUT, "layout")
    compiled = asked("Is it compiled?", questions.COMPILE, "compile", help="torch.compile takes many seconds first.")
    extra = asked(
        "What does each pass get?",
        {key: words for key, words in questions.PASSES.items() if on_cuda or key != "graph"},
        "passes",
        help="Other pictures: inputs in rotation, together larger than the cache where that is feasible. A CUDA graph "
        "(NVIDIA GPUs) leaves no gaps between launches.",
    )
    return threads, {
        "device": device,
        "dtype": dtype,
        "memory_format": layout,
        "compile": compiled,
        "cuda_graph": extra == "graph",
        "fresh": extra != "same",
    }


def takes(view: str, spec: ResNetSpec, asked: Settings, mine: Sequence[Measurement]) -> Proof | None:
    """About how long the view's measurement takes, where it is a single pass's. mine: what was timed in this visit."""
    if view != "pass":
        return None
    return timing_words.expected(spec, asked, [run.measurement for run in recorded()], mine)


def hall(seen: Measurement, mark: str, speed: Proof, asked: Settings) -> None:
    """The one large figure, what it is of, and where it comes from; pictures per second open their formula."""
    pieces.html(timing_words.hall(seen, mark, speed, asked))


def beside(asked: Settings, facts: Facts, mark: str, varied: str | None = None) -> None:
    """The line under a figure: on what and how. varied: the setting that differs from point to point."""
    pieces.html(timing_words.beside(asked, facts, mark, varied))


def offered(offer: Offer | None) -> None:
    """What the records say where this run decides nothing, if they do: a sentence of its own, marked, and of what."""
    if offer is not None:
        pieces.html(timing_words.offered(offer.told))
        beside(offer.settings, offer.facts, "recorded")


def not_yours(theirs: Settings, asked: Settings, mark: str, varied: str | None = None) -> None:
    """Where a recorded run stands in for one with other settings: in which."""
    if said := timing_words.not_yours(theirs, asked, mark, varied):
        pieces.html(said)


def sources(tables: Sequence[Throughput]) -> None:
    """Where the published figures are from, each linked."""
    if said := timing_words.sources(tables):
        pieces.html(said)


def take_home(
    chosen: Chosen, name: str, lines: Sequence[Mapping[str, object]], runs: Sequence[Mapping[str, object]] = ()
) -> None:
    """The lines as CSV and JSON; the runs as a file that this page, here or elsewhere, can load; and the model."""
    with st.container(horizontal=True):
        pieces.downloads(name, lambda: lines)
        if runs:
            st.download_button(
                "Run file",
                records.dumps(runs),
                f"{name}.run.json",
                "application/json",
                on_click="ignore",
                icon=":material/download:",
                help="Keeps these runs: it can be loaded under “Elsewhere?”, in any tab and on any host.",
            )
        facts_pieces.take_home(chosen)


def doubts(warnings: Sequence[str]) -> None:
    """What a reader must know before quoting the figure, in one box."""
    if warnings:
        plain.warning(*warnings)


def provenance(seen: Measurement, mark: str) -> None:
    """Everything that the run says of itself."""
    told: Mapping[str, object] = seen.provenance
    facts = [(words, told[key]) for key, words in FACTS.items() if told.get(key) is not None]
    times = (
        ("wall time per pass", seen.wall_s),
        ("processor time per pass", seen.cpu_s),
        ("host time to launch a pass", seen.enqueue_s),
    )
    extra = [(name, f"{value * 1e3:.4g} ms") for name, value in times if value is not None]
    pieces.table([{"": name, "this run": str(value)} for name, value in [*facts, *extra]], source=mark)


def lines(name: str, made: Sequence[Mapping[str, object]]) -> None:
    """One table of the page as CSV and JSON."""
    with st.container(horizontal=True):
        st.download_button(
            "CSV", lambda: csv_text(made), f"{name}.csv", "text/csv", on_click="ignore", key=f"{name}-csv"
        )
        st.download_button(
            "JSON",
            lambda: json.dumps(list(made), indent=2),
            f"{name}.json",
            "application/json",
            on_click="ignore",
            key=f"{name}-json",
        )


def nothing_yet(chosen: Chosen) -> None:
    """Neither measured nor recorded."""
    pieces.lead(
        f"No recorded run of {naming.title(chosen.spec)} at this input size comes with the explorer: time it here."
    )


def loaded() -> tuple[records.Run, ...]:
    """The runs of the visitor's own file."""
    file = st.file_uploader(
        "Load a run saved by `python -m explorer time resnet50 --batch 32 --save run.json`",
        type="json",
        max_upload_size=5,
        key="run_file",
    )
    try:
        return records.loads(file.getvalue(), file.name[:60]) if file is not None else ()
    except ValueError as error:
        plain.error(error)
        return ()
