"""Links: what is shared opens elsewhere, whatever stands in it."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.tell import link

ANY = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12)


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(ANY, ANY, max_size=4))
def test_a_url_gives_its_parameters_back(params: dict[str, str]) -> None:
    url = link.url_of("http://h:1/blocks", params)
    assert dict(parse_qsl(urlsplit(url).query, keep_blank_values=True)) == params and urlsplit(url).path == "/blocks"


def test_urls_stay_short() -> None:
    assert (
        link.url_of("http://h/", {"node": "layer2.0", "present": "", "hide": "a,b"})
        == "http://h/?node=layer2.0&hide=a,b"
    )


def test_a_public_address_replaces_the_local_one(monkeypatch) -> None:
    monkeypatch.setenv("EXPLORER_URL", "https://resnet.example.org/")
    assert link.url_of("http://localhost:8501/cost", {"depth": "18"}) == "https://resnet.example.org/cost?depth=18"
    assert link.for_others("http://localhost:8501/") == "https://resnet.example.org/"


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://localhost:8501/", True),
        ("http://127.0.0.1/", True),
        ("http://[::1]:8501/", True),
        ("http://x.localhost/", True),
        ("http://192.168.0.4:8501/", False),
        ("https://resnet.example.org/", False),
        ("", False),
    ],
)
def test_local_addresses(url: str, local: bool) -> None:
    assert link.is_local(url) is local


def test_the_address_in_the_network_keeps_port_and_state(monkeypatch) -> None:
    monkeypatch.setattr(link, "_own_address", lambda: "10.1.2.3")
    assert link.on_network("http://localhost:8501/cost?depth=18") == "http://10.1.2.3:8501/cost?depth=18"
    monkeypatch.setattr(link, "_own_address", lambda: None)
    assert (
        link.on_network("http://localhost:8501/") is None
        and link.for_others("http://localhost:8501/") == "http://localhost:8501/"
    )


@pytest.mark.parametrize(
    ("root", "near"),
    [
        ("http://192.168.0.7:8501/", True),
        ("http://lecturer:8501/", True),
        ("http://lecturer.local:8501/", True),
        ("https://resnet.example.org/", False),
        ("http://93.184.216.34:8501/", False),
    ],
)
def test_a_lecturer_is_told_which_address_phones_have_to_reach(root: str, near: bool) -> None:
    said = link.reached(root)
    assert said.startswith(f"Its phones have to reach {root.rstrip('/')}") and said.endswith(".")
    assert ("the same network" in said) == near


def test_the_qr_code_is_a_picture_of_this_url() -> None:
    """Its dark modules are those of the code for the same text, in the same error correction."""
    url = "http://192.168.0.4:8501/blocks?equal=cost&lecture=bottleneck"
    tree = ElementTree.fromstring(link.qr_svg(url))
    modules = int(tree.get("viewBox").split()[2]) // 6 - 2 * 3
    assert modules == segno.make(url, error="m", micro=False).symbol_size(border=0)[0]
    assert link.qr_svg("http://h/?" + "x" * 2000) is None and link.data_uri(None) == ""
    assert link.data_uri("<svg/>") == "data:image/svg+xml;base64,PHN2Zy8+"


def test_the_iframe_escapes_what_it_embeds() -> None:
    found = {}

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attributes: list) -> None:
            found[tag] = dict(attributes)

    Reader().feed(link.embed('http://h/?a="&b=<', 'A "title"'))
    assert (
        found["iframe"]["src"] == 'http://h/?a="&b=<&embed=true'
        and found["iframe"]["title"] == 'A "title"'
        and len(found) == 1
    )
    assert 'src="http://h/?embed=true"' in link.embed("http://h/", "x")
