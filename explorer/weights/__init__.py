"""From a file of weights to the net that it belongs to. Nothing in a file is ever run."""
