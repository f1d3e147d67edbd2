"""The state on the screen as a new scene, ready to paste into a lecture file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import urlencode

from explorer.lecture.scene import OWN


def capture(page: str, params: Mapping[str, str], title: str, text: str = "") -> str:
    """A [[scene]] in TOML. params: the URL's; the lecture's own are left out."""
    state = urlencode({key: value for key, value in params.items() if key not in OWN}, safe=",:/.")
    lines = ["[[scene]]", f"title = {quoted(title)}", f"page = {quoted(page)}"]
    lines += [f"state = {quoted(state)}"] if state else []
    lines += [f"text = {quoted(text or 'Say here what the hall should see.')}"]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes are among its own; what JSON leaves as it is and TOML forbids is escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
