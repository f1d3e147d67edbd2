"""The same facts in a terminal."""
