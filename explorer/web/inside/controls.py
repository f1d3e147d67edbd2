"""What Streamlit's controls and addresses say, mended where a page would break, lose a choice, or look twice."""

from __future__ import annotations

import math
from collections.abc import Container, Iterator, Mapping
from dataclasses import replace
from functools import cache, wraps
from typing import Any
from urllib.parse import parse_qs, urlencode

from streamlit.components.v2.bidi_component import main as mounting
from streamlit.elements.widgets.number_input import NumberInputSerde
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext
from streamlit.runtime.state.common import RegisterWidgetResult, WidgetMetadata, WidgetValuePresenter, is_element_id
from streamlit.runtime.state.query_params import QueryParams
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.runtime.state.session_state import STREAMLIT_INTERNAL_KEY_PREFIX, SessionState
from streamlit.runtime.state.session_state_proxy import SessionStateProxy, get_session_state


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
def not_taken_back() -> None:
    """What another page's address says is no earlier control's to take back. Streamlit 1.67 cleans up before a page is
    changed: each control that the browser does not name counts as gone, and its parameter goes with it. A browser that has
    not yet the controls' script names none, and the address it asked for said nothing any more."""
    plain = QueryParams.set_initial_query_params_from_current

    @wraps(plain)
    def kept(self: QueryParams) -> None:
        plain(self)  # only a change of page does so, between its address and the cleaning up
        for name in self._query_params.keys() & self._bindings_by_param.keys():
            self._bindings_by_widget.pop(self._bindings_by_param.pop(name).widget_id, None)

    QueryParams.set_initial_query_params_from_current = kept  # type: ignore[method-assign]


def go_on_at(given: Mapping[str, str]) -> None:
    """The address says this besides, as if the page had been opened by it: controls that are bound to it begin there. The public
    way to write an address is not read by them. To be called before they are drawn."""
    with get_session_state().query_params() as params:
        params.update(given)
        params.set_initial_query_params_from_current()


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


@cache
def told_until_heard() -> None:
    """A control shows what it holds, however late its browser has the control's script. Streamlit 1.67 says what was put
    there by a link or the session in one run only: a browser that draws the control after the next run draws it empty, or
    at 0, and says that in its next request as if somebody had chosen it. Here it's said in every run, until the browser
    has said it itself."""
    plain_take, plain = SessionState.set_widgets_from_proto, SessionState.register_widget

    def take(self: SessionState, widget_states: WidgetStates) -> None:
        # A request says all that its browser has.
        vars(self.query_params)["heard"] = {one.id for one in widget_states.widgets}
        plain_take(self, widget_states)

    @wraps(plain)
    def register(self: SessionState, metadata: WidgetMetadata[Any], user_key: str | None) -> RegisterWidgetResult[Any]:
        found = plain(self, metadata, user_key)
        heard = found.value_changed or user_key is None or metadata.id in vars(self.query_params).get("heard", ())
        return found if heard or found.value == metadata.deserializer(None) else replace(found, value_changed=True)

    SessionState.set_widgets_from_proto = take  # type: ignore[method-assign]
    SessionState.register_widget = register  # type: ignore[method-assign]


def mend() -> None:
    """All of it, once in a process."""
    for mended in (unpresented, looked_up, up_to_date, not_taken_back, finite, checked, told_until_heard):
        mended()
