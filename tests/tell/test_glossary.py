"""The glossary: some thirty words and more, two lines each, found where they stand and nowhere else."""

from __future__ import annotations

import pytest

from explorer.cli.main import main
from explorer.facts.rollup import METRICS
from explorer.spec import BLOCKS
from explorer.spec.fields import NUMBERS, VARIANTS
from explorer.spec.row import Choice, Row
from explorer.tell import glossary
from explorer.tell.glossary import Marked, find
from explorer.tell.markup import Cards


def marked(text: str) -> list[tuple[str, str]]:
    return [(one.shown, one.term.slug) for one in find(text) if isinstance(one, Marked)]


def test_every_entry_is_two_lines_and_is_found_by_each_of_its_spellings() -> None:
    assert len(glossary.terms()) >= 30
    for term in glossary.terms().values():
        assert len(term.says) <= 150 and term.says.endswith("."), term.slug
        for word in term.words:
            assert marked(f"what {word} is") == [(word, term.slug)]
            assert glossary.asked(word) is term
        assert glossary.asked(term.slug) is term and glossary.asked(term.name) is term
    spelled = [word.lower() for term in glossary.terms().values() for word in term.words]
    assert len(spelled) == len(set(spelled)), "two terms share a spelling"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("4.09 GMACs", [("GMACs", "mac")]),
        ("1×3×224×224", [("1×3×224×224", "input-shape")]),
        ("bottleneck [3,4,6,3]", [("bottleneck", "bottleneck"), ("[3,4,6,3]", "layout")]),
        ("top-1 error of 23.9 %", [("top-1", "top-1")]),
        ("Feature maps, a feature map", [("Feature maps", "feature-map")]),
        # the longest wins: a part of it is no other word
        ("Batch Normalization", [("Batch Normalization", "batch-normalization")]),
        ("fp32 in channels last", [("fp32", "number-format"), ("channels last", "memory-format")]),
        ("56×56×256", [("56×56×256", "map-shape")]),
        # parts of other words and paths are no words
        ("conv1, layer1.0, layer2.0.bn1, blocked, mapping, stemming", []),
        ("seven pages, MACHINE, macro", []),
    ],
)
def test_words_are_found_where_they_stand(text: str, found: list[tuple[str, str]]) -> None:
    assert marked(text) == found
    assert "".join(one if isinstance(one, str) else one.shown for one in find(text)) == text


def test_every_word_of_the_pages_headers_is_in_it() -> None:
    """What a header may say of a net: its block and layout, its variants, the input's shape, its totals."""
    for words in (*BLOCKS, "[2,2,2,2]", "2×1×28×28", "25.56 M params", "4.09 GMACs", "125.49 MMACs"):
        assert marked(words), words
    for field, choices in VARIANTS.items():
        for variant in choices.values():
            assert marked(variant.words) or not variant.words, (field, variant.words)  # what a name does not say
    for number in NUMBERS.values():
        assert marked(f"{number.words} 8"), number.words
    for metric in METRICS.values():
        assert marked(metric.label), metric.label


def test_an_axis_may_say_itself_what_its_words_mean() -> None:
    choices = {"none": Choice("none", words="without excitation"), "yes": Choice("yes", words="excited")}
    term = glossary.of_axis(Row("gate", "Excitation", choices=choices, told="excitation", means="It weighs channels."))
    assert term.words == ("excitation", "excited") and term.says == "It weighs channels." and term.slug == "gate"


def test_a_word_opens_its_meaning_and_is_escaped() -> None:
    cards = Cards("here")
    html = str(cards.explained("<b>a stride</b>, and a stride again"))
    assert html.count('class="term"') == 1 and "&lt;b&gt;a <button" in html
    assert "half the side" in cards.html() and 'class="meaning"' in cards.html()
    assert 'class="term"' not in cards.explained("stride"), "once a text"


def test_a_button_keeps_the_bracket_before_it_and_the_full_stop_after_it() -> None:
    html = str(Cards("here").explained("A stride (a block), no shortcut. Depth"))
    assert ">block</button>),</span> no " in html and '(a <span class="kept"><button' in html
    assert '<span class="kept"><button' in html and "</button>.</span> " in html
    assert html.count('class="kept"') == 2, "a button alone stays alone"
    assert '<span class="kept">(<button' in str(Cards("here").explained("(stride 2)"))


def test_what_has_no_spelling_is_called_as_it_stands() -> None:
    cards = Cards("here")
    cards.explained("[3,3,3] of 1×1×28×28, a kernel")
    html = str(cards.html())
    assert "<b>[3,3,3]</b>" in html and "<b>1×1×28×28</b>" in html and "<b>Filter, kernel</b>" in html


def test_the_terminal_says_it_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["glossary", "GMACs"]) == 0
    assert "One multiplication and its addition" in capsys.readouterr().out
    assert main(["glossary"]) == 0
    assert capsys.readouterr().out.count("\n\n") == len(glossary.terms()) - 1
    with pytest.raises(SystemExit) as stop:
        main(["glossary", "bottelneck"])
    assert stop.value.code == 2 and "did you mean bottleneck" in capsys.readouterr().err
