"""What a visit remembers: every key of the session that the app itself writes, with its type.

Nobody else reads `st.session_state`: ruff refuses it. Controls have keys too, those of `spec.chosen.DEFAULTS` and `tell.url_keys.KEYS`; their values are what the control gives.
A test finds every key that the code uses in one of the three.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any, TypedDict, cast

import streamlit as st

if TYPE_CHECKING:
    from explorer.hall import Started
    from explorer.jobs import Job
    from explorer.lab.operations import Wounds
    from explorer.lecture import Lecture, LectureError
    from explorer.look.subject import Subject
    from explorer.questions.answering import Record
    from explorer.spec.chosen import Chosen
    from explorer.spec.query import Query
    from explorer.timing.measure.tasks import Ask
    from explorer.web.inside import UploadedFile
    from explorer.weights.identify import Identified

Session = TypedDict(
    "Session",
    {
        # the model on the screen (state)
        "link": "Query",  # by which the page was opened last
        "remarks": "tuple[str, Chosen, tuple[str, ...]]",  # page, model, what had no effect there
        "told": "tuple[str, ...]",  # … and what of that was said above the page in this run
        "chosen": "Chosen",  # the last valid model
        "usual": "tuple[str, str]",  # … its input and classes where nothing is typed
        "net": "str",
        # what was chosen on each page (kept)
        "page": "str",  # that was shown last
        "kept": "dict[str, dict[str, str]]",  # page → its own parameters
        "brought_back": "dict[str, str]",  # … of the page that is shown, as it was come back to
        "first": "tuple[str, bool]",  # the page, and whether the first page is shown there
        "welcomed": "bool",  # … as its place was drawn last
        # the lecture (lecture_bar, pages/lecture)
        "stage": "dict[str, str]",  # what stays in the URL when the page changes
        "own_file": "UploadedFile | None",
        "own_lecture": "Lecture | None",
        "own_problem": "LectureError | None",
        "hall": "Started | None",  # the session whose votes this visitor steers
        "hall_problem": "str",  # … and why there is none
        # the Link popover
        "share-present": "bool",
        "share-hide": "list[str]",
        # parts that are picked on a page
        "own_block": "str",  # Blocks: the one that is drawn
        "look_into": "str",  # Cost: a part of the net
        "pair": "str | None",  # Compare: the quick pair that is lit
        "pair_problem": "str | None",  # … what was wrong with what was picked last
        "pair_note": "tuple[str, str] | None",  # … the address of the net that was taken for what was typed; what else it may be
        "picked_net": "str",
        "picked_field": "str",
        "catalogue-rows": "list[str] | None",  # Catalogue: the row of the cell that is marked in its table
        "catalogue-pick": "str",  # … and the net whose card is shown
        "own_weights": "UploadedFile | None",  # … the visitor's file of weights
        "own_net": "tuple[str, Subject]",  # … and the net that it is of, by the upload's id
        "given": "dict[str, bytes]",  # … the latest picture of each source, which goes along to the walk
        "arrived": "str",  # … and the file that came last
        "walk-given": "bool",  # … whether its control is open on the map
        "carried": "list[str]",  # sources whose picture was given on another page
        "looks": "dict[str, tuple[object, Job]]",  # … what is in the queue: by purpose, what was asked and its job
        "fetching": "dict[str, Job]",  # … published weights on their way
        "identified": "tuple[str, Identified | str, str]",  # From a file: what was given last, what it is, the file's name
        "pasted": "str",  # … and the text that was pasted, if that was answered
        "practice": "Record",  # Practice: what was answered in this visit
        "practice-sheet": "str",  # … version and number of the exercises on the screen
        "practice-anew": "bool",  # … whether they have just been drawn
        "practice-picked": "tuple[str, list[str]]",  # … what is put in order so far, and of which question
        "practice-level": "str",  # … and how hard they are
        "practice-topics": "list[str]",
        "practice-nets": "list[str]",
        "practice-seed": "str",
        # work that runs or has run
        "field_jobs": "dict[tuple[Any, str], Any]",  # Cost: gradients asked for, by model and block
        "surgery": "Wounds",  # … what is done to the net before its first step
        "lab_refused": "str",  # … why an operation was not done
        "lab_before": "dict[str, int]",  # … a lecture's scene → the last run that is older than it
        "lab_problem": "str",  # Why residual?: what was wrong with what was asked last
        "seed": "int",
        "timing_job": "Job",
        "timing_ask": "Ask",  # what that job measures
        "timing_problem": "str | None",
        "timing_drawn": "list[Ask]",  # asked for by the view on the screen
        "timing_latest": "Ask | None",
        "timings": "dict[Ask, Any]",  # this visit's answers
        "block_times": "dict[str, Any]",  # times by block, for the map's colours
    },
    total=False,
)
STARTS = (
    *("size-", "steps-", "shown-"),  # of one experiment: its size, its steps, which run is shown
    "typed-",  # of one exercise
    *("vs_choice", "to_choice"),  # Compare: one side's net, and its parts
)
ENDS = ("_memory",)  # of one map each: what its component was last told


def session() -> Session:
    """Streamlit's session, as what it holds."""
    return cast(Session, st.session_state)


def by_key() -> MutableMapping[str, Any]:
    """The same by a key that is put together: a control's of `DEFAULTS` or `KEYS`, or one of STARTS and ENDS."""
    return cast("MutableMapping[str, Any]", st.session_state)


def snapshot() -> dict[str, Any]:
    """All of it as it now is, to ask many keys at once: each by itself takes a lock."""
    return st.session_state.to_dict()
