"""One command that meets a GPU: every claim about it checked and recorded. `python3 tests/gpu/check.py`."""
