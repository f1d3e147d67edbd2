"""The addresses beside Streamlit, over real sockets: a hall of 30 phones plays five votes; what a stranger sends is refused."""

from __future__ import annotations

import asyncio
import csv
import io

import pytest

from explorer.hall import Hall, Limits, Memory
from explorer.hall.redis_store import Redis
from explorer.web.hall import page
from explorer.web.hall.routes import Desk
from tests.conftest import run_async
from tests.hall.desk import Wire, served
from tests.hall.play import ASKING, ByHand, play

PHONES = 30


def test_thirty_phones_play_five_votes() -> None:
    """Half of them are cut, come back and say things twice, while strangers knock: every vote counts once, none is lost."""
    hall = Hall(Memory())
    started = hall.start("Votes")
    with served(hall) as port:
        played = run_async(play(ByHand(hall, started.code, started.token), port, PHONES, think_s=0.1))
    assert played.faults == []
    assert len(played.counts) == 2 * len(ASKING) == 10 and len(played.voted) >= 10 * PHONES
    assert {400, 403, 404, 429} <= set(played.attacks)


def test_two_servers_serve_one_hall(redis_address: str) -> None:
    """Behind a proxy: votes go to either server, and both know all of them; one dies, the other goes on."""
    one, other = Hall(Redis(redis_address)), Hall(Redis(redis_address))
    started = one.start("Votes")

    async def over(port: int, path: str, body: object = None, token: str = "") -> dict:
        wire = Wire(port)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = await wire.ask("POST" if body else "GET", f"/vote/{started.code}/{path}", body, headers)
        wire.cut()
        assert answer.status == 200, answer
        return answer.json()

    with served(one) as first:
        with served(other) as second:
            from explorer.hall.made import cards
            from tests.hall.conftest import TOUR

            one.show(started.code, started.token, cards(TOUR, ASKING[0]), False)
            for number in range(6):
                body = {"voter": f"{number:032x}", "slug": "deeper", "round": 1, "choice": number, "turn": 1}
                run_async(over((first, second)[number % 2], "choice", body))

            async def waits() -> dict:
                """A phone at the second server, while the first one's lecturer opens another round."""
                version = other.version(started.code)
                news = asyncio.create_task(over(second, f"state?since={version}&voter={1:032x}"))
                await asyncio.sleep(0.3)
                assert not news.done()
                await over(first, "steer", {"do": "again", "n": 0}, started.token)
                return await news

            assert run_async(waits())["round"] == 2
            watched = run_async(over(second, "watch?since=x", token=started.token))
            assert watched["tallies"][0] == {str(number): 1 for number in range(6)}
        assert run_async(over(first, f"state?voter={1:032x}"))["round"] == 2


@pytest.mark.parametrize(("base", "at"), [("", "/vote"), ("resnet", "/resnet/vote"), ("/a/b/", "/a/b/vote")])
def test_below_a_base_path(base: str, at: str) -> None:
    paths = {route.path for route in Desk(lambda: Hall(Memory())).routes(base)}
    assert {at, f"{at}/{{code}}", f"{at}/{{code}}/choice"} <= paths and all(path.startswith(at) for path in paths)


def test_a_store_that_is_away_is_said(tmp_path) -> None:
    with served(Hall(Redis("redis://127.0.0.1:9/0"))) as port:
        answer = run_async(Wire(port).ask("GET", f"/vote/ABCDE/state?voter={0:032x}"))
    assert answer.status == 502 and "store cannot be reached" in answer.json()["error"]


def test_results_as_files_and_pages_with_their_policy() -> None:
    hall = Hall(Memory(Limits()))
    started = hall.start("Votes")
    from explorer.hall.made import cards
    from tests.hall.conftest import TOUR

    hall.show(started.code, started.token, cards(TOUR, TOUR.find("conv2x-dotted")), False)
    for number in range(3):
        hall.vote(started.code, f"{number:032x}", "conv2x-dotted", 1, number // 2)
    ours = {"Authorization": f"Bearer {started.token}"}

    async def get(port: int, path: str, headers: dict[str, str]) -> object:
        return await Wire(port).ask("GET", f"/vote/{path}", None, headers)

    with served(hall) as port:
        table = run_async(get(port, f"{started.code}/results.csv", ours))
        rows = list(csv.DictReader(io.StringIO(table.body.decode())))
        assert [(row["choice"], row["votes"], row["right"]) for row in rows][:2] == [
            ("3", "2", "False"),
            ("4", "1", "True"),
        ]
        told = run_async(get(port, f"{started.code}/results.json", ours)).json()
        assert told["results"][0]["votes"] == 3 and told["session"] == started.code
        scene = run_async(get(port, f"{started.code}/scene/conv2x-dotted", {"Accept-Encoding": "gzip"}))
        assert scene.headers["content-encoding"] == "gzip" and len(scene.body) < 4_000
        for path, name in (("", "phone"), ("abcde", "phone"), ("abcde/speaker", "speaker")):
            shown = run_async(get(port, path, {}))
            policy = shown.headers["content-security-policy"]
            assert shown.body == page.document(name)[0] and "default-src 'none'" in policy and "sha256-" in policy
        assert len(page.packed("phone")) < 60_000  # a light page: no framework, one file


@pytest.mark.parametrize("name", ["phone", "speaker"])
def test_a_script_cannot_end_its_element(name: str, monkeypatch) -> None:
    assert "<script" not in page.script(name)
    monkeypatch.setattr(page, "joined", lambda *_: "x = '</SCRIPT>'")
    with pytest.raises(ValueError, match=f"{name}.js"):
        page.script(name)
