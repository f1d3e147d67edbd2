"""What a host sets, read once as the server starts: a name that is nobody's, or a value that cannot be meant, ends the start
with one sentence, before any visitor comes."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from explorer import cluster, limits, telemetry
from explorer.hall.opened import ADDRESS, REPLICAS, opened

PREFIX = "EXPLORER_"


def _url(text: str) -> None:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"EXPLORER_URL={text[:80]!r}: an address, as https://explorer.example.org/resnet")


def _file(text: str) -> None:
    if not Path(text).is_file():
        raise ValueError(f"EXPLORER_LECTURE={text[:80]!r}: a file that is there, as lectures/mine.toml")


def _folder(text: str) -> None:
    if Path(text).exists() and not Path(text).is_dir():
        raise ValueError(f"EXPLORER_CACHE={text[:80]!r}: a folder, which is made where it is not there")


def _count(text: str) -> None:
    if not text.isascii() or not text.isdigit() or not 1 <= len(text) <= 4 or int(text) == 0:
        raise ValueError(f"EXPLORER_REPLICAS={text[:80]!r}: how many servers there are, 1 to 9,999")


def _begin(_: str) -> None:
    telemetry.begin()


NAMES: dict[str, Callable[[str], object]] = {  # what is read at all → what refuses its value
    limits.NAME: limits.read,
    "EXPLORER_LOG": _begin,
    "EXPLORER_METRICS_PORT": _begin,
    "EXPLORER_METRICS_ADDRESS": _begin,
    "EXPLORER_URL": _url,
    "EXPLORER_CACHE": _folder,
    "EXPLORER_LECTURE": _file,
    ADDRESS: lambda text: opened(),
    REPLICAS: _count,
    cluster.NAME: lambda text: cluster.address(),
}


def problem() -> str:
    """ "" or one sentence: the variable, its value, what is allowed."""
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in NAMES:
            near = difflib.get_close_matches(name, NAMES, 1)
            meant = f"did you mean {near[0]}?" if near else f"choose one of {', '.join(NAMES)}"
            return f"{name}={os.environ[name][:60]!r}: there is no such variable; {meant}"
    try:
        for name, read in NAMES.items():
            if text := os.environ.get(name, "").strip():
                read(text)
    except (ValueError, OSError) as error:
        return f"{name}={text[:60]!r}: {error}" if isinstance(error, OSError) else str(error)
    return ""


@cache
def check() -> None:
    """Ends the server where something is wrong: exit code 2 and one line on standard error."""
    if said := problem():
        print(f"resnet explorer: {said}", file=sys.stderr, flush=True)
        os._exit(2)  # Streamlit would catch an exception, print a traceback and serve an error to every visitor
