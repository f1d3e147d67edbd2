"""What is kept between looks: bounded, shared, freed with its last owner."""

from __future__ import annotations

import threading

from explorer.look.kept import Kept


def kept(most: int = 3, most_bytes: int = 100) -> Kept[bytes]:
    return Kept(most, most_bytes, len)


def test_what_two_look_at_is_there_once_until_both_have_left() -> None:
    store = kept()
    first = store.made("cat", "ann", lambda: b"1234")
    assert store.made("cat", "bob", lambda: b"made twice") is first and store.bytes == 4
    store.release("ann")
    assert store.get("cat", "bob") is first
    store.release("bob")
    assert len(store) == 0 and store.get("cat", "ann") is None


def test_number_and_bytes_are_bounded_and_the_longest_unasked_goes_first() -> None:
    store = kept()
    for key in "abc":
        store.put(key, b"x" * 10, "ann")
    store.get("a", "ann")
    store.put("d", b"x" * 10, "ann")
    assert [key for key in "abcd" if store.get(key, "ann")] == ["a", "c", "d"]
    store.put("e", b"x" * 95, "ann")
    assert len(store) == 1 and store.bytes == 95
    store.put("f", b"x" * 1_000, "ann")
    assert store.get("f", "ann") is not None and len(store) == 1, "the latest stays, whatever its size"


def test_where_bytes_are_short_less_is_kept_of_what_was_longest_unasked() -> None:
    store = Kept[bytes](4, 100, len, lambda value: value[:10])
    for key in "abc":
        store.put(key, key.encode() * 40, "ann")
    assert [len(store.get(key, "ann") or b"") for key in "abc"] == [10, 40, 40]
    store.put("d", b"d" * 70, "ann")
    assert [len(store.get(key, "ann") or b"") for key in "abcd"] == [10, 10, 10, 70], "the latest stays whole"
    store.put("e", b"e" * 95, "ann")
    assert [key for key in "abcde" if store.get(key, "ann")] == ["e"], "and where that is not enough, they go"


def test_a_part_that_two_values_share_counts_once() -> None:
    store: Kept[dict[int, int]] = Kept(9, 100, lambda one: one)
    store.put("whole", {1: 40, 2: 40}, "ann")
    store.put("block off", {1: 40, 3: 20}, "bob")
    assert len(store) == 2 and store.bytes == 100
    store.release("ann")
    assert store.bytes == 60


def test_of_two_that_make_the_same_at_once_one_is_kept() -> None:
    store, both = kept(), threading.Barrier(2)
    found: list[bytes] = []

    def make() -> bytes:
        both.wait(10)
        return bytes(bytearray(b"1234"))

    threads = [
        threading.Thread(target=lambda name=name: found.append(store.made("k", name, make))) for name in ("ann", "bob")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found[0] is found[1] and store.bytes == 4
