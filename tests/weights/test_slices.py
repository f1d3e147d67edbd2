"""A file that stays in the browser: what is read of its slices is what is read of the file, and little is asked for."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from explorer.spec import preset
from explorer.weights.anything import identify_stream
from explorer.weights.slices import FIRST, MOST, Missing, Slices
from tests.weights.checkpoints import FORMS, Browser, filled, saved
from tests.weights.hostile import HOSTILE, RAN


def outcome(content: bytes) -> tuple[object, Browser]:
    """The answer or the error, as a browser gets it."""
    browser = Browser(content)
    while browser.rounds < 50:
        try:
            return identify_stream(Slices(len(content), browser.send()), "net").plain(), browser  # type: ignore[arg-type]
        except Missing as missing:
            browser.asked = [(missing.offset, missing.length)]
        except ValueError as error:
            return str(error), browser
    raise AssertionError("it asks for ever")


def whole(content: bytes) -> object:
    try:
        return identify_stream(io.BytesIO(content), "net").plain()
    except ValueError as error:
        return str(error)


@pytest.mark.parametrize("form", ["safetensors", *FORMS])
def test_a_checkpoint_is_identified_by_a_small_part_of_it(form: str, tmp_path: Path) -> None:
    state, path = filled(preset("resnet18")).state_dict(), tmp_path / "net"
    saved(state, path) if form == "safetensors" else FORMS[form](state, path)
    content = path.read_bytes()
    found, browser = outcome(content)
    assert found == whole(content) and isinstance(found, dict) and found["name"] == "resnet18"
    sent = sum(len(text) for _, text in browser.parts)
    assert browser.rounds <= 3 and sent <= 0.01 * len(content)


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_in_the_same_words(kind: str) -> None:
    content = HOSTILE[kind][0]
    found, browser = outcome(content)
    assert found == whole(content) and RAN == []
    assert sum(len(text) for _, text in browser.parts) <= MOST


def test_reading_stops_at_the_first_byte_that_is_not_here() -> None:
    file = Slices(1_000_000, [(0, b"ab\ncd"), (5, b"ef"), (900_000, b"tail")])
    assert (file.readline(100), file.read(4), file.tell()) == (b"ab\n", b"cdef", 7)
    for step, said in ((lambda: file.read(1), (7, FIRST)), (lambda: file.readline(70_000), (7, 70_000))):
        with pytest.raises(Missing) as caught:
            step()
        assert (caught.value.offset, caught.value.length) == said
    assert file.seek(-100_000, 2) == 900_000 and file.read(4) == b"tail"
    assert file.seek(0, 2) == 1_000_000 and file.read() == b""
    with pytest.raises(Missing) as caught:
        file.seek(950_000)
        file.read(90_000)
    assert (caught.value.offset, caught.value.length) == (950_000, 50_000)  # not beyond its end


@pytest.mark.parametrize(
    ("size", "parts"),
    [(-1, []), (1 << 60, []), (10, [(-1, b"a")]), (10, [(9, b"ab")]), (1 << 30, [(0, bytes(MOST + 1))])],
)
def test_slices_that_cannot_be_are_refused(size: int, parts: list[tuple[int, bytes]]) -> None:
    with pytest.raises(ValueError):
        Slices(size, parts)
