"""Jobs on a real Ray cluster of two nodes on this machine: where they run, cancel, a node killed, the cluster gone."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from markupsafe import Markup

from explorer import cluster
from explorer.cluster import ClusterRunner
from explorer.jobs import Job, Needs
from explorer.lab import live
from explorer.lab.experiments import EXPERIMENTS
from explorer.spec import preset
from explorer.tell import lab_words
from explorer.timing.data.settings import Settings
from explorer.timing.measure.hardware import devices, resolve
from explorer.timing.measure.sweeps import plan
from explorer.timing.measure.tasks import Ask, finish, subject
from tests.lab.tiny import TINY

WAIT_S = 90


@pytest.fixture(scope="module")
def nodes() -> Iterator[Any]:
    """Ray's own cluster for tests: its processes are those of a real one, but as urgent as ours. Ray runs its workers at
    nice 15, where they have 3 % of a processor beside other tests, and importing PyTorch took 85 s."""
    pytest.importorskip("ray", reason="Ray is not installed here")
    import cloudpickle
    from ray.cluster_utils import Cluster

    cloudpickle.register_pickle_by_value(sys.modules[__name__])  # the nodes have the explorer and no tests
    with pytest.MonkeyPatch.context() as urgent:
        urgent.setenv("RAY_worker_niceness", "0")
        made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
        made.add_node(num_cpus=1, num_gpus=1)  # it says so: there is none
    yield made
    made.shutdown()


@pytest.fixture(scope="module")
def runner(nodes: Any) -> ClusterRunner:
    return ClusterRunner(nodes.address, devices)


def until(true: Callable[[], Any]) -> Any:
    """Wait for what another process does."""
    tick = threading.Event()
    for _ in range(WAIT_S * 20):
        if found := true():
            return found
        tick.wait(0.05)
    raise AssertionError("it did not come about")


def counts(job: Job) -> str:
    for step in range(3):
        job.checkpoint(step / 3, f"step {step}", step)
    return "went"


def endless(job: Job) -> None:
    while True:
        job.checkpoint(0.5, "on and on")
        threading.Event().wait(0.05)


def refuses(job: Job) -> None:
    raise ValueError("batch=3: not today")


def test_machines_are_found_and_news_come_back(runner: ClusterRunner) -> None:
    import torch

    there = until(lambda: len(found := runner.machines()) == 2 and all(one.said for one in found) and found)
    assert len(there) == 2 and all(one.alive and one.processors == 1 for one in there)
    assert sorted(one.gpus for one in there) == [0, 1]
    assert all(one.said.torch == torch.__version__ and one.said.devices == devices() for one in there)
    jobs = [runner.submit(counts, "counts", "ann") for _ in range(3)]
    assert all(job.wait(WAIT_S) for job in jobs)
    assert [(job.state, job.result, job.partial, job.message) for job in jobs] == [
        ("done", "went", [0, 1, 2], "step 2")
    ] * 3, [job.error for job in jobs]
    assert {job.where.node for job in jobs} <= {one.id for one in there}


def test_an_experiment_runs_on_a_node_bit_for_bit_and_says_which(runner: ClusterRunner) -> None:
    config = TINY["degradation"]
    here = Job(partial(EXPERIMENTS["degradation"].run, config), "")
    here.run()
    took: list[float] = []
    then = lambda found: took.append(found["cpu_s"])  # noqa: E731
    job = runner.submit(partial(live.run, "degradation", config), "", needs=Needs(config.device), then=then)
    assert job.wait(WAIT_S) and job.state == "done", job.error
    assert job.partial == here.partial and job.result["rows"] == here.result["rows"]
    assert job.result["provenance"]["node"] == job.where.node and took == [job.result["cpu_s"]]
    said = lab_words.source(job.result | {"seconds": 1.0}, Markup(""))
    assert f", node {job.where.node}, one thread" in said


def test_what_cannot_be_is_told_as_here(runner: ClusterRunner) -> None:
    job = runner.submit(refuses, "refuses")
    assert job.wait(WAIT_S) and job.state == "failed"
    assert isinstance(job.error, ValueError) and str(job.error) == "batch=3: not today"


def test_a_measurement_says_its_node(runner: ClusterRunner) -> None:
    ask = Ask("pass", preset("resnet18"), Settings(device="cpu", threads=1, height=32, width=32))
    job = runner.submit(partial(finish, ask), "time it", needs=Needs("cpu", whole=True))
    assert job.wait(WAIT_S) and job.state == "done", job.error
    assert job.result.value.summary.n > 0
    assert job.result.facts["node"] == job.where.node and job.result.facts["device"]


def met(folder: Path, work: Callable[[Job], Any], job: Job) -> Any:
    """`work`, as soon as another one has begun too."""
    (folder / job.where.node).touch()
    until(lambda: len(list(folder.iterdir())) == 2)
    return work(job)


def test_two_sweeps_run_at_the_same_time_on_two_nodes_and_the_points_of_each_on_one(
    runner: ClusterRunner, tmp_path: Path
) -> None:
    """What is compared with one another was measured on one machine; what isn't goes to another one."""
    settings = Settings(device="cpu", threads=1, height=32, width=32, budget_s=0.05)
    asks = [Ask("sweep", preset(name), settings, ("blocks",)) for name in ("resnet18", "resnet34")]
    jobs = [
        runner.submit(partial(met, tmp_path, partial(finish, ask)), subject(ask), needs=Needs("cpu", whole=True))
        for ask in asks
    ]
    assert all(job.wait(WAIT_S) for job in jobs) and [job.state for job in jobs] == ["done"] * 2, [
        job.error for job in jobs
    ]
    assert len({job.where.node for job in jobs}) == 2
    for ask, job in zip(asks, jobs):
        assert job.result.facts["node"] == job.where.node
        assert [row.point for row in job.result.value] == plan("blocks", ask.spec, resolve(ask.settings))
        assert all(row.measurement.summary.n > 0 for row in job.result.value) and job.partial == job.result.value


def test_two_measurements_never_share_a_node(runner: ClusterRunner) -> None:
    jobs = [runner.submit(endless, "endless", "ann", needs=Needs("cpu", whole=True)) for _ in range(3)]
    went = until(lambda: len(found := [job for job in jobs if job.message]) == 2 and found)
    assert len({job.where.node for job in went}) == 2
    (waits,) = (job for job in jobs if job not in went)
    assert waits.state == "queued" and runner.position(waits) == 1
    went[0].cancel()
    until(lambda: waits.message)
    assert waits.where.node == went[0].where.node
    assert runner.cancel("ann") == 2 and all(job.wait(WAIT_S) for job in jobs)


def test_what_measures_takes_all_processors_of_a_node_or_one_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ray", reason="Ray is not installed here")
    from explorer.cluster import driver

    there = [({"CPU": 4.0}, True), ({"CPU": 16.0, "GPU": 2.0}, True), ({"CPU": 64.0}, False), ({"memory": 1.0}, True)]
    monkeypatch.setattr(driver.ray, "nodes", lambda: [{"Resources": one, "Alive": alive} for one, alive in there])
    assert driver.room(Needs("cpu", whole=True)) == {"num_cpus": 16.0}
    assert driver.room(Needs("cpu")) == {"num_cpus": 1.0}
    assert driver.room(Needs("cuda:0", whole=True)) == {"num_gpus": 1.0, "num_cpus": 1.0}


def test_a_job_goes_to_the_node_that_has_its_device(nodes: Any, runner: ClusterRunner) -> None:
    """One node says that it has a GPU: where a job is placed is Ray's matter, and what it finds there is not asked."""
    jobs = [runner.submit(endless, "endless", "ann", needs=Needs("cuda:0", whole=True)) for _ in range(2)]
    went = until(lambda: next((job for job in jobs if job.message), None))
    (waits,) = (job for job in jobs if job is not went)
    aside = runner.submit(counts, "counts", "bob")  # the other node is free, and no place for what waits
    assert aside.wait(WAIT_S) and aside.result == "went", aside.error
    assert waits.state == "queued" and runner.position(waits) == 1
    head = nodes.head_node.node_id[:6]
    assert went.where.node != head and aside.where.node == head
    went.cancel()
    until(lambda: waits.message)
    assert waits.where.node == went.where.node
    assert runner.cancel("ann") == 1 and waits.wait(WAIT_S)


def test_a_cancelled_job_frees_its_node(runner: ClusterRunner) -> None:
    jobs = [runner.submit(endless, "endless", "ann") for _ in range(2)]
    until(lambda: all(job.message for job in jobs))
    third = runner.submit(counts, "counts", "bob")
    assert runner.position(third) == 1
    assert runner.cancel("ann") == 2
    assert third.wait(WAIT_S) and third.result == "went"
    assert [job.state for job in jobs] == ["cancelled", "cancelled"]


def test_a_job_that_is_cancelled_on_its_way_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ray", reason="Ray is not installed here")
    from ray.exceptions import TaskCancelledError

    from explorer.cluster import driver

    sent, ended, cancelled = threading.Event(), threading.Event(), []

    def remote(*its: object) -> Iterator[None]:
        assert sent.wait(WAIT_S)
        return stream()

    def stream() -> Iterator[None]:
        ended.set()
        raise TaskCancelledError
        yield

    monkeypatch.setattr(driver, "RUN", SimpleNamespace(options=lambda **its: SimpleNamespace(remote=remote)))
    monkeypatch.setattr(driver, "room", lambda needs: {})
    monkeypatch.setattr(driver.ray, "cancel", cancelled.append)
    desk = driver.Desk(lambda *message: None, b"", "")
    desk.run("one", b"", Needs())
    desk.cancel("one")
    sent.set()
    assert ended.wait(WAIT_S) and len(cancelled) == 1
    until(lambda: not desk.out and not desk.cancelled and not desk.streams)
    desk.cancel("one")
    assert len(cancelled) == 1 and not desk.cancelled, "what has ended is not remembered"


@pytest.mark.parametrize("last", [("done", 7), ("failed", ValueError("no"))])
def test_a_job_that_has_told_its_answer_is_never_cancelled(
    monkeypatch: pytest.MonkeyPatch, last: tuple[str, Any]
) -> None:
    """Whoever has it asks for that at once, when Ray may not yet know that the task has ended: it broke one time in thirty."""
    pytest.importorskip("ray", reason="Ray is not installed here")
    from explorer.cluster import driver

    cancelled: list[object] = []

    def stream() -> Iterator[tuple[str, Any]]:
        yield "node", None
        yield last

    monkeypatch.setattr(
        driver, "RUN", SimpleNamespace(options=lambda **its: SimpleNamespace(remote=lambda *its: stream()))
    )
    monkeypatch.setattr(driver, "room", lambda needs: {})
    monkeypatch.setattr(driver.ray, "cancel", cancelled.append)
    monkeypatch.setattr(driver.ray, "get", lambda told: told)
    told, ended = [], threading.Event()

    def say(key: str, *message: object) -> None:
        told.append(message)
        if message == last:
            desk.cancel(key)
            ended.set()

    desk = driver.Desk(say, b"", "")  # type: ignore[arg-type]
    desk.run("one", b"", Needs())
    assert ended.wait(WAIT_S) and told == [("node", None), last] and not cancelled
    until(lambda: not desk.streams and not desk.out and not desk.cancelled)


def test_a_lost_node_is_told_and_its_job_goes_on_elsewhere_then_the_cluster_is_lost(
    nodes: Any, runner: ClusterRunner
) -> None:
    jobs = [runner.submit(endless, "endless") for _ in range(2)]
    until(lambda: all(job.message for job in jobs))
    extra = nodes.head_node.node_id[:6]
    victim = next(job for job in jobs if job.where.node != extra)
    other = next(job for job in jobs if job is not victim)
    nodes.remove_node(next(node for node in nodes.list_all_nodes() if node.node_id[:6] != extra), allow_graceful=False)
    until(lambda: victim.message.startswith("its machine was lost"))
    other.cancel()
    until(lambda: victim.where.node == extra and victim.message == "on and on")

    nodes.shutdown()
    assert victim.wait(WAIT_S) and victim.state == "failed"
    assert isinstance(victim.error, ValueError)  # which of the two it sees first is a matter of who dies first
    assert "was lost" in str(victim.error) and str(victim.error).endswith("; run it again")
    job = runner.submit(counts, "counts")
    assert job.wait(WAIT_S) and job.result == "went" and job.where is None
    assert runner.problem and runner.machines() == ()


@pytest.mark.parametrize("wrong", ["here", "head:", ":6379", "head:port", "ray://head:10001/x"])
def test_an_address_that_cannot_be_meant_is_named(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv(cluster.NAME, wrong)
    with pytest.raises(ValueError, match="^EXPLORER_RAY_ADDRESS=.*: 'auto', or the HOST:PORT"):
        cluster.address()


def test_without_ray_the_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "find_spec", lambda name: None)
    monkeypatch.setenv(cluster.NAME, "auto")
    with pytest.raises(ValueError, match="pip install -r requirements-ray.txt$"):
        cluster.address()


def test_a_cluster_of_other_versions_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """By Ray itself, in several lines; the sentence has them all."""
    pytest.importorskip("ray", reason="Ray is not installed here")
    from ray._private.utils import check_version_info

    from explorer.cluster import driver

    def init(**its: object) -> None:
        check_version_info({"ray_version": "2.0.0", "python_version": "3.8.1"}, "127.0.0.1")

    monkeypatch.setattr(driver.ray, "init", init)
    said = driver.join("auto")
    assert "Ray: 2.0.0 Python: 3.8.1" in said and f"Ray: {driver.ray.__version__}" in said and "\n" not in said


def test_a_cluster_that_is_not_there_leaves_the_local_worker() -> None:
    pytest.importorskip("ray", reason="Ray is not installed here")
    runner = ClusterRunner("127.0.0.1:1", devices)
    job = runner.submit(counts, "counts")
    assert job.wait(WAIT_S) and job.result == "went" and job.where is None
    assert "127.0.0.1:1 does not answer" in runner.problem
