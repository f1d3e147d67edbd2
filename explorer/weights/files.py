"""A file of weights → the names, shapes and number formats of its tensors. No weights are read, nothing is run.

Kinds: `.safetensors`; PyTorch's zip files and its older bare pickles (`.pt`, `.pth`, `.th`, `.bin`, `.pkl`), by what
their first bytes are and not by what they are called. Every refusal is one sentence in a `ValueError`.
"""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from explorer.weights import safetensors_header
from explorer.weights.limits import (
    BYTES,
    MAX_DEPTH,
    MAX_DIRECTORY,
    MAX_PICKLE,
    MAX_TENSORS,
    Tensor,
    checked_name,
)
from explorer.weights.pickle_calls import Described, Made, Pairs, array
from explorer.weights.pickle_walk import walk

LEGACY_MAGIC = 0x1950A86A20F9469CFC6C  # the first of the three small pickles before an old checkpoint's own
MAX_VISITS = 20 * MAX_TENSORS


@dataclass(frozen=True)
class Listing:
    """What a file holds. kind: safetensors | zip | pickle."""

    kind: str
    tensors: tuple[Tensor, ...]


def read(path: str | Path) -> Listing:
    """The tensors of a file. Raises `ValueError` naming the file and what is wrong with it, in one sentence."""
    with opened(path) as file:
        return read_stream(file, str(path))


@contextmanager
def opened(path: str | Path) -> Iterator[IO[bytes]]:
    """A regular file, open; what is none (a folder, a pipe, a device) is refused before it can block."""
    try:
        regular = stat.S_ISREG(Path(path).stat().st_mode)
        file = Path(path).open("rb") if regular else None  # noqa: SIM115 (closed below)
    except (OSError, ValueError) as error:  # a name with a zero byte is a ValueError
        why = error.strerror if isinstance(error, OSError) and error.strerror else "this name cannot be opened"
        raise ValueError(f"file={shown(path)}: {why.lower()}") from None
    if file is None:
        raise ValueError(f"file={shown(path)}: this is no file")
    with file:
        yield file


def read_stream(file: IO[bytes], name: str = "upload") -> Listing:
    """The tensors of an open file that can seek. name: how errors call it."""
    try:
        size = file.seek(0, 2)
        file.seek(0)
        start = file.read(16)
        kind, reader = _kind(start)
        tensors = reader(file, size)
        if not tensors:
            raise ValueError("there is no tensor in it")
        return Listing(kind, tuple(tensors))
    except ValueError as error:
        raise ValueError(f"file={shown(name)}: {error}") from None
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, RuntimeError, OSError):
        raise ValueError(f"file={shown(name)}: it is damaged, cut off or encrypted") from None


def shown(name: object) -> str:
    """A file's name as it may stand in a message: its repr, cut at the front."""
    text = repr(str(name))
    return text if len(text) <= 80 else f"'…{text[-78:]}"


def _kind(start: bytes) -> tuple[str, Any]:
    if not start:
        raise ValueError("it is empty")
    if start[:2] == b"PK":
        return "zip", _read_zip
    if safetensors_header.looks_like(start):
        return "safetensors", safetensors_header.read
    if start[:1] == b"\x80" and len(start) > 1 and start[1] <= 5:
        return "pickle", _read_pickle
    if start[:8] == b"\x89HDF\r\n\x1a\n":
        raise ValueError(
            "this is an HDF5 file of Keras: its tensors are not read here; its names are in `model.summary()`"
        )
    raise ValueError("it is neither a .safetensors file nor one that torch.save writes (.pt, .pth, .th, .bin)")


class _Bounded:
    """A file from which no single read takes more than `most` bytes: a zip file's list of contents is read at once."""

    def __init__(self, file: IO[bytes], most: int) -> None:
        self.file, self.most = file, most
        self.seek, self.tell = file.seek, file.tell

    def seekable(self) -> bool:
        return True

    def read(self, count: int = -1) -> bytes:
        found = self.file.read(count if 0 <= count <= self.most else self.most + 1)
        if len(found) > self.most:
            raise ValueError(f"its list of contents takes more than {self.most:,} bytes")
        return found


def _read_zip(file: IO[bytes], size: int) -> list[Tensor]:
    """PyTorch's zip file: data.pkl describes the tensors, data/0, data/1 … hold their numbers."""
    with zipfile.ZipFile(_Bounded(file, MAX_DIRECTORY)) as archive:
        entries = {one.filename: one for one in archive.infolist()}
        names = [name for name in entries if name == "data.pkl" or name.endswith("/data.pkl")]
        if len(names) != 1:
            raise ValueError("it is a zip file, but none that torch.save writes: it has no data.pkl")
        entry, root = entries[names[0]], names[0].removesuffix("data.pkl")
        if entry.file_size > MAX_PICKLE or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError(f"its data.pkl unpacks to {entry.file_size:,} bytes; at most {MAX_PICKLE:,} are read")
        with archive.open(entry) as packed:
            text = packed.read(MAX_PICKLE + 1)
    if f"{root}constants.pkl" in entries or any(name.startswith(f"{root}code/") for name in entries):
        raise ValueError("this is a TorchScript program: save its state_dict() instead")
    from io import BytesIO

    found = _listed(walk(BytesIO(text), len(text)))
    for tensor, described in found:
        if described.storage is not None:
            held = entries.get(f"{root}data/{described.storage.key}")
            wanted = described.storage.size * (BYTES[described.storage.dtype] if described.storage.dtype else 1)
            if held is None or held.file_size < wanted or held.header_offset + held.compress_size > size:
                raise ValueError(f"the numbers of {tensor.full_name!r} are not in it: the file is cut off")
    return [tensor for tensor, _ in found]


def _read_pickle(file: IO[bytes], size: int) -> list[Tensor]:
    """PyTorch's older form, three small pickles before the own one; or one pickle alone (Detectron's)."""
    file.seek(0)
    first = walk(file, size)
    if first == LEGACY_MAGIC:
        walk(file, size)  # the protocol's version
        walk(file, size)  # the machine that wrote it
        first = walk(file, size)
        found = _listed(first)
        wanted = {one.storage.key: one.storage.size * BYTES[one.dtype] for _, one in found if one.storage is not None}
        if sum(wanted.values()) > size:
            raise ValueError("its tensors take more bytes than it has: the file is cut off")
    else:
        found = _listed(first)
    return [tensor for tensor, _ in found]


def _listed(root: Any) -> list[tuple[Tensor, Described]]:
    """All tensors below a placeholder, in order, each with the dictionaries that hold it as its section."""
    found: list[tuple[Tensor, Described]] = []
    visits = 0
    waiting: list[tuple[Any, tuple[str, ...], tuple[str, ...]]] = [(root, (), ())]
    while waiting:
        value, section, path = waiting.pop()
        visits += 1
        if visits > MAX_VISITS:
            raise ValueError("its dictionaries hold each other too often")
        if isinstance(value, Made) and (described := array(value)) is not None:
            value = described
        if isinstance(value, Described):
            *above, name = [*section, *path] if path else [*section, "tensor"]
            if path:
                above, name = list(section), ".".join(path)
            found.append((Tensor(checked_name(name), value.shape, value.dtype, ".".join(above)), value))
            if len(found) > MAX_TENSORS:
                raise ValueError(f"it holds more than {MAX_TENSORS:,} tensors")
            continue
        inside = _inside(value, section, path)
        if inside and len(section) + len(path) > MAX_DEPTH:
            raise ValueError(f"its dictionaries are nested more than {MAX_DEPTH} deep")
        waiting += reversed(inside)
    return found


def _inside(
    value: Any, section: tuple[str, ...], path: tuple[str, ...]
) -> list[tuple[Any, tuple[str, ...], tuple[str, ...]]]:
    """(value, section, path) of what a container holds. A dictionary's key becomes part of the section once something
    is below it; a module's parts (`_modules`) stay one path, which is the name of its tensors in a state dict."""
    if isinstance(value, Pairs):
        return [(held, (*section, *path), (str(key),)) for key, held in value.items if isinstance(key, (str, int))]
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        return [(held, (*section, *path), (str(index),)) for index, held in enumerate(value)]
    if isinstance(value, Made) and isinstance(value.state, Pairs):
        parts = {key: held for key, held in value.state.items if key in ("_parameters", "_buffers", "_modules")}
        return [
            (held, section, (*path, str(key)))
            for part in parts.values()
            if isinstance(part, Pairs)
            for key, held in part.items
        ]
    return []
