"""The catalogue's parts: search and table, the picture, the net that is picked."""

from __future__ import annotations

import streamlit as st

from explorer.spec import catalogue, naming
from explorer.spec.catalogue import Row
from explorer.tell import catalogue as told
from explorer.tell import questions
from explorer.tell.plots.catalogue import named_against_cost
from explorer.tell.plots.once import once
from explorer.web import pieces, plain, state
from explorer.web.asked import asked
from explorer.web.session import session

ROW = 35  # px of a line of Streamlit's table


def found() -> list[Row]:
    """The rows that the search box lets through."""
    text = st.text_input(
        "Search",
        key="find",
        bind="query-params",
        max_chars=80,
        placeholder="deep stem, timm 101, WRN, Keras, pre-activation …",
        help="Every word has to stand in a net’s names, its source or what is special about it.",
    )
    rows = told.find(text)
    if not rows:
        plain.info(told.NONE_FOUND)
    return rows


def table(rows: list[Row]) -> None:
    """All rows; a click picks a net."""
    shown = [
        {told.COLUMNS[key]: value for key, value in told.facts(row).items() if key in told.COLUMNS} for row in rows
    ]
    picked = st.dataframe(
        [{heading: row[heading] for heading in told.COLUMNS.values()} for row in shown],
        hide_index=True,
        height=min(420, ROW * (len(rows) + 1) + 3),
        placeholder="",
        on_select="rerun",
        selection_mode="single-cell",  # a row would be marked by its box alone
        column_config={
            "parameters": st.column_config.NumberColumn(format="localized"),
            "MACs": st.column_config.NumberColumn(format="localized"),
            "top-1 %": st.column_config.NumberColumn(format="%.2f", help="Its protocol stands below, once picked."),
            "CIFAR error %": st.column_config.NumberColumn(format="%.2f", help="Its protocol stands below."),
        },
    )
    chosen = [rows[index].name for index, _ in picked.selection.cells if index < len(rows)]
    if chosen and chosen != session().get("catalogue-rows"):
        session()["catalogue-pick"] = chosen[0]
    session()["catalogue-rows"] = chosen


def picture(rows: list[Row]) -> None:
    """Size or accuracy against cost; a click picks a net."""
    against = asked("What goes up, over the MACs?", questions.UPWARDS, "against", before=questions.OLD_UPWARDS)
    row = pick()
    pieces.chart(
        once(
            named_against_cost,
            tuple(one.name for one in rows),
            (against, told.AGAINST[against]),
            row.name if row else "",
        ),
        f"{told.AGAINST[against]} against MACs",
        "catalogue-chart",
        lambda name: session().update({"catalogue-pick": name}),
    )
    if against != "params":
        pieces.note(told.PROTOCOLS, "published")


def pick() -> Row | None:
    """The net that was clicked on, or the one on the screen where it stands in the catalogue."""
    name = session().get("catalogue-pick") or naming.slug(state.current().spec)
    return catalogue.rows().get(name)


def card() -> None:
    """What there is to know of the net that is picked, and a button that opens it."""
    row = pick()
    if row is None:
        pieces.note("Click a row or a point to read about a net and to open it.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(plain.plain(told.titled(row)), anchor=False, width="content")
        st.button(
            "Open this net",
            icon=":material/open_in_full:",
            type="primary",
            disabled=row.spec == state.current().spec,
            on_click=lambda: session().update({"net": row.name}),
            help="It becomes the net of all pages.",
        )
        st.link_button("Where it comes from", row.url, icon=":material/link:")
    pieces.html(told.card(row))
