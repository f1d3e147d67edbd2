"""The network itself: its layers and blocks, the operations it is made of, and the one trace that everything reads."""
