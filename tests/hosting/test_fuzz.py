"""The short form of `python -m tests.fuzz`: always the same tries, so that what fails can be tried again."""

import pytest

from tests.fuzz import KINDS, faults

FEW = {"links": 12, "commands": 60}


@pytest.mark.parametrize("kind", KINDS)
def test_random_input_ends_in_a_sentence(kind: str) -> None:
    assert list(faults(kind, FEW[kind], seed=1)) == []
