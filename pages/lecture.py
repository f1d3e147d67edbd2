"""Lecture: the guided tour. Scenes in order, each a link; predict, then reveal; your own file; a handout."""

from functools import partial
from typing import Literal

import streamlit as st

from explorer import lecture
from explorer.tell import link
from explorer.web import lecture_bar, pieces, plain
from explorer.web.session import session

try:
    run = lecture_bar.current()
except lecture.LectureError as error:
    lecture_bar.problems(error)
    run = lecture.load()
name = run.name.removesuffix(".toml")

st.header(plain.plain(run.title), anchor=False)
pieces.lead(
    f"{len(run.scenes)} scenes, about {run.minutes:.0f} minutes. Each scene is a real page in a prepared state: go on with "
    "→ or the clicker’s PageDown, touch anything on the way, and ↺ brings the scene back."
)
root = link.for_others((st.context.url or "").removesuffix("lecture"))
lecture_bar.listing(run, "lecture", root)

st.subheader("Take it with you", anchor=False)
left, middle, right = st.columns(3, gap="large")


def save(form: str, label: str, icon: str, kind: Literal["primary", "secondary"] = "secondary") -> None:
    """A button for the lecture as a file, which is made when it is pressed."""
    ending, mime = lecture.FILES[form]
    st.download_button(
        label,
        partial(lecture.made, form, run, root),
        f"{name}{ending}",
        mime,
        on_click="ignore",
        icon=f":material/{icon}:",
        key=form,
        type=kind,
        width="stretch",
    )


with left:
    st.markdown(
        "**One file.** The whole lecture to walk through, maps, charts and questions in it: from a USB stick, without a "
        "server and without the internet. Or as slides, with the notes for the speaker."
    )
    save("html", "Save as one file (HTML)", "save", "primary")
    save("pptx", "Slides (PowerPoint)", "slideshow")
with middle:
    st.markdown(
        "**On paper, as text.** Every scene with its picture and a link, the answers at the end: it prints well. And the "
        "lecture’s file: plain text, to change the tour’s scenes or to write your own."
    )
    save("handout", "Handout (HTML)", "print")
    st.download_button(
        "The tour’s file (TOML)",
        lambda: lecture.DEFAULT.read_text(encoding="utf-8"),
        lecture.DEFAULT.name,
        "text/plain",
        on_click="ignore",
        icon=":material/edit_note:",
        key="example",
        width="stretch",
    )
with right:
    st.file_uploader(
        "Your own lecture, loaded for this visit only",
        type=["toml"],
        key="own_file",
        on_change=lecture_bar.take,
        max_upload_size=1,
    )
    if session().get("own_lecture"):
        st.button("Back to the tour", on_click=lambda: session().update({"own_lecture": None}), icon=":material/undo:")
    with st.container(horizontal=True):  # the page ends here: a little window would open below the screen
        pieces.data_buttons(name, lambda: lecture.rows(run))
if problem := session().get("own_problem"):
    lecture_bar.problems(problem)

with st.expander("How to write a lecture", icon=":material/school:"):
    st.markdown(lecture.how_to())
