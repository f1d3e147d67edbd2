"""Text of a visitor is shown as its characters: in a real browser, in every place that reads Markdown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import ROOT, Server, Visit

PAYLOADS = [
    "[Log in](http://evil.example)",
    "![x](http://evil.example/x.png)",
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "$x$ and $$y$$",
    ":red[x] :material/home: :smile: :blue-badge[y] :small[z]",
    "http://evil.example www.evil.example a@evil.example HTTPS://EVIL.example",
    "# a `b` *c* __d__ ~~e~~ 1. f - g | h",
    r"\[x](http://evil.example) \\*y\\* &lt;b&gt; <http://evil.example> -> <- --",
    "[x]: http://evil.example",
]
PLACES = ("error", "warning", "markdown", "header", "caption", "label")
SCRIPT = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
import streamlit as st
from explorer.web import plain
for index, text in enumerate({PAYLOADS!r}):
    for place in {PLACES!r}:
        with st.container(key=f"{{place}}-{{index}}"):
            if place in ("error", "warning"):
                getattr(plain, place)(text)
            elif place == "label":
                st.toggle(plain.plain(text), key=f"toggle-{{index}}")
            else:
                getattr(st, place)(plain.plain(text), **({{"anchor": False}} if place == "header" else {{}}))
st.write("all shown")
"""


@pytest.fixture(scope="module")
def shown(browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    folder = tmp_path_factory.mktemp("plain")
    (folder / "messages.py").write_text(SCRIPT, encoding="utf-8")
    server = Server(folder, app=folder / "messages.py")
    visit = Visit(browser, server.url).goto("/", "all shown")
    yield visit
    visit.context.close()
    server.stop()


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("index", range(len(PAYLOADS)))
def test_no_payload_becomes_markup(shown: Visit, place: str, index: int) -> None:
    box = shown.page.locator(f".st-key-{place}-{index}")
    text = box.locator(
        '[data-testid="stMarkdownContainer"], [data-testid="stHeading"], [data-testid="stCaptionContainer"]'
    ).last
    assert " ".join(text.inner_text().replace("\u2060", "").split()) == PAYLOADS[index]
    made = "a[href], img, script, code, em, strong, del, .katex, [style*=color], .stMarkdownBadge, [data-testid=stIconMaterial]"
    assert text.locator(made).count() == 0


def test_nothing_was_asked_of_another_host(shown: Visit) -> None:
    assert not [fault for fault in shown.faults if "evil" in fault]
