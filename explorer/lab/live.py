"""A run as a page asks for it: work for the one queue, in a process of its own here, or on a node of the cluster.

What a page knows of it is its job: progress, curves, pause, speed, cancel. A net on the operating table also listens.
"""

from __future__ import annotations

from functools import partial

from explorer.apart import beside
from explorer.jobs import Job
from explorer.lab.config import Config
from explorer.lab.experiments import ran, surgery
from explorer.lab.operations import Patient
from explorer.lab.outcome import Run
from explorer.lab.pace import clock_of, sounded
from explorer.lab.record import provenance


def run(key: str, config: Config, job: Job) -> Run:
    """A queue's work: what the experiment hands back, with `provenance` and `cpu_s`, the seconds that it computed."""
    if job.where:  # of the cluster: a node's worker is a process already
        return _run(key, config, job)
    done: Run = beside(lambda: partial(_run, key, config), job)
    return done


def sound(key: str, config: Config, job: Job) -> float:
    """Seconds that `run` will take, from its beginning."""
    if job.where:
        return _sound(key, config, job)
    return float(beside(lambda: partial(_sound, key, config), job))


def operate(config: surgery.Surgery, patient: Patient, job: Job) -> Run:
    """The same for a net that is operated on while it trains; on this host, where it is asked."""

    def made() -> partial[Run]:
        """Where its process was lost, once more with everything that was done and asked."""
        rows = [row for part in job.partial for row in part]
        if rows:
            patient.fetch()
        return partial(_run, "surgery", surgery.operated_so_far(config, rows, patient) if rows else config)

    done: Run = beside(made, job, patient.fetch)
    return done


def _run(key: str, config: Config, job: Job) -> Run:
    clock = clock_of(config)
    began_s = clock()
    found = ran(key, config, job)
    made = provenance(config.device)
    if job.where:
        made["node"] = job.where.node
    return {
        "experiment": found["experiment"],
        "config": found["config"],
        "rows": found["rows"],
        "summary": found["summary"],
        "answer": found["answer"],
        "provenance": made,
        "cpu_s": clock() - began_s,
    }


def _sound(key: str, config: Config, job: Job) -> float:
    return sounded(partial(ran, key), config, job, clock=clock_of(config))
