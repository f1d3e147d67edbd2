"""What somebody types is read, judged and kept; the picture beside a question tells nothing before the answer."""

import re

import pytest

from explorer.questions import pieces
from explorer.questions.answering import Record, judge, nearer, typed
from explorer.questions.kinds import KINDS
from explorer.questions.picture import picture
from explorer.questions.sheet import sheet
from explorer.spec import ResNetSpec, preset
from explorer.tell.drawing.svg import Text

SPEC = ResNetSpec(stages=(1, 2, 1, 1), width=16, num_classes=10)


@pytest.fixture(scope="module")
def every():
    return sheet(SPEC, 120, 3).questions


def one_of(every, kind):
    return next(one for one in every if type(one.answer) is kind and len(one.misconceptions) > 1)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("9,408", 9408),
        (" 9 408 ", 9408),
        ("9'408", 9408),
        ("3·64·7²", 9408),
        ("3*64*7*7", 9408),
        ("3x64×49", 9408),
        ("3*64*7^2", 9408),
        ("(224 + 6 − 7)/2 + 1", 112),
        ("−5", -5),
    ],
)
def test_a_number_or_arithmetic_is_read(text, value):
    assert typed(text) == value


@pytest.mark.parametrize(
    "text", ["", "  ", "abc", "9.408", "1/0", "7^3", "2**64", "1e308*1e308", "9" * 49, "(" * 40, "4 M"]
)
def test_what_is_no_whole_number_is_said(text):
    with pytest.raises(ValueError, match="^answer"):
        typed(text)


def test_no_arithmetic_takes_long_or_makes_a_number_that_cannot_be_shown():
    with pytest.raises(ValueError, match="^answer"):
        typed("(" * 14 + "9" + "²)" * 14 + "²")


def test_a_known_mistake_is_recognised_and_another_is_told_where_it_lies(every):
    one = one_of(every, int)
    assert judge(one, one.answer).right
    wrong = one.misconceptions[0]
    assert judge(one, wrong.answer).hint == wrong.why and not judge(one, wrong.answer).right
    assert nearer(one, one.answer + 10**9).startswith("Too large.") and nearer(one, -1).startswith("Too small.")
    ordered = one_of(every, tuple)
    swapped = (ordered.answer[1], ordered.answer[0], *ordered.answer[2:])
    assert nearer(ordered, swapped) == "2 of 4 stand in their place."


def test_a_visit_keeps_its_streak_and_what_is_over_counts_once(every):
    record = Record()
    first, second, third, fourth = [one for one in every if one.misconceptions][:4]
    for one in (first, second):
        assert record.give(one, one.answer).right
    assert (record.streak, record.best, record.of(first).state) == (2, 2, "first")
    record.give(third, third.misconceptions[0].answer)
    assert (record.streak, record.best, record.of(third).state) == (0, 2, "open")
    record.give(third, third.misconceptions[0].answer)
    assert len(record.of(third).wrong) == 1, "the same again is the same"
    record.give(third, third.answer)
    record.give(third, third.answer)
    record.show(third)
    assert (record.streak, record.of(third).state) == (0, "later")
    record.show(fourth)
    record.give(fourth, fourth.answer)
    assert (record.streak, record.of(fourth).state) == (0, "shown"), "a solution that was shown wins nothing"
    tally = record.tally([first, second, third, fourth])
    assert sum(right for right, _ in tally.values()) == 2 and sum(asked for _, asked in tally.values()) == 4


def words(drawing):
    return [one for one in drawing.body if isinstance(one, Text)]


def test_a_picture_hides_its_numbers_until_the_answer(every):
    drawn = set()
    for one in every:
        before, after = (picture(one, SPEC, answered) for answered in (False, True))
        if not KINDS[one.kind].picture:
            assert before is None and after is None
            continue
        drawn.add(one.kind)
        assert after is not None and (before is not None) == KINDS[one.kind].shown, one.kind
        if before is not None:
            hidden = {(text.x, text.y): text for text in words(before.drawing)}
            proved = [text for text in words(after.drawing) if text.proof]
            told = [hidden[text.x, text.y].words for text in proved]
            assert told == [re.sub(r"[\d,]+", "?", text.words) for text in proved] and not before.proofs, one.kind
            assert proved and not any(text.proof for text in hidden.values())
    assert drawn >= {name for name, kind in KINDS.items() if kind.picture} - {"if_input"}, "the sheet has them all"


def test_the_layers_picture_says_the_traced_layer():
    spec = preset("resnet50")
    one = next(one for one in sheet(spec, 60, 3, ("shapes",)).questions if one.kind == "output_size")
    told = {text.proof: text.words for text in words(picture(one, spec, True).drawing)}
    assert told["out"].startswith(f"{one.answer}×")
    assert one.subject in {text.words for text in words(picture(one, spec, True).drawing)}


def test_a_new_round_asks_again_what_an_earlier_one_had(every):
    record, (one, other, *_) = Record(), every
    record.show(one)
    record.give(other, other.answer)
    record.anew([one])
    assert record.of(one).state == "open" and record.of(other).state == "first"


def test_the_answers_line_says_that_it_is_the_wrong_one(every):
    """A tick on green beside a wrong count read as if the count were right."""
    errors = [one for one in every if one.kind.startswith("error")]
    assert errors
    for one in errors:
        marked = [pieces.choice(one, each, found=each == one.answer) for each in one.choices]
        assert [text.endswith(pieces.FOUND) for text in marked] == [each == one.answer for each in one.choices]


def test_a_block_that_only_a_choice_names_is_explained(every):
    ordered = [one for one in every if isinstance(one.answer, tuple) and not pieces.BLOCK.search(one.text)]
    named = [one for one in ordered if pieces.BLOCK.search(" ".join(one.choices))]
    assert named and all("block" in pieces.asked(one, one.input).partition("asked-names")[2] for one in named)


def test_no_size_is_seen_of_a_picture_that_nobody_has_named():
    """Drawn at the page's input, or the question says of which picture its sizes are (v5-563's first said 15×11 at 224×224)."""
    spec, usual, said, drawn = preset("resnet50"), (224, 224), set(), set()
    for one in sheet(spec, 60, 563, version=5).questions:
        asked, sized = pieces.asked(one, usual), KINDS[one.kind].sized
        at = "×".join(map(str, one.input))
        named = f"picture of {at}" in one.text
        assert (f"Here the picture is {at} pixels" in asked) == (sized and one.input != usual and not named), one
        assert "Here the picture is" not in pieces.asked(one, one.input)
        if KINDS[one.kind].picture and one.input != usual:
            own, there = (picture(one, spec, True, size) for size in (one.input, usual))
            assert (own == there) == sized, one.kind
            drawn.add(sized)
        said.add("Here the picture is" in asked)
    assert said == drawn == {True, False}


def test_what_a_questions_signs_and_words_mean_stands_beside_it_before_the_answer():
    every = sheet(preset("resnet50"), 120, 3).questions
    signed = [one for one in every if "⌊" in one.text]
    assert signed and all(pieces.ROUNDED in pieces.asked(one, one.input) for one in signed)
    assert not any(pieces.ROUNDED in pieces.asked(one, one.input) for one in every if one not in signed)
    steps = [one for one in every if "The units that it reads" in one.text]
    assert steps and all(">The units</button>" in pieces.asked(one, one.input) for one in steps)


def test_once_the_answer_stands_there_its_rule_is_not_said_twice(every) -> None:
    ruled = [one for one in every if one.solution[0].startswith("Rule: ") and isinstance(one.answer, int)]
    assert len(ruled) > 5
    for one in ruled:
        far, known = one.answer + 10**9, one.misconceptions[0]
        assert "Rule: " in pieces.hint(one, far).striptags()
        over = pieces.hint(one, far, over=True).striptags()
        assert "Not right" in over and "Rule" not in over and "Rule: " in pieces.solution(one).striptags()
        assert pieces.hint(one, known.answer, over=True) == pieces.hint(one, known.answer), (
            "a known mistake is still told"
        )
