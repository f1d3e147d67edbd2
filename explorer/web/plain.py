"""Text that somebody else wrote, as text: what a visitor typed, a link carried or a file said is never Markdown or HTML.

Streamlit reads Markdown in every message, heading, label and help. A backslash takes an ASCII mark its meaning; what
works on the words afterwards (addresses that become links, `:red[…]`, `:smile:`, `->`) is parted by an invisible joint.
"""

from __future__ import annotations

import re
import string

import streamlit as st

JOINT = "\u2060"  # WORD JOINER: no width, no line break
MOST = 2000  # characters of a message
_MARK = re.compile(f"[{re.escape(string.punctuation)}]")
_JOINED = re.compile(r"(?<=[:@])|(?<=www)(?=\.)|(?<=[<>=~-])(?=[<>=~-])", re.IGNORECASE)


def plain(text: object) -> str:
    """`text` as Markdown that shows exactly its characters, on one line."""
    line = " ".join(str(text).split())
    line = line if len(line) <= MOST else f"{line[: MOST - 1]}…"
    return _MARK.sub(r"\\\g<0>", _JOINED.sub(JOINT, line))


def read(markdown: str) -> str:
    """What a reader sees of `plain`'s text: its inverse, for tests."""
    return re.sub(r"\\(.)", r"\1", markdown).replace(JOINT, "")


def error(*lines: object) -> None:
    """What cannot be done or shown, in a box; each on its line."""
    st.error("  \n".join(map(plain, lines)), icon=":material/error:")


def passing(text: object) -> None:
    """What was not done, for a few seconds in the corner."""
    st.toast(plain(text), icon=":material/block:", duration="long")


def warning(*lines: object) -> None:
    """What must be known before a figure is used; each on its line."""
    st.warning("  \n".join(map(plain, lines)), icon=":material/warning:")


def info(text: object, icon: str = "info") -> None:
    """A remark in a box. icon: of Material's."""
    st.info(plain(text), icon=f":material/{icon}:")
