"""What may be kept between two looks: bounded in number and in bytes, shared by content, freed with its last owner.

Twenty visitors who look at the same photograph with the same net hold one pass between them; what nobody has asked for
lately goes first, and is made again when it is asked for.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass
class _Entry(Generic[T]):
    value: T
    parts: Mapping[int, int]
    owners: set[str] = field(default_factory=set)
    lessened: bool = False


class Kept(Generic[T]):
    """Values by key, at most `most` of them and `most_bytes` together; the latest always stays. size: bytes of a value,
    or of each of its parts, by their places in memory: a part that several values share counts once. less: of a value,
    what the rest can be made from again: where the bytes are too many, it stands in for what was longest unasked.

    Any number of threads may use it. Two that miss the same key at once both make the value; the first one stays.
    """

    def __init__(
        self,
        most: int,
        most_bytes: int,
        size: Callable[[T], int | Mapping[int, int]],
        less: Callable[[T], T] | None = None,
    ) -> None:
        self.most, self.most_bytes, self.size, self.less = most, most_bytes, size, less
        self._held: OrderedDict[Hashable, _Entry[T]] = OrderedDict()
        self._change = threading.Lock()

    def get(self, key: Hashable, owner: str) -> T | None:
        """The value, which then is the owner's too; None when it is not there."""
        with self._change:
            entry = self._held.get(key)
            if entry is None:
                return None
            entry.owners.add(owner)
            self._held.move_to_end(key)
            return entry.value

    def put(self, key: Hashable, value: T, owner: str) -> T:
        """Keep a value; what is kept under the key from now on, which is another's value when they came first."""
        parts = self._parts(value)
        with self._change:
            entry = self._held.setdefault(key, _Entry(value, parts))
            entry.owners.add(owner)
            self._held.move_to_end(key)
            self._make_room()
            return entry.value

    def made(self, key: Hashable, owner: str, make: Callable[[], T]) -> T:
        """The value, made when it is not there."""
        found = self.get(key, owner)
        return self.put(key, make(), owner) if found is None else found

    def release(self, owner: str) -> None:
        """An owner has left: what nobody else looks at goes."""
        with self._change:
            for key, entry in list(self._held.items()):
                entry.owners.discard(owner)
                if not entry.owners:
                    del self._held[key]

    @property
    def bytes(self) -> int:
        """Of all values together."""
        with self._change:
            return self._bytes()

    def __len__(self) -> int:
        return len(self._held)

    def _parts(self, value: T) -> Mapping[int, int]:
        size = self.size(value)
        return {id(value): size} if isinstance(size, int) else size

    def _make_room(self) -> None:
        """The latest stays as it is; for who holds `_change`."""
        for entry in list(self._held.values())[:-1] if self.less else ():
            if self._bytes() <= self.most_bytes:
                break
            if self.less and not entry.lessened:
                entry.value, entry.lessened = self.less(entry.value), True
                entry.parts = self._parts(entry.value)
        while len(self._held) > 1 and (len(self._held) > self.most or self._bytes() > self.most_bytes):
            self._held.popitem(last=False)

    def _bytes(self) -> int:
        held: dict[int, int] = {}
        for entry in self._held.values():
            held.update(entry.parts)
        return sum(held.values())
