"""Works for `tests/test_apart.py` that a process of the explorer's own can import at once: they need no torch."""

from __future__ import annotations

import os
import threading

from explorer.jobs import Job


def counts(upto: int, job: Job) -> tuple[int, list[str]]:
    """Partial results 0, 1, …, each with what was asked meanwhile; its process, and all that it was asked."""
    heard: list[str] = []
    for step in range(upto):
        while job.asked:
            heard.append(job.asked.popleft())
        job.checkpoint(step / upto, f"step {step}", (step, os.getpid()))
    return os.getpid(), heard


def deaf(job: Job) -> None:
    """Comes to no checkpoint any more."""
    job.checkpoint(0.5, "deaf")
    threading.Event().wait()


def refuses(job: Job) -> None:
    raise ValueError("width=3: choose another")


def breaks(job: Job) -> None:
    raise KeyError("nobody foresaw it")


def dies(job: Job) -> None:
    job.checkpoint(0.5, "about to die")
    os.kill(os.getpid(), 9)
