"""An exercise: the question with its picture, a control to answer, what went wrong, the proof, and on."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from markupsafe import Markup

from explorer.questions import answering, picture, sheet
from explorer.questions import pieces as words
from explorer.questions.answering import Record, Tried
from explorer.questions.question import Answer, Question
from explorer.tell import questions
from explorer.tell.markup import joined
from explorer.web import pieces
from explorer.web.asked import told
from explorer.web.plain import error, plain
from explorer.web.sections.practice import link
from explorer.web.sections.practice.link import Asked
from explorer.web.session import session
from explorer.web.state import Chosen

SIGNS = {"wrong": ":material/close:", "right": ":material/check:", "open": None}
DOTS = {"open": "to come", "first": "right at once", "later": "right after a hint", "shown": "solution shown"}


def exercise(chosen: Chosen) -> None:
    """The exercise that the link names, of the net on the screen."""
    try:
        at = link.asked(chosen)
        every = sheet.some(chosen.spec, link.ROUND, at.seed, at.topics, at.size, at.version, at.level)
    except ValueError as problem:
        if not told("seed"):
            error(problem)
        st.button("Draw new exercises", on_click=link.another, type="primary")
        return
    record = session().setdefault("practice", Record())
    if session().pop("practice-anew", False):
        record.anew(every)
    number = min(link.number(), len(every) + 1)
    _way(record, every, number, at)
    if number > len(every):
        _end(record, every, at)
        return
    _asked(chosen, record, every[number - 1], number)


def _way(record: Record, every: Sequence[Question], number: int, at: Asked) -> None:
    """Where one stands, what was right so far, how hard they are, and which topics come."""
    dots, said = [], []
    for place, one in enumerate(every, 1):
        state = record.of(one).state
        dots.append(Markup('<i class="{}{}"></i>').format(state, " now" if place == number else ""))
        said.append(f"{place}: {DOTS[state]}")
    best = f"longest run: {record.best}" if record.best > 1 else ""
    run = (
        f"{record.streak} right in a row" if record.streak > 1 else best
    )  # one line on a phone: a second pushes the question
    where = f"{min(number, len(every))} of {len(every)}"
    with st.container(key="practice-way", horizontal=True, vertical_alignment="center"):
        pieces.html(
            Markup(
                '<div class="exercise-way"><b>{}</b><span role="img" aria-label="{}">{}</span><em>{}</em></div>'
            ).format(where, "; ".join(said), joined(dots), run),
            width="content",
        )
        with st.popover(questions.HARD[at.level][0], icon=":material/stairs_2:", key="practice-hard"):
            link.hard()
        with st.popover("Topics", icon=":material/tune:"):
            link.topics("What do you want to practise?", at.able, at.picked)
            st.button("Draw new exercises", on_click=link.another, icon=":material/casino:", key="practice-new")
            pieces.note(f"These are exercises {at.name}: the address in your browser leads to the same ones again.")


def _asked(chosen: Chosen, record: Record, one: Question, number: int) -> None:
    tried = record.of(one)
    over = tried.state != "open"
    usual = (chosen.height, chosen.width)
    drawn = picture.picture(one, chosen.spec, over, usual)
    left, right = st.columns([1.25, 1], gap="large") if drawn else (st.container(key="practice-alone"), None)
    with left, st.container(key="practice-card"):
        pieces.html(words.asked(one, usual))
        if lines := words.lines(one):
            pieces.html(lines)
        if not over or not isinstance(one.answer, tuple):
            _control(record, one, tried)
        _said(record, one, tried, number)
    if right is not None and drawn is not None:
        with right, st.container(key="practice-picture"):
            pieces.drawing(drawn.drawing, drawn.label, most_px=560, proofs=drawn.proofs)


def _control(record: Record, one: Question, tried: Tried) -> None:
    """What fits the answer: a field, buttons, or buttons that are pressed in order."""
    if one.choices is None:
        if tried.state == "open":
            _field(record, one)
    elif isinstance(one.answer, tuple):
        _order(record, one, tried)
    else:
        _choices(record, one, tried)


def _field(record: Record, one: Question) -> None:
    key = f"typed-{one.id}"
    with st.form(f"form-{one.id}", border=False):
        left, right = st.columns([3, 1], vertical_alignment="bottom")
        text = left.text_input(f"Your answer, in {one.unit}", key=key, placeholder=words.TYPE)
        sent = right.form_submit_button(words.CHECK, type="primary", width="stretch")
    if sent:
        try:
            value = answering.typed(text)
        except ValueError as problem:
            error(problem)
            return
        record.give(one, value)
        st.rerun()


def _choices(record: Record, one: Question, tried: Tried) -> None:
    """One press answers; what was wrong stays crossed out."""
    with st.container(key="practice-choices"):
        for place, choice in enumerate(one.choices or ()):
            wrong, right = choice in tried.wrong, tried.state != "open" and choice == one.answer
            mark = "wrong" if wrong else "right" if right else "open"
            st.button(
                plain(words.choice(one, choice, right)),
                key=f"choice-{mark}-{place}",
                icon=SIGNS[mark],
                width="stretch",
                disabled=wrong or tried.state != "open",
                on_click=_give,
                args=(record, one, choice),
            )


def _give(record: Record, one: Question, choice: Answer) -> None:
    record.give(one, choice)


def _order(record: Record, one: Question, tried: Tried) -> None:
    """Pressed one after another, the first first. What was not right stays as it was pressed, to be mended."""
    of, picked = session().get("practice-picked", ("", []))
    picked = picked if of == one.text else []

    def press(item: str) -> None:
        taken = [each for each in picked if each != item] if item in picked else [*picked, item]
        session()["practice-picked"] = (one.text, taken)

    pieces.note(words.ORDERED)
    with st.container(key="practice-choices"):
        for place, item in enumerate(one.choices or ()):
            name = str(item)
            taken = name in picked
            st.button(
                plain(f"{picked.index(name) + 1} · {name}" if taken else name),
                key=f"choice-{'taken' if taken else 'free'}-{place}",
                icon=None if taken else ":material/radio_button_unchecked:",
                width="stretch",
                on_click=press,
                args=(name,),
            )
    st.button(
        words.CHECK,
        type="primary",
        disabled=len(picked) < len(one.choices or ()) or tuple(picked) in tried.wrong,
        on_click=_give,
        args=(record, one, tuple(picked)),
    )


def _said(record: Record, one: Question, tried: Tried, number: int) -> None:
    """What went wrong so far; the answer with its proof, once it is over."""
    over = tried.state != "open"
    solved = tried.state in ("first", "later")  # what is right has no “Not right” below it
    hints = joined(words.hint(one, answer, over) for answer in ([] if solved else tried.wrong))
    verdict = words.verdict(one, tried.state) if over else Markup("")
    if hints or verdict:
        pieces.html(Markup('<div class="exercise-said" role="status">{}{}</div>').format(verdict, hints))
    with st.container(key="practice-on", horizontal=True):
        if over:
            st.button(
                "Next",
                type="primary",
                on_click=link.go,
                args=(number + 1,),
                icon=":material/arrow_forward:",
                icon_position="right",
            )
        else:
            st.button(words.SHOW, on_click=record.show, args=(one,), icon=":material/visibility:")
    if over:
        pieces.html(words.solution(one))


def _end(record: Record, every: Sequence[Question], at: Asked) -> None:
    """What the round came to, by topic."""
    tally = record.tally(every)
    right, asked = (sum(one[part] for one in tally.values()) for part in (0, 1))
    rows = joined(
        Markup(
            '<li><span>{}</span><meter min="0" max="{}" value="{}" aria-label="{}"></meter><b>{} of {}</b></li>'
        ).format(questions.TOPICS[topic], of, good, questions.TOPICS[topic], good, of)
        for topic, (good, of) in tally.items()
    )
    pieces.html(
        Markup(
            '<div class="exercise-round"><div class="exercise-question">{} of {} right at once.</div><ul>{}</ul></div>'
        ).format(right, asked, rows)
    )
    again = [place for place, one in enumerate(every, 1) if record.of(one).state == "open"]
    with st.container(horizontal=True):
        st.button("Ten more", type="primary", on_click=link.another, icon=":material/casino:")
        if at.harder:
            words, said = questions.HARD[at.harder]
            st.button(
                f"Harder: {words}", on_click=link.harder, args=(at.harder,), icon=":material/stairs_2:", help=said
            )
        if again:
            st.button("To the first that is open", on_click=link.go, args=(again[0],))
