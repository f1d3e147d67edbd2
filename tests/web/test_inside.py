"""What the app knows of Streamlit's inside, and what a visit remembers: each held to the code and to this Streamlit."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
import tomllib
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit
from starlette.exceptions import HTTPException
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.elements.widgets import text_widgets
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.NewSession_pb2 import NewSession
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime import app_session, memory_session_storage, runtime, websocket_session_manager
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.runtime import Runtime
from streamlit.runtime.scriptrunner import ScriptRunnerEvent, get_script_run_ctx, script_runner
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext
from streamlit.runtime.state import SafeSessionState, SessionState
from streamlit.runtime.state.query_params import QueryParams
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager
from uvicorn.protocols.websockets import websockets_sansio_impl

from explorer.spec.chosen import DEFAULTS
from explorer.tell import url_keys
from explorer.web import inside
from explorer.web.inside import controls, runs, uploads
from explorer.web.sections.feature_maps import who
from explorer.web.session import ENDS, STARTS, Session
from tests.conftest import ROOT, run_async

WEB = (ROOT / "explorer" / "web", ROOT / "pages", ROOT / "explorer" / "app.py")


def files(*endings: str) -> list[Path]:
    found = [path for place in WEB for path in ([place] if place.is_file() else place.rglob("*.*"))]
    return [path for path in found if path.suffix in endings]


def used() -> set[str]:
    """Every key of the session that stands in the code as a literal."""
    keys = set()
    for path in files(".py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Subscript) and _is_session(node.value):
                keys.add(node.slice)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_session(node.func.value):
                if node.func.attr == "update":
                    keys |= {key for row in node.args if isinstance(row, ast.Dict) for key in row.keys}
                keys |= set(node.args[:1]) if node.func.attr in ("get", "setdefault", "pop") else set()
    return {key.value for key in keys if isinstance(key, ast.Constant)}


def _is_session(node: ast.AST) -> bool:
    return ast.unparse(node) in ("session()", "session.session()")


def test_every_key_of_the_session_is_named_with_its_type() -> None:
    keys = used()
    assert len(keys) > 20
    known = {*Session.__annotations__, *DEFAULTS, *(key.name for key in url_keys.KEYS)}
    assert keys <= known, keys - known
    indirect = {"own_file", "stage", "own_lecture", "own_problem"}  # `memory = session()` in the lecture's bar
    assert set(Session.__annotations__) <= keys | indirect, set(Session.__annotations__) - keys - indirect
    assert STARTS and ENDS


@cache
def frontend() -> str:
    """Streamlit's own scripts, joined."""
    folder = Path(streamlit.__file__).parent / "static" / "static" / "js"
    return "".join(path.read_text(encoding="utf-8", errors="ignore") for path in folder.glob("*.js"))


@pytest.mark.parametrize("name", inside.PARTS)
def test_every_part_is_streamlits_and_used(name: str) -> None:
    selector = inside.PARTS[name]
    known = re.findall(r"st[A-Z]\w+|InputInstructions|radiogroup|react-\w+-\w+|primary|__\w+__", selector)
    assert known and all(re.search(rf"[\"'`. -]{one}[\"'`. :=-]", frontend()) for one in known), selector
    text = "".join(path.read_text(encoding="utf-8") for path in files(".py", ".css", ".js"))
    assert f":--{name}" in text or f'part("{name}")' in text or f"PARTS.{name}" in text


def test_what_streamlit_says_of_itself_is_in_its_scripts() -> None:
    for attribute, value in inside.STATES.values():
        assert attribute in frontend() and re.search(rf"[\"'`]?{value}[\"'`:]", frontend())
    assert f'"{inside.DRAWER}px"' in frontend() or f"`{inside.DRAWER}px`" in frontend()


def test_parts_of_streamlit_are_named_in_one_place() -> None:
    inner = re.compile(r"data-testid|data-test-|\.st[A-Z]\w|baseweb|\[role=.radiogroup|\b76[78]px")
    found = [path for path in files(".py", ".css", ".js") if inner.search(path.read_text(encoding="utf-8"))]
    assert found == [Path(inside.__file__)]


def test_a_stylesheet_is_filled_with_streamlits_names() -> None:
    look = "@media (--drawer) { :--sidebar > :--blocks:has(.x) { width: var(--wide); } }"
    assert inside.filled(look) == (
        '@media (max-width: 767px) { [data-testid="stSidebar"] > [data-testid="stVerticalBlock"]:has(.x) '
        "{ width: var(--wide); } }"
    )
    with pytest.raises(ValueError, match=":--cellar: choose one of app, main"):
        inside.filled(":--cellar { color: red; }")
    with pytest.raises(ValueError, match="--wide.: choose one of drawer"):
        inside.filled("@media (--wide) { }")
    for path in files(".css"):
        assert not re.search(r":--[a-z]|@media \(--", inside.filled(path.read_text(encoding="utf-8"))), path.name


def around(look: str) -> list[str]:
    """Selectors of a stylesheet that ask `:has()` of one element to dress another."""
    found = []
    for rule in re.findall(r"([^{};]+)\{", re.sub(r"/\*.*?\*/", "", look, flags=re.S)):
        text, depth, open_at = rule.strip(), 0, None
        for place, letter in enumerate(text):
            depth += (letter == "(") - (letter == ")")
            if text.startswith(":has(", place) and open_at is None:
                open_at = depth  # of the compound that asks
            elif letter == "," and depth == 0:
                open_at = None
            elif (
                open_at is not None and depth <= open_at and letter in " >+~" and text[place:].lstrip()[:1] not in ",)"
            ):
                found.append(text)
                break
    return found


def test_a_stylesheet_asks_only_of_what_it_dresses_what_it_has() -> None:
    """For what stands around it, each change of the page would have Chromium work out the look of all that is inside anew: a
    thousand elements each time, forty times while a page loads. What stands in a component asks its own small tree."""
    assert around(
        ".a:has(.b) .c { } div:has(> .a .b) { } .a, .b > c:not(:has(.d)), .e { } @media (x) { body:has(.a) > * { } }"
    ) == [
        ".a:has(.b) .c",
        "body:has(.a) > *",
    ]
    looks = [path for path in files(".css") if not re.search(r"_component/|hall/|lecture_file/|stage\.css", str(path))]
    assert len(looks) > 10
    assert {path.name: found for path in looks if (found := around(path.read_text(encoding="utf-8")))} == {}


def test_a_run_knows_whether_it_answers_the_browsers_back() -> None:
    assert "is_history_navigation" in ScriptRunContext.__dataclass_fields__
    assert get_script_run_ctx(suppress_warning=True) is None and inside.by_history() is False


def test_nothing_else_reaches_into_streamlit() -> None:
    importing = set()
    for path in files(".py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            modules += [one.name for one in node.names] if isinstance(node, ast.Import) else []
            importing |= {path for module in modules if module.startswith("streamlit.")}
    assert importing == {Path(one.__file__) for one in (inside, runs, controls, uploads)}


PRIVATE = {  # what begins with an underline and is not ours → where Streamlit, or asyncio, has it
    QueryParams: {"_bindings_by_param", "_bindings_by_widget", "_query_params"},
    SafeSessionState: {"_lock", "_state"},
    SessionState: {"_new_widget_state"},
    AppSession: {
        "_browser_queue",
        "_call_soon_on_event_loop",
        "_event_loop",
        "_handle_clear_cache_request",
        "_handle_scriptrunner_event_on_event_loop",
        "_on_scriptrunner_event",
        "_script_event_loop",
        "_scriptrunner",
    },
    Runtime: {"_enqueued_some_message", "_get_async_objs", "_send_message", "_session_mgr"},
    ScriptRunner: {"_run_script"},
    MemoryUploadedFileManager: {"_total_bytes"},
    WebsocketSessionManager: {"_active_session_info_by_id", "_resume_stored_session"},
    asyncio.events: {"_get_running_loop"},
}


def test_every_private_name_is_streamlits_and_known() -> None:
    """Each is a method, or is given to `self`, in the source of who has it; and nothing else private is reached for."""
    for owner, names in PRIVATE.items():
        source = inspect.getsource(owner)
        for name in names:
            kept = rf"\bdef {name}\(|\bself\.{name}(: [^=\n]+)? = |^    {name}: "
            assert re.search(kept, source, re.M), f"{owner}.{name}"
    reached = set()
    for path in Path(inside.__file__).parent.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        given = {one for one in ast.walk(tree) if isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Store)}
        ours = {one.attr for one in given if ast.unparse(one.value) == "self"}
        ours |= {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}
        names = {one.attr for one in ast.walk(tree) if isinstance(one, ast.Attribute)}
        reached |= {name for name in names - ours if re.match("_[a-z]", name)}
    assert reached == set().union(*PRIVATE.values())


def test_a_visitor_who_comes_back_is_given_no_watcher(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit itself gives one, whatever `server.fileWatcherType` says; where it no longer does, ours can go."""
    source = Path(websocket_session_manager.__file__).read_text(encoding="utf-8")
    assert "existing_session.register_file_watchers()" in source
    monkeypatch.setattr(AppSession, "register_file_watchers", AppSession.register_file_watchers)
    before = AppSession.register_file_watchers
    for kind, stays in (("auto", True), ("none", False)):
        monkeypatch.setattr(runs.config, "get_option", lambda name, kind=kind: kind)
        runs.unwatched.__wrapped__()
        assert (AppSession.register_file_watchers is before) == stays


def test_a_components_state_is_read_without_a_class_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit itself makes one at each look at the session; where it no longer does, ours can go."""
    from streamlit.components.v2 import presentation
    from streamlit.components.v2.bidi_component import main
    from streamlit.testing.v1 import AppTest

    assert "class _WriteThrough" in Path(presentation.__file__).read_text(encoding="utf-8")
    monkeypatch.setattr(main, "make_bidi_component_presenter", main.make_bidi_component_presenter)
    controls.unpresented.__wrapped__()

    def page() -> None:
        import streamlit as st

        mount = st.components.v2.component("held", html="<i></i>\n")
        mount(key="held", default={"view": "all"}, on_view_change=lambda: None)
        st.write(type(st.session_state["held"]).__name__, st.session_state["held"]["view"])

    shown = AppTest.from_function(page).run()
    assert not shown.exception and [one.value for one in shown.markdown] == ["AttributeDictionary all"]


def test_what_a_component_has_just_said_stands_beside_its_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operating table asks so: a callback finds it in the session."""
    from streamlit.components.v2.bidi_component import main
    from streamlit.runtime.state.common import WidgetMetadata

    monkeypatch.setattr(main, "make_bidi_component_presenter", main.make_bidi_component_presenter)
    controls.unpresented.__wrapped__()
    session, held = SessionState(), {"view": "all"}
    present = main.make_bidi_component_presenter("said")
    assert present(held, session) is held, "nothing was said"
    kind = WidgetMetadata("said", lambda value: value, lambda value: value, "json_trigger_value")
    session._new_widget_state.set_widget_metadata(kind)
    session._new_widget_state.set_from_value("said", [{"event": "operate", "value": "cut"}])
    assert present(held, session) == {"view": "all", "operate": "cut"}


def test_what_a_control_holds_is_told_until_its_browser_says_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit itself tells it in the first run alone; where it no longer does so, ours can go."""
    from streamlit.runtime.state.common import WidgetMetadata

    kind = WidgetMetadata("$$ID-1-batch", lambda said: 0 if said is None else int(said), float, "double_value")
    nothing, it = WidgetStates(), WidgetStates(widgets=[WidgetState(id="$$ID-1-batch", double_value=8)])

    def told(held: int) -> list[tuple[int, bool]]:
        """What `batch` holds, and whether the browser is told: in the first run and in those that its requests ask for."""
        session, found = SessionState(), []
        for request in (nothing, nothing, nothing, it, it):
            session.on_script_will_rerun(request)
            if not found:  # as a link is read before the control is drawn
                session["batch"] = held
            found.append(session.register_widget(kind, "batch"))
        return [(one.value, one.value_changed) for one in found]

    monkeypatch.setattr(SessionState, "set_widgets_from_proto", SessionState.set_widgets_from_proto)
    monkeypatch.setattr(SessionState, "register_widget", inspect.unwrap(SessionState.register_widget))
    assert told(8) == [(8, True), *[(8, False)] * 4]
    controls.told_until_heard.__wrapped__()
    assert told(8) == [*[(8, True)] * 3, *[(8, False)] * 2]
    assert told(0)[1:3] == [(0, False)] * 2, "a control is drawn at its default without being told"


def test_an_address_keeps_what_no_control_has_shown_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """A change of page cleans up by what the browser names; where Streamlit itself keeps the address, ours can go."""

    def cleaned(named: frozenset[str]) -> dict[str, str | list[str]]:
        """What is left of an address that says the depth, when the browser names these controls."""
        params = QueryParams()
        params.bind_widget("depth", "$$ID-1-depth", "string_value", "main")
        params.bind_widget("show", "$$ID-1-show", "string_value", "old page")
        params.populate_from_query_string("depth=34&show=memory", {"main", "new page"})
        params.set_initial_query_params_from_current()
        params.remove_stale_bindings(named)
        return dict(params._query_params)

    name = "set_initial_query_params_from_current"
    monkeypatch.setattr(QueryParams, name, inspect.unwrap(getattr(QueryParams, name)))
    monkeypatch.setattr(QueryParams, "_send_query_param_msg", lambda self: None)
    assert cleaned(frozenset({"$$ID-1-depth"})) == {"depth": "34"} and cleaned(frozenset()) == {}
    controls.not_taken_back.__wrapped__()
    assert cleaned(frozenset({"$$ID-1-depth"})) == cleaned(frozenset()) == {"depth": "34"}


def test_what_no_browser_sends_for_a_control_is_not_taken() -> None:
    """The kinds are Streamlit's own (`WidgetMetadata.value_type`); numbers come as either."""
    good = WidgetState(id="$$ID-1-depth", double_value=18)
    once = WidgetState(id=_make_trigger_id("$$ID-1-stage", "votes"), json_trigger_value="{}")
    assert controls.sane(once, "json_trigger_value") and controls.sane(once, None), "what a component says once"
    assert controls.sane(good, "double_value") and controls.sane(good, "int_value") and controls.sane(good, None)
    assert controls.sane(WidgetState(id="$$ID-1-depth"), "string_value"), "a list of choices with none chosen"
    assert not controls.sane(good, "bool_value")
    assert not controls.sane(WidgetState(id="depth", double_value=18), None)
    assert not controls.sane(WidgetState(id="$$ID-1-depth", double_value=float("nan")), "double_value")
    known = {name for name in WidgetState.DESCRIPTOR.fields_by_name if name.endswith("_value")}
    assert {"double_value", "string_array_value", *controls.NUMBERS} <= known


def test_one_visitor_clears_what_is_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their caches, and nothing that they chose; Streamlit itself empties everybody's."""
    source = Path(app_session.__file__).read_text(encoding="utf-8")
    assert "caching.cache_resource.clear()\n        self._session_state.clear()" in source
    monkeypatch.setattr(AppSession, "_handle_clear_cache_request", AppSession._handle_clear_cache_request)
    cleared: list[object] = []
    monkeypatch.setattr(AppSession, "clear_session_caches", cleared.append)
    runs.apart.__wrapped__()
    one = SimpleNamespace()  # whatever else it would clear it does not have
    AppSession._handle_clear_cache_request(one)
    assert cleared == [one]


def test_uploads_are_few_and_no_more_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MemoryUploadedFileManager, "add_file", MemoryUploadedFileManager.add_file)
    uploads.bounded.__wrapped__()
    monkeypatch.setattr(uploads, "host_free_bytes", lambda: 1_000)
    held = MemoryUploadedFileManager("/upload")

    def put(session: str, number: int, size: int = 10) -> None:
        held.add_file(session, UploadedFileRec(f"file {number}", "a.png", "image/png", bytes(size)))

    for number in range(20):
        put("ann", number)
    put("ann", 19)  # once more is in its own place
    put("bob", 0)
    assert list(held.file_storage["ann"]) == [f"file {number}" for number in range(20 - uploads.FILES, 20)]
    assert len(held.file_storage["bob"]) == 1 and held._total_bytes == 10 * (uploads.FILES + 1)
    with pytest.raises(HTTPException, match="413"):
        put("bob", 1, 500)
    assert len(held.file_storage["bob"]) == 1 and held._total_bytes == 10 * (uploads.FILES + 1)
    sources = [
        path.read_text(encoding="utf-8")
        for path in (*(ROOT / "explorer").rglob("*.py"), *(ROOT / "pages").glob("*.py"))
    ]
    assert not [text for text in sources if text.count("st.file_uploader(") != text.count("max_upload_size=")]
    largest = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))["server"]["maxUploadSize"]
    assert largest == who.MOST_MB, "what the control lets through the server takes"


def test_what_every_run_is_told_again_is_put_together_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Byte for byte what Streamlit itself fills in, the theme's parts that nobody has set included; and again when the
    settings are read anew."""
    sections = ("theme", "theme.light", "theme.dark.sidebar")
    own = {
        "theme.light": {"primaryColor": "#b93620"},
        "theme": {"baseRadius": "0.5rem", "headingFontWeights": [600] * 6},
    }
    asked = []

    def options(section: str) -> dict[str, object]:
        asked.append(section)
        return own.get(section, {})

    def told(populate: Callable[..., None]) -> bytes:
        theme = NewSession().custom_theme
        for section, part in zip(sections, (theme, theme.light, theme.dark.sidebar), strict=True):
            populate(part, section)
        return theme.SerializeToString(deterministic=True)

    monkeypatch.setattr(app_session.config, "get_options_for_section", options)
    plain = inspect.unwrap(app_session._populate_theme_msg)  # an app that a test before started keeps it already
    kept = runs.kept(plain)
    assert told(kept) == told(kept) == told(plain) != b""
    assert len(asked) == 2 * len(sections), "once by us, once by Streamlit itself"
    own["theme.light"] = {"primaryColor": "#123456"}
    app_session.config._on_config_parsed.send()
    assert told(kept) == told(plain)
    assert {"_populate_theme_msg", "_populate_config_msg"} <= set(
        AppSession._create_new_session_message.__code__.co_names
    )


def test_a_control_looks_up_its_own_key_and_nothing_else() -> None:
    """Held to Streamlit's own copy of the session."""
    session = SessionState()
    for key, value in (("depth", "152"), ("note", None), ("$$STREAMLIT_INTERNAL_KEY_x", 1), ("$$ID-1-None", 2)):
        session[key] = value
    plain = session.filtered_state
    looked = controls.Looked(SafeSessionState(session, lambda: None))
    assert dict(looked) == looked.all() == plain and len(looked) == len(plain) == 2
    assert [key in looked for key in ("depth", "note", "other", "$$STREAMLIT_INTERNAL_KEY_x", "$$ID-1-None")] == [
        *(True, True),
        *(False,) * 3,
    ]
    assert looked["note"] is None
    assert "get_session_state().filtered_state" in Path(text_widgets.__file__).read_text(encoding="utf-8")


class Runner:
    """In a `ScriptRunner`'s place."""


def test_scripts_run_in_turn_and_what_nobody_waits_for_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """As Streamlit calls it, with what a run is asked for. A press is in one request only, so that its run is never left out."""
    ran: list[object] = []
    monkeypatch.setattr(ScriptRunner, "_run_script", lambda self, rerun_data: ran.append(rerun_data))
    monkeypatch.setattr(AppSession, "request_rerun", lambda self, client_state: setattr(self, *client_state))
    runs.in_turn.__wrapped__()
    first, second = Runner(), Runner()
    session = SimpleNamespace(_scriptrunner=None)
    chosen = RerunData(widget_states=WidgetStates(widgets=[WidgetState(id="$$ID-1-depth", string_value="34")]))
    pressed = RerunData(widget_states=WidgetStates(widgets=[WidgetState(id="$$ID-2-run", trigger_value=True)]))
    back = RerunData(is_history_navigation=True)
    for given in (first, first, second):  # a fragment's run goes to the runner that is there
        AppSession.request_rerun(session, ("_scriptrunner", given))
        ScriptRunner._run_script(given, chosen)
    assert ran == [chosen] * 3
    for asked in (chosen, pressed, back, RerunData()):
        ScriptRunner._run_script(first, asked)
        ScriptRunner._run_script(second, asked)
    assert ran[3:] == [chosen, pressed, pressed, back, back, RerunData()]
    assert "self._run_script(request.rerun_data)" in Path(script_runner.__file__).read_text(encoding="utf-8")
    told_once = {name for name in WidgetState.DESCRIPTOR.fields_by_name if "trigger" in name or name.startswith("chat")}
    assert told_once == set(runs.ONCE)


def test_a_hall_that_is_cut_finds_its_sessions_and_a_run_that_was_cut_off_says_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(MemorySessionStorage, "__init__", MemorySessionStorage.__init__)
    source = Path(memory_session_storage.__file__).read_text(encoding="utf-8")
    assert "maxsize: int = 128" in source, "where Streamlit keeps more by itself, or asks, ours can go"
    left: list[str] = []
    for name, plain in (
        ("_resume_stored_session", lambda self, existing, *which: existing if existing == "kept" else None),
        ("disconnect_session", lambda self, session_id: left.append(session_id)),
    ):
        assert name in vars(WebsocketSessionManager)
        monkeypatch.setattr(WebsocketSessionManager, name, plain)
    runs.remembered.__wrapped__()
    assert MemorySessionStorage(ttl_seconds=120)._cache.maxsize == runs.SESSIONS >= 600
    runner, queue = Runner(), ForwardMsgQueue()
    queue.enqueue(ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY))
    session = SimpleNamespace(_scriptrunner=runner, _browser_queue=queue, _script_event_loop=asyncio.new_event_loop())
    manager = SimpleNamespace(_active_session_info_by_id={"kept": SimpleNamespace(session=session)})
    for one in ("kept", "unknown"):
        WebsocketSessionManager.disconnect_session(manager, one)
    assert left == ["kept", "unknown"] and runner in runs.UNWANTED and not session._script_event_loop.is_closed()
    session._scriptrunner = None
    WebsocketSessionManager.disconnect_session(manager, "kept")
    assert session._script_event_loop.is_closed(), "who is away, and waits for nothing, keeps no files open"
    assert WebsocketSessionManager._resume_stored_session(manager, None, "client", {}) is None
    assert not queue.is_empty()
    assert WebsocketSessionManager._resume_stored_session(manager, "kept", "client", {}) == "kept"
    assert queue.is_empty() and not session._script_event_loop.is_closed()
    session._script_event_loop.close()


def test_what_a_run_says_goes_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit itself wakes the server for each message; where it no longer does, ours can go."""
    source = Path(app_session.__file__).read_text(encoding="utf-8")
    assert "self._event_loop.call_soon_threadsafe(callback)" in source
    assert "self._scriptrunner.on_event.connect(self._on_scriptrunner_event)" in source
    woken: list[str] = []
    its = SimpleNamespace(need_send_data=SimpleNamespace(set=lambda: woken.append("here")), eventloop=None)
    for name in ("_on_scriptrunner_event", "_call_soon_on_event_loop"):
        monkeypatch.setattr(AppSession, name, getattr(AppSession, name))
    monkeypatch.setattr(Runtime, "_enqueued_some_message", lambda self: woken.append("from another thread"))
    runs.handed_over.__wrapped__()
    app = SimpleNamespace(_get_async_objs=lambda: its)

    async def on_the_loop() -> None:
        its.eventloop = asyncio.get_running_loop()
        Runtime._enqueued_some_message(app)
        handled: list[str] = []
        session = SimpleNamespace(_event_loop=its.eventloop, _handle_scriptrunner_event_on_event_loop=None)
        session._handle_scriptrunner_event_on_event_loop = lambda sender, event, *its: handled.append(event.name)
        session._call_soon_on_event_loop = partial(AppSession._call_soon_on_event_loop.__get__(session))
        for name in ("SCRIPT_STARTED", "ENQUEUE_FORWARD_MSG", "SCRIPT_STOPPED_WITH_SUCCESS", "SHUTDOWN"):
            AppSession._on_scriptrunner_event(session, None, event=ScriptRunnerEvent[name])
        assert handled == []
        await asyncio.sleep(0)
        assert handled == ["SCRIPT_STARTED", "ENQUEUE_FORWARD_MSG", "SCRIPT_STOPPED_WITH_SUCCESS", "SHUTDOWN"]

    run_async(on_the_loop())
    Runtime._enqueued_some_message(app)
    assert woken == ["here", "from another thread"]


def test_an_answer_goes_in_few_pieces_to_the_socket_that_its_session_has_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit itself pauses after each message, and goes through all sessions as they were when it began; where it no longer
    does, ours can go."""
    source = Path(runtime.__file__).read_text(encoding="utf-8")
    assert "self._send_message(active_session_info, msg)" in source and "await asyncio.sleep(0)" in source
    assert "for active_session_info in self._session_mgr.list_active_sessions():" in source
    assert "session.flush_browser_queue()" in source
    source = Path(websockets_sansio_impl.__file__).read_text(encoding="utf-8")
    assert source.count('self.transport.write(b"".join(output))') > 3
    sent: list[tuple[object, int]] = []
    protocol = websockets_sansio_impl.WebSocketsSansIOProtocol
    monkeypatch.setattr(protocol, "connection_made", protocol.connection_made)
    monkeypatch.setattr(Runtime, "_send_message", lambda self, to, message: sent.append((to, message)))
    monkeypatch.setattr(AppSession, "flush_browser_queue", lambda self: list(range(self.has)))
    runs.sent_together.__wrapped__()

    def flushed(has: int) -> list[list[int]]:
        queue = SimpleNamespace(is_empty=lambda: not has)
        return AppSession.flush_browser_queue(SimpleNamespace(has=has, _browser_queue=queue))

    assert flushed(0) == [] and [len(one) for one in flushed(230)] == [100, 100, 30]
    old, gone, new = (SimpleNamespace(session=SimpleNamespace(id=one)) for one in ("kept", "gone", "kept"))
    app = SimpleNamespace(_session_mgr=SimpleNamespace(get_active_session_info={"kept": new}.get))
    for messages in flushed(230):
        Runtime._send_message(app, old, messages)
    assert [*map(id, (to for to, _ in sent))] == [id(new)] * 230 and [one for _, one in sent] == [*range(230)]
    Runtime._send_message(app, gone, [230])
    assert sent[230] == (gone, 230), "where Streamlit finds that nobody is there"


def test_who_comes_back_asks_for_a_run_where_one_was_cut_off_or_goes_on_by_itself() -> None:
    """The simulated tabs do as Streamlit's client does; its own words."""
    scripts = (Path(streamlit.__file__).parent / "static" / "static" / "js").glob("index.*.js")
    rule = "||this.state.fragmentIdsThisRun.length>0||this.autoRerunIntervals.size>0?"
    assert any(rule in script.read_text(encoding="utf-8") for script in scripts)


def test_what_the_browser_had_not_yet_heard_is_no_link() -> None:
    one, two, three = (["1"], ["2"], ["3"])
    said, made, before = {"a": one, "b": one}, {"a": two, "c": one, "b": one}, {}
    late = controls.heard({"a": one, "b": two}, said, made, before, {"b"})
    assert late == {"a": two, "b": two, "c": one}, "the browser's own names are as it says; ours as we made them"
    again = controls.heard({"a": one, "b": two}, late, {**late, "a": three}, before, {"b"})
    assert again["a"] == three, "two answers are on their way"
    between = controls.heard({"a": two, "b": two, "c": one}, again, again, before, {"b"})
    assert between["a"] == three and between["c"] == one, "the first of them has arrived"
    assert controls.heard({"a": three, "b": two, "c": one}, between, between, before, {"b"})["a"] == three
    assert before == {}, "all is heard: from now on an old address is asked for"
    assert controls.heard({"a": one}, between, between, before, {"b"}) == {"a": one}
    assert controls.heard({"a": ["9"]}, said, made, {}, ()) == {"a": ["9"], "c": one}, "a link to what nobody replaced"
