"""Streamlit's own page, scripts, styles and fonts, from memory: read and compressed once for all visitors.

Streamlit reads each of them from the disk for each visitor and sends it as it is: a first visit asks for a hundred, 2.7 MB of
it text that compresses to a quarter. They are named by their contents and never change while the server runs. The page
names what the first picture needs from the start: a browser would learn of it only after the script has run.
"""

from __future__ import annotations

import asyncio
import mimetypes
import re
from collections.abc import Sequence
from gzip import compress
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import file_util

from explorer.web import arrival, inside

TEXT = (".css", ".html", ".js", ".json", ".svg")  # fonts and pictures are compressed already
LEVEL = 6  # a sixth smaller than the fastest; the strongest is hardly smaller
PAGE = "index.html"
NAMELESS, NAME = "<title>Streamlit</title>", "<title>ResNet Explorer</title>"  # until the script says which page it is
FOREVER = "public, immutable, max-age=31536000"  # Streamlit's own word for what is named by its contents
LEFT = (b"range", b"if-range")  # a part of a file is Streamlit's to answer
NAMED = re.compile(r'="\./(static/[^"]+)"')  # by the page
IMPORTED = re.compile(r'(?:from|import)\s*"\./([\w.-]+\.js)"')  # by a script, before it runs
SOON = ("Html", "BidiComponent", "PageLink", "TextInput", "ButtonGroup", "Checkbox", "NumberInput", "Selectbox")
LINE = Path(__file__).with_name("navigation.css")  # the look of what stands on the page before the script has run
LINK = '<link rel="modulepreload" crossorigin fetchpriority="low" href="./{}">\n'

Answer = tuple[Message, Message]


def middleware() -> Sequence[Middleware]:
    """For the server, once as it starts."""
    return [Middleware(Bundle, base=st.get_option("server.baseUrlPath") or "")]


class Bundle:
    """ASGI middleware: the page and what it asks of `static/`, for a browser that takes gzip; all else goes on to `app`.

    base: the path under which the app is served (`server.baseUrlPath`), or "".
    """

    def __init__(self, app: ASGIApp, base: str = "") -> None:
        self.app = app
        folder = Path(file_util.get_static_dir())
        start = f"/{base.strip('/')}/" if base.strip("/") else "/"
        self._files = {
            start + one.relative_to(folder).as_posix(): one for one in (folder / "static").rglob("*") if one.is_file()
        }
        page = (folder / PAGE).read_text(encoding="utf-8")
        soon = [f"static/js/{name}" for name in wanted(folder / "static" / "js", SOON)]
        links = "".join(LINK.format(name) for name in soon if name not in page)
        look = f"<style>{' '.join(inside.filled(LINE.read_text(encoding='utf-8')).split())}</style>\n"
        page = page.replace("</head>", f"{links}{look}</head>").replace(NAMELESS, NAME)
        self._start = start
        self._first = answer(PAGE, arrival.page(page).encode())
        self._answers = {start: answer(PAGE, page.encode())}
        for name in (*NAMED.findall(page), *soon):  # what every visitor asks for is ready before the first one comes
            self._answers[start + name] = answer(name, (folder / name).read_bytes())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = await self._found(scope) if scope["type"] == "http" and scope["method"] == "GET" else None
        if found is None:
            await self.app(scope, receive, send)
            return
        for message in found:
            await send(message)

    async def _found(self, scope: Scope) -> Answer | None:
        path, asked = scope["path"], dict(scope["headers"])
        if b"gzip" not in asked.get(b"accept-encoding", b"") or any(one in asked for one in LEFT):
            return None
        if path not in self._answers and path in self._files:
            self._answers[path] = await asyncio.to_thread(answer, path, self._files[path].read_bytes())
        if path == self._start and not scope["query_string"]:
            return self._first
        return self._answers.get(path)


def wanted(folder: Path, parts: Sequence[str]) -> list[str]:
    """The scripts of these parts of Streamlit's page and all that they import: file names in `folder`. A part that another
    Streamlit calls otherwise is left out, and comes when it is needed; a test finds each in this one."""
    found: dict[str, None] = {}
    left = [one.name for part in parts for one in folder.glob(f"{part}.*.js")]
    while left:
        if (name := left.pop()) not in found:
            found[name] = None
            left += IMPORTED.findall((folder / name).read_text(encoding="utf-8"))
    return list(found)


def answer(name: str, body: bytes) -> Answer:
    """The two messages of a whole answer."""
    text = name.endswith(TEXT)
    if text:
        body = compress(body, LEVEL, mtime=0)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    headers = {
        "content-type": f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
        "content-length": str(len(body)),
        "cache-control": "no-cache" if name == PAGE else FOREVER,
        "vary": "Accept-Encoding",
        **({"content-encoding": "gzip"} if text else {}),
    }
    sent = [(key.encode(), value.encode()) for key, value in headers.items()]
    return (
        {"type": "http.response.start", "status": 200, "headers": sent},
        {"type": "http.response.body", "body": body},
    )
