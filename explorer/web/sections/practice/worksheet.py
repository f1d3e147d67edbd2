"""A worksheet for whoever teaches: nets, topics, how many, which seed; as a page to print, and for learning platforms."""

from __future__ import annotations

from functools import partial

import streamlit as st
from markupsafe import Markup

from explorer.questions import sheet, write
from explorer.questions.sheet import Sheet
from explorer.spec import preset, presets
from explorer.spec.naming import slug, title
from explorer.tell import cells, questions
from explorer.web import pieces
from explorer.web.plain import error
from explorer.web.sections.practice import link
from explorer.web.sections.practice.link import Asked
from explorer.web.session import session
from explorer.web.state import Chosen

COUNT, MOST_NETS = 20, 12
ICONS = {"html": "print", "moodle": "school", "gift": "notes", "qti": "folder_zip", "json": "data_object"}


def worksheet(chosen: Chosen) -> None:
    """The sheet that the link names: its controls, its downloads, and what stands on it."""
    left, right = st.columns([1, 1.45], gap="large")
    with left:
        made = _made(chosen)
    if made is None:
        return
    with right, st.container(border=True, key="practice-sheet"):
        answers = st.toggle("With the solutions", key="practice-solved")
        pieces.html(
            Markup('<h3 class="sheet-title">{}: exercises</h3><ol class="sheet-list">{}</ol>').format(
                made.name, write.solved(made) if answers else write.asked(made)
            )
        )


def _made(chosen: Chosen) -> Sheet | None:
    try:
        at = link.asked(chosen)
    except ValueError as problem:
        error(problem)
        st.button("Draw another sheet", on_click=link.another, type="primary")
        return None
    nets = _nets()
    able = {topic for name in nets for topic in sheet.every_topic(preset(name), at.size, at.version, at.level)} | set(
        at.able
    )
    every = tuple(one for one in questions.TOPICS if one in able)
    picked = [one for one in st.query_params.get("topics", "").split(",") if one in every]
    topics = tuple(one for one in every if one in picked) or every
    link.hard()
    link.topics("Topics", every, picked)
    few, drawn = st.columns(2, vertical_alignment="bottom")
    with few:
        count = st.number_input("How many?", value=COUNT, step=1, key="count", bind="query-params")
    with drawn:
        session()["practice-seed"] = at.name
        st.text_input(
            "Seed", key="practice-seed", on_change=_take_seed, help="The same seed makes the same sheet, for ever."
        )
    st.button("Draw another sheet", on_click=link.another, icon=":material/casino:")
    specs = [chosen.spec, *map(preset, nets)]
    try:
        made = sheet.sheet(specs, count, at.seed, topics, at.size, at.version, at.level)
    except ValueError as problem:
        error(problem)
        return None
    _files(made, slug(chosen.spec))
    _command(chosen, at, nets, topics, count)
    return made


def _nets() -> list[str]:
    """Further nets, by their names."""
    wanted = [one for one in st.query_params.get("nets", "").split(",") if one in presets()]
    session()["practice-nets"] = wanted
    return st.multiselect(
        "Of which other nets?",
        list(presets()),
        key="practice-nets",
        format_func=lambda name: title(preset(name)),
        max_selections=MOST_NETS,
        placeholder="Add nets",
        on_change=_take_nets,
    )


def _take_nets() -> None:
    if names := session()["practice-nets"]:
        st.query_params["nets"] = ",".join(names)
    else:
        st.query_params.pop("nets", None)


def _take_seed() -> None:
    """What is typed wrongly is named by the page, in the run that follows."""
    st.query_params["seed"] = session()["practice-seed"].strip()[:40]


def _files(made: Sheet, name: str) -> None:
    pieces.html(Markup('<p class="files">Take it with you</p>'))
    with st.container(key="practice-files"):
        for form, icon in ICONS.items():
            row = write.FORMS[form]
            st.download_button(
                row.words,
                partial(row.write, made),
                f"exercises-{name}-v{made.version}-{made.seed}.{row.ending}",
                row.mime,
                icon=f":material/{icon}:",
                type="primary" if form == "html" else "secondary",
                width="stretch",
                on_click="ignore",
                key=f"practice-as-{form}",
            )


def _command(chosen: Chosen, at: Asked, nets: list[str], topics: tuple[str, ...], count: int) -> None:
    words = cells.command(chosen.spec, chosen.height, chosen.width).replace("explorer ", "explorer questions ", 1)
    more = f" --nets {','.join(nets)}" if nets else ""
    hard = "" if at.level == sheet.EVERY else f" --level {at.level}"
    st.code(
        f"{words}{more} --count {count} --seed {at.name} --topics {','.join(topics)}{hard} --format html",
        None,
        wrap_lines=True,
    )
