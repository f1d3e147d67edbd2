"""No file of a visitor hangs, crashes or fills the server: each is refused in a sentence (the files: tests/hostile.py)."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from explorer import lecture
from explorer.lecture import LectureError, bounds
from explorer.lecture.load import MOST_TEXT
from tests.conftest import ROOT
from tests.hostile import EVERY, KINDS, MOST_MB, MOST_WORK, scene


@pytest.fixture(scope="module")
def read() -> dict[str, dict]:
    """What one child process says of all files: each under a limit of ten seconds, all under five minutes."""
    command = [sys.executable, "-m", "tests.hostile"]
    run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=300)
    assert run.returncode == 0, run.stderr[-2000:]
    return {row["name"]: row for row in map(json.loads, run.stdout.splitlines())}


@pytest.mark.parametrize("name", EVERY)
def test_a_hostile_file_is_refused_in_a_sentence(read: dict[str, dict], name: str) -> None:
    row = read[name]
    assert row["said"] is not None, "it never ended"
    assert row["said"] and not row["said"].startswith("TRACEBACK"), row["said"]
    assert len(row["said"]) <= 300
    assert row["work"] <= MOST_WORK and row["mb"] <= MOST_MB, row  # neither a busy host counts nor a slow one


def test_there_are_enough_of_them() -> None:
    assert len(EVERY) >= 40 and {name.partition(":")[0] for name in EVERY} == set(KINDS)


def test_what_is_at_the_limits_is_read() -> None:
    """The limits are where they are said to be."""
    marks = "{params} " * (bounds.MOST_MARKS // 1)
    lecture.parse(scene(marks))
    with pytest.raises(LectureError, match=r"301 marks .*; at most 300 in a text"):
        lecture.parse(scene(marks + "*"))
    lecture.parse(scene("x" * 4_000))
    with pytest.raises(LectureError, match="4,001 characters; at most 4,000"):
        lecture.parse(scene("x" * 4_001))
    every = "".join(scene("x").replace("One", str(number)) for number in range(bounds.MOST_SCENES))
    assert len(lecture.parse(every).scenes) == bounds.MOST_SCENES
    lecture.parse(scene("x", 'state = "depth=other&model=custom&stages=1,1,997,1"\n'))
    many = "".join(f"# {'-' * 200}\n" for _ in range(1_400)) + scene("x")
    assert len(many) < bounds.MOST_BYTES and lecture.parse(many)


def test_quotes_brackets_and_numbers_inside_a_text_do_not_count() -> None:
    text = f"''' {'(' * 50} a.b.c.d.e.f.g.h.i.j.k 1{'0' * 40} {'x' * 250} = = ="
    assert lecture.parse(scene(text)).scenes[0].text == text


def test_a_mistake_repeats_no_endless_value() -> None:
    with pytest.raises(LectureError) as caught:
        lecture.parse(scene("x", f'minutes = "{"y" * 900}"\n"{"k" * 190}" = 1\n'))
    assert all(len(problem) < 260 for problem in caught.value.problems)
    with pytest.raises(LectureError) as caught:
        lecture.parse(scene("x", "".join(f"k{number} = 1\n" for number in range(400))))
    assert len(caught.value.problems) == 51 and caught.value.problems[-1] == "and 350 mistakes more"


def test_the_limits_are_told_to_whoever_writes_a_lecture() -> None:
    said = lecture.how_to()
    for limit in (bounds.MOST_BYTES, bounds.MOST_SCENES, MOST_TEXT, bounds.MOST_BLOCKS):
        assert f"{limit:,}" in said
