"""Files that mean harm, or are simply broken: kind → (bytes, what the sentence about it says)."""

from __future__ import annotations

import io
import json
import pickle
import struct
import zipfile
from collections.abc import Callable

RAN: list[str] = []  # whatever a file of this kind would run leaves its trace here


def ran(what: str) -> None:
    RAN.append(what)


class Calls:
    """Unpickled, it calls a function with arguments."""

    def __init__(self, function: Callable[..., object], *args: object) -> None:
        self.call = (function, args)

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self.call


def header(entries: object, data: bytes = b"", length: int | None = None) -> bytes:
    text = entries if isinstance(entries, bytes) else json.dumps(entries).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def one(shape: object = (2,), offsets: object = (0, 8), dtype: object = "F32") -> dict[str, object]:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


def zipped(files: dict[str, bytes], compress: int = zipfile.ZIP_STORED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compress) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return made.getvalue()


def checkpoint(program: bytes, **more: bytes) -> bytes:
    return zipped({"archive/data.pkl": program, **{f"archive/data/{key}": text for key, text in more.items()}})


def rebuilt(size: str, storage: str = "4", key: bytes = b"0", stride: str = "(K\x01t") -> bytes:
    """The program of a dictionary with one tensor: `size` and `stride` are opcodes for tuples."""
    kind = b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x00" + key + b"X\x03\x00\x00\x00cpu"
    return (
        b"\x80\x02}X\x01\x00\x00\x00wctorch._utils\n_rebuild_tensor_v2\n("
        + kind
        + b"I"
        + storage.encode()
        + b"\ntQK\x00"
        + size.encode("latin1")
        + stride.encode("latin1")
        + b"\x89NtRs."
    )


def entries_of_a_zip(count: int) -> bytes:
    """A list of contents with many entries that point nowhere: made by hand, or the test would take a minute."""
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", 20, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    listing = entry * count
    return b"PK\x03\x04" + listing + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 65535, 65535, len(listing), 4, 0)


def many(count: int) -> bytes:
    """Each with a name of its own. By the thousand: one after another they would take half a second of every collection."""
    thousand = b",".join(b'"t@.%d":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}' % index for index in range(1000))
    text = b",".join(thousand.replace(b"@", b"%d" % index) for index in range(count // 1000))
    return header(b"{" + text + b"}")


PUSH_DICTS = b"\x80\x02" + b"}" * 3_000_000
BOMB = pickle.dumps(Calls(ran, "pickle"))
HOSTILE: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "it is empty"),
    "one byte": (b"\x80", "neither a .safetensors file"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "neither a .safetensors file"),
    "a web page": (b"<html><script>alert(1)</script></html>", "neither a .safetensors file"),
    "Keras' HDF5": (b"\x89HDF\r\n\x1a\n" + b"\0" * 99, "an HDF5 file"),
    "a header longer than any": (header({}, length=2**63), "at most 4,194,304 are read"),
    "a header of all bits": (b"\xff" * 8 + b"{}", "at most 4,194,304 are read"),
    "a header longer than the file": (header({"w": one()}, length=1_000_000), "cut off"),
    "a header that is no JSON": (header(b"{'w': 1}"), "no JSON"),
    "a header in no encoding": (header(b'{"\xff\xfe": 1}'), "no JSON"),
    "a header that is a list": (header(b"{}[]"), "no JSON"),
    "nesting in a header": (header(b'{"w":' + b"[" * 39_000 + b"]" * 39_000 + b"}"), "no JSON"),
    "nesting without end": (header(b'{"w":' * 400_000), "more than 20,000 tensors"),
    "a header of commas": (header(b'{"w":[' + b"1," * 1_900_000 + b"1]}"), "more than 20,000 tensors"),
    "a number of a million digits": (header(b'{"w":' + b"9" * 1_000_000 + b"}"), "more than 20 digits"),
    "NaN in a header": (header(b'{"w":NaN}'), "NaN, which is no number"),
    "the same tensor twice": (header(b'{"w":1,"w":2}'), "the same tensor twice"),
    "10⁶ tensors in a header": (many(1_000_000), "at most 4,194,304 are read"),
    "30,000 tensors in a header": (many(30_000), "more than 20,000 tensors"),
    "metadata that is no text": (header({"__metadata__": {"a": [1]}, "w": one()}, b"\0" * 8), "__metadata__"),
    "an entry that is no entry": (header({"w": 7}), "something other than dtype, shape and data_offsets"),
    "an entry with more": (header({"w": one() | {"run": "me"}}, b"\0" * 8), "something other than dtype"),
    "an unknown number format": (header({"w": one(dtype="F99")}, b"\0" * 8), "number format"),
    "a number format that is a list": (header({"w": one(dtype=["F32"])}, b"\0" * 8), "number format"),
    "a negative side": (header({"w": one(shape=[-2])}, b"\0" * 8), "whole numbers from 0"),
    "a side that is a fraction": (header({"w": one(shape=[2.0])}, b"\0" * 8), "whole numbers from 0"),
    "a shape beyond memory": (header({"w": one(shape=[2**40, 2**40])}, b"\0" * 8), "more elements than any memory"),
    "a shape of 99 sides": (header({"w": one(shape=[1] * 99)}, b"\0" * 8), "at most 8 numbers"),
    "negative offsets": (header({"w": one(offsets=[-8, 0])}, b"\0" * 8), "do not fit a tensor's shape"),
    "offsets the wrong way": (header({"w": one(offsets=[8, 0])}, b"\0" * 8), "do not fit a tensor's shape"),
    "three offsets": (header({"w": one(offsets=[0, 8, 8])}, b"\0" * 8), "no pair of whole numbers"),
    "overlapping tensors": (header({"a": one(), "b": one(offsets=[4, 12])}, b"\0" * 12), "overlap at byte 4"),
    "a gap between tensors": (header({"a": one(), "b": one(offsets=[12, 20])}, b"\0" * 20), "gap at byte 12"),
    "tensors beyond the file": (header({"w": one()}, b"\0" * 4), "cut off"),
    "something behind the tensors": (header({"w": one()}, b"\0" * 4_000), "something behind the last tensor"),
    "a name of a megabyte": (header({"w" * 1_000_000: one()}, b"\0" * 8), "longer than 300 characters"),
    "no tensors": (header({}), "no tensor in it"),
    "a pickle that runs code": (BOMB, "would call tests.weights.hostile.ran"),
    "a zip file that runs code": (checkpoint(BOMB), "would call tests.weights.hostile.ran"),
    "a pickle that runs a command": (b"\x80\x02cposix\nsystem\nX\x02\x00\x00\x00id\x85R.", "would call posix.system"),
    "a pickle that evaluates": (b"\x80\x02(X\x01\x00\x00\x001ibuiltins\neval\n.", "would call builtins.eval"),
    "a pickle that calls by OBJ": (b"\x80\x02(cbuiltins\nexec\nX\x01\x00\x00\x001o.", "would call builtins.exec"),
    "a call hidden in a tensor": (
        b"\x80\x02ctorch._tensor\n_rebuild_from_type_v2\n(cposix\nsystem\nNX\x02\x00\x00\x00id\x85NtR.",
        "in a way that no checkpoint needs",
    ),
    "a call of a call": (b"\x80\x02cbuiltins\nset\n)R)R.", "calls what is no function"),
    "an import by a number": (b"\x80\x04K\x01K\x02\x93.", "imports what is no name"),
    "opcodes that nobody needs": (b"\x80\x02\x82\x01.", "opcode 0x82"),
    "a pickle that ends": (b"\x80\x02}X\x05\x00\x00\x00ab", "cut off"),
    "a text longer than the file": (b"\x80\x02X\xff\xff\xff\x7fab", "cut off"),
    "a text of 2⁶⁴ bytes": (b"\x80\x04\x8d" + b"\xff" * 8, "cut off"),
    "an empty stack": (b"\x80\x02R.", "takes what is not there"),
    "no mark": (b"\x80\x02K\x01t.", "takes what is not there"),
    "a value never remembered": (b"\x80\x02h\x07.", "never remembered"),
    "a number of a megabyte": (b"\x80\x02\x8b" + struct.pack("<i", 1 << 20) + b"\1" * (1 << 20), "16 bytes"),
    "millions of dictionaries": (PUSH_DICTS, "more than 200,000 lists"),
    "millions of opcodes": (b"\x80\x02" + b"N0" * 3_000_000, "more than 1,400,000 opcodes"),
    "millions of memories": (b"\x80\x04N" + b"\x94" * 3_000_000, "remembers more than 280,000"),
    "dictionaries 100,000 deep": (b"\x80\x02" + b"}K\x01" * 90_000 + b"N" + b"s" * 90_000 + b".", "more than 16 deep"),
    "lists that hold themselves": (b"\x80\x02]q\x00(h\x00h\x00h\x00e.", "16 deep"),
    "shared lists, 10¹⁵ in all": (
        b"\x80\x02]q\x00" + b"".join(b"](" + b"h%c" % i * 10 + b"e" + b"q%c" % (i + 1) for i in range(15)) + b".",
        "each other too often",
    ),
    "a tensor larger than its storage": (checkpoint(rebuilt("(K\x09t"), **{"0": b"\0" * 16}), "beyond its storage"),
    "a tensor of a negative side": (checkpoint(rebuilt("(I-4\nt"), **{"0": b"\0" * 16}), "whole numbers from 0"),
    "a tensor without its numbers": (checkpoint(rebuilt("(K\x04t")), "not in it"),
    "a tensor with half its numbers": (checkpoint(rebuilt("(K\x04t"), **{"0": b"\0" * 8}), "not in it"),
    "a zip file of something else": (zipped({"word/document.xml": b"<a/>"}), "has no data.pkl"),
    "a zip file with two": (zipped({"a/data.pkl": b"N.", "b/data.pkl": b"N."}), "has no data.pkl"),
    "a zip bomb": (zipped({"a/data.pkl": b"\0" * (64 << 20)}, zipfile.ZIP_DEFLATED), "unpacks to 67,108,864 bytes"),
    "a TorchScript program": (zipped({"a/data.pkl": b"N.", "a/code/net.py": b"x"}), "TorchScript program"),
    "a zip file that is cut off": (checkpoint(rebuilt("(K\x04t"), **{"0": b"\0" * 16})[:150], "damaged, cut off"),
    "a zip file of 10⁶ entries": (entries_of_a_zip(1_000_000), "more than 2,097,152 bytes"),
}
