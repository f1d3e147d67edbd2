"""`python -m explorer.cluster.driver ADDRESS`: the process that speaks with Ray for `cluster.Driver`.

Pickled both ways on standard input and output, as `apart.child`. In: ("devices", callable), ("run", key, work,
needs), ("cancel", key), ("machines", key). Out: a key and a message of that job; ("", "ready") or ("", "unreachable", why).
"""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import ray
from ray import cloudpickle
from ray.exceptions import GetTimeoutError, RayError, RayTaskError, TaskCancelledError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from explorer.apart.child import Speaker
from explorer.cluster import Machine
from explorer.cluster.work import here, work
from explorer.jobs import Needs, Where
from explorer.places import ROOT

LOOK_S = 0.1
REACH_S = 3.0
ANSWER_S = 15.0  # for all nodes to say what they have; whoever asked waits a little longer
LAST = ("done", "failed")  # kinds of a job's last message
LEFT = [".git", ".venv", "tests", "assets/screenshots", "**/__pycache__"]  # of the project, on the nodes


def _run(payload: bytes, devices: bytes) -> Iterator[tuple[Any, ...]]:
    node = ray.get_runtime_context().get_node_id()[:6]
    yield from work(node, cloudpickle.loads(payload), cloudpickle.loads(devices))


def _here(devices: bytes) -> Where:
    return here(ray.get_runtime_context().get_node_id()[:6], cloudpickle.loads(devices))


RUN = ray.remote(num_returns="streaming", max_retries=0)(_run)
HERE = ray.remote(num_cpus=0, max_retries=0)(_here)


class Desk:
    """The jobs that are out. devices: what says them of a node, pickled; head: HOST:PORT of the cluster's."""

    def __init__(self, say: Speaker, devices: bytes, head: str) -> None:
        self.say, self.devices, self.head = say, devices, head
        self.streams: dict[str, Any] = {}
        self.out: set[str] = set()
        self.cancelled: set[str] = set()

    def run(self, key: str, payload: bytes, needs: Needs) -> None:
        """Returns at once: from then on the job can be cancelled."""
        self.out.add(key)
        threading.Thread(target=self._follow, args=(key, payload, needs), daemon=True).start()

    def _follow(self, key: str, payload: bytes, needs: Needs) -> None:
        """Send a job out and pass on what it tells; once more where its machine is lost."""
        for attempt in (1, 2):
            stream = self.streams[key] = RUN.options(**room(needs)).remote(payload, self.devices)
            if key in self.cancelled:  # while it was on its way
                self.cancel(key)
            try:
                for told in stream:
                    self._tell(key, *ray.get(told))
                break
            except RayTaskError as error:  # what the node could not even begin
                self._tell(key, "failed", RuntimeError(str(error.cause or error).splitlines()[-1][:200]))
                break
            except (RayError, StopIteration) as error:
                if key in self.cancelled or isinstance(error, TaskCancelledError):
                    break
                if unreachable(self.head):
                    os._exit(1)  # and every job is told
                if attempt == 1:
                    self.say(key, "again", type(error).__name__)
                    continue
                lost = ValueError("the machine that ran this was lost, and the one after it too; run it again")
                self._tell(key, "failed", lost)
        self.streams.pop(key, None)
        self.out.discard(key)
        self.cancelled.discard(key)

    def _tell(self, key: str, kind: str, *said: object) -> None:
        """A message of a job. After its last one it has ended, whatever is asked of it: to cancel a task that is about to
        complete ends Ray's driver (its check "Tried to complete task that was not pending")."""
        if kind in LAST:
            self.out.discard(key)
        self.say(key, kind, *said)

    def cancel(self, key: str) -> None:
        """Nothing, where it has ended."""
        if key not in self.out:
            return
        self.cancelled.add(key)
        stream = self.streams.get(key)
        if stream is not None:
            with contextlib.suppress(Exception):
                ray.cancel(stream)

    def machines(self, key: str) -> None:
        """Returns at once; the answer comes as a message."""
        threading.Thread(target=self._machines, args=(key,), daemon=True).start()

    def _machines(self, key: str) -> None:
        """Every node that has something to run on, with what it says of itself: nothing where it is slow to answer, as a
        node is that still imports PyTorch or whose processors are busy."""
        there, asked = [], []
        for node in ray.nodes():
            room = node["Resources"]
            if node["Alive"] and (room.get("CPU") or room.get("GPU")):
                on = NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
                there.append(node)
                asked.append(HERE.options(scheduling_strategy=on).remote(self.devices))
        ray.wait(asked, num_returns=len(asked), timeout=ANSWER_S)
        rows = []
        for node, answer in zip(there, asked):
            room = node["Resources"]
            try:
                said, alive = ray.get(answer, timeout=0), True
            except GetTimeoutError:
                said, alive = None, True
            except RayError:
                said, alive = None, False
            about = room.get("CPU", 0.0), room.get("GPU", 0.0), room.get("memory", 0.0)
            rows.append(Machine(node["NodeID"][:6], alive, *about, said))
        self.say(key, "machines", rows)


def room(needs: Needs) -> dict[str, float]:
    """What a job takes of its node. What measures takes one whole: nobody else's work disturbs the clock."""
    processors = [node["Resources"].get("CPU", 0.0) for node in ray.nodes() if node["Alive"]]
    if needs.device.startswith("cuda"):
        return {"num_gpus": 1.0, "num_cpus": 1.0}
    return {"num_cpus": max(processors, default=1.0) if needs.whole else 1.0}


def unreachable(address: str) -> str:
    """ "" where HOST:PORT answers, else a sentence."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), REACH_S).close()
    except OSError as error:
        return f"{address} does not answer ({error.strerror or type(error).__name__})"
    return ""


def join(address: str) -> str:
    """ "" once this process is part of the cluster; else why not."""
    if address != "auto" and (problem := unreachable(address)):
        return problem
    try:
        ray.init(
            address=address,
            namespace="resnet-explorer",
            log_to_driver=False,
            logging_level=logging.CRITICAL,
            runtime_env={"working_dir": str(ROOT), "excludes": LEFT},
        )
    except Exception as error:  # no cluster, other versions of Ray or Python, no room for the files
        return " ".join(str(error).split())[:300] or type(error).__name__  # whose versions stand on lines of their own
    return ""


def main(arguments: Sequence[str]) -> None:
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what Ray prints is no message
    say = Speaker(out, cloudpickle.dumps)
    problem = join(arguments[0])
    say("", "unreachable", problem) if problem else say("", "ready")
    if problem:
        return
    _, devices = pickle.load(sys.stdin.buffer)
    desk = Desk(say, cloudpickle.dumps(devices), ray.get_runtime_context().gcs_address)
    with contextlib.suppress(EOFError):  # the app is gone, and so are its jobs
        while True:
            kind, *asked = pickle.load(sys.stdin.buffer)
            getattr(desk, kind)(*asked)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
