"""Two replicas behind a real nginx with the project's own recipe: a base path, sticky visitors, one replica killed."""

from __future__ import annotations

import contextlib
import gzip
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.conftest import ROOT, Server, Visit, free_port

pytestmark = pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed here")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("replicas")


@pytest.fixture(scope="module")
def replicas(folder: Path) -> Iterator[list[Server]]:
    running = [Server(folder, base="resnet", env=os.environ | {"EXPLORER_REPLICAS": "2"}) for _ in range(2)]
    yield running
    for one in running:
        if one.process.poll() is None:
            one.stop()


@pytest.fixture(scope="module")
def address(folder: Path, replicas: list[Server]) -> Iterator[str]:
    """The recipe with this test's ports, and the folder that nginx may write to."""
    port, text = free_port(), (ROOT / "assets/hosting/nginx.conf").read_text()
    for written, ours in (
        ("listen 8080", f"listen 127.0.0.1:{port}"),
        ("127.0.0.1:8501", f"127.0.0.1:{replicas[0].port}"),
        ("127.0.0.1:8502", f"127.0.0.1:{replicas[1].port}"),
        ("/tmp/explorer-nginx.pid", str(folder / "nginx.pid")),
    ):
        assert written in text
        text = text.replace(written, ours)
    conf = folder / "nginx.conf"
    conf.write_text(text)
    subprocess.run(["nginx", "-t", "-c", conf], check=True, capture_output=True)
    nginx = subprocess.Popen(["nginx", "-c", conf, "-g", "daemon off;"])
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            break
    yield f"http://localhost:{port}/resnet"
    nginx.terminate()
    nginx.wait(10)


def sessions(server: Server) -> int:
    """How many browsers a replica serves, as Streamlit's own numbers for hosts say."""
    said = urllib.request.urlopen(f"{server.url}/_stcore/metrics", timeout=5).read().decode()
    found = re.search(r"^active_sessions (\d+)", said, re.M)
    return int(found[1]) if found else 0


def test_answers_are_compressed_and_carry_the_headers(address: str) -> None:
    asked = urllib.request.Request(address + "/", headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(asked, timeout=10) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert b"<html" in gzip.decompress(answer.read())
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors" in answer.headers["Content-Security-Policy"]
        assert "explorer=" in answer.headers["Set-Cookie"] and "samesite=lax" in answer.headers["Set-Cookie"]
        assert answer.headers["Server"] == "nginx"  # no version


def test_votes_that_they_do_not_share_are_said_at_the_start(browser, replicas: list[Server], address: str) -> None:
    """By each server as it starts, and by the projector before the first vote: what the host has set, and what was found."""
    said = "EXPLORER_REPLICAS=2: each of these servers keeps votes for itself"
    assert all(said in one.log.read_text(encoding="utf-8") for one in replicas)
    lecturer = Visit(browser, address)
    page = lecturer.goto("/lecture", "Start with votes from phones").page
    page.get_by_role("link", name="Start with votes from phones").click()
    found = "Another server answers at this address"
    expect(page.locator(".stage .join .warns")).to_contain_text([said, found], timeout=30_000)
    lecturer.context.close()
    deadline = time.monotonic() + 20
    while any(map(sessions, replicas)):  # who comes next is counted alone
        assert time.monotonic() < deadline, "the lecturer's tab is closed, and still counted"


def test_a_visitor_stays_with_one_replica_and_outlives_it(browser, replicas: list[Server], address: str) -> None:
    visitor = Visit(browser, address)
    visitor.goto("/blocks?depth=34", "21.80 M params")
    mine = [one for one in replicas if sessions(one)]
    assert len(mine) == 1
    visitor.follow("/resnet/cost?depth=34", "21.80 M params")
    visitor.page.reload()
    visitor.settle("21.80 M params").check()
    assert [one for one in replicas if sessions(one)] == mine
    visitor.page.locator(".st-key-depth").get_by_role("radio", name="101").click()
    visitor.settle("44.55 M params")

    mine[0].process.kill()
    mine[0].process.wait(20)
    other = next(one for one in replicas if one is not mine[0])
    with visitor.page.expect_websocket(lambda socket: "_stcore/stream" in socket.url, timeout=60_000):
        pass
    visitor.settle("44.55 M params")
    assert "depth=101" in visitor.page.url
    visitor.page.locator(".st-key-depth").get_by_role("radio", name="18").click()
    visitor.settle("11.69 M params")
    assert sessions(other) == 1
