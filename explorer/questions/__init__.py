"""Exercises on any net: each with its answer, its worked solution, and the mistakes that people make. No drawing."""
