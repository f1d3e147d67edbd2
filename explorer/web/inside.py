"""What the app knows of Streamlit's inside, in one place: a test tries each, so that a new version is noticed.

Our stylesheets write `:--sidebar` and `(--drawer)`, as drafts of CSS do (custom selectors and media); `filled` puts
Streamlit's own names there when they are served. The scripts take the same table from `js/given.js`; what they ask of
Streamlit stands in `js/streamlit.js`.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Callable, Container, Iterator, Mapping
from functools import cache, lru_cache, partial, partialmethod, wraps
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlencode
from weakref import WeakKeyDictionary, WeakSet

from streamlit import config
from streamlit.components.v2.bidi_component import main as mounting
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest
from streamlit.elements.widgets.number_input import NumberInputSerde
from streamlit.navigation.page import StreamlitPage as StreamlitPage
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime import app_session
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.runtime import Runtime
from streamlit.runtime.scriptrunner import ScriptRunnerEvent, get_script_run_ctx
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext
from streamlit.runtime.session_manager import ActiveSessionInfo
from streamlit.runtime.state.common import WidgetValuePresenter, is_element_id
from streamlit.runtime.state.query_params import QueryParams
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.runtime.state.session_state import STREAMLIT_INTERNAL_KEY_PREFIX, SessionState
from streamlit.runtime.state.session_state_proxy import SessionStateProxy, get_session_state
from streamlit.runtime.uploaded_file_manager import UploadedFile as UploadedFile
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from explorer.web.together import Joined, Soon
from explorer.web.turns import Turns

PARTS = {  # our name of a part of Streamlit's page → its selector
    "app": '[data-testid="stApp"]',
    "main": ".stMain",
    "page": ".stMainBlockContainer",
    "sidebar": '[data-testid="stSidebar"]',
    "sidebar-top": '[data-testid="stSidebarHeader"]',
    "sidebar-scrolls": '[data-testid="stSidebarContent"]',
    "sidebar-content": '[data-testid="stSidebarUserContent"]',
    "sidebar-opens": '[data-testid="stExpandSidebarButton"]',
    "sidebar-closes": '[data-testid="stSidebarCollapseButton"] button',
    "toolbar": '[data-testid="stHeader"]',
    "nav": '[data-testid="stTopNav"]',
    "nav-link": '[data-testid="stTopNavLink"]',
    "icon": '[data-testid="stIconMaterial"]',
    "blocks": '[data-testid="stVerticalBlock"]',
    "row": '[data-testid="stHorizontalBlock"]',
    "column": '[data-testid="stColumn"]',
    "element": ".stElementContainer",
    "dialog": '[data-testid="stDialog"]',
    "popover": '[data-testid="stPopover"]',
    "alert": '[data-testid="stAlert"]',
    "expander": '[data-testid="stExpander"]',
    "download": '[data-testid="stDownloadButton"]',
    "page-link": '[data-testid="stPageLink"]',
    "text-field": '[data-testid="stTextInputRootElement"]',
    "number-field": '[data-testid="stNumberInputContainer"]',
    "list-field": ".stSelectbox .react-aria-ComboBox",
    "control": ":is(.stTextInput, .stNumberInput, .stSelectbox)",
    "label": '[data-testid="stWidgetLabel"]',
    "choices": '[role="radiogroup"]',
    "primary": '.stButton button[kind="primary"]',
    "chart": ".stPlotlyChart",
}
DRAWER = 768  # px: below it Streamlit lays the sidebar over the page, and the navigation into it
MEDIA = {"drawer": f"(max-width: {DRAWER - 1}px)", "no-drawer": f"(min-width: {DRAWER}px)"}
STATES = {  # what Streamlit says of itself, on `app` → (attribute, value)
    "connected": ("data-test-connection-state", "CONNECTED"),
    "idle": ("data-test-script-state", "notRunning"),
}
GIVEN = {"PARTS": PARTS, "DRAWER": DRAWER, "STATES": STATES}  # what the scripts take
PLACE = re.compile(r":--([a-z-]+)|(?<=@media )\(--([a-z-]+)\)")


@lru_cache(maxsize=64)
def filled(look: str) -> str:
    """A stylesheet with Streamlit's names in it. Raises `ValueError` for a part or a width that is not in the tables."""

    def name(found: re.Match[str]) -> str:
        part, width = found.groups()
        if part not in PARTS if part else width not in MEDIA:
            raise ValueError(f"{found[0]}: choose one of {', '.join(PARTS if part else MEDIA)}")
        return PARTS[part] if part else MEDIA[width]

    return PLACE.sub(name, look)


def by_history() -> bool:
    """Whether this run answers the browser's back or forward, or a lecture's change of scene: its address is a link, and
    wins over every control. There is no public call for it."""
    run = get_script_run_ctx()
    return bool(run is not None and run.is_history_navigation)


OURS = "resnet_explorer"


def serve(component: str, folder: Path) -> None:
    """Let the server hand out `folder`/`component` as the files of our component of that name, as it does for an installed
    package's; once for each runtime. There is no public call for what is not installed."""
    manager = get_bidi_component_manager()
    if manager.get_component_asset_root(f"{OURS}.{component}") is None:
        parts = [ComponentConfig(component, asset_dir=component)]
        manager.register_from_manifest(ComponentManifest(OURS, "", parts), folder)


@cache
def unwatched() -> None:
    """Where the host says that no file is watched, none is watched for a visitor who comes back after a cut either.
    Streamlit 1.67 looks through all modules for each of them, a second's work with torch: three hundred wait five minutes.
    """
    if config.get_option("server.fileWatcherType") == "none":
        AppSession.register_file_watchers = lambda self: None  # type: ignore[method-assign]


@cache
def unpresented() -> None:
    """A component's state is read as it is held, unless it has just said something once. Streamlit 1.67 makes a class of its
    own for each component whenever anybody looks at the session, and each text field, number and list does: forty classes
    in a rerun, all of them left to the garbage collector."""
    streamlits = mounting.make_bidi_component_presenter  # type: ignore[attr-defined]

    def make(said_in: str, *its: Any, **named: Any) -> WidgetValuePresenter:
        """said_in: the id under which the session has what the component says once."""
        with_what_was_said = streamlits(said_in, *its, **named)

        def present(held: Any, session: SessionState) -> Any:
            try:
                said = session._new_widget_state[said_in]
            except KeyError:
                said = None
            return with_what_was_said(held, session) if said else held

        return present

    mounting.make_bidi_component_presenter = make  # type: ignore[assignment, attr-defined]


@cache
def apart() -> None:
    """What one visitor clears is theirs. Streamlit's "Clear cache", which any socket may ask for, empties every cache of the
    process: everybody's runs and timings would be cancelled, and a second queue would work beside the first."""

    def clear_own(self: AppSession) -> None:
        self.clear_session_caches()
        self.session_state.clear()

    AppSession._handle_clear_cache_request = clear_own  # type: ignore[method-assign]


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


class Looked(Mapping[str, Any]):
    """The session by its users' keys, each looked up when it is asked for."""

    def __init__(self, session: SafeSessionState) -> None:
        self._session = session

    def all(self) -> dict[str, Any]:
        """As it now is, a copy."""
        with self._session._lock:
            return self._session._state.filtered_state

    def __getitem__(self, key: str) -> Any:
        with self._session._lock:
            if is_element_id(key) or key.startswith(STREAMLIT_INTERNAL_KEY_PREFIX):
                raise KeyError(key)
            return self._session._state[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.all())

    def __len__(self) -> int:
        return len(self.all())

    def __repr__(self) -> str:
        return repr(self.all())


@cache
def looked_up() -> None:
    """A text field, a number and a list each ask the session for one key of theirs. Streamlit 1.67 copies all of it for them,
    value by value: a tenth of a run."""
    SafeSessionState.filtered_state = property(Looked)  # type: ignore[assignment, method-assign]
    SessionStateProxy.to_dict = lambda self: get_session_state().filtered_state.all()  # type: ignore[method-assign, attr-defined]


SESSIONS = (
    600  # that wait for their visitors to come back, for `server.disconnectedSessionTTL`: two halls of three hundred
)


@cache
def remembered() -> None:
    """Whoever is cut off and comes back finds what was theirs, and so does a whole hall. Streamlit 1.67 keeps 128 sessions,
    for which it has no option: of three hundred who were cut at once the others began anew. And a run that was cut off has
    nothing to say any more, since the browser asks for another: what it said would clear the page until that has come."""
    resume, leave = WebsocketSessionManager._resume_stored_session, WebsocketSessionManager.disconnect_session

    def resumed(self: WebsocketSessionManager, *which: Any) -> str | None:
        found = resume(self, *which)
        if found is not None:
            self._active_session_info_by_id[found].session._browser_queue.clear()
        return found

    def left(self: WebsocketSessionManager, session_id: str) -> None:
        info = self._active_session_info_by_id.get(session_id)
        if info is not None and info.session._scriptrunner is not None:
            UNWANTED.add(info.session._scriptrunner)
        leave(self, session_id)

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


Asked = dict[str, list[str]]  # an address's parameters
Replaced = dict[str, list[list[str] | None]]


def heard(asked: Asked, said: Asked, made: Asked, before: Replaced, theirs: Container[str]) -> Asked:
    """The address that a browser asks for, without what it had not yet heard from us. asked: the one that it says now; said:
    the one before, made: what we made of that; before: name → what we replaced and the browser may still say, which is
    brought up to date; theirs: the names that the browser writes by itself."""
    found: Asked = {}
    for name in {**said, **made, **asked}:
        ours, value = made.get(name), asked.get(name)
        if said.get(name) != ours:
            before.setdefault(name, []).append(said.get(name))
        if value != ours and name not in theirs and value in before.get(name, ()):
            value = ours
        else:
            before.pop(name, None)
        if value is not None:
            found[name] = value
    return found


@cache
def up_to_date() -> None:
    """A choice stays when the next one is made before its answer has come. Streamlit 1.67 takes the address from each request,
    and one that was sent before our change of the address arrived says the old one, as a link would. The browser's own back
    and forward are told apart, and win."""
    plain = ScriptRunContext.reset

    def reset(self: ScriptRunContext, query_string: str = "", page_script_hash: str = "", **its: Any) -> None:
        same_page = self.page_script_hash == page_script_hash
        with self.session_state.query_params() as params:
            before: Replaced = {}
            if same_page and not its.get("is_history_navigation") and "said" in vars(params):
                said, before = vars(params)["said"]
                asked = parse_qs(query_string, keep_blank_values=True)
                query_string = urlencode(heard(asked, said, listed(params), before, params._bindings_by_param), True)
        plain(self, query_string, page_script_hash, **its)
        with self.session_state.query_params() as params:
            vars(params)["said"] = listed(params), before

    ScriptRunContext.reset = reset  # type: ignore[method-assign, assignment]


def listed(params: QueryParams) -> Asked:
    return {name: value if isinstance(value, list) else [value] for name, value in params._query_params.items()}


@cache
def finite() -> None:
    """A link's number that is none, as four hundred digits are, counts as one out of range. Streamlit 1.67 breaks on it."""
    plain = NumberInputSerde.deserialize

    def read(self: NumberInputSerde, said: float | None) -> float | None:
        return plain(self, said if said is None or math.isfinite(said) else None)

    NumberInputSerde.deserialize = read  # type: ignore[method-assign, assignment]


NUMBERS = ("int_value", "double_value")


def fits(kind: str | None, known: str) -> bool:
    """Whether a value of this kind can be a control's, of which the other kind is known."""
    return kind in (None, known) or (kind in NUMBERS and known in NUMBERS)


SENT_BY = ("$$ID-", "$$STREAMLIT_INTERNAL_KEY_$$ID-")  # a control, and what a component says once: votes begin so


def sane(state: WidgetState, known: str | None) -> bool:
    """Whether a browser of ours could have sent it. known: the kind of the control's values, None before it was drawn."""
    kind = state.WhichOneof("value")
    listed = {"double_value": [state.double_value], "double_array_value": state.double_array_value.data}.get(
        kind or "", []
    )
    return state.id.startswith(SENT_BY) and (known is None or fits(kind, known)) and all(map(math.isfinite, listed))


@cache
def checked() -> None:
    """What no browser of ours sends for a control is as if it had not been sent. Streamlit 1.67 hands it to the page as it is,
    which then breaks."""
    plain = SessionState.set_widgets_from_proto

    def take(self: SessionState, widget_states: WidgetStates) -> None:
        known = self._new_widget_state.widget_metadata
        kinds = {one.id: known[one.id].value_type if one.id in known else None for one in widget_states.widgets}
        if not all(sane(one, kinds[one.id]) for one in widget_states.widgets):
            widget_states = WidgetStates(widgets=[one for one in widget_states.widgets if sane(one, kinds[one.id])])
        plain(self, widget_states)

    SessionState.set_widgets_from_proto = take  # type: ignore[method-assign]
