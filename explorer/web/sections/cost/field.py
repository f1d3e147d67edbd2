"""Cost's receptive fields: v1 against v1.5 for every block, and the live check by the gradient of one unit."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from markupsafe import Markup

from explorer.facts import receptive
from explorer.facts.proof import Proof
from explorer.jobs import Job
from explorer.net import called
from explorer.tell import cost_questions as told
from explorer.tell.plots import cost as cost_plots
from explorer.tell.plots.once import once
from explorer.web import pieces, state
from explorer.web.pieces import Figure
from explorer.web.session import session
from explorer.web.state import Chosen

PLACE = "Cost"  # the page's title: leaving it cancels what runs here


def field(chosen: Chosen) -> list[receptive.BlockField]:
    """Receptive field per block, v1 against v1.5, and the live check by a gradient."""
    found = told.fields(chosen.spec)
    rows, proofs = found.rows, found.proofs
    pieces.html(found.lead)
    pieces.html(found.figures)
    pieces.chart(
        once(cost_plots.receptive, rows),
        told.FIELD_ALT,
        "field-by-block",
        lambda block: session().update({"picked_field": block}),
    )
    _picked(rows, proofs)
    pieces.unfolding(told.EVERY_BLOCK, "format_list_numbered", lambda: pieces.html(found.every_block()))
    st.subheader("Does a gradient agree?", anchor=False)
    names = [row["block"] for row in rows]
    selected = next((name for name in names if state.node_selection().startswith(name)), names[-1])
    _live(
        chosen,
        st.selectbox(
            "Ask a unit at the end of",
            names,
            names.index(selected),
            format_func=called.block,
            key=f"asked-{selected}-{len(names)}",
        ),
    )
    return rows


def _picked(rows: Sequence[receptive.BlockField], proofs: Sequence[dict[str, Proof]]) -> None:
    """The steps behind both points of the block that was clicked on."""
    known = next((one for row, one in zip(rows, proofs) if row["block"] == session().get("picked_field")), None)
    if known is None:
        return pieces.note("Click a point for its steps.")
    for key, words in told.FIELD_WORDS.items():
        pieces.opened(f"{known[key].label}, {words}", known[key])


def _live(chosen: Chosen, path: str) -> None:
    """The check runs on the shared queue; its result stays while the model does."""
    kept, asked = session().setdefault("field_jobs", {}), (chosen.spec, path)
    job: Job | None = kept.get(asked)
    if job is None or job.state in ("failed", "cancelled"):
        if st.button("Ask one unit’s gradient", icon=":material/center_focus_strong:"):
            kept.clear()
            visitor = state.visitor()
            kept[asked] = visitor.runner.submit(
                lambda job: receptive.check(*asked), "receptive field", visitor.id, PLACE
            )
            st.rerun()
        st.caption("Takes a few seconds: the gradient of one output unit with respect to every pixel.")
    elif job.active:
        _wait(job)
    else:
        _shown(job.result)


@st.fragment(run_every=0.4)
def _wait(job: Job) -> None:
    if not job.active:
        st.rerun()
    st.progress(0.5, f"Following the gradient back, {job.elapsed_s:.0f} s …")


def _shown(seen: receptive.Check) -> None:
    left, right = st.columns([1, 1.2])
    with left:
        pieces.chart(
            cost_plots.heat(seen.gradient), f"Gradient of the middle unit of {called.block(seen.path)} over the picture"
        )
    with right:
        pieces.figures(
            [
                Figure(
                    f"{seen.extent[0]:,}×{seen.extent[1]:,} px",
                    f"extent of the gradient · theory {seen.theory:,} px: " + ("match" if seen.agrees else "differs"),
                    source="measured",
                ),
                Figure(
                    f"{seen.effective:,.0f} px",
                    "effective side: pixels above 4.55 % of the largest (Luo et al. 2016)",
                    source="measured",
                ),
            ]
        )
        pieces.html(
            Markup(
                '<div class="note">At {}, on {}; on this host’s CPU, {}. The extent: all weights alike, average instead of '
                "max pooling, so that no path is closed. The picture and the effective side: {} random initialisations and "
                "pictures; it grows in training.</div>"
            ).format(called.block(seen.path), seen.note, seen.at, receptive.DRAWS)
        )
