"""What phones and the speaker's window ask of the server, beside Streamlit: no visitor of the app, no rerun.

`vote/` asks for a code, `vote/K7QMD` is the phones' page. Below it: `state` (waits until something is new), `scene/SLUG`,
`choice`; and, for who has the token, `watch`, `steer`, `pair` and `results.csv|json`. Times and sizes are bounded, every
refusal is JSON with a sentence.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import random
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar, cast

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from explorer.hall import Away, Hall, Refused, csv_rows, results
from explorer.tell import link
from explorer.tell.tabular import csv_text
from explorer.web.hall import page
from explorer.web.hall.pulse import Pulse, ending

Found = TypeVar("Found")
STATUS = {"unknown": 404, "token": 403, "closed": 409, "full": 503, "flood": 429, "bad": 400}
WAIT_S = (20.0, 27.0)  # how long a question waits for news: not all phones come back at once
MOST_WAITING = 6000
MOST_BODY = 2048  # bytes
WATCH_EVERY_S = 0.25  # a projector's count is never older
MOST_EDITIONS = 64
NO_STORE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
Handler = Callable[[Request], Awaitable[Response]]


class Desk:
    """The addresses of one hall. opened: gives it, when it is first asked for."""

    def __init__(self, opened: Callable[[], Hall], wait_s: tuple[float, float] = WAIT_S) -> None:
        self._opened, self._wait_s = opened, wait_s
        self._pulse = Pulse(lambda code: self._ask(lambda hall: hall.version(code)))
        self._editions: OrderedDict[tuple[str, str, str], bytes] = OrderedDict()

    def routes(self, base: str = "") -> Sequence[BaseRoute]:
        """base: the path before them, as in "resnet"."""
        at = "/".join(["", *filter(None, base.split("/")), "vote"])
        get: dict[str, Handler] = {
            "": self._page("phone"),
            "/": self._page("phone"),
            "/{code}": self._page("phone"),
            "/{code}/speaker": self._page("speaker"),
            "/{code}/state": self.state,
            "/{code}/scene/{slug}": self.scene,
            "/{code}/watch": self.watch,
            "/{code}/remote": self.remote,
            "/{code}/results.csv": self.results,
            "/{code}/results.json": self.results,
        }
        post: dict[str, Handler] = {
            "/{code}/choice": self.choice,
            "/{code}/steer": self.steer,
            "/{code}/pair": self.pair,
        }
        return [
            Route(at + path, _guarded(handler), methods=[method])
            for method, rows in (("GET", get), ("POST", post))
            for path, handler in rows.items()
        ]

    async def _ask(self, question: Callable[[Hall], Found]) -> Found:
        """In memory at once; over a network in a thread, so that nobody else waits."""
        hall = self._opened()
        return question(hall) if hall.store.quick else await asyncio.to_thread(question, hall)

    def _page(self, name: str) -> Handler:
        async def show(request: Request) -> Response:
            body, policy = await asyncio.to_thread(page.document, name)
            packed = "gzip" in request.headers.get("accept-encoding", "")
            headers = {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer", **NO_STORE}
            content = page.packed(name) if packed else body
            return Response(content, 200, headers | ({"Content-Encoding": "gzip"} if packed else {}), "text/html")

        return show

    async def state(self, request: Request) -> Response:
        """Waits until there is another version than `?since=`."""
        code, voter = _code(request), request.query_params.get("voter", "")
        since = request.query_params.get("since", "")
        found = await self._ask(lambda hall: hall.state(code, voter))
        if str(found["version"]) == since and self._pulse.waiters < MOST_WAITING:
            await self._pulse.changed(code, found["version"], random.uniform(*self._wait_s))
            found = await self._ask(lambda hall: hall.state(code, voter))
        return _json(found)

    async def scene(self, request: Request) -> Response:
        """A scene's card: packed once for all phones."""
        code, slug = _code(request), request.path_params["slug"]
        edition = await self._ask(lambda hall: hall.edition(code, slug))
        key = (code, slug, edition)
        body = self._editions.get(key)
        if body is None:
            card, answer, tallies = await self._ask(lambda hall: hall.scene(code, slug))
            told = {"card": card, "answer": answer, "tallies": tallies}
            body = await asyncio.to_thread(gzip.compress, json.dumps(told).encode(), 6)
            self._editions[key] = body
            while len(self._editions) > MOST_EDITIONS:
                self._editions.popitem(last=False)
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(gzip.decompress(body), 200, NO_STORE, "application/json")
        return Response(body, 200, NO_STORE | {"Content-Encoding": "gzip"}, "application/json")

    async def choice(self, request: Request) -> Response:
        """One vote: which phone, which question and round, which choice, after which other. Nothing else is accepted."""
        code, given = (
            _code(request),
            await _body(request, {"voter": str, "slug": str, "round": int, "choice": int, "turn": int}),
        )
        await self._ask(
            lambda hall: hall.vote(code, given["voter"], given["slug"], given["round"], given["choice"], given["turn"])
        )
        return _json({"counted": given["choice"], "round": given["round"]})

    async def watch(self, request: Request) -> Response:
        """For the token: waits until something else has happened than `?since=`; with the scene where `?scene=1`, and a
        version that is new to who asks."""
        code, token, since = _code(request), _token(request), request.query_params.get("since", "")
        full = request.query_params.get("scene") == "1"
        loop = asyncio.get_running_loop()
        until = loop.time() + random.uniform(*self._wait_s)
        found = await self._ask(lambda hall: hall.watch(code, token, False))
        while found["stamp"] == since and loop.time() < until and not ending():
            await asyncio.sleep(WATCH_EVERY_S)
            if await self._ask(lambda hall: hall.stamp(code)) != since:
                break
        news = full and found["stamp"].partition(".")[0] != since.partition(".")[0]
        if found["stamp"] == since or news:
            found = await self._ask(lambda hall: hall.watch(code, token, full))
        return _json(found)

    async def steer(self, request: Request) -> Response:
        """For the token: closes a round, opens another, leaves the lecture, ends the session; or asks the projector for something."""
        code, token = _code(request), _token(request)
        given = await _body(request, {"do": str, "n": int})
        do, number = given["do"], given["n"]
        at_once: dict[str, Callable[[Hall], None]] = {
            "close": lambda hall: hall.close(code, token),
            "again": lambda hall: hall.again(code, token),
            "leave": lambda hall: hall.leave(code, token),
            "end": lambda hall: hall.end(code, token),
        }
        await self._ask(at_once.get(do) or (lambda hall: hall.send(code, token, do, number)))
        return _json({"done": do})

    async def remote(self, request: Request) -> Response:
        """For the token: the address, and its QR code, by which one other device steers too. at: the app's address."""
        code, token = _code(request), _token(request)
        root = link.for_others(request.query_params.get("at", "")[:200]).rstrip("/")
        word = await self._ask(lambda hall: hall.pair(code, token))
        url = f"{root}/vote/{code}/speaker#pair={word}"
        return _json({"url": url, "code": link.data_uri(link.qr_svg(url))})

    async def pair(self, request: Request) -> Response:
        """A token for a remote: for the word of its QR code, once."""
        code, given = _code(request), await _body(request, {"word": str})
        return _json({"token": await self._ask(lambda hall: hall.paired(code, given["word"]))})

    async def results(self, request: Request) -> Response:
        """For the token: the votes so far, without persons."""
        code, token = _code(request), _token(request)
        found = await self._ask(lambda hall: results(hall, code, token))
        if request.url.path.endswith(".csv"):
            return Response(csv_text(csv_rows(found)), 200, NO_STORE, "text/csv")
        return _json({"session": code, "results": found})


def _guarded(handler: Handler) -> Handler:
    """A refusal becomes an answer; a store that does not, a sentence about it."""

    async def guarded(request: Request) -> Response:
        try:
            return await handler(request)
        except Refused as refused:
            return _json({"error": str(refused), "reason": refused.reason}, STATUS[refused.reason])
        except ClientDisconnect:
            return Response(status_code=499)
        except Away:
            return _json(
                {"error": "The votes’ store cannot be reached. This goes on by itself.", "reason": "away"}, 502
            )

    return guarded


def _json(value: object, status: int = 200) -> JSONResponse:
    return JSONResponse(value, status, NO_STORE)


def _code(request: Request) -> str:
    return str(request.path_params["code"]).upper()[:16]


def _token(request: Request) -> str:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind != "Bearer" or not token:
        raise Refused("token", "Only who has started this session steers it.")
    return token[:200]


async def _body(request: Request, fields: dict[str, type]) -> dict[str, Any]:
    """A small JSON object with just these fields."""
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise Refused("bad", "The body is JSON (application/json).")
    parts = b""
    async for part in request.stream():
        parts += part
        if len(parts) > MOST_BODY:
            raise Refused("bad", f"The body has at most {MOST_BODY} bytes.")
    try:
        given = json.loads(parts)
    except (ValueError, RecursionError):
        raise Refused("bad", "The body is JSON.") from None
    if not isinstance(given, dict) or given.keys() != fields.keys():
        raise Refused("bad", f"The body has just these fields: {', '.join(fields)}.")
    for name, kind in fields.items():
        if type(given[name]) is not kind:
            raise Refused("bad", f"{name}: {'a whole number' if kind is int else 'a text'}.")
    return cast(dict[str, Any], given)
