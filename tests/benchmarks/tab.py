"""A browser's tab without a browser: it speaks Streamlit's protocol (protobuf over a websocket) as the real client does.

It keeps large messages by their hash and says which it has, sends all controls' states with each change, and puts bound
controls into the address. What it shows of the app is the header and the whole text of a run.
"""

from __future__ import annotations

import asyncio
import html
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake

TAGS = re.compile(r"<[^>]*>")
APART = re.compile(r" (?=[,.:;!?])")
FIELDS = {"Checkbox": "bool_value", "NumberInput": "double_value", "TextInput": "string_value"}
FINISHED = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)


def text_of(markup: str) -> str:
    """What is read of a piece of HTML."""
    return APART.sub("", " ".join(html.unescape(TAGS.sub(" ", markup)).split()))


@dataclass
class Answer:
    """One run of the script as a tab sees it. seconds: from the request to its end; bytes: over the wire."""

    seconds: float = 0.0
    bytes: int = 0
    messages: int = 0
    elements: list[Element] = field(default_factory=list)

    @property
    def header(self) -> str:
        """The line that says which net is shown; "" where no net is."""
        found = (one.html.body for one in self.elements if one.WhichOneof("type") == "html")
        return next((text_of(body.partition("</div>")[0]) for body in found if 'class="built' in body), "")

    @property
    def errors(self) -> list[str]:
        """Exceptions that the page shows."""
        return [one.exception.message for one in self.elements if one.WhichOneof("type") == "exception"]

    @property
    def alerts(self) -> list[str]:
        """What the page warns of or refuses."""
        return [one.alert.body for one in self.elements if one.WhichOneof("type") == "alert"]

    @property
    def progress(self) -> str:
        """What the line of a run that waits or goes on says; "" where there is none."""
        return next((one.progress.text for one in self.elements if one.WhichOneof("type") == "progress"), "")

    @property
    def charts(self) -> list[str]:
        """Plotly's charts, as JSON."""
        return [one.plotly_chart.spec for one in self.elements if one.WhichOneof("type") == "plotly_chart"]

    @property
    def data(self) -> list[bytes]:
        """What our components were told."""
        told = [one.bidi_component for one in self.elements if one.WhichOneof("type") == "bidi_component"]
        return [one.bytes or one.json.encode() for one in told]

    def texts(self) -> Iterator[str]:
        """Pieces of HTML and of Markdown, and alerts."""
        for one in self.elements:
            kind = one.WhichOneof("type")
            if kind in ("html", "markdown"):
                yield text_of(getattr(one, kind).body)
        yield from self.alerts


class Tab:
    """url: of the app, http://…; page: its path; cookie: what the browser kept, as name=value."""

    def __init__(self, url: str, page: str = "", query: dict[str, str] | None = None, cookie: str = "") -> None:
        self.headers = {"Cookie": cookie} if cookie else {}
        self.url = f"{url.replace('http', 'ws', 1)}/_stcore/stream"
        self.page, self.query = page, dict(query or {})
        self.session = ""
        self.page_hash = ""
        self.run_hash = ""
        self.states: dict[str, WidgetState] = {}
        self.ids: dict[str, str] = {}  # a control's key → its id
        self.fragments: dict[str, str] = {}  # a control's id → the fragment that it runs, or ""
        self.protos: dict[str, Any] = {}  # a control's id → what the app said about it
        self.kept: dict[str, tuple[ForwardMsg, int]] = {}  # by hash: message, and the run that used it last
        self.run, self.most_age = 0, 0  # a message that so many runs have not used is forgotten
        self.socket: ClientConnection | None = None
        self.waits = False  # for the end of a run
        self.by_itself: set[str] = set()  # parts of the page that run again and again without being asked

    async def connect(self) -> None:
        """A socket; with the session that the tab had before, if it had one."""
        # the second is the place of the XSRF token, which only matters with a login
        said = ["streamlit", "PLACEHOLDER_AUTH_TOKEN", *([self.session] if self.session else [])]
        self.socket = await connect(
            self.url,
            subprotocols=said,
            additional_headers=self.headers,
            compression=None,
            max_size=None,
            open_timeout=60,
            ping_interval=None,
        )

    def cut(self) -> None:
        """As when the network goes: no goodbye."""
        assert self.socket is not None
        self.socket.transport.abort()

    async def close(self) -> None:
        if self.socket is not None:
            await self.socket.close()

    async def open(self) -> Answer:
        """The first visit: connect and run."""
        start = time.perf_counter()
        await self.connect()
        await self.send()
        answer = await self.receive()
        answer.seconds = time.perf_counter() - start
        return answer

    async def set(self, key: str, value: str | bool | float) -> Answer:
        """A visitor changes a control: its key is the app's."""
        start = time.perf_counter()
        self.put(key, value)
        await self.send(self.fragments.get(self.ids[key], ""))
        answer = await self.receive()
        answer.seconds = time.perf_counter() - start
        return answer

    def put(self, key: str, value: str | bool | float) -> None:
        """The control shows another value, the address follows where it is bound; nothing is sent yet."""
        id = self.ids[key]
        proto, state = self.protos[id], WidgetState(id=id)
        if isinstance(value, bool):
            state.bool_value = value
        elif isinstance(value, str) and hasattr(proto, "raw_values"):
            state.string_array_value.data.append(value)
        elif isinstance(value, str):
            state.string_value = value
        else:
            state.double_value = value
        self.states[id] = state
        bound = getattr(proto, "query_param_key", "")
        if bound:
            default = _default(proto)
            self.query.pop(bound, None)
            if str(value) != default:
                self.query[bound] = str(value)

    async def press(self, key: str) -> Answer:
        """A button."""
        start = time.perf_counter()
        id = self.ids[key]
        await self.send(self.fragments.get(id, ""), WidgetState(id=id, trigger_value=True))
        answer = await self.receive()
        answer.seconds = time.perf_counter() - start
        return answer

    async def again(self) -> Answer:
        """The same once more."""
        start = time.perf_counter()
        await self.send()
        answer = await self.receive()
        answer.seconds = time.perf_counter() - start
        return answer

    async def reconnect(self, patience: float = 0, run: bool = False) -> Answer:
        """After a cut, as the real client does (`handleConnectionStateChanged`): the session where the server still has it,
        and a run, with every control as it was, where one was cut off or a part of the page runs by itself; else what is
        shown stays. patience: seconds in which it tries again where nobody answers; run: ask for one in any case."""
        start = time.perf_counter()
        while True:
            try:
                await self.connect()
                break
            except (OSError, InvalidHandshake):
                if time.perf_counter() - start > patience:
                    raise
                await asyncio.sleep(0.25)
        answer = Answer()
        if run or self.waits or self.by_itself:
            await self.send()
            answer = await self.receive()
        answer.seconds = time.perf_counter() - start
        return answer

    async def go(self, page: str) -> Answer:
        """To another page by its name in the address; what is bound on every page stays."""
        start = time.perf_counter()
        self.page, self.page_hash = page, ""
        await self.send(page=page)
        answer = await self.receive()
        answer.seconds = time.perf_counter() - start
        return answer

    async def send(self, fragment: str = "", trigger: WidgetState | None = None, page: str | None = None) -> None:
        """Ask for a run."""
        assert self.socket is not None
        message = BackMsg()
        rerun = message.rerun_script
        rerun.query_string = urlencode(self.query)
        rerun.page_script_hash = self.page_hash
        rerun.page_name = self.page if page is None and not self.page_hash else page or ""
        rerun.fragment_id = fragment
        rerun.widget_states.widgets.extend(self.states.values())
        if trigger is not None:
            rerun.widget_states.widgets.append(trigger)
        rerun.cached_message_hashes.extend(self.kept)
        rerun.context_info.timezone = "Europe/Berlin"
        rerun.context_info.locale = "en-US"
        rerun.context_info.url = f"{self.url.replace('ws', 'http', 1).removesuffix('/_stcore/stream')}/{self.page}"
        rerun.context_info.color_scheme = "light"
        self.waits = True
        await self.socket.send(message.SerializeToString())

    async def receive(self, timeout: float = 120) -> Answer:
        """Everything up to the end of a run. Raises `TimeoutError`, and `RuntimeError` for a run that did not end well."""
        assert self.socket is not None
        answer, begun = Answer(), False
        async with asyncio.timeout(timeout):
            while True:
                data = await self.socket.recv()
                assert isinstance(data, bytes)
                answer.bytes += len(data)
                answer.messages += 1
                message = ForwardMsg.FromString(data)
                kind = message.WhichOneof("type")
                begun |= kind == "new_session"
                if kind != "script_finished" or not begun:
                    self._take(message, answer)
                elif message.script_finished in FINISHED:
                    self.waits = False
                    self._forget()
                    return answer
                elif message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    begun = False
                else:
                    raise RuntimeError(f"the script did not end well: {message.script_finished}")

    def _take(self, message: ForwardMsg, answer: Answer) -> None:
        """What is not the end of a run."""
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            kept = self.kept[message.ref_hash][0]
            self.kept[message.ref_hash] = (kept, self.run)
            answer.elements.append(kept.delta.new_element)
        elif kind == "delta":
            if message.delta.WhichOneof("type") == "new_element":
                if message.metadata.cacheable:
                    self.kept[message.hash] = (message, self.run)
                answer.elements.append(message.delta.new_element)
            self._control(message.delta)
        elif kind == "new_session":
            self.run += 1
            session = message.new_session
            self.session = session.initialize.session_id or self.session
            self.most_age = session.config.max_cached_message_age
            self.page_hash = session.page_script_hash
        elif kind == "navigation":
            self.page_hash = message.navigation.page_script_hash
        elif kind == "auto_rerun":
            self.by_itself.add(message.auto_rerun.fragment_id)
        elif kind == "stop_auto_rerun":
            self.by_itself.difference_update(message.stop_auto_rerun.fragment_ids)
        elif kind == "page_info_changed":
            self.query = dict(parse_qsl(message.page_info_changed.query_string, keep_blank_values=True))

    def _forget(self) -> None:
        """Messages that no run has used for long."""
        self.kept = {hash: (one, used) for hash, (one, used) in self.kept.items() if self.run - used <= self.most_age}

    def _control(self, delta: Any) -> None:
        """Remember a control and, as the real client does, its default as its state."""
        if delta.WhichOneof("type") == "new_element":
            element = delta.new_element
            proto = getattr(element, element.WhichOneof("type") or "empty")
        else:
            block = delta.add_block
            kind = block.WhichOneof("type")
            if kind is None:
                return
            proto = getattr(block, kind)
        id = getattr(proto, "id", "")
        if not isinstance(id, str) or not id.startswith("$$ID-"):
            return
        key = id.rsplit("-", 1)[1] if id.count("-") < 2 else id.split("-", 2)[2]
        self.ids[key] = id
        self.protos[id] = proto
        self.fragments[id] = delta.fragment_id
        if getattr(proto, "set_value", False):
            self.states.pop(id, None)
        if id not in self.states:
            state = _first(id, proto)
            if state is not None:
                self.states[id] = state


def _default(proto: Any) -> str | None:
    if hasattr(proto, "raw_values"):
        return proto.options[proto.default[0]].content if proto.default else None
    if hasattr(proto, "options"):
        return proto.options[proto.default] if proto.options else None
    default = getattr(proto, "default", "")
    return f"{default:g}" if isinstance(default, float) else str(default)


def _first(id: str, proto: Any) -> WidgetState | None:
    """The state of a control that nobody has touched."""
    name = type(proto).__name__
    state = WidgetState(id=id)
    if name in ("ButtonGroup", "MultiSelect"):
        chosen = list(proto.raw_values) if proto.set_value else [_word(proto, one) for one in proto.default]
        state.string_array_value.data.extend(chosen)
    elif name == "Selectbox":
        if proto.set_value or proto.options:
            state.string_value = proto.raw_value if proto.set_value else proto.options[proto.default]
    elif name == "Slider":
        given = proto.value if proto.set_value else proto.default
        if proto.type == proto.SELECT_SLIDER:
            state.string_array_value.data.extend(proto.raw_value or [proto.options[int(one)] for one in given])
        else:
            state.double_array_value.data.extend(given)
    elif name in FIELDS:
        setattr(state, FIELDS[name], proto.value if proto.set_value else proto.default)
    else:
        return None
    return state


def _word(proto: Any, index: int) -> str:
    option = proto.options[index]
    return option if isinstance(option, str) else option.content
