"""What is true of a net, as plain data with proofs: counts, sizes, memory, receptive fields, comparisons. No drawing, no words for a page."""
