"""Lecture: the guided tour. Scenes in order, each a link; predict, then reveal; your own file; a handout."""

import streamlit as st

from explorer import lecture
from explorer.tell import link
from explorer.web import facts_pieces, lecture_bar, pieces, plain, state
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
lecture_bar.listing(run, "lecture")

st.subheader("Take it with you", anchor=False)
left, middle, right = st.columns(3, gap="large")
with left:
    st.markdown(
        "**Handout.** Every scene with its picture and a link on one page, the answers at the end. It prints well."
    )
    root = link.for_others((st.context.url or "").removesuffix("lecture"))
    st.download_button(
        "Handout (HTML)",
        lambda: lecture.handout(run, root),
        f"{name}-handout.html",
        "text/html",
        on_click="ignore",
        icon=":material/print:",
        key="handout",
        width="stretch",
    )
with middle:
    st.markdown("**The file.** A lecture is plain text. Change the tour’s scenes, or write your own.")
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
        "**Your own lecture.** It is loaded for this visit only.",
        type=["toml"],
        key="own_file",
        on_change=lecture_bar.take,
        max_upload_size=1,
    )
    if session().get("own_lecture"):
        st.button("Back to the tour", on_click=lambda: session().update({"own_lecture": None}), icon=":material/undo:")
if problem := session().get("own_problem"):
    lecture_bar.problems(problem)

with st.container(horizontal=True):
    pieces.downloads(name, lambda: lecture.rows(run), figures=False)
    facts_pieces.take_home(state.current())
with st.expander("How to write a lecture", icon=":material/school:"):
    st.markdown(lecture.how_to())
