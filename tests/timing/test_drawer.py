"""What was measured outlives a reload, within bounds, and for whom it is alone."""

from __future__ import annotations

import pickle

from explorer.timing.data.drawer import MOST, Drawer


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


def test_answers_are_found_by_their_visitor_and_by_nobody_else() -> None:
    on = Drawer(visitors=9, kept_s=60)
    mine = [1.5, 2.5]
    on.put("me", "pass", mine)
    on.put("you", "pass", ["another's"])
    mine.append(9.0)
    assert on.found("me") == {"pass": [1.5, 2.5]}, "as it was measured"
    on.found("me")["pass"].clear()
    assert on.found("me") == {"pass": [1.5, 2.5]} and on.found("nobody") == {}
    on.put("me", "race", "r")
    on.put("me", "pass", "again")
    assert list(on.found("me").items()) == [("race", "r"), ("pass", "again")], "the latest last, each once"


def test_a_visitor_has_so_many_and_there_are_so_many_visitors() -> None:
    on = Drawer(visitors=3, kept_s=1e6, clock=Clock())
    for number in range(MOST + 5):
        on.put("me", number, number)
    assert list(on.found("me")) == list(range(5, MOST + 5)), "the oldest go"
    for name in "abc":
        on.put(name, "pass", name)
    assert on.found("me") == {}, "who was seen longest ago goes"
    on.found("a")
    on.put("d", "pass", "d")
    assert on.found("b") == {} and on.found("a") == {"pass": "a"}


def test_all_of_them_hold_so_many_bytes_and_the_oldest_go_first() -> None:
    answer = b"x" * 900
    size = len(pickle.dumps(answer))
    on = Drawer(visitors=100, kept_s=1e6, most_bytes=4 * size, clock=Clock())
    for name in "aabbc":
        on.put(name, len(on.found(name)), answer)
    assert on.held_bytes == 4 * size and list(on.found("a")) == [1]
    on.put("c", "too large by itself", b"x" * (5 * size))
    assert on.held_bytes == 0, "nor does the last one pass the bound"
    assert on.found("c") == {}


def test_they_are_forgotten_some_time_after_their_visitor_was_seen_last() -> None:
    clock = Clock()
    on = Drawer(visitors=9, kept_s=60, clock=clock)
    on.put("me", "pass", 1)
    clock.now += 50
    assert on.found("me") == {"pass": 1}
    clock.now += 50
    assert on.found("me") == {"pass": 1}, "seen in between"
    clock.now += 61
    assert on.found("me") == {} and on.held_bytes == 0
