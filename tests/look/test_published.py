"""Published weights, fetched from a server of the test's own: whole, interrupted, false, and out of reach."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch

from explorer.look import published
from explorer.look.published import SOURCES, Source, Unreachable, fetched
from explorer.look.subject import source_spec
from explorer.net.resnet import build
from explorer.spec import named
from tests import published as check

BODY = bytes(range(256)) * 4096
HASH = hashlib.sha256(BODY).hexdigest()


class Host(BaseHTTPRequestHandler):
    """Serves `body` with ranges; `short` bodies end early; what was asked is kept in `asked`."""

    asked: list[str | None] = []
    stops_after: int | None = None
    body = BODY

    def do_GET(self) -> None:
        start = int((self.headers["Range"] or "bytes=0-")[6:-1])
        type(self).asked.append(self.headers["Range"])
        if "missing" in self.path:
            self.send_error(404)
            return
        if start >= len(self.body):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(self.body) - start))
        self.end_headers()
        self.wfile.write(self.body[start : type(self).stops_after])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def host() -> Iterator[str]:
    Host.asked, Host.stops_after = [], None
    server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_a_file_is_fetched_once_and_kept(host: str, tmp_path: Path) -> None:
    source, seen = Source(f"{host}net-{HASH[:8]}.pth", ""), []
    path = fetched(source, tmp_path, lambda share, told: seen.append(share))
    assert path.read_bytes() == BODY and seen[-1] == 1.0 and seen == sorted(seen)
    assert fetched(source, tmp_path) == path and len(Host.asked) == 1
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_a_kept_file_that_was_changed_is_fetched_again(host: str, tmp_path: Path) -> None:
    source = Source(f"{host}net-{HASH[:8]}.pth", "")
    fetched(source, tmp_path).write_bytes(b"changed")
    assert published.on_this_machine(source, tmp_path) and fetched(source, tmp_path).read_bytes() == BODY


def test_an_interrupted_download_goes_on_where_it_stopped(host: str, tmp_path: Path) -> None:
    source = Source(f"{host}net-{HASH[:8]}.pth", "")
    Host.stops_after = 300_000
    with pytest.raises(Unreachable, match="could not be reached .*300,000 of 1,048,576 bytes"):
        fetched(source, tmp_path)
    Host.stops_after = None
    assert fetched(source, tmp_path).read_bytes() == BODY
    assert Host.asked == [None, "bytes=300000-"]


def test_another_file_under_the_name_is_refused_and_not_kept(host: str, tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match=f"not the published file .its SHA-256 starts {HASH[:8]}"):
        fetched(Source(f"{host}net-00000000.pth", ""), tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_cancelled_download_keeps_what_has_come(host: str, tmp_path: Path) -> None:
    def stop(share: float, told: str) -> None:
        raise KeyboardInterrupt

    source = Source(f"{host}net-{HASH[:8]}.pth", "")
    with pytest.raises(KeyboardInterrupt):
        fetched(source, tmp_path, stop)
    assert 0 < (tmp_path / f"{source.file}.part").stat().st_size < len(BODY)
    assert fetched(source, tmp_path).read_bytes() == BODY


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/", "http://nowhere.invalid/"])
def test_without_a_network_one_sentence_says_so(address: str, tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match=r"could not be reached \([A-Z][a-z ]+\); all else works$"):
        fetched(Source(f"{address}net-{HASH[:8]}.pth", ""), tmp_path)


def test_a_missing_file_and_a_folder_that_cannot_be_written(host: str, tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="could not be reached"):
        fetched(Source(f"{host}missing-{HASH[:8]}.pth", ""), tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(Unreachable, match="cannot be written"):
        fetched(Source(f"{host}net-{HASH[:8]}.pth", ""), tmp_path / "file" / "folder")


def test_the_cache_is_where_the_system_keeps_caches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EXPLORER_CACHE", str(tmp_path))
    assert published.cache_folder() == tmp_path
    monkeypatch.delenv("EXPLORER_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert published.cache_folder() == tmp_path / "xdg" / "resnet-explorer"


@pytest.mark.parametrize("name", SOURCES)
def test_every_published_file_belongs_to_a_net_of_ours_and_carries_its_hash(name: str) -> None:
    assert named(name).depth and len(SOURCES[name].sha256_start) == 8
    assert SOURCES[name].url.startswith("https://")


def test_the_check_of_the_published_files_judges_what_a_host_serves(
    host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the whole way that a visitor's wish takes: fetched, hashed, loaded, asked. Random weights see no cat."""
    monkeypatch.setenv("EXPLORER_CACHE", str(tmp_path))
    net = build(source_spec("resnet20_cifar"), seed=0)
    with torch.no_grad():
        net.fc.bias[8] = 50.0  # whatever it sees, a ship
    held = io.BytesIO()
    torch.save({"state_dict": net.state_dict()}, held)
    served = held.getvalue()
    monkeypatch.setattr(Host, "body", served)
    start = hashlib.sha256(served).hexdigest()[:8]
    monkeypatch.setitem(SOURCES, "resnet20_cifar", Source(f"{host}resnet20-{start}.th", ""))
    monkeypatch.setitem(SOURCES, "resnet56_cifar", Source(f"{host}resnet56-{start}.th", ""))
    monkeypatch.setitem(SOURCES, "resnet32_cifar", Source(f"{host}resnet32-00000000.th", ""))
    assert check.main(["resnet20_cifar", "resnet56_cifar", "resnet32_cifar"]) == 1
    ship, other, false = capsys.readouterr().out.splitlines()
    assert ship.startswith("resnet20_cifar") and "of a cat it says ship, 100.0%" in ship
    assert "FAILED: weights=resnet56" in other and "FAILED: " in false and "is not the published file" in false
    with torch.no_grad():
        net.fc.bias[3] = 100.0
    assert check.main(["resnet9000"]) == 2 and "choose of resnet18" in capsys.readouterr().err
    good = io.BytesIO()
    torch.save(net.state_dict(), good)
    monkeypatch.setattr(Host, "body", good.getvalue())
    start = hashlib.sha256(good.getvalue()).hexdigest()[:8]
    monkeypatch.setitem(SOURCES, "resnet20_cifar", Source(f"{host}resnet20-{start}.th", ""))
    assert check.main(["resnet20_cifar"]) == 0
    assert "all weights fit, and of a cat it says cat, 100.0%" in capsys.readouterr().out
