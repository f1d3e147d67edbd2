"""Who may go at once: in the order in which they came, and nobody held up by another's long work."""

from __future__ import annotations

import threading

from explorer.web.inside.turns import Turns

LONG = 60.0  # seconds that no test waits for


def gone(turns: Turns, number: int, order: list[int], leave: threading.Event) -> threading.Thread:
    """A thread that has asked for its turn, and leaves when it is told to."""
    waiting = len(turns._waiting)

    def work() -> None:
        with turns.one():
            order.append(number)
            assert leave.wait(LONG)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    until(lambda: number in order or len(turns._waiting) > waiting)
    return thread


def until(holds) -> None:
    tick = threading.Event()
    while not holds():
        tick.wait(0.001)


def test_first_come_first_served_and_so_many_at_once() -> None:
    turns, order = Turns(2, LONG), []
    leave = [threading.Event() for _ in range(6)]
    threads = [gone(turns, number, order, leave[number]) for number in range(6)]
    assert sorted(order) == [0, 1], "the others wait"
    for number, now in ((1, 2), (0, 3), (3, 4), (2, 5)):
        leave[number].set()
        until(lambda now=now: len(order) == now + 1)
        assert order[-1] == now
    for one in leave:
        one.set()
    for thread in threads:
        thread.join(LONG)
    assert len(order) == 6 and not turns._since and not turns._waiting


def test_who_takes_long_keeps_nobody_waiting_and_takes_no_second_place() -> None:
    turns, order = Turns(1, 0.05), []
    never, leave = threading.Event(), threading.Event()
    slow = gone(turns, 0, order, never)
    second = gone(turns, 1, order, leave)
    until(lambda: order == [0, 1])
    assert slow.is_alive() and len(turns._since) == 1
    leave.set()
    second.join(LONG)
    never.set()
    slow.join(LONG)
    with turns.one():
        assert len(turns._since) == 1, "one turn at a time, also after the long one"


def test_a_script_that_fails_gives_its_turn_back() -> None:
    turns = Turns(1, LONG)
    for _ in range(2):
        try:
            with turns.one():
                raise KeyboardInterrupt  # as Streamlit stops a script: no Exception
        except KeyboardInterrupt:
            pass
    assert not turns._since


def test_who_waits_for_anothers_work_stands_aside_and_is_the_next() -> None:
    turns, order = Turns(1, LONG), []
    done, leave = threading.Event(), [threading.Event() for _ in range(2)]

    def work() -> None:
        with turns.one():
            order.append("asks")
            with turns.aside():
                assert done.wait(LONG)
            order.append("goes on")

    asks = threading.Thread(target=work, daemon=True)
    asks.start()
    until(lambda: order == ["asks"])
    others = [gone(turns, number, order, leave[number]) for number in range(2)]
    until(lambda: order == ["asks", 0])
    done.set()
    until(lambda: len(turns._waiting) == 2)
    leave[0].set()
    until(lambda: order == ["asks", 0, "goes on", 1])
    leave[1].set()
    for thread in (asks, *others):
        thread.join(LONG)
    with turns.aside():
        assert not turns._since, "without a turn it only waits"
