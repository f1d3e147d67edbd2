"""What whoever hosts the app can watch: one structured log line per job and per refusal, and numbers for Prometheus.

EXPLORER_LOG=json: lines of JSON on standard error; without it nothing is logged.
EXPLORER_METRICS_PORT=9464: http://127.0.0.1:9464/metrics; EXPLORER_METRICS_ADDRESS where that is not to be the loopback.
Streamlit's own /_stcore/metrics has the sessions and the caches. Nothing that a visitor typed is logged or counted by.
The libraries are imported only where a host asks for them: a measurement needs nothing but PyTorch.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable

LOG = logging.getLogger("explorer")
LOG.addHandler(logging.NullHandler())
LOG.propagate = False

_begun = threading.Lock()
_watched: dict[str, Callable[[], int]] = {}  # queue → how many jobs wait or run


class Numbers:
    """Prometheus' counters, and the port that tells them."""

    def __init__(self, port: int, address: str) -> None:
        from prometheus_client import Counter, Gauge, Histogram, start_http_server

        seconds = (0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000)
        self.reruns = Counter("explorer_reruns", "Runs of the app's script.", ["page"])
        self.refused = Counter("explorer_refused", "Requests that were not understood or not allowed.", ["what"])
        self.jobs = Counter("explorer_jobs", "Jobs that have ended.", ["queue", "state"])
        self.ran = Histogram("explorer_job_seconds", "How long jobs ran.", ["queue"], buckets=seconds)
        self.waited = Histogram("explorer_job_waited_seconds", "How long jobs waited.", ["queue"], buckets=seconds)
        self.waiting = Gauge("explorer_jobs_waiting", "Jobs that wait or run.", ["queue"])
        start_http_server(port, address)


_numbers: Numbers | None = None


def begin() -> None:
    """As the environment says; once a process. Raises `ValueError` naming what it says wrongly."""
    global _numbers
    kind, port = os.environ.get("EXPLORER_LOG", ""), os.environ.get("EXPLORER_METRICS_PORT", "")
    if kind not in ("", "json"):
        raise ValueError(f"EXPLORER_LOG={kind[:60]!r}: 'json', or nothing")
    if port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65_536):
        raise ValueError(f"EXPLORER_METRICS_PORT={port[:60]!r}: a port, 1 to 65535")
    if not _begun.acquire(blocking=False):
        return
    if kind:
        from pythonjsonlogger.json import JsonFormatter

        renamed = {"asctime": "time", "message": "event"}
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonFormatter("%(asctime)s %(message)s", rename_fields=renamed))
        LOG.addHandler(handler)
        LOG.setLevel(logging.INFO)
    if port:
        _numbers = Numbers(int(port), os.environ.get("EXPLORER_METRICS_ADDRESS", "127.0.0.1"))
        for queue, waiting in _watched.items():
            watch(queue, waiting)


def warn(said: str) -> None:
    """For whoever hosts the app: a line of the log, or of standard error where there is none."""
    if all(isinstance(one, logging.NullHandler) for one in LOG.handlers):
        print(f"resnet explorer: {said}", file=sys.stderr, flush=True)
    else:
        LOG.warning(said)


def watch(queue: str, waiting: Callable[[], int]) -> None:
    """Ask `waiting` whenever somebody reads the numbers."""
    _watched[queue] = waiting
    if _numbers:
        _numbers.waiting.labels(queue).set_function(waiting)


def rerun(page: str) -> None:
    if _numbers:
        _numbers.reruns.labels(page).inc()


def refused(what: str, count: int = 1) -> None:
    """what: of our words, never a visitor's: 'link', 'queue full', 'too large'."""
    if _numbers:
        _numbers.refused.labels(what).inc()
    LOG.info("refused", extra={"what": what, "count": count})


def job(queue: str, *, label: str, place: str, state: str, waited_s: float, ran_s: float, error: str = "") -> None:
    """One that has ended. label, error: our own words."""
    if _numbers:
        _numbers.jobs.labels(queue, state).inc()
        _numbers.ran.labels(queue).observe(ran_s)
        _numbers.waited.labels(queue).observe(waited_s)
    said: dict[str, str | float] = {"queue": queue, "label": label, "place": place, "state": state}
    said |= {"waited_s": round(waited_s, 3), "ran_s": round(ran_s, 3)}
    if error:
        said["error"] = error
    LOG.info("job", extra=said)
