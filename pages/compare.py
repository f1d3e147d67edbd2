"""Compare: what changes between two models? A picker for either side, and one task for both unless it is asked otherwise."""

import streamlit as st

from explorer.facts import comparison
from explorer.facts.told import Told
from explorer.spec import naming
from explorer.tell import compare_parts, questions
from explorer.web import facts_pieces, pieces, state
from explorer.web.asked import asked
from explorer.web.sections.compare import changes as compare_changes
from explorer.web.sections.compare import pair as compare_pair
from explorer.web.sections.compare import presets as compare_presets

chosen = state.current()
st.header("What changes between two models?", anchor=False)
both = compare_pair.sides(chosen)
found = comparison.layers(*both)
before, after = compare_parts.names(both)
pieces.lead(Told(f"From {before} to {after}: ", comparison.summary(*both, found)))
SECTIONS: dict[str, pieces.Section] = {
    "headline": lambda: compare_changes.headline(*both),
    "stages": lambda: compare_changes.stages(*both),
    "layers": lambda: compare_changes.structure(found, *both),
    "maps": lambda: compare_changes.maps(*both),
    "presets": lambda: compare_presets.cost_against_cost(*both),
}
show = asked("Where do they differ?", questions.COMPARE, "diff")
rows = SECTIONS[show]()
with st.container(horizontal=True):
    name = f"{naming.slug(both[0].spec)}-to-{naming.slug(chosen.spec)}-{show}"
    pieces.downloads(name, lambda: rows, figures=show == "presets")  # the one view with a chart
    facts_pieces.take_home(chosen)
