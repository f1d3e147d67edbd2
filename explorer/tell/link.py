"""Every state is one URL: the link, its QR code (made here, nothing is asked of the network) and the embed snippet."""

from __future__ import annotations

import ipaddress
import os
import socket
from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit, urlunsplit

import segno
from markupsafe import Markup

QR_MOST = 1200  # characters; a denser code is not read from the last row


def url_of(base: str, params: Mapping[str, object]) -> str:
    """A page's address with its parameters; `EXPLORER_URL` (https://resnet.example.org) replaces what is before the path."""
    text = urlencode({key: value for key, value in params.items() if value not in ("", None)}, doseq=True, safe=",:/.")
    public = os.environ.get("EXPLORER_URL", "").rstrip("/")
    if public:
        base = public + urlsplit(base).path
    return base + (f"?{text}" if text else "")


def is_local(url: str) -> bool:
    """Whether only this computer can open it."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def for_others(base: str) -> str:
    """The app's address as others can open it: `EXPLORER_URL`, or this computer's in its network, or as it is."""
    base = os.environ.get("EXPLORER_URL", base)
    return (on_network(base) if is_local(base) else None) or base


def reached(root: str) -> str:
    """What phones need for the votes, in a sentence. root: the app's address as others can open it."""
    host = urlsplit(root).hostname or ""
    try:
        near = ipaddress.ip_address(host).is_private
    except ValueError:
        near = "." not in host or host.endswith((".local", ".localhost"))
    where = ", in the same network as this machine" if near else ""
    return f"Its phones have to reach {root.rstrip('/')}{where}."


def on_network(url: str) -> str | None:
    """A local URL as others in the same network can open it; None when this computer has no such address."""
    address = _own_address()
    if address is None:
        return None
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{address}:{parts.port}" if parts.port else address))


def _own_address() -> str | None:
    """The address that this computer would send from. Connecting a UDP socket sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect(("10.254.254.254", 9))
            address = sock.getsockname()[0]
        except OSError:
            return None
    return None if ipaddress.ip_address(address).is_loopback or address == "0.0.0.0" else address


def qr_svg(url: str, scale: int = 6) -> str | None:
    """A QR code as a standalone SVG on white; None where the URL is too long for one that can be scanned."""
    if len(url) > QR_MOST:
        return None
    code = segno.make(url, error="m", micro=False)
    return code.svg_inline(scale=scale, border=3, dark="#000", light="#fff", omitsize=True).replace(
        "<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1
    )


def data_uri(svg: str | None) -> str:
    """An SVG as an image's source; "" without one."""
    return "data:image/svg+xml;base64," + b64encode(svg.encode()).decode() if svg else ""


def embed(url: str, title: str, height: int = 720) -> str:
    """An iframe for course notes."""
    src = url + ("&" if "?" in url else "?") + "embed=true"
    frame = Markup('<iframe src="{}" title="{}" width="100%" height="{}" style="border:0" loading="lazy"></iframe>')
    return str(frame.format(src, title, height))
