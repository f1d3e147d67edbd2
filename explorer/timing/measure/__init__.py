"""Measuring: the clock, the loop, the subject, the parts, and the process that does it."""
