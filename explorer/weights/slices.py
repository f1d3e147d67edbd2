"""A file of which only some slices are here: what a browser has sent of it so far.

A reader reads it as any file. Where it comes to bytes that are not here, `Missing` says which; with them it is read
again from the start. So a checkpoint of any size is identified by a few hundred kilobytes of it, and its weights stay
where they are.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

FIRST = 64 << 10  # bytes at a file's beginning and at its end, which are sent unasked
MOST = 32 << 20  # bytes in all
MAX_SIZE = 1 << 50


class Missing(Exception):  # noqa: N818  (a question, not an error)
    """The bytes that are needed next. Not caught by a reader, which takes `ValueError` and `OSError` for a bad file."""

    def __init__(self, offset: int, length: int) -> None:
        super().__init__(offset, length)
        self.offset, self.length = offset, length


class Slices:
    """An open file of `size` bytes. parts: (offset, bytes) in any order.

    Raises `ValueError` for parts that lie outside, contradict each other or are too many.
    """

    def __init__(self, size: int, parts: Iterable[tuple[int, bytes]]) -> None:
        if not 0 <= size <= MAX_SIZE:
            raise ValueError(f"it is said to have {size:,} bytes")
        self.size, self.place = size, 0
        self.starts: list[int] = []
        self.texts: list[bytes] = []
        for offset, text in sorted(parts):
            if offset < 0 or offset + len(text) > size:
                raise ValueError("a part of it lies outside")
            if self.starts and offset <= self.starts[-1] + len(self.texts[-1]):
                known = self.starts[-1] + len(self.texts[-1]) - offset
                self.texts[-1] += text[known:]
            else:
                self.starts.append(offset)
                self.texts.append(text)
        if sum(map(len, self.texts)) > MOST:
            raise ValueError(f"its names are spread over more than {MOST:,} bytes")

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.place

    def seek(self, offset: int, whence: int = 0) -> int:
        place = offset + (0, self.place, self.size)[whence]
        if place < 0:
            raise OSError("before the beginning")
        self.place = place
        return place

    def read(self, count: int = -1) -> bytes:
        wanted = min(self.size - self.place, self.size if count < 0 else count)
        if wanted <= 0:
            return b""
        found = self._here(wanted)
        if len(found) < wanted:
            raise self._missing(wanted)
        self.place += wanted
        return found

    def readline(self, limit: int) -> bytes:
        wanted = min(self.size - self.place, limit)
        found = self._here(max(wanted, 0))
        end = found.find(b"\n") + 1
        if not end and len(found) < wanted:
            raise self._missing(wanted)
        self.place += len(found[: end or wanted])
        return found[: end or wanted]

    def _here(self, count: int) -> bytes:
        """At most `count` bytes from where we are, as far as they are here."""
        index = bisect_right(self.starts, self.place) - 1
        inside = self.place - self.starts[index] if index >= 0 else 0
        return self.texts[index][inside : inside + count] if index >= 0 else b""

    def _missing(self, wanted: int) -> Missing:
        """At least a first slice; twice what lies before it, where it is read on and on."""
        index = bisect_right(self.starts, self.place) - 1
        before = len(self.texts[index]) if index >= 0 else 0
        start = self.place
        if index >= 0 and self.place <= self.starts[index] + before:
            start, wanted = self.starts[index] + before, wanted + self.place - self.starts[index] - before
        else:
            before = 0
        return Missing(start, min(self.size - start, max(wanted, before, FIRST)))
