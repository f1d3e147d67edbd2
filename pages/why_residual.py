"""Why residual? Seven questions: predict, run the experiment live, and see what may be claimed."""

import streamlit as st
from markupsafe import Markup

from explorer.lab.claims import story
from explorer.lab.experiments import EXPERIMENTS
from explorer.tell import lab_words, questions
from explorer.tell.plots.lab import VIEWS
from explorer.web import facts_pieces, pieces, state
from explorer.web.asked import asked
from explorer.web.pieces import Figure
from explorer.web.sections.why_residual import STYLE, Bench, kind_of

pieces.stylesheet(STYLE)
key = asked("Which question?", questions.EXPERIMENTS, "experiment", label_visibility="collapsed")
bench = Bench(key)
left, right = st.columns([1, 2], gap="large")
with left:
    pieces.html(lab_words.question(key))
    lines = st.container()
    guess = st.radio(
        bench.text["predict"],
        list(bench.text["options"]),
        None,
        format_func=bench.text["options"].get,
        key=f"guess-{key}",
        persist_state="session",
    )
    bench.controls()
    everything = st.toggle("Show without predicting", key="reveal", bind="query-params")
going = bench.going
open_now = bool(everything or guess or bench.own) and not going
with right:
    bench.problem()
    views, picked = st.columns([2, 3], vertical_alignment="center")
    view = next(iter(VIEWS[key]))
    if len(VIEWS[key]) > 1 and (open_now or going):
        with views:
            view = state.choose("View", tuple(VIEWS[key]), f"view-{key}", label_visibility="collapsed")
    if going:
        bench.follow(going, view)
    elif open_now:
        with picked:
            run = bench.shown()
        bench.draw(view, run["rows"], run["summary"], run["config"])
        pieces.html(lab_words.source(run, pieces.mark(kind_of(run))))
        with st.container(horizontal=True):
            bench.downloads(run)
            facts_pieces.take_home(state.current())
        bench.against(view, run)
    else:
        bench.draw(view, story.teaser(key), None, story.opening(key)["config"], hidden=True)
        pieces.html(Markup('<div class="source">{} {}</div>').format(pieces.mark("recorded"), story.HIDDEN))
with lines:
    pieces.html(lab_words.verdict(run, guess) if open_now else lab_words.setup(key))
    if open_now and (odd := story.contradiction(run)):
        st.warning(odd, icon=":material/balance:")
if open_now:
    kind = kind_of(run)
    pieces.figures(
        [
            Figure(one.value, one.label, source=kind, proof=one.proof(kind))
            for one in EXPERIMENTS[key].quotes(run["summary"])
        ]
    )
    bench.meaning(run)
with st.expander(story.texts()["article"]["title"], icon=":material/format_quote:"):
    pieces.html(lab_words.article())
