"""A workshop for a module's tests, in place of the program's own: its processes do not outlive them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Literal

import pytest

from explorer.apart import Workshop


@contextmanager
def its_own(module: ModuleType, door: Literal["alone", "beside"]) -> Iterator[Workshop]:
    """door: by which the module has its work done."""
    made = Workshop()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, door, getattr(made, door))
        yield made
    made.close()
