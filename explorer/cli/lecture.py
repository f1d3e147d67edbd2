"""`python -m explorer lecture [FILE]`: the tour, or a lecture of one's own, as one file that needs nothing else."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from explorer.cli.flags import Parser, one_of, show

if TYPE_CHECKING:  # a lecture needs torch
    from explorer.lecture import LectureError

FORMATS = ("html", "pptx", "handout", "json")


def flags(made: Parser) -> None:
    """The command's flags."""
    made.add_argument("file", metavar="FILE", nargs="?", help="a lecture in TOML; without it, the tour")
    made.add_argument(
        "--format",
        metavar="|".join(FORMATS),
        default="html",
        help="html: walks, asks and reveals without a server; pptx: slides; handout: to print; json: plain data",
    )
    made.add_argument("--out", metavar="FILE", help="where to write; without it, standard output")
    made.add_argument("--url", metavar="https://…", help="the app's address, for links to it; EXPLORER_URL without it")


def run(given: argparse.Namespace) -> int:
    """Write; the exit code. Raises `ValueError` naming what is wrong and what is allowed."""
    form = one_of("format", given.format, FORMATS)
    root = _address(given.url if given.url is not None else os.environ.get("EXPLORER_URL", ""))
    if form == "pptx" and given.out is None and sys.stdout.isatty():
        raise ValueError("format='pptx': no text for a terminal; say --out lecture.pptx")
    from explorer import lecture  # torch: only now
    from explorer.lecture import written

    try:
        told = lecture.load(given.file) if given.file is not None else lecture.load()
    except lecture.LectureError as error:
        raise ValueError(_first(error)) from None
    return _out(written.WRITERS[form](told, root), given.out)


def _first(error: LectureError) -> str:
    """A lecture's first mistake, and how many there are besides."""
    more = f" (and {len(error.problems) - 1} more)" if len(error.problems) > 1 else ""
    return f"{error.name}, {error.problems[0]}{more}"


def _address(url: str) -> str:
    if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc):
        raise ValueError(f"url={url[:60]!r}: write it as in https://resnet.example.org")
    return url


def _out(made: str | bytes, path: str | None) -> int:
    if path is None and isinstance(made, str):
        return show(made)
    data = made.encode() if isinstance(made, str) else made
    if path is None:
        sys.stdout.buffer.write(data)
        return 0
    try:
        Path(path).write_bytes(data)
    except OSError as error:
        raise ValueError(f"out={path[:60]!r}: {error.strerror or 'cannot be written'}") from None
    print(f"{path}: {len(data):,} bytes", file=sys.stderr)
    return 0
