"""Whatever a file holds: one sentence, and nothing of it is ever run. How little time and memory it takes stands in
tests/test_hostile.py, in a process that does nothing else."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.weights import files
from tests.weights import hostile
from tests.weights.hostile import HOSTILE


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_one_sentence(kind: str, tmp_path: Path) -> None:
    content, says = HOSTILE[kind]
    path = tmp_path / "net.pth"
    path.write_bytes(content)
    with pytest.raises(ValueError) as caught:
        files.read(path)
    said = str(caught.value)
    assert said.startswith("file='") and says in said
    assert "\n" not in said and len(said) < 400
    assert hostile.RAN == []


def test_the_trap_works_when_it_is_unpickled() -> None:
    pickle.loads(hostile.BOMB)
    assert hostile.RAN == ["pickle"]
    hostile.RAN.clear()


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: None], ids=["a folder", "a pipe", "nothing"])
def test_what_is_no_file_is_said(make: object, tmp_path: Path) -> None:
    make(path := tmp_path / "net.pt")
    with pytest.raises(ValueError, match="no file|no such file"):
        files.read(path)


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000, "/dev/zero", "\ud800"])
def test_names_that_are_no_files(name: str) -> None:
    with pytest.raises(ValueError, match="^file="):
        files.read(name)


@given(st.binary(max_size=200))
@settings(max_examples=300)
def test_any_bytes_are_read_or_refused(found: bytes) -> None:
    from io import BytesIO

    for start in (b"", b"\x80\x02", b"PK", b"\x10\0\0\0\0\0\0\0{"):
        try:
            files.read_stream(BytesIO(start + found))
        except ValueError as error:
            assert str(error).startswith("file=")
