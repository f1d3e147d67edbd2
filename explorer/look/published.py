"""Weights that their authors publish: fetched on request, checked by their hash, kept in the user's cache folder.

Files and hashes are the authors' own: torchvision's (the first eight digits of SHA-256 stand in the file's name) and
Yerlan Idelbayev's CIFAR-10 nets (github.com/akamaster/pytorch_resnet_cifar10, BSD-2-Clause; likewise).
"""

from __future__ import annotations

import hashlib
import os
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

TORCHVISION = "https://download.pytorch.org/models/"
AKAMASTER = "https://github.com/akamaster/pytorch_resnet_cifar10/raw/master/pretrained_models/"
CHUNK = 1 << 18
TIMEOUT_S = 20
MOST_BYTES = 600_000_000


@dataclass(frozen=True)
class Source:
    """Where the weights of one net are, and what is told of them. The file's name ends in its hash's first digits."""

    url: str
    told: str

    @property
    def file(self) -> str:
        return self.url.rpartition("/")[2]

    @property
    def sha256_start(self) -> str:
        found = re.search(r"-([0-9a-f]{8,64})\.\w+$", self.file)
        if not found:
            raise ValueError(f"weights={self.file!r}: the file's name must end in the start of its SHA-256")
        return found[1]


def _torchvision(file: str, recipe: str) -> Source:
    return Source(TORCHVISION + file, f"torchvision’s {recipe} weights, trained on ImageNet-1k")


def _akamaster(file: str) -> Source:
    return Source(AKAMASTER + file, "Yerlan Idelbayev’s weights, trained on CIFAR-10 (BSD-2-Clause)")


SOURCES: dict[str, Source] = {
    "resnet18": _torchvision("resnet18-f37072fd.pth", "V1"),
    "resnet34": _torchvision("resnet34-b627a593.pth", "V1"),
    "resnet50": _torchvision("resnet50-11ad3fa6.pth", "V2"),
    "resnet101": _torchvision("resnet101-cd907fc2.pth", "V2"),
    "resnet152": _torchvision("resnet152-f82ba261.pth", "V2"),
    "resnext50_32x4d": _torchvision("resnext50_32x4d-1a0047aa.pth", "V2"),
    "resnext101_32x8d": _torchvision("resnext101_32x8d-110c445d.pth", "V2"),
    "resnext101_64x4d": _torchvision("resnext101_64x4d-173b62eb.pth", "V1"),
    "wide_resnet50_2": _torchvision("wide_resnet50_2-9ba9bcbe.pth", "V2"),
    "wide_resnet101_2": _torchvision("wide_resnet101_2-d733dc28.pth", "V2"),
    "resnet20_cifar": _akamaster("resnet20-12fca82f.th"),
    "resnet32_cifar": _akamaster("resnet32-d509ac18.th"),
    "resnet44_cifar": _akamaster("resnet44-014dd654.th"),
    "resnet56_cifar": _akamaster("resnet56-4bfd9763.th"),
}


class Unreachable(ValueError):
    """The file could not be had; the message says why, and that everything else works."""


def on_this_machine(source: Source, folder: Path | None = None) -> bool:
    """Whether the file lies in the cache; its hash is looked at when it is loaded."""
    return ((folder or cache_folder()) / source.file).exists()


def cache_folder() -> Path:
    """EXPLORER_CACHE, else the user's cache folder by the system's convention."""
    if chosen := os.environ.get("EXPLORER_CACHE"):
        return Path(chosen)
    base = os.environ.get("LOCALAPPDATA") if os.name == "nt" else os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "resnet-explorer"


def fetched(
    source: Source, folder: Path | None = None, progress: Callable[[float, str], None] = lambda share, told: None
) -> Path:
    """The file on this machine, fetched when it is not there yet or no longer what was published; an interrupted
    download goes on where it stopped.

    progress: called with 0 … 1 and a message; it may raise to cancel, and what has come stays for the next time.
    Raises `Unreachable` without a network, and when what came is not the published file.
    """
    folder = folder or cache_folder()
    target, part = folder / source.file, folder / f"{source.file}.part"
    try:
        if target.exists() and _sha256(target).startswith(source.sha256_start):
            return target
        folder.mkdir(parents=True, exist_ok=True)
        _download(source, part, progress)
        found = _sha256(part)
        if not found.startswith(source.sha256_start):
            part.unlink()
            raise Unreachable(
                f"weights={source.file}: what came is not the published file (its SHA-256 starts {found[:8]})"
            )
        part.replace(target)
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", error)
        reason = getattr(reason, "strerror", None) or reason  # in words, without the system's number
        raise Unreachable(
            f"weights={source.file}: {source.url} could not be reached ({reason}); all else works"
        ) from None
    except OSError as error:
        raise Unreachable(
            f"weights={source.file}: {folder} cannot be written ({error.strerror}); all else works"
        ) from None
    return target


def _download(source: Source, part: Path, progress: Callable[[float, str], None]) -> None:
    have = part.stat().st_size if part.exists() else 0
    asked = urllib.request.Request(source.url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        answer = urllib.request.urlopen(asked, timeout=TIMEOUT_S)  # noqa: S310 (our own table of https addresses)
    except urllib.error.HTTPError as error:
        if error.code == 416 and have:  # nothing is left to come
            return
        raise
    with answer, part.open("ab" if answer.status == 206 else "wb") as file:
        done = have if answer.status == 206 else 0
        whole = done + int(answer.headers.get("Content-Length") or 0)
        while chunk := answer.read(CHUNK):
            done += len(chunk)
            if done > MOST_BYTES:
                raise Unreachable(
                    f"weights={source.file}: more than {MOST_BYTES:,} bytes came; this is not the published file"
                )
            file.write(chunk)
            progress(done / whole if whole else 0.0, f"{done / 1e6:.0f} of {whole / 1e6:.0f} MB")
    if whole and done < whole:
        raise ConnectionError(f"the connection ended after {done:,} of {whole:,} bytes")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
