"""A host's log lines and numbers, as a process of its own writes them."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT, free_port

ENDS = """
import threading, urllib.request
from explorer import telemetry
telemetry.begin(); telemetry.begin()
from explorer.jobs import Runner
runner = Runner("work")
def fails(job): raise ValueError("what a visitor typed")
def works(job): job.checkpoint(0.5)
for work in (works, fails):
    runner.submit(work, "ResNet-18 at batch 1", place="Timing").wait(10)
begun = threading.Event()
def holds(job): begun.set(); threading.Event().wait()
runner.submit(holds, "the next")
begun.wait(10)
telemetry.rerun("blocks")
telemetry.refused("link", 2)
print(urllib.request.urlopen("http://127.0.0.1:%s/metrics").read().decode())
"""


def run(code: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=os.environ | env, capture_output=True, text=True, timeout=60
    )


def test_a_line_for_each_job_and_refusal_and_numbers_that_prometheus_reads() -> None:
    from prometheus_client.parser import text_string_to_metric_families

    port = str(free_port())
    done = run(ENDS % port, EXPLORER_LOG="json", EXPLORER_METRICS_PORT=port)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(line["event"], line.get("state"), line.get("error")) for line in lines] == [
        ("job", "done", None),
        ("job", "failed", "ValueError"),
        ("refused", None, None),
    ]
    assert all("time" in line for line in lines) and lines[0]["queue"] == "work" and lines[0]["place"] == "Timing"
    assert "what a visitor typed" not in done.stderr
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(done.stdout)
        for sample in family.samples
    }
    assert found["explorer_reruns_total", "blocks"] == 1
    assert found["explorer_refused_total", "link"] == 1
    assert found["explorer_jobs_total", "work", "done"] == found["explorer_jobs_total", "work", "failed"] == 1
    assert found["explorer_job_seconds_count", "work"] == 2
    assert found["explorer_jobs_waiting", "work"] == 1, "the one that is held"
    assert found["process_resident_memory_bytes",] > 1e6


@pytest.mark.parametrize("wrong", [{"EXPLORER_LOG": "xml"}, {"EXPLORER_METRICS_PORT": "99999"}])
def test_a_wrong_word_is_named_with_what_is_allowed(wrong: dict[str, str]) -> None:
    done = run("from explorer import telemetry; telemetry.begin()", **wrong)
    name, value = next(iter(wrong.items()))
    assert done.returncode and f"{name}={value!r}: " in done.stderr.splitlines()[-1]


def test_without_a_word_nothing_is_written() -> None:
    done = run("from explorer import telemetry; telemetry.begin(); telemetry.refused('link')")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
