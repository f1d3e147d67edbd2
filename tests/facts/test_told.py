"""Sentences and drawings whose numbers open their proof: each proof is worth the number that is shown."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from explorer.facts import block_pair, comparison, cost, receptive, shapes
from explorer.facts.proof import Proof, counted, evaluate
from explorer.facts.told import Provable, Told
from explorer.lab.experiments import EXPERIMENTS
from explorer.lab.record import recorded
from explorer.lecture.quantities import known, quantity
from explorer.net.trace import trace
from explorer.spec import ResNetSpec, preset, presets
from explorer.spec.chosen import of_params
from explorer.tell.buttons import spots
from explorer.tell.drawing import block_drawing, receptive_drawing, volumes_drawing
from explorer.tell.markup import Cards
from explorer.terms import plus

NETS = {name: spec for name, spec in presets().items() if spec.depth < 160} | {
    "plain": replace(preset("resnet34"), shortcut="none"),
    "pre C": ResNetSpec(activation="pre", shortcut="C"),
    "one stage": ResNetSpec(stages=(3,)),
    "no BN": replace(preset("resnet18"), norm="none"),
}


def told(spec: ResNetSpec) -> list[Told]:
    """Every sentence that a page says of a net."""
    nodes = trace(spec, spec.default_input, spec.default_input)
    rows = receptive.by_block(spec)
    side = spec.default_input
    pair = [comparison.Side(one, side, side) for one in (preset("resnet50"), spec)]
    pairs = [block_pair.pair(256, equal, place, spec) for equal in ("width", "cost") for place in block_pair.PLACES]
    return [
        cost.lesson(nodes),
        shapes.lesson(nodes),
        receptive.lesson(rows, receptive.proofs(spec)),
        comparison.summary(*pair, comparison.layers(*pair)),
        *(block_pair.lesson(pair, "width") for pair in pairs),
        *(block_pair.why(block) for pair in pairs for block in pair.by_kind().values()),
    ]


@pytest.mark.parametrize("name", NETS)
def test_each_number_in_a_sentence_is_what_its_formula_is_worth(name: str) -> None:
    numbers = [part for one in told(NETS[name]) for part in one.parts if isinstance(part, Provable)]
    assert len(numbers) > 15
    for one in numbers:
        if ";" not in one.proof.expression:  # a size through several layers: its steps, which test_shapes looks at
            assert evaluate(one.proof.expression) == pytest.approx(one.proof.value)
        first = float(re.match(r"[\d,.]+", one.shown)[0].replace(",", ""))
        places = len(re.match(r"[\d,]+\.?(\d*)", one.shown)[1])
        assert first == pytest.approx(one.proof.value, abs=0.5001 * 10**-places), one.shown


def test_a_text_is_joined_and_escaped() -> None:
    number = Provable("7", Proof("a", plus(3, 4), "a rule with <"))
    text = Told("x < ", number, Told(", ").join(["a", Told(number)]))
    assert str(text) == "x < 7a, 7"
    cards = Cards("here")
    assert cards.text(text).startswith("x &lt; <button") and cards.text(text).count("popovertarget") == 2
    assert cards.html().count("<div popover") == 1 and "a rule with &lt;" in cards.html()


def test_counts_name_the_parts_that_have_none() -> None:
    one = counted("dotted", "by stage", ["conv3_x", "conv4_x"], ["conv2_x", "conv3_x", "conv4_x"])
    assert (one.text, one.value) == ("0 + 1 + 1 = 2", 2)
    assert counted("none", "by stage", []).text == "0"


@pytest.mark.parametrize("name", [name for name in NETS if name != "one stage"])
def test_every_number_in_the_drawings_has_its_button(name: str) -> None:
    spec = NETS[name]
    nodes = trace(spec, spec.default_input, spec.default_input)
    for drawn in (volumes_drawing(nodes, "t"), receptive_drawing(nodes, "t")):
        named = [(one.proof, one.words) for one in drawn.numbers]
        proofs = shapes.drawn_proofs(nodes)
        assert len(named) == str(drawn).count("data-proof") >= 4  # none is left out
        without = [key for key, _ in named if key not in proofs]
        assert set(without) <= {"input", "fc", "flatten"}  # what was chosen, not computed
        for key, words in named:
            assert key in without or str(proofs[key].value) in words.replace(",", ""), (key, words)
        assert spots(drawn, proofs, Cards("x")).count("<button") == len(named) - len(without)


def test_a_blocks_drawing_proves_its_weights() -> None:
    for place in block_pair.PLACES:
        for block in block_pair.pair(256, place=place).by_kind().values():
            drawn = block_drawing(block, "#123456", "t", 256)
            proofs = block_pair.drawn_proofs(block)
            named = {one.proof: one.words for one in drawn.numbers}
            assert set(named) == set(proofs)
            for conv in block.convs:
                assert named[conv.path] == f"{evaluate(proofs[conv.path].expression):,} weights"
            assert named["out"].startswith(f"{proofs['out'].value}×")


@pytest.mark.parametrize("changes", [{}, {"shortcut_pool": "avg"}, {"conv_bias": "all"}])
def test_the_weights_in_a_reason_open_their_proof(changes: dict) -> None:
    block = block_pair.pair(256, place="dotted", base=ResNetSpec(**changes)).bottleneck
    numbers = [part for part in block_pair.why(block).parts if isinstance(part, Provable)]
    assert len(numbers) == 1 and evaluate(numbers[0].proof.expression) == numbers[0].proof.value
    assert (
        f"{numbers[0].proof.value:,}" == numbers[0].shown
        and str(block_pair.why(block)).lower() == f"{block.reason}.".lower()
    )


def test_buttons_lie_on_the_picture() -> None:
    drawn = block_drawing(block_pair.pair(256).basic, "#123456", "t", 256)
    html = spots(drawn, block_pair.drawn_proofs(block_pair.pair(256).basic), Cards("x"))
    root = ElementTree.fromstring(str(drawn))
    assert [float(value) for value in root.get("viewBox").split()] == [0, 0, drawn.width, drawn.height]
    written = [one for one in root.iter("{http://www.w3.org/2000/svg}text") if one.get("data-proof")]
    at = re.findall(r"left:([\d.]+)%;top:([\d.]+)%;font-size:([\d.]+)cqw", html)
    for one, (left, top, size) in zip(written, at, strict=True):  # the second source: the picture as a browser reads it
        px = float(re.search(r"font-size:([\d.]+)px", one.get("style"))[1])
        assert float(left) * drawn.width / 100 == pytest.approx(float(one.get("x")), abs=0.1)
        assert float(top) * drawn.height / 100 == pytest.approx(float(one.get("y")) - px, abs=0.1)
        assert float(size) * drawn.width / 100 == pytest.approx(px, abs=0.1)
    places = [float(value) for value in re.findall(r"(?:left|top):([\d.]+)%", html)]
    assert len(places) == 6 and all(0 < place < 100 for place in places)


@pytest.mark.parametrize("name", known())
def test_each_figure_of_a_lecture_is_its_proofs(name: str) -> None:
    found = quantity(name, of_params({}))
    if isinstance(found.value, str):
        assert found.proof is None  # a name
    else:
        assert found.proof.value == found.value and found.proof.source == found.source
        assert evaluate(found.proof.expression) == pytest.approx(found.value)


@pytest.mark.parametrize("key", EXPERIMENTS)
def test_each_quoted_figure_says_how_it_comes_about(key: str) -> None:
    found = [one for run in recorded(key).values() for one in EXPERIMENTS[key].quotes(run["summary"])]
    assert found and all(one.rule for one in found)
    for one in found:
        if one.exact is None:
            assert one.proof("recorded") is None
        else:
            assert one.proof("recorded").source == "recorded" and one.proof("recorded").value == pytest.approx(
                one.exact
            )
            assert not one.terms or evaluate(one.terms.text) == pytest.approx(one.exact)
