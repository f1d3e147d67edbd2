"""The stage: lecture mode's thin Streamlit face. Its bar drives the real pages through the URL.

`?lecture=bottleneck` names the scene, `?guess=…` reveals its question, `?present=1` is the projector view, and
`?hide=sidebar,variants,lead` takes controls away. These stay in the URL when the visitor changes the page.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from explorer.tell import given, link
from explorer.tell.joined import joined, stylesheet
from explorer.web import inside, pieces, plain, served
from explorer.web.hall import held
from explorer.web.hall import page as hall_page
from explorer.web.session import by_key, session

if TYPE_CHECKING:  # a lecture needs torch: not before the controls are painted
    from explorer.lecture import Lecture, LectureError

FOLDER = Path(__file__).resolve().parent
HOME = "architecture"  # the page at "/"
STICKY = ("lecture", "present", "hide", "node")  # node: the map's selection, which Cost shares
PARTS = {  # name in ?hide= → what it takes away, as our stylesheets say it; any other name is a control's key
    "sidebar": ":--sidebar, :--sidebar-opens",
    "nav": ":--nav",
    "toolbar": ":--toolbar",
    "header": ".st-key-built",
    "bar": ".st-key-stage",
    "task": ".st-key-task",
    "share": ".st-key-share",
    "lead": ".lead, :--main :--element:has(.lead)",
    "titles": ":--main h2, :--main :--element:has(h2)",
    "figures": ":--main .figures",
    "tables": ":--main .paper, :--main .note",
    "sums": ":--main .sum",
    "reasons": ":--main :--element:has(.why):not(:has(.together)), .together > :has(.why)",
    "exact": ":--main :--element:has(.told, .opened):not(:has(.together)), .together > :has(.told)",
    "rest": ":--main :--element:has(h3), :--main :--element:has(h3) ~ *",
    "downloads": ":--download, :--main :--popover:not(.st-key-share *)",
    "alerts": ":--main :--alert",
    "expanders": ":--main :--expander",
}
ASKS = ("guess-", "reveal")  # a page's own question, where a scene asks it
IN_PRESENT = ("sidebar", "task", "toolbar", "downloads", "share", "rest", "exact")  # what nobody in the hall needs


@dataclass(frozen=True)
class Flags:
    """What the URL says about the lecture. fresh: this is the visit's first run."""

    lecture: str = ""
    guess: str = ""
    present: bool = False
    hide: tuple[str, ...] = ()
    fresh: bool = False


GIVEN = (
    given.STAGE | inside.GIVEN | {"SPEAKER": hall_page.document("speaker", faces=False)[0].decode()}
)  # a window that asks no server: its typefaces come from this page
STYLE = stylesheet(FOLDER / "stage.css", FOLDER.parent / "proof.css", hall_page.FOLDER / "votes.css")
_component = served.component(
    "lecture_stage",
    html='<div class="stage-place"></div>\n',
    css=STYLE,
    js=joined(FOLDER / "stage.js", GIVEN),
)


# The sidebar begins at the window's top where no navigation stands over it; what is left of that line opens a folded sidebar.
WITHOUT_NAVIGATION = """@media (--no-drawer) {
  :--sidebar { margin-top: 0; height: 100%; }
  :--toolbar { background: none; pointer-events: none; }
  :--sidebar-opens { pointer-events: auto; }
}"""


def flags(page: str) -> Flags:
    """From the URL; a change of page by the navigation, which drops what is no control's, does not lose them."""
    fresh = "stage" not in session()
    memory = session().setdefault("stage", {"page": page})
    moved, memory["page"] = memory["page"] != page, page
    for name in STICKY:
        if name in st.query_params:
            memory[name] = st.query_params[name][:500]
        elif (
            moved
            and memory.get(name)
            and (name, page) != ("lecture", "lecture")
            and not (name == "node" and memory["lecture"])
        ):
            st.query_params[name] = memory[name]
        else:
            memory[name] = ""
    return Flags(
        memory["lecture"],
        st.query_params.get("guess", "")[:200],
        memory["present"] == "1",
        _names(memory["hide"]),
        fresh,
    )


def _names(text: str) -> tuple[str, ...]:
    """'sidebar, depth' → ('sidebar', 'depth'); nothing but letters, digits, _ and - gets through into the stylesheet."""
    return tuple(re.findall(r"[\w-]+", text[:500], re.ASCII))


def current() -> Lecture:
    """The lecture of this visit: uploaded, or `EXPLORER_LECTURE`, or the default tour. Raises `LectureError`."""
    from explorer import lecture

    path = Path(os.environ.get("EXPLORER_LECTURE") or lecture.DEFAULT)
    return session().get("own_lecture") or _load(path, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=8)
def _load(path: Path, changed_ns: int) -> Lecture:
    from explorer import lecture

    return lecture.load(path)


def take() -> None:
    """An uploaded file becomes this visit's lecture; or what is wrong with it is remembered to be said."""
    from explorer import lecture

    file, memory = session().get("own_file"), session()
    memory["own_problem"] = None
    name = file.name[:80] if file else ""
    try:
        memory["own_lecture"] = lecture.parse(file.getvalue().decode("utf-8"), name) if file else None
    except UnicodeDecodeError as error:
        memory["own_problem"] = lecture.LectureError(name, [f"byte {error.start}: not UTF-8 text"])
    except lecture.LectureError as error:
        memory["own_problem"] = error


def show(page: str, seen: Flags) -> None:
    """The bar over the page, where a lecture runs; and what is hidden."""
    hidden = {*seen.hide, *(IN_PRESENT if seen.present else ()), *(("nav",) if st.context.is_embedded else ())}
    hidden |= {"toolbar"} if {"nav", "sidebar"} <= hidden else set()  # nothing is left in it
    looks = ["present"] if seen.present else []
    session()["stage"] |= {"scene": "", "asks": ""}
    if not seen.lecture:
        held.leave()
    if seen.lecture:
        taken = _scene(page, seen)
        if taken is not None:
            hidden |= taken
            looks += ["scene", "projected"] if seen.present else ["scene"]
    elif seen.present:
        path = "" if page == HOME else page
        _component(key="lecture_stage", data={"bare": True, "present": True, "page": path, "path": f"/{path}"})
    text = f"{', '.join(PARTS.get(name, f'.st-key-{name}') for name in sorted(hidden))} {{ display: none !important; }}"
    keys = ", ".join(f".st-key-{name}" for name in sorted(hidden - PARTS.keys()))
    if keys:  # what held them has gaps around it
        text += f":--main :--wrapper:not(:has(:--element:not({keys}, :is({keys}) *))) {{ display: none !important; }}"
    look = "".join((FOLDER / f"{name}.css").read_text(encoding="utf-8") for name in looks)
    if hidden & {"nav", "toolbar"}:
        text += WITHOUT_NAVIGATION
    if hidden or look:
        pieces.stylesheet(f"{text if hidden else ''}{look}")


def _scene(page: str, seen: Flags) -> set[str] | None:
    """Draw the bar; what this scene takes away, most of it on a projector only. None where there is no scene to draw."""
    from explorer import lecture

    try:
        run = current()
    except lecture.LectureError as error:
        problems(error)
        return None
    scene = run.find(seen.lecture)
    if scene is None:
        plain.warning(
            f"lecture={seen.lecture[:60]!r}: “{run.title}” has no such scene. "
            f"Choose one of {', '.join(one.slug for one in run.scenes)}."
        )
        return None
    session()["stage"] |= {"scene": scene.slug, "asks": "1" if scene.question and not seen.guess else ""}
    short = seen.fresh and page == lecture.HOME and not set(st.query_params) - set(lecture.OWN)
    root = link.for_others((st.context.url or "").removesuffix(page if page != lecture.HOME else ""))
    with st.container(key="stage"):
        _component(
            key="lecture_stage",
            data={
                **lecture.bar(run, scene, page, seen.guess, seen.present),
                "open": short,
                "phone": lecture.phone(root, scene),
                **held.data(run, scene, bool(seen.guess), root),
            },
            on_votes_change=_taking("lecture_stage", run),
        )
    hidden = _names(scene.hide)
    return set(hidden) if seen.present else {name for name in hidden if scene.question and name.startswith(ASKS)}


@dataclass(frozen=True)
class Shown:
    """The lecture's scene that is shown. asks: its question stands there, unanswered."""

    slug: str
    asks: bool


def scene() -> Shown | None:
    """The scene that this run shows; None outside a lecture."""
    memory = session().get("stage", {})
    slug = memory.get("scene", "")
    return Shown(slug, memory.get("asks") == "1") if slug else None


def listing(run: Lecture, page: str, root: str) -> None:
    """The scenes as a list to start from. root: the app's address as phones reach it."""
    from explorer import lecture

    _component(
        key="lecture_list",
        data={**lecture.listing(run, page), "reach": link.reached(root)},
        on_votes_change=_taking("lecture_list", run),
    )


def _taking(key: str, run: Lecture) -> Callable[[], None]:
    """Does what the component asks of the votes, before the script's run: one that is on its way to the component ends where
    its visitor goes on at once, and what was asked with it would be lost."""

    def take() -> None:
        if asked := (by_key().get(key) or {}).get("votes"):
            held.take(asked, run)

    return take


def problems(error: LectureError) -> None:
    """A lecture file's mistakes, line by line."""
    st.error(
        "\n".join(
            [f"**{plain.plain(error.name[:100])}** cannot be shown:"]
            + [f"- {plain.plain(problem)}" for problem in error.problems[:20]]
        ),
        icon=":material/error:",
    )
