"""A small hall over Streamlit's own protocol, without browsers: the short forms of `tests.benchmarks.bench_load`."""

from __future__ import annotations

import asyncio
import urllib.error
import urllib.request
from collections.abc import Callable, Coroutine
from typing import TypeVar

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import InvalidStatus

from explorer.lab.shelf import token
from explorer.web.tray import COOKIE
from tests.benchmarks.bench_load import (
    PAGES,
    Seen,
    asked,
    crowd,
    cut,
    cut_in_midst,
    goes,
    going_on,
    held,
    opened,
    own_numbers,
    runner,
    until,
)
from tests.benchmarks.tab import Tab
from tests.conftest import Server, run_async

T = TypeVar("T")
VISITORS = 8
OTHERS = {"explain", "feature_maps", "identify", "lecture", "machines", "why_residual"}  # of no net, or of their own


def ran(work: Callable[[], Coroutine[None, None, T]]) -> T:
    return run_async(work())


def well(seen: Seen, answers: int) -> None:
    assert (len(seen.seconds), seen.wrong, seen.errors) == (answers, [], [])


def test_a_hall_opens_at_once_changes_and_comes_back_with_its_choices(server: Server) -> None:
    """Nobody sees another's numbers: each has an input of their own, and every header is computed here again."""

    async def story() -> None:
        tabs = crowd(server.url, VISITORS)
        well(await opened(tabs), VISITORS)
        well(await own_numbers(tabs, 2 * VISITORS), 3 * VISITORS)
        sessions = [tab.session for tab in tabs]
        well(await cut_in_midst(tabs, lambda number: 32 + number), VISITORS)
        assert len(await cut(tabs)) == VISITORS
        well(await going_on(tabs, 0.1, lambda number: 32 + number), VISITORS)
        assert [tab.session for tab in tabs] == sessions
        await asyncio.gather(*(tab.close() for tab in tabs))

    ran(story)


def test_every_page_answers_each_of_five_visitors_with_the_net_that_was_asked_for(server: Server) -> None:
    """Five at once, each on a page of their own: a depth that it has not shown yet, and back."""

    async def story() -> tuple[Seen, set[str]]:
        seen, others = Seen(), set()
        for start in range(0, len(PAGES), 5):
            tabs = [Tab(server.url, page.replace("architecture", ""), {"depth": "18"}) for page in PAGES[start:][:5]]
            first = await asyncio.gather(*(tab.open() for tab in tabs))
            assert [answer.errors for answer in first] == [[]] * len(tabs)
            others |= {tab.page for tab, answer in zip(tabs, first, strict=True) if "ResNet-18" not in answer.header}
            shown = [tab for tab in tabs if tab.page not in others]
            for depth in ("34", "18"):
                await asyncio.gather(*(seen.take(tab.set("depth", depth), depth) for tab in shown))
            await asyncio.gather(*(tab.close() for tab in tabs))
        return seen, others

    seen, others = ran(story)
    assert others == OTHERS
    well(seen, 2 * (len(PAGES) - len(others)))


def test_a_choice_stays_when_the_next_request_has_not_heard_of_it(server: Server) -> None:
    """As long as our change of the address is on its way, the browser's requests say the old one."""

    async def story() -> list[dict[str, str]]:
        tab = Tab(server.url, "blocks")
        await tab.open()
        await tab.set("equal", "the same cost, as in Fig. 5")
        heard, tab.query = [tab.query], {}
        await tab.set("place", "x reshaped")
        heard.append(tab.query)
        await tab.close()
        return heard

    assert ran(story) == [{"equal": "cost"}, {"equal": "cost", "place": "dotted"}]


def test_who_comes_and_goes_leaves_no_thread(server: Server) -> None:
    async def visit() -> None:
        tabs = crowd(server.url, VISITORS)
        well(await opened(tabs), VISITORS)
        await asyncio.gather(*(tab.close() for tab in tabs))
        await asyncio.sleep(0)

    ran(visit)
    _, threads, handles = held(server.process.pid)
    ran(visit)
    _, threads_after, handles_after = held(server.process.pid)
    # a session waits two minutes for its visitor to come back, with three handles of its own
    assert threads_after <= threads + 2 and handles_after <= handles + 3 * VISITORS


def test_what_a_browser_has_is_referred_to(server: Server) -> None:
    """Going to and fro between two nets sends neither map again, and no script or style at all."""

    async def story() -> list[int]:
        tab = Tab(server.url, "", {"depth": "18"})
        first = await tab.open()
        sizes = [first.bytes] + [(await tab.set("depth", depth)).bytes for depth in ("152", "18", "152")]
        assert asked(tab) == "152" and "ResNet-152" in (await tab.again()).header
        await tab.close()
        return sizes

    opened_bytes, new, *known = ran(story)
    assert opened_bytes < 300_000 and new < 300_000
    assert max(known) < 20_000


def test_who_clears_their_cache_goes_on_with_what_was_chosen(server: Server) -> None:
    """Streamlit's own way forgets a session's controls, whose states the browser still says."""

    async def story() -> list[str]:
        tab = Tab(server.url, "cost")
        await tab.open()
        await tab.set("depth", "34")
        assert tab.socket is not None and "look_into" in tab.ids
        await tab.socket.send(BackMsg(clear_cache=True).SerializeToString())
        after = await tab.again()
        assert "ResNet-34" in after.header
        await tab.close()
        return after.errors

    assert ran(story) == []


def test_a_closed_tab_makes_room_and_its_run_goes_on_for_who_comes_back(server: Server) -> None:
    """Over real sockets, with somebody else's "Clear cache" in between, which is nobody's business."""

    async def story() -> None:
        mine = token()
        first = await runner(server.url, "degradation", 11, steps=500, cookie=f"{COOKIE}={mine}")
        await first.press("run")
        await until(first, goes)
        other = await runner(server.url, "degradation", 12, steps=500)
        assert "in the queue" in (await other.press("run")).progress
        assert other.socket is not None
        clearing = Tab(server.url)
        await clearing.open()
        assert clearing.socket is not None
        await clearing.socket.send(BackMsg(clear_cache=True).SerializeToString())
        assert "ResNet-50" in (await clearing.again()).header
        assert "in the queue" in (await other.again()).progress, "nobody else's queue was cleared"
        first.cut()
        await until(other, goes)
        back = await runner(server.url, "degradation", 11, cookie=f"{COOKIE}={mine}")
        _, answer = await until(back, lambda got: bool(got.progress))
        assert "in the queue" in answer.progress, "it waits for its turn"
        await other.press("cancel")
        await until(back, lambda got: "so again to where it was" in got.progress or "step" in got.progress)
        await back.press("cancel")
        await asyncio.gather(*(tab.close() for tab in (other, back, clearing)))

    ran(story)


def test_another_site_reaches_nothing_in_a_visitors_name(server: Server) -> None:
    """Neither a socket, by its origin, nor an upload, by the token that only the app's own page can read."""

    async def story() -> None:
        tab = crowd(server.url, 1)[0]
        tab.headers["Origin"] = "http://evil.example"
        with pytest.raises(InvalidStatus, match="403"):
            await tab.connect()
        tab.headers["Origin"] = server.url
        await tab.open()
        asked = urllib.request.Request(
            f"{server.url}/_stcore/upload_file/{tab.session}/one", b"x", {"Cookie": "_streamlit_xsrf=a"}, method="PUT"
        )
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(asked, timeout=20)
        await tab.close()

    ran(story)
