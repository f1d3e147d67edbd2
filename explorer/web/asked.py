"""Controls whose words are for people while the link keeps a short slug.

Streamlit's own binding writes a control's shown label into the URL, so a label could only ever be a slug. Here the
URL's value is read before the control is drawn and written after it; a value that is not among the options is said,
with what is allowed, and the default is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal, TypeVar

import streamlit as st

from explorer.web import kept
from explorer.web.plain import plain
from explorer.web.session import by_key, session

Held = TypeVar("Held", str, int)
MOST_NAMED = 12  # options in a message
SEEN = "asked_seen"  # key → what the URL last said


def told(key: str) -> bool:
    """Whether what is wrong with a key of the link is said above the page already."""
    return any(one.startswith(f"{key}=") for one in session().get("told", ()))


def now(options: Mapping[str, str], key: str, default: str | None = None) -> str:
    """What `asked` will answer in this run, before its control is drawn."""
    first = default or next(iter(options))
    wanted = st.query_params.get(key, first)
    seen: dict[str, str] = by_key().get(SEEN, {})
    if seen.get(key) != wanted or key not in by_key():
        return wanted if wanted in options else first
    held: str = by_key()[key]
    return held if held in options else first


def everywhere(
    key: str, usual: Held, link: Mapping[str, str] | None, read: Callable[[str], Held], draw: Callable[[], Held]
) -> Held:
    """The value of a control that stands on every page, wherever it is drawn. usual: its default; read: a link's text →
    its value; draw: draws it. link: the parameters of the link that was just followed, which win and were found to be
    right; None where none was.

    A change of page brings an empty URL and takes nothing back: there the session's value is written to the URL again.
    """
    if link is not None or key not in by_key():
        text = (link or {}).get(key)
        by_key()[key] = usual if text is None else read(text)
    chosen = draw()
    if st.query_params.get(key, str(usual)) != str(chosen):
        if chosen == usual:
            del st.query_params[key]
        else:
            st.query_params[key] = str(chosen)
    return chosen


def shared(
    label: str,
    options: Mapping[str, str],
    key: str,
    link: Mapping[str, str] | None,
    help: str | None = None,
    spread: bool = False,
) -> str:
    """One of `options` (slug → words) in a list, for a control that stands on every page. link: as for `everywhere`;
    spread: all of them beside one another instead."""
    words, slugs = options.__getitem__, tuple(options)

    def draw() -> str:
        if not spread:
            return st.selectbox(label, slugs, key=key, format_func=words, help=help)
        picked = st.segmented_control(
            label, slugs, key=key, format_func=words, help=help, required=True, width="stretch"
        )
        return picked or slugs[0]

    return everywhere(key, next(iter(options)), link, str, draw)


def forget(key: str) -> None:
    """Of a shared control that is at its default and not drawn: nothing of it stays in the session or the URL."""
    by_key().pop(key, None)
    if key in st.query_params:
        del st.query_params[key]


def asked(
    label: str,
    options: Mapping[str, str],
    key: str,
    default: str | None = None,
    *,
    before: Mapping[str, str] = MappingProxyType({}),
    help: str | None = None,
    label_visibility: Literal["visible", "collapsed"] = "visible",
    wrap: bool | None = None,
    listed_px: int | None = None,
) -> str:
    """One of `options` (slug → words), bound to `?key=slug`; the default, the first if none is given, is left out of
    the URL. before: what links of before say → its slug now. listed_px: in a list of this width, not side by side."""
    first = default or next(iter(options))
    if (old := st.query_params.get(key, "")) in before:
        st.query_params[key] = before[old]
    wanted = st.query_params.get(key, first)
    if wanted not in options and kept.is_ours(key, wanted):
        wanted = first
    seen: dict[str, str] = by_key().setdefault(SEEN, {})
    if seen.get(key) != wanted or key not in by_key():
        by_key()[key] = wanted if wanted in options else first
    if wanted not in options and not told(key):
        st.error(plain(f"{key}={wanted[:60]!r}: choose one of {', '.join(options)}"), icon=":material/error:")
    slugs, words = tuple(options), options.__getitem__
    picked = (
        st.selectbox(
            label,
            slugs,
            key=key,
            format_func=words,
            help=help,
            label_visibility=label_visibility,
            width=listed_px,
        )
        if listed_px
        else st.segmented_control(
            label,
            slugs,
            key=key,
            format_func=words,
            required=True,
            help=help,
            label_visibility=label_visibility,
            wrap=wrap,
        )
    )
    chosen = picked or first
    if wanted in options:
        if chosen == first:
            st.query_params.pop(key, None)
        else:
            st.query_params[key] = chosen
        seen[key] = chosen
    else:
        seen[key] = wanted
    return chosen


def several(label: str, options: Mapping[str, str], key: str, placeholder: str) -> tuple[str, ...]:
    """Any of `options` (slug → words), in the order in which they were chosen, bound to `?key=slug,slug`; none is left out
    of the URL. What a link asks for beside them is said until something is chosen; what other options no longer have is let go.
    """
    wanted = st.query_params.get(key, "")
    asked_for = [one for one in dict.fromkeys(wanted.split(",")) if one]
    meant = [one for one in asked_for if one in options]
    seen: dict[str, str] = by_key().setdefault(SEEN, {})
    if seen.get(key, "") != wanted:
        by_key()[key] = meant
    held: list[str] = by_key().get(key, [])
    strange = [one for one in asked_for if one not in options] if held == meant else []
    if kept.is_ours(key, wanted):
        strange = []
    if strange and not told(key):
        some = [*options] if len(options) <= MOST_NAMED else [*[*options][: MOST_NAMED - 1], "…", [*options][-1]]
        st.error(plain(f"{key}={strange[0][:60]!r}: choose some of {', '.join(some)}"), icon=":material/error:")
    if any(one not in options for one in held):
        by_key()[key] = [one for one in held if one in options]
    words = options.__getitem__
    chosen = tuple(st.multiselect(label, tuple(options), key=key, placeholder=placeholder, format_func=words))
    seen[key] = wanted if strange else ",".join(chosen)
    if seen[key]:
        st.query_params[key] = seen[key]
    else:
        st.query_params.pop(key, None)
    return chosen
