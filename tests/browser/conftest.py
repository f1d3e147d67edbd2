"""What the browser tests of the map share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.harness import blank, mount


@pytest.fixture(scope="session")
def map_pages(browser) -> Iterator:
    """map_pages(**device) → the worker's one page for maps on that kind of device."""
    pages: dict[str, object] = {}

    def page(**device: object):
        kind = str(sorted(device.items()))
        if kind not in pages:
            pages[kind] = blank(browser, **device)
        return pages[kind]

    yield page
    for one in pages.values():
        one.context.close()


@pytest.fixture
def show(map_pages) -> Iterator:
    """show(data, …) → a page with the map, free of errors at the end."""
    shown = []

    def mounted(
        data: dict, width: int = 1000, height: int = 640, reduced_motion: str = "no-preference", **device: object
    ):
        shown.append(map_pages(**device))
        mount(shown[-1], data, width, height, reduced_motion)
        return shown[-1]

    yield mounted
    for page in shown:
        assert page.faults == []
