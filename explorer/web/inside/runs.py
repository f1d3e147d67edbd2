"""How Streamlit's scripts run and its answers go, mended where a hall of visitors would wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cache, partial, partialmethod, wraps
from typing import Any, cast
from weakref import WeakKeyDictionary, WeakSet

from streamlit import config
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import app_session
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.runtime import Runtime
from streamlit.runtime.scriptrunner import ScriptRunnerEvent
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.runtime.session_manager import ActiveSessionInfo
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from explorer.web.inside.together import Joined, Soon
from explorer.web.inside.turns import Turns
from explorer.web.inside.uploads import bounded


@cache
def apart() -> None:
    """What one visitor clears are their own caches, as the dialog says, and what they chose stays. Streamlit's "Clear cache",
    which any socket may ask for, empties every cache of the process: everybody's runs and timings would be cancelled, and a
    second queue would work beside the first. It also forgets a session's keys but not whom its controls call back, so that
    the next choice on Cost broke the page."""
    AppSession._handle_clear_cache_request = AppSession.clear_session_caches  # type: ignore[method-assign]


@cache
def unwatched() -> None:
    """Where the host says that no file is watched, none is watched for a visitor who comes back after a cut either.
    Streamlit 1.67 looks through all modules for each of them, a second's work with torch: three hundred wait five minutes.
    """
    if config.get_option("server.fileWatcherType") == "none":
        AppSession.register_file_watchers = lambda self: None  # type: ignore[method-assign]


@cache
def told_once() -> None:
    """The theme and the settings, which each run tells its browser again, are put together once. Streamlit 1.67 walks through
    all of its options seven times for them, and looks at each of a theme's by a regular expression: a fifth of a run."""
    for name in ("_populate_theme_msg", "_populate_config_msg"):
        setattr(app_session, name, kept(getattr(app_session, name)))


def kept(populate: Callable[..., None]) -> Callable[..., None]:
    """A function of (message, section …) that fills a message from the settings alone, called once for each section."""
    made: dict[tuple[str, ...], Any] = {}
    config.on_config_parsed(made.clear, force_connect=True)

    @wraps(populate)
    def fill(message: Any, *section: str) -> None:
        if section not in made:
            fresh = type(message)()
            populate(fresh, *section)
            made[section] = fresh
        if made[section].ByteSize():
            message.MergeFrom(made[section])

    return fill


SESSIONS = 600  # that wait `server.disconnectedSessionTTL` for their visitors: two halls of three hundred


@cache
def remembered() -> None:
    """Whoever is cut off and comes back finds what was theirs, and so does a whole hall. Streamlit 1.67 keeps 128 sessions,
    for which it has no option: of three hundred who were cut at once the others began anew. And a run that was cut off has
    nothing to say any more, since the browser asks for another: what it said would clear the page until that has come. Who
    is away keeps no files open: a session's loop for its scripts, of which ours make no use, is three."""
    resume, leave = WebsocketSessionManager._resume_stored_session, WebsocketSessionManager.disconnect_session

    def resumed(self: WebsocketSessionManager, *which: Any) -> str | None:
        found = resume(self, *which)
        if found is not None:
            session = self._active_session_info_by_id[found].session
            session._browser_queue.clear()
            if session._script_event_loop.is_closed():
                session._script_event_loop = asyncio.new_event_loop()
        return found

    def left(self: WebsocketSessionManager, session_id: str) -> None:
        info = self._active_session_info_by_id.get(session_id)
        leave(self, session_id)
        if info is not None and info.session._scriptrunner is not None:
            UNWANTED.add(info.session._scriptrunner)
        elif info is not None:
            info.session._script_event_loop.close()

    MemorySessionStorage.__init__ = partialmethod(MemorySessionStorage.__init__, maxsize=SESSIONS)  # type: ignore[method-assign, assignment]
    WebsocketSessionManager._resume_stored_session = resumed  # type: ignore[method-assign, assignment]
    WebsocketSessionManager.disconnect_session = left  # type: ignore[method-assign]


AT_ONCE = 2  # scripts that run: one at its arithmetic, another at what waits for nobody
TURN_S = 1.0
TURNS = Turns(AT_ONCE, TURN_S)
UNWANTED: WeakSet[ScriptRunner] = WeakSet()  # whose visitor has asked for another run, or has gone
ONCE = ("trigger_value", "string_trigger_value", "chat_input_value", "json_trigger_value")


def says_once(asked: RerunData) -> bool:
    """Whether a request has what no other will have: a press, or the browser's back and forward."""
    states = asked.widget_states.widgets if asked.widget_states else ()
    return asked.is_history_navigation or any(one.WhichOneof("value") in ONCE for one in states)


@cache
def in_turn() -> None:
    """Scripts run in the order in which they were asked for, `AT_ONCE` at a time, and who takes longer than `TURN_S` keeps
    nobody waiting. Streamlit 1.67 starts all at once, and Python's threads take turns by luck: of sixteen that each need
    100 ms one was left behind for a minute, and the server's own thread, which sends all answers, with it. A run that nobody
    waits for any more when its turn comes is left out."""
    plain, ask = ScriptRunner._run_script, AppSession.request_rerun

    def run(self: ScriptRunner, rerun_data: RerunData) -> None:
        with TURNS.one():
            if self not in UNWANTED or says_once(rerun_data):
                plain(self, rerun_data)

    def asked(self: AppSession, *for_what: Any) -> None:
        before = self._scriptrunner
        ask(self, *for_what)
        if before is not None and before is not self._scriptrunner:
            UNWANTED.add(before)

    ScriptRunner._run_script = run  # type: ignore[method-assign]
    AppSession.request_rerun = asked  # type: ignore[method-assign, assignment]


SOON_S = 0.005  # as long as Streamlit itself gathers what it sends
MOST = 100  # messages without a pause between: who has not taken 500 counts as a browser that does not read


@cache
def handed_over() -> None:
    """What a script says goes to the server's thread in few pieces: beside a script that works, each waits for its turn.
    Streamlit 1.67 wakes that thread for each message twice."""
    handed: WeakKeyDictionary[asyncio.AbstractEventLoop, Soon] = WeakKeyDictionary()
    plain, wake = AppSession._on_scriptrunner_event, Runtime._enqueued_some_message

    def hand(session: AppSession, act: Callable[[], object], now: bool) -> None:
        loop = session._event_loop
        try:
            (handed.get(loop) or handed.setdefault(loop, Soon(loop, SOON_S)))(act, now)
        except RuntimeError:
            if not loop.is_closed():
                raise

    def say(self: AppSession, sender: ScriptRunner | None, event: ScriptRunnerEvent, *its: Any, **named: Any) -> None:
        if event in (ScriptRunnerEvent.ENQUEUE_FORWARD_MSG, ScriptRunnerEvent.SCRIPT_STARTED):
            hand(self, partial(self._handle_scriptrunner_event_on_event_loop, sender, event, *its, **named), now=False)
        else:
            plain(self, sender, event, *its, **named)

    def wakened(self: Runtime) -> None:
        its = self._get_async_objs()
        if asyncio._get_running_loop() is its.eventloop:
            its.need_send_data.set()
        else:
            wake(self)

    AppSession._on_scriptrunner_event = say  # type: ignore[method-assign]
    AppSession._call_soon_on_event_loop = partialmethod(hand, now=True)  # type: ignore[method-assign, assignment]
    Runtime._enqueued_some_message = wakened  # type: ignore[method-assign]


@cache
def sent_together() -> None:
    """An answer goes to its browser in few pieces. Streamlit 1.67 looks at all else after each of its messages, and the
    system is asked once for each: three hundred who came back were all answered last. And it goes to the socket that its
    session now has: Streamlit looks at all sessions in one round, and who comes back meanwhile was answered where nobody is
    any more, a hundred and forty of three hundred who were cut in the midst of a run."""
    flush, send, made = AppSession.flush_browser_queue, Runtime._send_message, WebSocketsSansIOProtocol.connection_made

    def flushed(self: AppSession) -> list[list[ForwardMsg]]:
        if self._browser_queue.is_empty():
            return []
        messages = flush(self)
        return [messages[start : start + MOST] for start in range(0, len(messages), MOST)]

    def send_all(self: Runtime, to: ActiveSessionInfo, messages: list[ForwardMsg]) -> None:
        now = self._session_mgr.get_active_session_info(to.session.id) or to
        for message in messages:
            send(self, now, message)

    def connected(self: WebSocketsSansIOProtocol, transport: asyncio.Transport) -> None:
        made(self, cast("asyncio.Transport", Joined(transport, self.loop)))

    AppSession.flush_browser_queue = flushed  # type: ignore[method-assign, assignment]
    Runtime._send_message = send_all  # type: ignore[method-assign, assignment]
    WebSocketsSansIOProtocol.connection_made = connected  # type: ignore[method-assign, assignment]


def mend() -> None:
    """All of it, once in a process."""
    for mended in (apart, unwatched, told_once, remembered, in_turn, handed_over, sent_together, bounded):
        mended()
