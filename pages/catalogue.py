"""Catalogue: which ResNets are there, what do they cost, and what are they called?"""

import streamlit as st

from explorer.tell import catalogue as told
from explorer.web import pieces
from explorer.web.sections import catalogue

st.header("Which ResNet is it?", anchor=False)
rows = catalogue.found()
pieces.note(told.held(rows))
if rows:
    catalogue.table(rows)
    catalogue.card()
    catalogue.picture(rows)
pieces.downloads("resnet-catalogue", lambda: [told.facts(row) for row in rows])
