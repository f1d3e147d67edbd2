"""Streamlit's own files from memory: each as Streamlit would have sent it, and smaller."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from streamlit import file_util
from streamlit.web.server.starlette.starlette_static_routes import create_streamlit_static_handler

from explorer.web import arrival, bundle, first, inside, walk_component
from tests.conftest import run_async

STATIC = Path(file_util.get_static_dir())


async def other(scope, receive, send) -> None:
    await send({"type": "http.response.start", "status": 418, "headers": []})
    await send({"type": "http.response.body", "body": b"the app"})


def ask(app, path: str, method: str = "GET", query: bytes = b"", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of an answer."""
    sent = []

    async def send(message) -> None:
        sent.append(message)

    async def receive() -> dict[str, str]:
        return {"type": "http.disconnect"}

    scope = {"type": "http", "method": method, "path": path, "root_path": "", "query_string": query}
    asked = [(key.replace("_", "-").encode(), value.encode()) for key, value in headers.items()]
    run_async(app(scope | {"headers": asked}, receive, send))
    start = {key.decode(): value.decode() for key, value in sent[0]["headers"]}
    return sent[0]["status"], start, b"".join(one.get("body", b"") for one in sent[1:])


@pytest.fixture(scope="module")
def ours() -> bundle.Bundle:
    return bundle.Bundle(other)


def test_every_file_is_streamlits_and_what_is_text_is_compressed(ours: bundle.Bundle) -> None:
    theirs = create_streamlit_static_handler(str(STATIC), "")
    kinds: dict[str, Path] = {}
    for file in (STATIC / "static").rglob("*"):
        if file.is_file():
            kinds.setdefault(file.suffix, file)
    assert {".js", ".css", ".woff2"} <= kinds.keys()
    for kind, file in kinds.items():
        path = f"/{file.relative_to(STATIC).as_posix()}"
        status, said, body = ask(ours, path, accept_encoding="gzip, br")
        their_status, they_say, _ = ask(theirs, path)
        assert status == their_status == 200
        whole = gzip.decompress(body) if kind in bundle.TEXT else body
        assert whole == file.read_bytes() and they_say["content-length"] == str(len(whole))
        assert said["content-length"] == str(len(body)) and len(body) <= len(whole)
        assert {key: said[key] for key in ("content-type", "cache-control")} == {
            key: they_say[key] for key in ("content-type", "cache-control")
        }


def test_the_page_is_streamlits_and_names_what_the_first_picture_needs(ours: bundle.Bundle) -> None:
    status, said, body = ask(ours, "/", accept_encoding="gzip", query=b"depth=34")
    page = gzip.decompress(body).decode()
    assert status == 200 and said["cache-control"] == "no-cache" and said["content-type"].startswith("text/html")
    theirs = (STATIC / "index.html").read_text().splitlines()
    name, *added = (line for line in page.splitlines() if line not in theirs)
    assert name.strip() == bundle.NAME, "no tab is called Streamlit meanwhile"
    *links, look = (one for one in added if one.strip() != "</head>")
    assert any("/BidiComponent." in one for one in links) and all('rel="modulepreload"' in one for one in links)
    assert inside.PARTS["nav-link"] in look and look.startswith("<style>"), "the line of pages stands as it will stay"
    for part in (*bundle.SOON, "serialization"):  # the last is imported by a part
        assert page.count(f"/{part}.") == 1, part
    named = bundle.NAMED.findall(page)
    assert len(named) == len(set(named)) and all((STATIC / one).is_file() for one in named)


def test_who_comes_without_a_link_finds_the_first_page_begun(ours: bundle.Bundle) -> None:
    page, with_link = (
        gzip.decompress(ask(ours, "/", accept_encoding="gzip", query=query)[2]).decode() for query in (b"", b"depth=34")
    )
    before, after = with_link.split(arrival.BODY)
    assert page.startswith(before + arrival.BODY) and page.endswith(after)
    frame = page[len(before) : -len(after)]
    assert first.what() in frame and len(re.findall("<script", frame)) == len(re.findall("</script", frame)) == 2
    told = json.loads(re.search(r'<script type="application/json">(.*?)</script>', frame, re.S)[1])
    assert told == {"css": walk_component.LOOK, "walk": walk_component.walk(first.NETS, first=True, begins="itself")}
    with pytest.raises(ValueError, match="0 times"):
        arrival.page("<body><div id='app'></div></body>")


@pytest.mark.parametrize(
    ("path", "method", "headers"),
    [
        ("/", "GET", {}),  # nobody said that gzip is understood
        ("/", "GET", {"accept_encoding": "gzip", "range": "bytes=0-9"}),
        ("/", "HEAD", {"accept_encoding": "gzip"}),
        ("/blocks", "GET", {"accept_encoding": "gzip"}),
        ("/static/js/nothing.js", "GET", {"accept_encoding": "gzip"}),
        ("/static/../index.html", "GET", {"accept_encoding": "gzip"}),
        ("/_stcore/health", "GET", {"accept_encoding": "gzip"}),
    ],
)
def test_all_else_is_the_apps_to_answer(ours: bundle.Bundle, path: str, method: str, headers: dict[str, str]) -> None:
    assert ask(ours, path, method, **headers) == (418, {}, b"the app")


def test_under_a_base_path() -> None:
    under = bundle.Bundle(other, "/notes/resnet/")
    assert ask(under, "/notes/resnet/", accept_encoding="gzip")[0] == 200
    assert ask(under, "/", accept_encoding="gzip")[0] == 418
    script = next((STATIC / "static" / "js").glob("Html.*.js"))
    assert ask(under, f"/notes/resnet/static/js/{script.name}", accept_encoding="gzip")[0] == 200
