"""The process that works on the card: one step after another, as the command asks on its standard input.

A process of its own, since a crash of the driver, a compiler that hangs or a card that stops answering must not take
with it what was measured before: the command ends it and goes on with the next step in a new one.

Pickled both ways. In: (key of a step, figures of earlier steps by key). Out: ("run", row) and ("experiment", outcome)
any number of times, then ("done", `Found`).
"""

from __future__ import annotations

import os
import pickle
import sys
import traceback
from typing import Any, BinaryIO

from explorer.facts.memory.room import give_back
from tests.gpu.card import Card
from tests.gpu.found import FAILED, Found
from tests.gpu.plan import STEPS


def answer(card: Card, key: str, notes: dict[str, dict], tell: Any) -> None:
    """Run the step and send what it found; what it raises is a failure of the step."""
    card.notes = notes
    step = next(one for one in STEPS if one.key == key)
    try:
        found = step.run(card, lambda kind, value: tell(kind, value))
    except Exception as error:  # whatever it is, the rest of the plan goes on
        traceback.print_exc()
        first = next(iter(str(error).splitlines()), "")
        found = Found(FAILED, f"{type(error).__name__}: {first[:300]}", {"traceback": traceback.format_exc()[-3000:]})
    give_back()
    tell("done", found)


def serve(card: Card, asked: BinaryIO, out: BinaryIO) -> None:
    """Until the asking process is gone."""

    def tell(*message: Any) -> None:
        out.write(pickle.dumps(message))
        out.flush()

    tell("ready", card.name, card.kind)
    while True:
        try:
            key, notes = pickle.load(asked)
        except EOFError:
            return
        answer(card, key, notes, tell)


def main() -> None:
    device, tiny = sys.argv[1], sys.argv[2:] == ["tiny"]
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not come between the messages
    serve(Card(device, tiny), sys.stdin.buffer, out)


if __name__ == "__main__":
    main()
