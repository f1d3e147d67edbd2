"""Where a scene's key stands in a TOML file, so that a mistake can be pointed at. tomllib does not say."""

from __future__ import annotations

import re

KEY = re.compile(r"\s*([\w-]+)\s*=")
SCENE = re.compile(r"\s*\[\[\s*scene\s*\]\]")
LONG = re.compile(r"""\"{3}|'{3}""")


class Lines:
    """Line numbers, from 1, of the top-level keys and of each scene's keys (its question's included)."""

    def __init__(self, text: str) -> None:
        self._top: dict[str, int] = {}
        self._starts: list[int] = []
        self._keys: list[dict[str, int]] = []
        inside = ""  # the quotes of the long text that the line is in
        self.last = 1  # the line with which the file ends, or in which a long text begins that never ends
        for number, line in enumerate(text.splitlines(), 1):
            if not inside:
                self._read(number, line)
                self.last = number
            inside = _still_inside(line, inside)

    def _read(self, number: int, line: str) -> None:
        if SCENE.match(line):
            self._starts.append(number)
            self._keys.append({})
        elif found := KEY.match(line):
            (self._keys[-1] if self._keys else self._top).setdefault(found[1], number)

    def top(self, key: str) -> int:
        return self._top.get(key, 1)

    def of(self, scene: int, key: str) -> int:
        """A key's line in the scene of that index; the scene's first line where the key is not written."""
        if scene >= len(self._starts):  # written in some other way, as an inline table
            return 1
        return self._keys[scene].get(key, self._starts[scene])


def _still_inside(line: str, inside: str) -> str:
    """The open long quotes after this line; '' when there are none."""
    at = 0
    while at < len(line):
        if inside:
            closed = line.find(inside, at)
            if closed < 0:
                return inside
            at, inside = closed + 3, ""
        else:
            opened = LONG.search(line, at)
            if not opened:
                return ""
            at, inside = opened.end(), opened[0]
    return inside
