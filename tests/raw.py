"""Raw messages to a server that runs: broken protobuf, controls that are not there, wrong types, huge texts, wrong JSON.

`python -m tests.fuzz messages 500 [SEED]` sends them over real sockets; the suite sends a few. Nothing may hang, no page may
show an exception, no traceback of ours may stand in the server's log, and who comes next is served.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.benchmarks.tab import Answer, Tab

MOST_S = 10.0
PAGES = (
    "",
    "blocks",
    "shapes",
    "cost",
    "sheet",
    "compare",
    "practice",
    "why_residual",
    "timing",
    "identify",
    "nowhere",
)
TEXTS = (
    "",
    "\x00",
    "x" * 200_000,
    "$$ID-0-None",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "﷽" * 500,
    "NaN",
    "1e999",
)
NUMBERS = (0, -1, 2**53, -(2**62), 7)
FLOATS = (0.0, -1.5, float("nan"), float("inf"), 1e308)


def fill(state: WidgetState, dice: random.Random) -> WidgetState:
    """Any value of any type."""
    text, number, real = dice.choice(TEXTS), dice.choice(NUMBERS), dice.choice(FLOATS)
    kinds: tuple[Callable[[], object], ...] = (
        lambda: setattr(state, "trigger_value", True),
        lambda: setattr(state, "bool_value", dice.random() < 0.5),
        lambda: setattr(state, "double_value", real),
        lambda: setattr(state, "int_value", number),
        lambda: setattr(state, "string_value", text),
        lambda: setattr(state, "json_value", dice.choice(("{", "[]", '{"selected": [1]}', "null", text))),
        lambda: setattr(state, "json_trigger_value", dice.choice(("{", "[{}]", "7", text))),
        lambda: setattr(state, "bytes_value", text.encode()),
        lambda: state.string_array_value.data.extend([text] * dice.choice((0, 1, 50))),
        lambda: state.int_array_value.data.extend([number] * dice.choice((0, 1, 50))),
        lambda: state.double_array_value.data.extend([real] * dice.choice((0, 1, 50))),
    )
    dice.choice(kinds)()
    return state


def asked(tab: Tab, dice: random.Random) -> BackMsg:
    """A run with something wrong in it."""
    message = BackMsg()
    rerun = message.rerun_script
    rerun.page_script_hash, rerun.page_name = tab.page_hash, tab.page
    rerun.widget_states.widgets.extend(tab.states.values())
    for _ in range(dice.choice((1, 1, 3))):
        what = dice.randrange(7)
        if what == 0:
            rerun.widget_states.widgets.append(fill(WidgetState(id=dice.choice(TEXTS)), dice))
        elif what <= 3 and tab.ids:
            rerun.widget_states.widgets.append(fill(WidgetState(id=dice.choice(sorted(tab.ids.values()))), dice))
        elif what == 4:
            rerun.query_string = dice.choice(
                ("%", "depth=%ff%fe", "&&&=", "depth=18&depth=50", "a=" + dice.choice(TEXTS))
            )
        elif what == 5:
            rerun.fragment_id = dice.choice(TEXTS)
        else:
            rerun.page_script_hash, rerun.page_name = dice.choice(TEXTS), dice.choice(TEXTS)
            rerun.cached_message_hashes.extend([dice.choice(TEXTS)[:100]] * dice.choice((1, 500)))
    return message


def other(dice: random.Random) -> bytes:
    """What is no run, or no message at all."""
    message = BackMsg()
    kind = dice.choice(
        ("clear_cache", "stop_script", "load_git_info", "debug_shutdown_runtime", "app_heartbeat", "files", "noise")
    )
    if kind == "noise":
        return dice.randbytes(dice.choice((0, 1, 7, 300, 100_000)))
    if kind == "files":
        message.file_urls_request.request_id = dice.choice(TEXTS)
        message.file_urls_request.file_names.extend([dice.choice(TEXTS)] * 3)
    else:
        setattr(message, kind, True)
    return message.SerializeToString()


def broken(data: bytes, dice: random.Random) -> bytes:
    """Cut short, or with a few bytes that are others."""
    if dice.random() < 0.5:
        return data[: dice.randrange(len(data) + 1)]
    changed = bytearray(data)
    for _ in range(dice.choice((1, 3, 20))):
        changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)


async def socket(url: str, dice: random.Random) -> str:
    """A visit, and one message over its socket; "" or what was wrong."""
    tab = Tab(url, dice.choice(PAGES))
    answer = await asyncio.wait_for(tab.open(), MOST_S * 3)
    assert tab.socket is not None
    kind = dice.choice(("asked", "asked", "broken", "other", "text"))
    run = asked(tab, dice)
    data: bytes | str = "{" if kind == "text" else other(dice) if kind == "other" else run.SerializeToString()
    if kind == "broken" and isinstance(data, bytes):
        data = broken(data, dice)
    try:
        await tab.socket.send(data)
        if kind == "asked" and not run.rerun_script.fragment_id:  # for a part that is not there nothing is run
            answer = await tab.receive(MOST_S * 3)
        await tab.send()  # whatever it was, the visitor goes on, or the socket was closed
        last: Answer = await tab.receive(MOST_S * 3)
        shown = answer.errors + last.errors
        return f"the page shows {shown[0][:200]}" if shown else ""
    except ConnectionClosed:
        return ""
    finally:
        await tab.close()


async def greeting(url: str, dice: random.Random) -> str:
    """A handshake of somebody else's."""
    said = ["streamlit", "PLACEHOLDER_AUTH_TOKEN", dice.choice(("nobody", "0" * 36, "%00", "x" * 2_000))]
    try:
        wanted = dice.choice((said, said[:1], ["soap"]))
        async with connect(
            f"{url.replace('http', 'ws', 1)}/_stcore/stream", subprotocols=wanted, open_timeout=MOST_S
        ) as one:
            await one.send(dice.randbytes(20))
    except (InvalidHandshake, ConnectionClosed):
        pass
    return ""


BODIES = (
    *(b"", b"{", b"[]", b"null", b'{"voter": 7}', b"\xff\xfe", b"[" * 2_000, b"x" * 5_000, b'{"choice": 1e400}'),
    json.dumps({"voter": "x", "slug": "y", "round": -1, "choice": 2**70, "turn": 0}).encode(),
)


def phone(url: str, dice: random.Random) -> str:
    """The hall's addresses, with a wrong code, body or question."""
    code = dice.choice(("K7QMD", "x", "%00", "..%2f..", "9" * 300))
    to = dice.choice(
        (
            "state?since=x",
            "scene/zzz",
            "choice",
            "steer",
            "pair",
            "watch?since=&scene=1",
            "results.csv",
            "remote",
            "nothing",
        )
    )
    body = dice.choice(BODIES) if to in ("choice", "steer", "pair") else None
    sent = urllib.request.Request(
        f"{url}/vote/{code}/{to}", data=body, headers={"Authorization": dice.choice(("", "Bearer x"))}
    )
    try:
        with urllib.request.urlopen(sent, timeout=MOST_S):
            return ""
    except urllib.error.HTTPError as refused:
        return f"/vote/{code[:20]}/{to} {body!r:.60}: {refused.code}" if refused.code == 500 else ""


def ours(log: Path) -> int:
    """Lines of tracebacks in the server's log that stand in a page's code: what of a broken frame Streamlit itself notes is
    about no page."""
    return len(re.findall(r"/explorer/app\.py|/pages/\w+\.py", log.read_text(encoding="utf-8", errors="replace")))


async def faults(url: str, log: Path, count: int, seed: int = 0) -> AsyncIterator[str]:
    """What was wrong, of `count` messages."""
    before = ours(log)
    for number in range(count):
        dice = random.Random(f"messages {seed} {number}")
        kind = dice.choice((socket, socket, socket, greeting, phone))
        try:
            if kind is phone:
                said = await asyncio.to_thread(phone, url, dice)
            else:
                said = await asyncio.wait_for(kind(url, dice), MOST_S * 6)
        except Exception as error:  # a hang, or a server that is gone
            said = f"{type(error).__name__}: {str(error)[:200]}"
        now = ours(log)
        if said or now > before:
            yield f"{number} {kind.__name__}: {said or 'a traceback of ours in the log'}"
        before = now
    tab = Tab(url, "", {"depth": "18"})
    answer = await tab.open()
    await tab.close()
    if "ResNet-18" not in answer.header or answer.errors:
        yield f"who came next saw {answer.header!r} {answer.errors}"
