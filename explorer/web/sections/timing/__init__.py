"""The views of the Timing page."""
