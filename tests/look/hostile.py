"""Pictures that cannot be used, broken or made to fill the memory: name → (bytes or what makes them, what is said of them)."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image

from explorer.look import pictures


def file(picture: Image.Image, kind: str = "PNG", **more: object) -> bytes:
    held = io.BytesIO()
    picture.save(held, kind, **more)
    return held.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of(width: int, height: int, more: bytes = b"") -> bytes:
    """A PNG that claims a size and holds almost nothing: a bomb when it is believed. more: chunks before its pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 64))
    return pictures.PNG + chunk(b"IHDR", head) + more + pixels + chunk(b"IEND", b"")


def jpeg_of(more: bytes) -> bytes:
    """A JPEG with this before all else."""
    return pictures.JPEG + more + file(GREY, "JPEG")[2:]


def scans_of(many: int, side: int = 2_000) -> bytes:
    """A progressive JPEG whose last scan comes again and again."""
    whole = file(Image.new("L", (side, side)), "JPEG", progressive=True)
    return whole[:-2] + whole[whole.rindex(pictures.SCAN) : -2] * many + whole[-2:]


GREY = Image.fromarray(np.tile(np.arange(48, dtype=np.uint8), (32, 1)))
WHOLE = file(GREY)
BAD: dict[str, tuple[bytes | Callable[[], bytes], str]] = {  # a large file is made when it is its turn
    "nothing": (b"", "empty"),
    "text": (b"hello, this is no picture", "no PNG, JPEG or WebP"),
    "gif": (file(GREY, "GIF"), "no PNG, JPEG or WebP"),
    "tiff": (file(GREY, "TIFF"), "no PNG, JPEG or WebP"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no PNG, JPEG or WebP"),
    "bomb": (png_of(60_000, 60_000), "far more than 16 million pixels"),
    "a little too large": (png_of(4_001, 4_000), "4,001×4,000 pixels; at most 16 million"),
    "no height": (png_of(5, 0), "pixels|no PNG"),
    "no pixel at all": (png_of(0, 0), "pixels|no PNG"),
    "a header of a million chunks": (lambda: png_of(8, 8, chunk(b"abCd", b"") * 1_000_000), "more than 20,000 pieces"),
    "a header of four million segments": (lambda: jpeg_of(b"\xff\xe5\0\2" * 4_000_000), "more than 20,000 pieces"),
    "markers that have no length": (lambda: jpeg_of(b"\xff\xf0" * 4_000_000), "more than 20,000 pieces"),
    "nothing but filling": (lambda: jpeg_of(b"\xff" * 16_000_000), "more than 20,000 pieces"),
    "a text that unpacks to 100 MB": (
        lambda: png_of(8, 8, chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(100_000_000), 1))),
        "damaged or cut off|no PNG",
    ),
    "the same scan 4,000 times": (lambda: scans_of(4_000), r"4,00\d scans; at most 100"),
    "cut off": (WHOLE[: len(WHOLE) // 2], "damaged or cut off"),
    "a header alone": (WHOLE[:40], "damaged or cut off|no PNG"),
    "damaged": (WHOLE[:60] + b"\xff" * 20 + WHOLE[80:], "damaged or cut off|no PNG"),
    "animated": (
        file(GREY, "WEBP", save_all=True, append_images=[GREY.transpose(Image.Transpose.ROTATE_180)], lossless=True),
        "animated",
    ),
    "an animated png": (
        file(GREY, save_all=True, append_images=[GREY.transpose(Image.Transpose.ROTATE_180)]),
        "animated",
    ),
    "cmyk": (file(GREY.convert("CMYK"), "JPEG"), "its pixels are CMYK"),
    "16 bits": (file(Image.fromarray(np.full((8, 8), 40_000, dtype=np.uint16))), "its pixels are grey of 16 bits"),
    "too many bytes": (lambda: b"\0" * 20_000_001, "20,000,001 bytes; at most 20,000,000"),
}


def bad(name: str) -> bytes:
    made = BAD[name][0]
    return made if isinstance(made, bytes) else made()
