"""The one queue's jobs on an existing Ray cluster: `EXPLORER_RAY_ADDRESS` (auto, or HOST:PORT), `requirements-ray.txt`.

Ray's side runs in a process of its own (`cluster.driver`): Ray ends a process that has lost its cluster, and this one
serves pages. Where the cluster cannot be reached the local worker serves, and says why.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any
from uuid import uuid4

from explorer.cluster.work import Devices
from explorer.jobs import HERE, Job, Needs, Runner, Where
from explorer.places import ROOT

NAME = "EXPLORER_RAY_ADDRESS"
LOOK_S = 0.1  # between two looks at the cancel flag
READY_S = 60.0  # for Ray to join the cluster
KNOWN_S = 20.0  # that an answer about the nodes is good for
AGAIN_S = 30.0  # between two tries to join one that could not be reached
LOST_S = "10"  # without an answer of the cluster's head, after which Ray gives it up

Message = tuple[Any, ...]


@dataclass(frozen=True)
class Machine:
    """A node. id: six digits of Ray's own; said: of itself; None where it has not answered."""

    id: str
    alive: bool
    processors: float
    gpus: float
    memory_bytes: float
    said: Where | None


class Lost(Exception):
    """The driver or its cluster is gone."""


class Driver:
    """The process that speaks with Ray: asks go in, messages of each job come out into its own inbox."""

    def __init__(self, address: str, devices: Devices) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "explorer.cluster.driver", address],
            cwd=ROOT,
            env=os.environ | {"RAY_gcs_rpc_server_reconnect_timeout_s": LOST_S},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert self.process.stdin is not None and self.process.stdout is not None  # both are pipes
        self.to, self.of = self.process.stdin, self.process.stdout
        self.inboxes: dict[str, queue.SimpleQueue[Message]] = {"": queue.SimpleQueue()}
        self._writing = threading.Lock()
        self.ended = threading.Event()
        threading.Thread(target=self._read, name="explorer-cluster", daemon=True).start()
        self.ask("devices", devices)

    def ask(self, *request: object) -> None:
        """Raises `Lost`."""
        try:
            with self._writing:
                self.to.write(dumped(request))
                self.to.flush()
        except OSError as error:
            raise Lost from error

    def ready(self) -> str:
        """ "" once it has joined; else why it has not."""
        try:
            kind, *said = self.inboxes[""].get(timeout=READY_S)
        except queue.Empty:
            self.end()
            return f"no answer within {READY_S:.0f} s"
        return "" if kind == "ready" else str(said[0])

    def send(self, payload: bytes, needs: Needs) -> tuple[str, queue.SimpleQueue[Message]]:
        """A job's work on its way: its key, and where its messages come. Raises `Lost`."""
        key = uuid4().hex
        self.inboxes[key] = queue.SimpleQueue()
        self.ask("run", key, payload, needs)
        return key, self.inboxes[key]

    def machines(self) -> tuple[Machine, ...]:
        """What is there now. Raises `Lost`."""
        key = uuid4().hex
        inbox = self.inboxes[key] = queue.SimpleQueue()
        self.ask("machines", key)
        try:
            message = inbox.get(timeout=20)
        except queue.Empty as error:
            raise Lost from error
        if message[0] != "machines":
            raise Lost
        return tuple(message[1])

    def end(self) -> None:
        self.process.kill()
        self.process.wait()

    def _read(self) -> None:
        with contextlib.suppress(Exception):  # the end of the stream, perhaps in the middle of a message
            while True:
                key, *message = pickle.load(self.of)
                inbox = self.inboxes.get(key)
                if inbox is not None:
                    inbox.put(tuple(message))
        self.ended.set()
        for inbox in list(self.inboxes.values()):
            inbox.put(("gone", "the cluster was lost"))


def dumped(value: object) -> bytes:
    """With functions that only this program has, too."""
    import cloudpickle

    return bytes(cloudpickle.dumps(value))


class ClusterRunner(Runner):
    """As `Runner`, many jobs at once: each runs where the cluster has room for what it needs, in the order of submission.

    devices: what a node has to run on, asked there. problem: why jobs run here at present, "" while they do not. known: the
    nodes as `refresh` found them, None before the first answer.
    """

    def __init__(
        self, address: str, devices: Devices, name: str = "explorer-cluster", most_queued: int | None = None
    ) -> None:
        self._out: list[Job] = []
        super().__init__(name, most_queued)
        self.address, self.devices, self.problem = address, devices, ""
        self._driver: Driver | None = None
        self._joining = threading.Lock()
        self._tried_s = -AGAIN_S
        self.known: tuple[Machine, ...] | None = None
        self._asked_s = -KNOWN_S

    def machines(self) -> tuple[Machine, ...]:
        """The cluster's nodes; none where it cannot be reached."""
        try:
            driver = self._joined()
            return driver.machines() if driver else ()
        except Lost:
            return ()

    def refresh(self) -> None:
        """Ask for the nodes anew, without waiting for the answer, where the last one is old."""
        with self._changed:
            if time.monotonic() - self._asked_s < KNOWN_S:
                return
            self._asked_s = time.monotonic()

        def ask() -> None:
            self.known = self.machines()

        threading.Thread(target=ask, name=f"{self.name}-nodes", daemon=True).start()

    def running(self) -> dict[str, int]:
        """How many of this host's jobs each node has."""
        with self._changed:
            nodes = [job.where.node for job in self._active() if job.where]
        return {node: nodes.count(node) for node in nodes}

    def position(self, job: Job) -> int:
        with self._changed:
            waiting = [one for one in self._out if one.state == "queued"]
        return waiting.index(job) + 1 if job in waiting else super().position(job)

    def _active(self) -> list[Job]:
        self._out = [one for one in self._out if one.active]
        return [*self._out, *super()._active()]

    def _waiting(self) -> int:
        return super()._waiting() + sum(one.state == "queued" for one in self._out)

    def _take(self, job: Job, needs: Needs) -> None:
        self._out.append(job)
        threading.Thread(target=self._go, args=(job, needs), name=f"{self.name}-job", daemon=True).start()

    def _joined(self) -> Driver | None:
        """The driver, begun anew where it is gone; None where the cluster cannot be reached, and `problem` says why."""
        with self._joining:
            if self._driver is not None and not self._driver.ended.is_set():
                return self._driver
            if self.problem and time.monotonic() - self._tried_s < AGAIN_S:
                return None
            driver = Driver(self.address, self.devices)
            try:
                self.problem = driver.ready()
            except Lost:
                self.problem = "it did not start"
            self._driver, self._tried_s = None if self.problem else driver, time.monotonic()
            return self._driver

    def _go(self, job: Job, needs: Needs) -> None:
        """To a node and back; to the local worker where there is no cluster."""
        work = job.work
        try:
            driver = self._joined()
            if driver is None or not job.active:
                raise Lost
            key, inbox = driver.send(dumped(work), needs)
        except Lost:
            self._here(job)
            return
        while job.state == "queued":
            with contextlib.suppress(queue.Empty):
                kind, *said = inbox.get(timeout=LOOK_S)
                if kind == "gone":
                    self.problem = self.problem or said[0]
                    self._here(job)
                    return
                first = (kind, *said)
                job.work = lambda job, first=first: self._follow(job, inbox, first)
                job.run()
        with contextlib.suppress(Lost):
            driver.ask("cancel", key)  # nothing, where it has ended
        driver.inboxes.pop(key, None)

    def _here(self, job: Job) -> None:
        """On this machine after all."""
        with self._changed:
            self._out = [one for one in self._out if one is not job]
            if job.active:
                super()._take(job, HERE)

    def _follow(self, job: Job, inbox: queue.SimpleQueue[Message], message: Message | None) -> Any:
        """The job's answer, its news on the way. Raises what the work raised, or `ValueError` where the cluster is gone."""
        while True:
            kind, *said = message or ("", None)
            if kind == "told":
                job.checkpoint(*said)
            elif kind == "node":
                job.where = said[0]
            elif kind == "again":
                job.partial.clear()
                job.checkpoint(0.0, "its machine was lost: again on another")
            elif kind == "done":
                return said[0]
            elif kind == "failed":
                raise said[0]
            elif kind == "gone":
                raise ValueError("the cluster was lost in the middle of this run; run it again")
            try:
                message = inbox.get(timeout=LOOK_S)
            except queue.Empty:
                message = None
                job.checkpoint()


def address() -> str:
    """What the environment says, "" for no cluster. Raises `ValueError` where it cannot be meant."""
    text = os.environ.get(NAME, "").strip()
    host, colon, port = text.rpartition(":")
    if text not in ("", "auto") and not (host and colon and port.isascii() and port.isdigit()):
        raise ValueError(f"{NAME}={text[:80]!r}: 'auto', or the HOST:PORT of the cluster's head")
    if text and any(find_spec(name) is None for name in ("ray", "cloudpickle")):
        raise ValueError(f"{NAME}={text[:80]!r}: Ray is not installed here: pip install -r requirements-ray.txt")
    return text
