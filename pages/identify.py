"""From a file: is it really a ResNet-50? A checkpoint or a config → the net, its differences, and what nobody can tell."""

import streamlit as st

from explorer.web.sections import from_file

st.header("Which net is this file of?", anchor=False)
found = from_file.asked()
if found:
    from_file.net(found)
    if special := from_file.special(found):
        from_file.said("What is special", special)
    from_file.misfits(found)
    from_file.said("What weights cannot tell" if found.found else "What a config cannot tell", found.unknowable)
    from_file.take_home(found)
