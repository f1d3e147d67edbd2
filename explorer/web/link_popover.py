"""The Link popover in the header: this very state as a link, a QR code, an iframe, or a scene of a lecture."""

from __future__ import annotations

import re

import streamlit as st
from markupsafe import Markup

from explorer.tell import link
from explorer.web import pieces
from explorer.web.lecture_bar import PARTS
from explorer.web.session import session

ALONE = (
    "@media (--drawer), (min-width: 1240px) { :--toolbar { padding-right: 10rem; } }"  # as app.css says where it stands
)
CHOICES = (*PARTS, "variants", "depth", "block", "shortcut")


def popover(page: str) -> None:
    """The button; its contents are made when it is opened, from the URL as it then is."""
    with (
        st.container(key="share", width="content"),
        st.popover("Link", icon=":material/qr_code_2:", key="share-open", on_change="rerun") as opened,
    ):
        if opened.open:
            _contents(page)


def alone() -> None:
    """Where no model is shown the link stands in the navigation's line, which leaves it its room."""
    pieces.stylesheet(ALONE)


def _contents(page: str) -> None:
    params = dict(st.query_params)
    present = session().get("share-present", params.get("present") == "1")
    hidden = session().get("share-hide", _now(params))
    params |= {"present": "1" if present else "", "hide": ",".join(re.sub(r"[^\w-]", "", name) for name in hidden)}
    url = link.url_of(st.context.url or "", params)
    if link.is_local(url):
        url = _reachable(url)
    with st.container(key="share-link"):
        st.code(url, language=None, wrap_lines=True)
    st.link_button("Open it", url, icon=":material/open_in_new:")
    shown, embedded, scene, how = st.tabs(["QR code", "Embed", "As a scene", "What it shows"])
    with shown:
        code = link.qr_svg(url)
        if code:
            pieces.html(Markup('<div class="qr">{}</div>').format(pieces.image(code, f"QR code of {url}")))
        else:
            st.info("This state is too long for a QR code that can be scanned: send the link.")
    with embedded:
        st.code(link.embed(url, "ResNet Explorer"), language="html", wrap_lines=True)
    with scene:
        from explorer import lecture

        st.caption("Paste it into your lecture file; its title and text are yours.")
        st.code(lecture.capture(page, params, f"{page}: my point"), language="toml", wrap_lines=True)
    with how:
        st.toggle("Projector view", present, key="share-present")
        st.multiselect(
            "Take away",
            CHOICES,
            hidden,
            key="share-hide",
            placeholder="nothing",
            accept_new_options=True,
            help="The key of any control works too, as in `stride_on`. The link above follows.",
        )


def _now(params: dict[str, str]) -> list[str]:
    return [name for name in re.findall(r"[\w-]+", params.get("hide", "")[:500]) if name in CHOICES]


def _reachable(url: str) -> str:
    """A link to localhost is of no use on a phone: offer this computer's address in its network."""
    outside = link.on_network(url)
    if outside is None:
        st.caption("This address works on this computer only: it has no address in a network now.")
        return url
    where = st.segmented_control(
        "Where is it opened?",
        ("on this network", "on this computer"),
        default="on this network",
        required=True,
        key="share-where",
        help="Phones must be in the same network. Or set EXPLORER_URL.",
    )
    return outside if where == "on this network" else url
