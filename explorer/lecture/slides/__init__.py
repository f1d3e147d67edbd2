"""A lecture as a PowerPoint file: a slide per scene, native text, drawings as shapes, the notes where a speaker sees them.

A scene that asks has two slides in a row: the question with what may be seen before it, then the answer.
"""

from explorer.lecture.slides.deck import deck

__all__ = ["deck"]
