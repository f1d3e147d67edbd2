"""The hall takes part: a lecturer's session, its code for the phones, and their votes. No screen, no server in here.

`Hall` knows the rules: who may steer, what is voted on now, what counts. A `Store` keeps it: `Memory` in this process, or
`Redis` (`EXPLORER_VOTES=redis://…`) for several servers of one hall. `made.cards` is a scene as
a phone gets it, `results` what is taken home. Of a person nothing is kept but a number that the phone made up, mixed with the session's own secret.
"""

from __future__ import annotations

from explorer.hall.card import Card, Cards, Question
from explorer.hall.limits import Limits
from explorer.hall.memory import Memory
from explorer.hall.opened import opened
from explorer.hall.results import Result, csv_rows, results
from explorer.hall.rules import Hall, Refused, Started
from explorer.hall.store import Away, Store

__all__ = [
    "Away",
    "Card",
    "Cards",
    "Hall",
    "Limits",
    "Memory",
    "Question",
    "Refused",
    "Result",
    "Started",
    "Store",
    "csv_rows",
    "opened",
    "results",
]
