"""From a file of weights to the net that it belongs to: what it is (`identify`), and its numbers in our module (`load`).

Nothing in a file is ever run: names, shapes and number formats are read, weights only by `load`, and pickles only when
their bytes are known.
"""

from explorer.weights.anything import identify_file
from explorer.weights.identify import Identified, identify
from explorer.weights.loading import load

__all__ = ["Identified", "identify", "identify_file", "load"]
