"""The stage: lecture mode's thin Streamlit face. Its bar drives the real pages through the URL.

`?lecture=bottleneck` names the scene, `?guess=…` reveals its question, `?present=1` is the projector view, and
`?hide=sidebar,variants,lead` takes controls away. These stay in the URL when the visitor changes the page.
"""

from __future__ import annotations

import os
import re
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path

import streamlit as st

from explorer import lecture, palette
from explorer.lecture import Lecture, LectureError, Scene

FOLDER = Path(__file__).resolve().parent.parent / "assets" / "stage"
STICKY = ("lecture", "present", "hide")
PARTS = {  # name in ?hide= → what it takes away; any other name is a control's key
    "sidebar": '[data-testid="stSidebar"], [data-testid="stExpandSidebarButton"]',
    "nav": '[data-testid="stTopNavSection"], [data-testid="stTopNavLinkContainer"], [data-testid="stTopNavLink"]',
    "toolbar": '[data-testid="stToolbar"], [data-testid="stHeader"]',
    "header": ".st-key-built",
    "bar": ".st-key-stage",
    "share": ".st-key-share",
    "lead": ".lead",
    "titles": ".stMain h2:not(.stage h2)",
    "tables": ".stMain .paper, .stMain .note",
    "rest": '.stMain .stElementContainer:has(h3), .stMain .stElementContainer:has(h3) ~ *',
    "downloads": '[data-testid="stDownloadButton"], .stMain [data-testid="stPopover"]:not(.st-key-share *)',
    "expanders": '.stMain [data-testid="stExpander"]',
}
IN_PRESENT = ("sidebar", "toolbar", "downloads", "share")  # what nobody in the hall needs


@dataclass(frozen=True)
class Flags:
    """What the URL says about the lecture."""

    lecture: str = ""
    guess: str = ""
    present: bool = False
    hide: tuple[str, ...] = ()


_bar = st.components.v2.component(
    "lecture_stage", html='<div class="stage-place"></div>\n', css=(FOLDER / "stage.css").read_text(encoding="utf-8"),
    js="\n".join((FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in ("dom", "travel", "question", "input", "stage")))


def flags(page: str) -> Flags:
    """From the URL; a change of page by the navigation, which drops what is no control's, does not lose them."""
    memory = st.session_state.setdefault("stage", {"page": page})
    moved, memory["page"] = memory["page"] != page, page
    for name in STICKY:
        if name in st.query_params:
            memory[name] = st.query_params[name]
        elif moved and memory.get(name) and not (name == "lecture" and page == "lecture"):
            st.query_params[name] = memory[name]
        else:
            memory[name] = ""
    names = re.findall(r"[\w-]+", memory["hide"][:500])
    return Flags(memory["lecture"], st.query_params.get("guess", "")[:200], memory["present"] == "1", tuple(names))


def current() -> Lecture:
    """The lecture of this visit: uploaded, or `EXPLORER_LECTURE`, or the default tour. Raises `LectureError`."""
    uploaded = st.session_state.get("own_lecture")
    if uploaded:
        return uploaded
    path = Path(os.environ.get("EXPLORER_LECTURE") or lecture.DEFAULT)
    return _load(path, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=8)
def _load(path: Path, changed: int) -> Lecture:
    return lecture.load(path)


def show(page: str, seen: Flags) -> None:
    """The bar over the page, where a lecture runs; and what is hidden."""
    scene, hidden = None, set(seen.hide)
    if seen.lecture:
        try:
            scene = current().find(seen.lecture)
        except LectureError as error:
            problems(error)
        else:
            if scene is None:
                st.warning(f"lecture={seen.lecture[:60]!r}: {current().title} has no such scene. "
                           f"Choose one of {', '.join(one.slug for one in current().scenes)}.")
    if scene:
        with st.container(key="stage"):
            _bar(key="lecture_stage", data=_data(current(), scene, page, seen.guess, seen.present))
        hidden |= set(re.findall(r"[\w-]+", scene.hide)) if seen.present else set()
    st.html(_css(frozenset(hidden | set(IN_PRESENT if seen.present else ())), seen.present) or "<style></style>")


def problems(error: LectureError) -> None:
    """A lecture file's mistakes, line by line."""
    st.error(f"{error.name}: " + " \n".join(f"\n- {problem}" for problem in error.problems[:20]), icon=":material/error:")


@lru_cache(maxsize=64)
def _data(run: Lecture, scene: Scene, page: str, guess: str, present: bool) -> dict[str, object]:
    """All that the bar shows; JSON-ready."""
    question = scene.question
    here = lecture.address(scene.page, scene.params(bool(guess)) | {"lecture": scene.slug} | ({"guess": guess} if guess else {}))
    path = "" if page == lecture.HOME else page
    return {
        "lecture": run.title, "slug": scene.slug, "title": scene.title, "number": run.number(scene), "page": path,
        "path": f"/{path}", "address": scene.address, "here": here, "present": present,
        "text": lecture.prose(scene.text, scene.chosen), "notes": lecture.prose(scene.notes, scene.chosen, links=False),
        "scenes": [{"title": one.title, "address": one.address} for one in run.scenes],
        "question": question and {key: value for key, value in asdict(question).items()
                                  if key in ("ask", "kind", "choices", "low", "high", "step", "unit")},
        "revealed": question and lecture.address(scene.page, scene.params(revealed=True) | {"lecture": scene.slug}),
        "verdict": _verdict(scene, guess) if question and guess else None,
    }


def _verdict(scene: Scene, guess: str) -> dict[str, object]:
    found = lecture.evaluate(scene, guess)
    mark = palette.PROVENANCE_MARK.get(found.source, "❡")
    return asdict(replace(found, source=f"{mark} {found.source}")) | {
        "ask": scene.question.ask, "because": lecture.prose(scene.question.because, scene.chosen, links=False)}


@lru_cache(maxsize=64)
def _css(hidden: frozenset[str], present: bool) -> str:
    """The stylesheet of what is hidden, and of the projector view."""
    rules = [PARTS.get(name, f".st-key-{name}") for name in sorted(hidden)]
    text = f"{', '.join(rules)} {{ display: none !important; }}" if rules else ""
    text += (FOLDER / "present.css").read_text(encoding="utf-8") if present else ""
    return f"<style>{text}</style>" if text else ""
