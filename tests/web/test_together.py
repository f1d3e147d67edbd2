"""Calls for one thread from others, and pieces of a transport, go together."""

from __future__ import annotations

import asyncio
import threading
from types import SimpleNamespace

import pytest

from explorer.web.inside.together import Joined, Soon
from tests.conftest import run_async


class Loop:
    """A loop that does nothing by itself: what it was asked for is listed, and done when the test says so."""

    def __init__(self) -> None:
        self.asked: list[tuple] = []

    def call_soon_threadsafe(self, act, *given) -> None:
        self.asked.append((act, given))

    call_soon = call_soon_threadsafe

    def call_later(self, seconds, act) -> None:
        self.asked.append((act, ()))

    def turn(self) -> None:
        asked, self.asked = self.asked, []
        for act, given in asked:
            act(*given)


def test_calls_are_made_in_order_and_the_loop_is_woken_once() -> None:
    loop, made = Loop(), []
    soon = Soon(loop, 0.005)
    for number in range(50):
        soon(lambda number=number: made.append(number), now=False)
    assert len(loop.asked) == 1, "for fifty"
    soon(lambda: made.append("end"), now=True)
    soon(lambda: made.append("after"), now=True)
    soon(lambda: made.append("more"), now=False)
    assert len(loop.asked) == 2 and made == [], "the end wakes it, and what follows need not"
    loop.turn()  # the timer is set, and all is made
    assert made == [*range(50), "end", "after", "more"]
    loop.turn()
    soon(lambda: made.append("late"), now=False)
    loop.turn()
    assert made[-1] == "more"
    loop.turn()
    assert made[-1] == "late", "where nothing wakes it, after the time that it may wait"


def test_one_that_fails_keeps_no_other_waiting() -> None:
    loop, made = Loop(), []
    soon = Soon(loop, 0.005)
    soon(lambda: 1 / 0, now=True)
    soon(lambda: made.append("next"), now=True)
    with pytest.raises(ZeroDivisionError):
        loop.turn()
    loop.turn()
    assert made == ["next"]


def test_threads_and_a_real_loop() -> None:
    made: dict[int, list[int]] = {number: [] for number in range(8)}

    async def main() -> None:
        soon, done = Soon(asyncio.get_running_loop(), 0.001), asyncio.Event()

        def thread(its: int) -> None:
            for number in range(200):
                soon(lambda: made[its].append(number), now=number % 50 == 7)  # noqa: B023 (made below, in its turn)
            soon(lambda: all(len(one) == 200 for one in made.values()) and done.set(), now=False)

        threads = [threading.Thread(target=thread, args=(its,)) for its in made]
        for one in threads:
            one.start()
        await asyncio.wait_for(done.wait(), 20)
        for one in threads:
            one.join()

    run_async(main())
    assert all(len(one) == 200 for one in made.values())


def test_pieces_of_one_turn_are_sent_in_one() -> None:
    loop, sent = Loop(), []
    end = SimpleNamespace(write=sent.append, close=lambda: sent.append(None), is_closing=lambda: None in sent, fd=7)
    joined = Joined(end, loop)
    assert joined.fd == 7
    joined.write(b"one ")
    joined.write(b"two")
    assert sent == []
    loop.turn()
    joined.write(b"three")
    joined.close()
    loop.turn()
    joined.write(b"after the end")
    loop.turn()
    assert sent == [b"one two", b"three", None]
