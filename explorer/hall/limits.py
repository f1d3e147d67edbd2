"""How much a hall may ask of a server."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """sessions: at once on one store. voters: phones of a session. idle_s: seconds without a vote or a step of the
    lecturer's after which a session ends. rounds: of one question. burst, per_s: votes of one phone at once and, after
    that, a second. card_bytes: a scene for the phones, above which its pictures are left out. scenes: of a session.
    """

    sessions: int = 40
    voters: int = 1000
    idle_s: float = 3 * 3600
    unused_s: float = 600  # a session that no phone has joined makes way after so long, where there is no room
    rounds: int = 3
    burst: float = 20
    per_s: float = 2
    card_bytes: int = 300_000
    scenes: int = 250
    here_s: float = 60  # a phone that has not asked for so long is not there
    pair_s: float = 180  # how long a remote's code is good
    tokens: int = 4  # the lecturer's window and remotes
