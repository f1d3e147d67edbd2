"""What the browser tests of the map share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.harness import mounted


@pytest.fixture
def show(browser) -> Iterator:
    """show(data, …) → a page with the map; closed at the end, and free of errors."""
    pages = []

    def mount(data: dict, **how: object):
        pages.append(mounted(browser, data, **how))
        return pages[-1]

    yield mount
    for page in pages:
        faults = page.faults
        page.context.close()
        assert faults == []
