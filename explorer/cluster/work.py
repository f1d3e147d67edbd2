"""A job's work on a node: its news as they come, then its end. Imports no Ray."""

from __future__ import annotations

import platform
import queue
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from explorer.jobs import Job, Where

LOOK_S = 0.1
END_S = 5.0  # for cancelled work to reach its next checkpoint

Devices = Callable[[], Mapping[str, str]]  # as `jobs.Where` has them, asked on the node


class There(Job):
    """The job as its work sees it on the node: what it publishes is sent on."""

    def __init__(self, work: Callable[[Job], Any], told: queue.SimpleQueue[tuple[Any, ...]]) -> None:
        super().__init__(work, "")
        self.told = told

    def checkpoint(self, progress: float | None = None, message: str | None = None, partial: Any = None) -> None:
        super().checkpoint(progress, message)
        if (progress, message, partial) != (None, None, None):
            self.told.put(("told", progress, message, partial))


def work(node: str, asked: Callable[[Job], Any], devices: Devices) -> Iterator[tuple[Any, ...]]:
    """("node", where), ("told", progress, message, partial) any number of times, then ("done", answer) or
    ("failed", exception). Closing it cancels the work."""
    told: queue.SimpleQueue[tuple[Any, ...]] = queue.SimpleQueue()
    job = There(asked, told)
    job.where = here(node, devices)
    yield "node", job.where
    worker = threading.Thread(target=job.run, daemon=True)
    worker.start()
    try:
        while worker.is_alive() or not told.empty():
            try:
                yield told.get(timeout=LOOK_S)
            except queue.Empty:
                continue
        if job.state == "done":
            yield "done", job.result
        else:
            error = job.error or RuntimeError("cancelled")
            known = isinstance(error, (ValueError, RuntimeError))
            yield "failed", error if known else RuntimeError(f"{type(error).__name__}: {str(error)[:200]}")
    finally:
        job.cancel()
        worker.join(END_S)


def here(node: str, devices: Devices) -> Where:
    """This node. devices: says what it has to run on."""
    import torch

    return Where(node, platform.python_version(), str(torch.__version__), devices())
