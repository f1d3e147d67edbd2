"""A `.safetensors` file's header: JSON with each tensor's name, number format, shape and place. No weights are read.

Format: 8 bytes with the header's length (little endian), the header, then the tensors one after another without gaps
(github.com/huggingface/safetensors). The bytes are counted before they are parsed, so that no header costs more than
the largest honest one.
"""

from __future__ import annotations

import json
from typing import IO, Any

from explorer.weights.limits import (
    BYTES,
    MAX_HEADER,
    MAX_TENSORS,
    Tensor,
    checked_name,
    checked_shape,
    elements,
)

DTYPES = {
    "F64": "float64",
    "F32": "float32",
    "F16": "float16",
    "BF16": "bfloat16",
    "F8_E4M3": "float8_e4m3fn",
    "F8_E5M2": "float8_e5m2",
    "C64": "complex64",
    "I64": "int64",
    "I32": "int32",
    "I16": "int16",
    "I8": "int8",
    "U64": "uint64",
    "U32": "uint32",
    "U16": "uint16",
    "U8": "uint8",
    "BOOL": "bool",
}
MOST = {b"{": MAX_TENSORS + 2, b"[": 2 * MAX_TENSORS, b",": 12 * MAX_TENSORS, b'"': 14 * MAX_TENSORS}


def looks_like(start: bytes) -> bool:
    """Whether a file's first bytes are a header's length and an opening brace."""
    return len(start) >= 9 and start[8:9] == b"{" and start[:2] != b"PK"


def read(file: IO[bytes], size: int) -> list[Tensor]:
    """The tensors in the header's order. Raises `ValueError` with one sentence."""
    file.seek(0)
    length = int.from_bytes(file.read(8), "little")
    if length > MAX_HEADER:
        raise ValueError(f"its header says that it is {length:,} bytes long; at most {MAX_HEADER:,} are read")
    if 8 + length > size:
        raise ValueError(f"it ends inside its header of {length:,} bytes: the file is cut off")
    header = _parsed(file.read(length))
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise ValueError("its __metadata__ is something other than texts by name")
    if len(header) > MAX_TENSORS:
        raise ValueError(f"it lists {len(header):,} tensors; at most {MAX_TENSORS:,} are read")
    _check_places(header, size - 8 - length)
    return [Tensor(checked_name(name), tuple(entry["shape"]), DTYPES[entry["dtype"]]) for name, entry in header.items()]


def _parsed(text: bytes) -> dict[str, Any]:
    for sign, most in MOST.items():
        if text.count(sign) > most:
            raise ValueError(f"its header lists more than {MAX_TENSORS:,} tensors, or nests what has no place there")
    try:
        header = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant, parse_int=_whole)
    except (RecursionError, UnicodeDecodeError, json.JSONDecodeError):
        raise ValueError("its header is no JSON that can be read") from None
    if not isinstance(header, dict):
        raise ValueError("its header is no list of tensors by name")
    return header


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("its header names the same tensor twice")
    return found


def _whole(digits: str) -> int:
    if len(digits) > 20:
        raise ValueError("its header holds a number of more than 20 digits")
    return int(digits)


def _no_constant(word: str) -> None:
    raise ValueError(f"its header holds {word}, which is no number")


def _check_places(header: dict[str, Any], size: int) -> None:
    """Every tensor has the bytes that its shape needs, inside the file, next to each other."""
    places = []
    for entry in header.values():
        if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
            raise ValueError("its header describes a tensor by something other than dtype, shape and data_offsets")
        if not isinstance(entry["dtype"], str) or entry["dtype"] not in DTYPES:
            raise ValueError("its header names a number format that safetensors does not have")
        needed = elements(checked_shape(entry["shape"])) * BYTES[DTYPES[entry["dtype"]]]
        offsets = entry["data_offsets"]
        if not isinstance(offsets, list) or len(offsets) != 2 or not all(type(one) is int for one in offsets):
            raise ValueError("its header has offsets that are no pair of whole numbers")
        first, last = offsets
        if first < 0 or last - first != needed:
            raise ValueError("its header has offsets that do not fit a tensor's shape")
        places.append((first, last))
    reached = 0
    for first, last in sorted(places):
        if first != reached:
            raise ValueError(f"its tensors {'overlap' if first < reached else 'leave a gap'} at byte {first:,}")
        reached = last
    if reached != size:
        said = "the file is cut off" if reached > size else "there is something behind the last tensor"
        raise ValueError(f"its tensors take {reached:,} bytes and the file has {max(size, 0):,} for them: {said}")
