"""Our components, each registered once: its script and its look are one file that a browser fetches and keeps.

Streamlit's way for what is not an installed package sends both again in each run that has other data: 160 KB with the map.
"""

from __future__ import annotations

import atexit
import json
import re
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from hashlib import blake2s
from pathlib import Path
from typing import Any

import streamlit as st

from explorer.web import inside

DEFAULT = re.compile(r"^export default ", re.M)
# Data that is sent as bytes is JSON that was made once for all visitors; what is shown is told the same object again for
# the same bytes. The look is there before the first stroke: the place is empty until this script fills it.
MODULE = """{js}
export default ((show) => {{
  const look = new CSSStyleSheet(), last = new WeakMap();
  look.replaceSync({css});
  function same(one, other) {{
    return one.length === other.length && one.every((byte, at) => byte === other[at]);
  }}
  function read(place, bytes) {{
    const told = last.get(place);
    if (told && same(told.bytes, bytes)) return told.data;
    const data = JSON.parse(new TextDecoder().decode(bytes));
    last.set(place, {{ bytes, data }});
    return data;
  }}
  return (given) => {{
    const {{ parentElement: place, data }} = given, tree = place.getRootNode();
    if (!tree.adoptedStyleSheets.includes(look)) tree.adoptedStyleSheets.push(look);
    return show(data instanceof Uint8Array ? {{ ...given, data: read(place, data) }} : given);
  }};
}})(shownByServed);
"""


def component(name: str, *, html: str, css: str, js: str) -> Callable[..., Any]:
    """What mounts the component, as `st.components.v2.component` gives it; its `data` may be the bytes of a JSON text.

    js: one ES module with a default export.
    """
    module = MODULE.format(css=json.dumps(css), js=DEFAULT.sub("const shownByServed = ", js))
    file = f"{name}-{blake2s(module.encode(), digest_size=8).hexdigest()}.js"

    @cache
    def mounted() -> Callable[..., Any]:
        try:
            (_folder() / name).mkdir(exist_ok=True)
            (_folder() / name / file).write_text(module, encoding="utf-8")
        except OSError:  # a host that lets nobody write: it travels with each run
            return st.components.v2.component(name, html=html, js=module)
        inside.serve(name, _folder())
        served = st.components.v2.component(f"{inside.OURS}.{name}", html=html, js=file)

        def mount(**given: Any) -> Any:
            inside.serve(name, _folder())  # a test has a server of its own
            return served(**given)

        return mount

    return lambda **given: mounted()(**given)


@cache
def _folder() -> Path:
    """Where this process has the files; they go with it."""
    folder = Path(tempfile.mkdtemp(prefix="resnet-explorer-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
