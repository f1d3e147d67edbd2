"""What a pickle would make, told without making it: an interpreter of its opcodes that builds inert placeholders.

A pickle is a program for a small stack machine (Python's `pickletools` lists its opcodes). Unpickling runs it, and
whatever it names. Here a name stays a name (`Global`), a call stays a description of a call (`Made`), and only the
handful of calls that describe tensors are understood. Nothing is imported and nothing of the file is ever called.
Each kind of work has a budget: opcodes, containers, remembered values and text.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import IO, Any, NamedTuple

from explorer.weights.limits import MAX_TENSORS
from explorer.weights.pickle_calls import STORAGES, Global, Made, Pairs, Storage, called

MAX_OPCODES = 70 * MAX_TENSORS
MAX_CONTAINERS = 10 * MAX_TENSORS
MAX_REMEMBERED = 14 * MAX_TENSORS
MAX_TEXT = 8 << 20
KEPT = 4096  # bytes of a text or a byte string that are kept; longer ones are data, and skipped
MAX_LINE = 1024


class Blob(NamedTuple):
    """Bytes or text that were skipped."""

    size: int


class _Mark:
    """Where a group of values on the stack begins."""


MARK = _Mark()


class Source:
    """Bytes of a file from where it stands, up to `size`; every length is checked before anything is read."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self.file, self.size = file, size
        self.text = 0

    def take(self, count: int) -> bytes:
        found = self.file.read(count)
        if len(found) != count:
            raise ValueError("its pickle ends in the middle: the file is cut off")
        return found

    def line(self) -> str:
        found = self.file.readline(MAX_LINE)
        if not found.endswith(b"\n"):
            raise ValueError("its pickle has a line without an end")
        return self.counted(found[:-1]).decode("utf-8", "replace")

    def payload(self, count: int) -> bytes | Blob:
        """`count` bytes; skipped and told by their number where they are many."""
        if count <= KEPT:
            return self.counted(self.take(count))
        if count > self.size - self.file.tell():
            raise ValueError("its pickle has a text longer than the file: the file is cut off")
        self.file.seek(count, 1)
        return Blob(count)

    def counted(self, found: bytes) -> bytes:
        self.text += len(found)
        if self.text > MAX_TEXT:
            raise ValueError(f"its pickle holds more than {MAX_TEXT:,} bytes of names")
        return found


class Machine:
    """The stack, what is remembered, and the budgets."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}
        self.containers = 0

    def run(self) -> Any:
        """What the pickle would make."""
        read, handlers = self.source.file.read, HANDLERS
        for _ in range(MAX_OPCODES):
            code = read(1)
            if code == b".":
                return self.pop()
            handler = handlers.get(code)
            if handler is None:
                if not code:
                    raise ValueError("its pickle ends in the middle: the file is cut off")
                raise ValueError(f"its pickle has the opcode 0x{code.hex()}, which no checkpoint needs")
            handler(self)
        raise ValueError(f"its pickle has more than {MAX_OPCODES:,} opcodes")

    def pop(self) -> Any:
        if not self.stack or self.stack[-1] is MARK:
            raise ValueError("its pickle takes what is not there")
        return self.stack.pop()

    def top(self) -> Any:
        if not self.stack or self.stack[-1] is MARK:
            raise ValueError("its pickle takes what is not there")
        return self.stack[-1]

    def push(self, value: Any) -> None:
        self.stack.append(value)

    def new(self, value: Any) -> None:
        """Push a container, and count it."""
        self.containers += 1
        if self.containers > MAX_CONTAINERS:
            raise ValueError(f"its pickle makes more than {MAX_CONTAINERS:,} lists and dictionaries")
        self.stack.append(value)

    def marked(self) -> list[Any]:
        """Everything above the last mark."""
        stack = self.stack
        at = len(stack)
        while at and stack[at - 1] is not MARK:
            at -= 1
        if not at:
            raise ValueError("its pickle takes what is not there")
        found = stack[at:]
        del stack[at - 1 :]
        return found

    def remember(self, key: int) -> None:
        if len(self.memo) >= MAX_REMEMBERED:
            raise ValueError(f"its pickle remembers more than {MAX_REMEMBERED:,} values")
        self.memo[key] = self.top()

    def recall(self, key: int) -> None:
        if key not in self.memo:
            raise ValueError("its pickle recalls what it never remembered")
        self.stack.append(self.memo[key])

    def extend(self, values: list[Any]) -> None:
        target = self.top()
        if isinstance(target, Made):
            return
        if not isinstance(target, list):
            raise ValueError("its pickle appends to what is no list")
        target.extend(values)

    def store(self, values: list[Any]) -> None:
        target = self.top()
        if isinstance(target, Made):
            return
        if not isinstance(target, Pairs) or len(values) % 2:
            raise ValueError("its pickle sets items of what is no dictionary")
        target.items.extend(zip(values[::2], values[1::2]))

    def persistent(self, told: Any) -> None:
        if isinstance(told, tuple) and told[:1] == ("module",) and len(told) > 1:  # a class with its source code
            return self.push(told[1])
        if not isinstance(told, tuple) or len(told) < 5 or told[0] != "storage":
            raise ValueError("its pickle refers to something other than a tensor's storage")
        _, kind, key, _, size = told[:5]
        if not isinstance(kind, Global) or kind not in STORAGES:
            raise ValueError("its pickle has a storage of an unknown kind")
        if not isinstance(key, str) or type(size) is not int or size < 0:
            raise ValueError("its pickle has a storage without a key or a size")
        self.new(Storage(STORAGES[kind], key, size))

    def reduce(self, by: Any, args: Any) -> None:
        self.new(called(by, args))

    def make(self, by: Any, args: Any) -> None:
        """An object of a class: its name and what it would be given, told and never made."""
        if not isinstance(by, Global):
            raise ValueError("its pickle makes an object of what is no class")
        self.new(Made(by, args))

    def build(self) -> None:
        state = self.pop()
        target = self.top()
        if isinstance(target, Made):
            target.state = state


def _whole(text: str) -> int | bool:
    if text in ("00", "01"):
        return text == "01"
    text = text.removesuffix("L")
    if len(text) > 20 or not text.lstrip("-").isdecimal():
        raise ValueError("its pickle has a number that is none")
    return int(text)


def _text(found: bytes | Blob) -> str | Blob:
    return found.decode("utf-8", "replace") if isinstance(found, bytes) else found


def _quoted(line: str) -> str:
    return line[1:-1] if len(line) >= 2 and line[0] == line[-1] and line[0] in "'\"" else line


def _sized(form: str) -> Callable[[Machine], bytes | Blob]:
    """Reads a payload behind its length."""
    width = struct.calcsize(form)

    def read(machine: Machine) -> bytes | Blob:
        (count,) = struct.unpack(form, machine.source.take(width))
        if count < 0:
            raise ValueError("its pickle has a text of a negative length")
        return machine.source.payload(count)

    return read


def _number(form: str) -> Callable[[Machine], None]:
    width = struct.calcsize(form)
    return lambda machine: machine.push(struct.unpack(form, machine.source.take(width))[0])


def _index(form: str) -> Callable[[Machine], int]:
    width = struct.calcsize(form)
    return lambda machine: struct.unpack(form, machine.source.take(width))[0]


def _long(machine: Machine, form: str) -> None:
    (count,) = struct.unpack(form, machine.source.take(struct.calcsize(form)))
    if not 0 <= count <= 16:
        raise ValueError("its pickle has a number of more than 16 bytes")
    machine.push(int.from_bytes(machine.source.take(count), "little", signed=True))


def _tuple(machine: Machine, count: int) -> None:
    parts = [machine.pop() for _ in range(count)]
    machine.new(tuple(reversed(parts)))


def _stack_global(machine: Machine) -> None:
    name, module = machine.pop(), machine.pop()
    if not isinstance(name, str) or not isinstance(module, str):
        raise ValueError("its pickle imports what is no name")
    machine.push(Global(module, name))


def _obj(machine: Machine) -> None:
    by, *args = machine.marked() or [None]
    machine.reduce(by, tuple(args))


def _newobj(machine: Machine, keywords: bool) -> None:
    if keywords:
        machine.pop()
    args = machine.pop()
    machine.make(machine.pop(), args)


def _reduce(machine: Machine) -> None:
    args = machine.pop()
    machine.reduce(machine.pop(), args)


def _dict(machine: Machine, values: list[Any]) -> None:
    if len(values) % 2:
        raise ValueError("its pickle has a dictionary with a key and no value")
    machine.new(Pairs(list(zip(values[::2], values[1::2]))))


def _set_item(machine: Machine) -> None:
    value, key = machine.pop(), machine.pop()
    machine.store([key, value])


def _append(machine: Machine) -> None:
    value = machine.pop()
    machine.extend([value])


_SHORT, _LONG4, _LONG8, _BINSTRING = _sized("<B"), _sized("<I"), _sized("<Q"), _sized("<i")
_BYTE, _WORD = _index("<B"), _index("<I")

HANDLERS: dict[bytes, Callable[[Machine], Any]] = {
    b"\x80": lambda m: m.source.take(1),  # PROTO
    b"\x95": lambda m: m.source.take(8),  # FRAME
    b"(": lambda m: m.stack.append(MARK),
    b"0": lambda m: m.pop(),
    b"1": lambda m: m.marked(),
    b"2": lambda m: m.push(m.top()),
    b"N": lambda m: m.push(None),
    b"\x88": lambda m: m.push(True),
    b"\x89": lambda m: m.push(False),
    b"I": lambda m: m.push(_whole(m.source.line())),
    b"L": lambda m: m.push(_whole(m.source.line())),
    b"J": _number("<i"),
    b"K": _number("<B"),
    b"M": _number("<H"),
    b"\x8a": lambda m: _long(m, "<B"),
    b"\x8b": lambda m: _long(m, "<i"),
    b"F": lambda m: m.push(m.source.line()),
    b"G": _number(">d"),
    b"S": lambda m: m.push(_quoted(m.source.line())),
    b"V": lambda m: m.push(m.source.line()),
    b"T": lambda m: m.push(_text(_BINSTRING(m))),
    b"U": lambda m: m.push(_text(_SHORT(m))),
    b"X": lambda m: m.push(_text(_LONG4(m))),
    b"\x8c": lambda m: m.push(_text(_SHORT(m))),
    b"\x8d": lambda m: m.push(_text(_LONG8(m))),
    b"B": lambda m: m.push(_LONG4(m)),
    b"C": lambda m: m.push(_SHORT(m)),
    b"\x8e": lambda m: m.push(_LONG8(m)),
    b"\x96": lambda m: m.push(_LONG8(m)),
    b")": lambda m: m.new(()),
    b"t": lambda m: m.new(tuple(m.marked())),
    b"\x85": lambda m: _tuple(m, 1),
    b"\x86": lambda m: _tuple(m, 2),
    b"\x87": lambda m: _tuple(m, 3),
    b"]": lambda m: m.new([]),
    b"l": lambda m: m.new(m.marked()),
    b"a": _append,
    b"e": lambda m: m.extend(m.marked()),
    b"}": lambda m: m.new(Pairs()),
    b"d": lambda m: _dict(m, m.marked()),
    b"s": _set_item,
    b"u": lambda m: m.store(m.marked()),
    b"\x8f": lambda m: m.new([]),
    b"\x90": lambda m: m.extend(m.marked()),
    b"\x91": lambda m: m.new(m.marked()),
    b"p": lambda m: m.remember(int(_whole(m.source.line()))),
    b"q": lambda m: m.remember(_BYTE(m)),
    b"r": lambda m: m.remember(_WORD(m)),
    b"\x94": lambda m: m.remember(len(m.memo)),
    b"g": lambda m: m.recall(int(_whole(m.source.line()))),
    b"h": lambda m: m.recall(_BYTE(m)),
    b"j": lambda m: m.recall(_WORD(m)),
    b"c": lambda m: m.push(Global(m.source.line(), m.source.line())),
    b"\x93": _stack_global,
    b"i": lambda m: m.reduce(Global(m.source.line(), m.source.line()), tuple(m.marked())),
    b"o": _obj,
    b"R": _reduce,
    b"\x81": lambda m: _newobj(m, keywords=False),
    b"\x92": lambda m: _newobj(m, keywords=True),
    b"b": lambda m: m.build(),
    b"P": lambda m: m.persistent(m.source.line()),
    b"Q": lambda m: m.persistent(m.pop()),
}


def walk(file: IO[bytes], size: int) -> Any:
    """What the pickle at the file's place would make, as placeholders; the file then stands behind it.

    Raises `ValueError` with one sentence, whatever the bytes are.
    """
    return Machine(Source(file, size)).run()
