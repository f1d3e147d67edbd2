"""Where a number comes from: its formula with the real layer's values put in, as text and as LaTeX.

    parameters of a bottleneck    256·64·1² + 64·64·3² + 64·256·1² = 69,632
    output size of conv1          ⌊(224 + 2·3 − 7)/2⌋ + 1 = 112

A sum's proof has parts, which have parts: net → stage → block → layer. The text form is arithmetic that can be
evaluated (a test does), and comes out at the total of `analysis`.
"""

from explorer.facts.proof.base import Proof
from explorer.facts.proof.counts import counted
from explorer.facts.proof.pairs import difference, ratio, share, together, worth
from explorer.facts.proof.reading import evaluate
from explorer.facts.proof.sizes import deciding_size, output_size, receptive_field, widened
from explorer.facts.proof.sums import depth, leaf, prove

__all__ = [
    "Proof",
    "counted",
    "deciding_size",
    "depth",
    "difference",
    "evaluate",
    "leaf",
    "output_size",
    "prove",
    "ratio",
    "receptive_field",
    "share",
    "together",
    "widened",
    "worth",
]
