"""Compare: what changes between two models? The baseline stays pinned in the URL while the sidebar changes the other."""

import streamlit as st

from explorer.facts import comparison
from explorer.facts.told import Told
from explorer.spec import naming
from explorer.tell import questions
from explorer.web import facts_pieces, pieces, state
from explorer.web.asked import asked
from explorer.web.sections.compare import changes as compare_changes
from explorer.web.sections.compare import pair as compare_pair
from explorer.web.sections.compare import presets as compare_presets

chosen = state.current()
st.header("What changes between two models?", anchor=False)
base = compare_pair.baseline()
if compare_pair.controls(chosen, base):
    base = comparison.same_task(base, chosen.spec)
found = comparison.layers(base, chosen.spec, chosen.height, chosen.width)
before, after = compare_pair.names(base, chosen)
pieces.lead(Told(f"From {before} to {after}: ", comparison.summary(base, chosen.spec, found)))
SECTIONS: dict[str, pieces.Section] = {
    "headline": lambda: compare_changes.headline(base, chosen),
    "stages": lambda: compare_changes.stages(base, chosen),
    "layers": lambda: compare_changes.structure(found, base, chosen),
    "maps": lambda: compare_changes.maps(base, chosen),
    "presets": lambda: compare_presets.cost_against_cost(base, chosen),
}
show = asked("Where do they differ?", questions.COMPARE, "diff")
rows = SECTIONS[show]()
with st.container(horizontal=True):
    pieces.downloads(f"{naming.slug(base)}-to-{naming.slug(chosen.spec)}-{show}", lambda: rows)
    facts_pieces.take_home(chosen)
