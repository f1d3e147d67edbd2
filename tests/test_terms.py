"""Arithmetic as it is written and worked out: as text, as LaTeX, and as a browser gets it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from explorer import terms
from explorer.facts.proof import evaluate
from explorer.terms import SIGNS, Packed, Term

ROOM = terms.minus(terms.plus(224, terms.times(2, 3)), 7)
WRITTEN = (
    (terms.times(2, 64, 1000), "2·64·1000", r"2\cdot 64\cdot 1000"),
    (terms.times(64, terms.squared(3)), "64·3²", r"64\cdot 3^2"),
    (terms.number(25_557_032), "25,557,032", "25{,}557{,}032"),
    (
        terms.equals(terms.plus(terms.floored(ROOM, 2), 1), "112"),
        "⌊(224 + 2·3 − 7)/2⌋ + 1 = 112",
        r"\left\lfloor\frac{224 + 2\cdot 3 - 7}{2}\right\rfloor + 1 = 112",
    ),
    (terms.ceiled(ROOM, 2), "⌈(224 + 2·3 − 7)/2⌉", r"\left\lceil\frac{224 + 2\cdot 3 - 7}{2}\right\rceil"),
    (terms.ceiled(56, 2), "⌈56/2⌉", r"\left\lceil\frac{56}{2}\right\rceil"),
    (terms.parted(terms.times(64, 64), 32), "64·64/32", r"64\cdot 64/32"),
    (terms.times(terms.minus(3, 1), 4), "(3 − 1)·4", r"(3 - 1)\cdot 4"),
    (terms.minus(9, terms.plus(1, 2)), "9 − (1 + 2)", "9 - (1 + 2)"),
    (
        terms.over(terms.times(100, terms.number(3)), terms.number(1_000_000)),
        "100·3 ÷ 1,000,000",
        r"100\cdot 3 \div 1{,}000{,}000",
    ),
    (
        terms.over(terms.number(0.000012345678), terms.times(terms.number(2.5), terms.GIGA)),
        "0.0000123457 ÷ (2.5·10⁹)",
        r"0.0000123457 \div (2.5\cdot 10^9)",
    ),
    (terms.times(2, terms.over(1, 8)), "2·(1 ÷ 8)", r"2\cdot (1 \div 8)"),
    (
        terms.equals(terms.over(terms.number(-1.25), 3), "−0.4167"),
        "−1.25 ÷ 3 ≈ −0.4167",
        r"-1.25 \div 3 \approx -0.4167",
    ),
    (terms.plus(), "0", "0"),
)
LEAVES = some.integers(0, 9_999).flatmap(lambda one: some.sampled_from((terms.plain(one), terms.number(one))))
JOINS: tuple[Callable[[Term, Term], Term], ...] = (terms.plus, terms.minus, terms.times)
TERMS = some.recursive(
    LEAVES,
    lambda inner: (
        some.builds(lambda join, one, other: join(one, other), some.sampled_from(JOINS), inner, inner)
        | some.builds(terms.floored, inner.filter(lambda one: bool(one.sign)), some.integers(1, 9))
        | some.builds(terms.ceiled, inner, some.integers(1, 9))
        | some.builds(terms.squared, some.integers(0, 99))
    ),
    max_leaves=8,
)


def unpacked(packed: Packed, form: int = 0) -> str:
    """As the browser writes it."""
    if not isinstance(packed, list):
        text = str(packed)
        return "".join(terms.IN_A_NUMBER.get(sign, sign) for sign in text) if form else text
    sign, *parts = packed
    before, between, behind = SIGNS[str(sign)][form]
    return before + between.join(unpacked(part, form) for part in parts) + behind


@pytest.mark.parametrize(("term", "text", "latex"), WRITTEN, ids=lambda one: one if isinstance(one, str) else "")
def test_both_forms_and_what_it_comes_to(term: Term, text: str, latex: str) -> None:
    assert (term.text, term.latex) == (text, latex)
    assert evaluate(text.split(" = ")[0].split(" ≈ ")[0]) == pytest.approx(term.value, rel=1e-12)


@settings(max_examples=150, deadline=None)
@given(TERMS)
def test_a_text_says_what_the_tree_is_worth_and_the_browser_writes_the_same(term: Term) -> None:
    """The reader works the text out again: brackets stand where they are needed."""
    assert evaluate(term.text) == term.value
    assert (unpacked(term.packed), unpacked(term.packed, 1)) == (term.text, term.latex)
    assert not set(term.latex) & set("·−÷²⁹⌊⌋⌈⌉≈")


def test_steps_are_worth_what_the_last_is() -> None:
    first, last = terms.equals(terms.times(2, 3), "6"), terms.plus(6, 1)
    assert terms.steps([first, last]).text == "2·3 = 6; 6 + 1" and terms.steps([first, last]).value == 7
    assert terms.steps([last]) is last


def test_a_count_in_full_any_other_number_in_six_digits() -> None:
    assert [terms.number(one).text for one in (4_089, 1234567.89, 1.2345678e-5, -0.5, -12)] == [
        "4,089",
        "1234570",
        "0.0000123457",
        "−0.5",
        "−12",
    ]
    assert terms.number(1 / 3).value == 0.333333, "the value is the one that is written"
