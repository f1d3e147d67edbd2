"""Whatever file somebody has, a checkpoint or a config: which net it is of."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from explorer.spec import ResNetSpec
from explorer.weights import files
from explorer.weights.config_text import MOST
from explorer.weights.configs import identify_config
from explorer.weights.identify import Identified, identify


def identify_file(path: str | Path, against: ResNetSpec | None = None) -> Identified:
    """The net of a file of weights or of a config. against: the net that a checkpoint is held to.

    Raises `ValueError` naming the file and what is wrong with it, in one sentence.
    """
    with files.opened(path) as file:
        return identify_stream(file, str(path), against)


def identify_stream(file: IO[bytes], name: str, against: ResNetSpec | None = None) -> Identified:
    """The same for an open file that can seek. name: how errors call it."""
    try:
        text = _text(file)
        if text is not None:
            if against is not None:
                raise ValueError("a config has no tensors that could be held to another net")
            return identify_config(text)
        return identify(files.read_stream(file, name).tensors, against)
    except ValueError as error:
        said = str(error)
        raise ValueError(said if said.startswith("file=") else f"file={files.shown(name)}: {said}") from None


def _text(file: IO[bytes]) -> str | None:
    """The file's text, when it is a short one without control characters."""
    size = file.seek(0, 2)
    file.seek(0)
    start = file.read(4096)
    if not start or size > 4 * MOST or any(byte < 32 and byte not in b"\t\r\n\f" for byte in start):
        file.seek(0)
        return None
    found = start + file.read(4 * MOST)
    file.seek(0)
    try:
        return found.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
