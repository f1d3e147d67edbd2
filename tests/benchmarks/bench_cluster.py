"""`python -m tests.benchmarks.bench_cluster [SEEDS]`: one claim over eight seeds, on one node and on two, of a real Ray cluster here."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import time

from ray.cluster_utils import Cluster

from explorer import cluster
from explorer.lab.claims import judged

EXPERIMENT = "degradation"


def seconds(nodes: int, seeds: int) -> float:
    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    for _ in range(nodes - 1):
        made.add_node(num_cpus=1)
    os.environ[cluster.NAME] = made.address
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            judged.measure({EXPERIMENT}, range(1, nodes + 1))  # the nodes have imported torch
            started = time.monotonic()
            judged.measure({EXPERIMENT}, range(1, seeds + 1))
        return time.monotonic() - started
    finally:
        made.shutdown()


if __name__ == "__main__":
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 8
    one, two = seconds(1, seeds), seconds(2, seeds)
    print(f"{EXPERIMENT}, {seeds} seeds: one node {one:.1f} s, two {two:.1f} s: {one / two:.2f} times as fast")
