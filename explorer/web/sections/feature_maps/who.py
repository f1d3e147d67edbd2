"""Which net looks, and with which weights: one that ships, the sidebar's, or a file's."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import streamlit as st
from torch import Tensor

from explorer import units
from explorer.jobs import Job
from explorer.look import subject
from explorer.look.published import SOURCES, fetched, on_this_machine
from explorer.look.subject import NETS, Subject
from explorer.net.resnet import build
from explorer.net.trace import trace
from explorer.spec import ResNetSpec, naming
from explorer.spec.chosen import Chosen
from explorer.tell.questions import OURS, WEIGHTS, WHO
from explorer.web import pieces, plain, state
from explorer.web.asked import asked, now
from explorer.web.sections.feature_maps.passes import PLACE, Looker, looker
from explorer.web.session import session

MOST_MB = 250  # of a file of weights, as server.maxUploadSize: ResNet-152's has 241
POLL_S = 0.4


class Upload(Protocol):
    """What Streamlit gives for a file."""

    file_id: str
    name: str

    def getbuffer(self) -> memoryview: ...


@dataclass(frozen=True)
class Who:
    """A net that will look. key: of its weights; make: the net itself, in the queue's thread, given its input.

    side: of the picture that it looks at, in pixels.
    """

    spec: ResNetSpec
    key: str
    side: int
    make: Callable[[Looker, Tensor], Subject]


def looking(chosen: Chosen) -> Chosen | None:
    """What the header names on this page: the net that looks, at the size at which it looks; None while its file is not here."""
    name = now(WHO, "who")
    if name != OURS:
        spec = NETS[f"digits-{name}"]
        return Chosen(spec, subject.SIDE, subject.SIDE, 1, "")
    weights = now(WEIGHTS, "weights")
    spec, side = chosen.spec, _side(chosen)
    if weights == "published":
        with suppress(ValueError):
            spec = subject.source_spec(subject.published_name(spec))
            side = spec.default_input
    if weights == "file":
        if "own_net" not in session() or session().get("own_weights") is None:
            return None
        spec = session()["own_net"][1].spec
        return Chosen(spec, spec.default_input, spec.default_input, 1, "")
    return replace(chosen, spec=spec, height=side, width=side, batch=1)


def digits(name: str) -> Who:
    """One of the nets that ship. name: of WHO."""
    full = f"digits-{name}"
    return Who(NETS[full], full, subject.SIDE, lambda looker, x: subject.digits(full))


def sidebars(chosen: Chosen) -> Who | None:
    """The sidebar's net, or the net of a file; None while its weights are not here, and then it is said why."""
    weights = asked("With which weights?", WEIGHTS, "weights", wrap=True)
    if weights == "file":
        return _of_file()
    if weights == "published":
        return _published(chosen.spec)
    spec = chosen.spec
    subject.check_size(spec, _side(chosen), _side(chosen))

    def make(looker: Looker, x: Tensor) -> Subject:
        born = looker.nets.made(("born", spec), looker.id, lambda: subject.with_weights(spec, build(spec, seed=0), ""))
        return subject.untrained(spec, x, born.model)

    return Who(spec, f"untrained {spec}", _side(chosen), make)


def _side(chosen: Chosen) -> int:
    """The sidebar's input, where it is a square."""
    return chosen.height if chosen.height == chosen.width else chosen.spec.default_input


def _published(spec: ResNetSpec) -> Who | None:
    try:
        name = subject.published_name(spec)
    except ValueError:
        names = ", ".join(naming.title(subject.source_spec(one)) for one in SOURCES)
        plain.info(f"No weights are published for {naming.title(spec)} that we know of. There are for {names}.")
        return None
    kept = looker()
    key = ("published", name)
    if kept.nets.get(key, kept.id) is None and not on_this_machine(SOURCES[name]):
        _fetch(name)
        return None
    wanted = subject.source_spec(name)
    return Who(
        wanted,
        f"published {name}",
        wanted.default_input,
        lambda looker, x: looker.nets.made(key, looker.id, lambda: subject.published(name)),
    )


def _fetch(name: str) -> None:
    """A button, then the download's progress; what went wrong is said in one sentence."""
    job: Job | None = session().get("fetching", {}).get(name)
    if job is not None and job.active:
        st.fragment(_progress, run_every=POLL_S)(job)
        return
    source = SOURCES[name]
    if job is not None and job.state == "failed":
        plain.error(job.error if isinstance(job.error, ValueError) else "The download failed; all else works.")
    size = 4 * sum(node.params for node in trace(subject.source_spec(name), 32, 32))
    host = source.url.split("/")[2]
    if st.button(f"Fetch them: {units.size(size)}", icon=":material/download:", type="primary"):
        visitor, runner = state.visitor(), state.runner("downloads")
        waiting = session().setdefault("fetching", {})
        waiting[name] = runner.submit(
            lambda job: fetched(source, progress=job.checkpoint), f"weights of {name}", visitor.id, PLACE
        )
        st.rerun()
    pieces.note(
        f"{source.told[0].upper()}{source.told[1:]}. From {host}; they stay on this machine, and are held to their SHA-256."
    )


def _progress(job: Job) -> None:
    if not job.active:
        st.rerun()
    ahead = state.runner("downloads").position(job)
    st.progress(job.progress, f"number {ahead} in the queue" if ahead else f"Fetching, {job.message or 'starting'} …")
    st.button("Stop", on_click=job.cancel, help="What has come stays: the next try goes on from there.")


def _of_file() -> Who | None:
    """The visitor's own weights: read, checked number by number, kept for the visit."""
    file = st.file_uploader(
        "Your net’s weights: a .safetensors file",
        help="The file says which net it is: any ResNet that From a file recognises.",
        type=["safetensors"],
        key="own_weights",
        max_upload_size=MOST_MB,
    )
    if file is None:
        session().pop("own_net", None)
        return None
    who = _read(file)
    if who is None:
        return None
    return Who(who.spec, who.key, who.spec.default_input, lambda looker, x: who)


def _read(file: Upload) -> Subject | None:
    known: tuple[str, Subject] | None = session().get("own_net")
    if known is None or known[0] != file.file_id:
        session().pop("own_net", None)
        kept = looker()
        key = hashlib.sha256(file.getbuffer()).hexdigest()
        try:
            who = kept.nets.made(("file", key), kept.id, lambda: _loaded(file))
        except ValueError as error:
            plain.error(error)
            return None
        session()["own_net"] = known = (file.file_id, who)
        st.rerun()  # the header names what the file is of
    return known[1]


def _loaded(file: Upload) -> Subject:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload.safetensors"
        path.write_bytes(file.getbuffer())
        return subject.of_file(path, file.name[:80], own=True)
