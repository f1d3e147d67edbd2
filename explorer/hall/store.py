"""What a store of sessions can do. The rules are not here; what must happen at once, on all servers, is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol

Joined = Literal["in", "full", "unknown"]
Counted = Literal["counted", "closed", "full", "unknown"]


FIRST = {"version": "1", "ballots": "0", "commands": "0"}  # see `Store`


class Away(Exception):
    """The store does not answer."""


class Store(Protocol):
    """Sessions by code: named texts, votes by question and round, phones by when they were last there.

    Every method is safe from several threads (and, for a shared store, servers). A session that has idled ends by itself:
    then it is as if it had never been. Three of its texts are counters that only grow: "version" (what phones see),
    "ballots" (votes that were counted), "commands" (what a remote has asked for).
    """

    quick: bool  # whether it answers without waiting for a network

    def claim(self, code: str, fields: Mapping[str, str]) -> Literal["claimed", "taken", "full"]:
        """A new session with these texts, unless the code is taken or there is no room."""

    def read(self, code: str, names: tuple[str, ...]) -> tuple[str | None, ...] | None:
        """Texts by name; None where there is no such session."""

    def write(self, code: str, fields: Mapping[str, str], bump: Literal["version", "commands", ""] = "version") -> bool:
        """Sets texts and counts up a counter. Counts as use. False where there is no such session."""

    def swap(self, code: str, name: str, old: str, new: str) -> bool:
        """Sets a text to `new` if it is `old`, at once: of two who try, one succeeds."""

    def join(self, code: str, voter: str) -> Joined:
        """A phone is there; it stays one however often it comes."""

    def here(self, code: str) -> int:
        """How many phones have been there within `here_s`."""

    def count(self, code: str, ballot: str, voter: str, choice: int, turn: int) -> Counted:
        """One voter's choice, in place of an earlier one, if `ballot` is what the text "accepts" names at that instant. turn:
        grows with each choice of a voter's; one that comes after a later one, late, changes nothing."""

    def choice(self, code: str, ballot: str, voter: str) -> int | None:
        """What a voter has chosen."""

    def ballots(self, code: str, ballot: str) -> dict[int, int]:
        """How many have chosen what."""

    def voted(self, code: str, ballot: str) -> int:
        """How many have chosen."""

    def drop(self, code: str) -> None:
        """Ends a session; nothing of it is left."""
