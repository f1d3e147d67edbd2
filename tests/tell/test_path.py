"""The ten steps: no word before its meaning, and every number against the module's own parts or a closed form."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from explorer.facts.proof import evaluate
from explorer.look import fading
from explorer.look.shipped import records, shipped
from explorer.net.resnet import ResNet, build
from explorer.spec import preset
from explorer.tell import glossary
from explorer.tell.glossary import Marked
from explorer.tell.path import figures, page, texts


def words(text: str) -> list[Marked]:
    return [one for one in glossary.find(text) if isinstance(one, Marked)]


def test_ten_short_steps_each_with_a_check() -> None:
    found = texts.steps()
    assert [one.title for one in found] == (
        ["Pixel", "Convolution", "Feature map", "Channel", "Stage", "Block", "Shortcut", "Bottleneck", "Depth", "Cost"]
    )
    for step in found:
        assert len(step.text.split()) <= 60, step.slug
        assert 2 <= len(step.options) <= 4 and step.why.endswith(".")
    places = [step.answer for step in found]
    assert all(places.count(place) < 5 for place in places), "nobody guesses by where the right one stands"


def test_what_is_said_of_a_wrong_answer_leaves_the_right_one_to_be_found() -> None:
    for step in texts.steps():
        right = step.options[step.answer].text
        assert [one.amiss == "" for one in step.options].count(True) == 1
        for one in step.options:
            assert not one.amiss or one.amiss.endswith(".") and right.lower() not in one.amiss.lower(), one
            assert len({one.amiss for one in step.options}) == len(step.options), "each has its own"
    step = texts.steps()[0]
    for options in (step.options[:1] * 2, step.options[1:]):
        with pytest.raises(ValueError):
            replace(step, options=options).answer  # noqa: B018


def test_no_word_stands_before_its_step_and_each_step_says_its_own() -> None:
    for number, step in enumerate(texts.steps(), 1):
        for text in (*step.said, step.why, *(one.amiss for one in step.options)):
            early = [one.shown for one in words(text) if not 0 < one.term.step <= number]
            assert early == [], f"step {number}: {text}"
        assert step.slug in {one.term.slug for one in words(step.text) if one.term.step == number} or number == 10
    said = {one.term.slug for step in texts.steps() for text in step.said for one in words(text)}
    for term in glossary.terms().values():  # nor in what a step's word opens
        later = [one.shown for one in words(term.says) if one.term.step > term.step > 0]
        assert later == [], f"{term.slug}: {term.says}"
    promised = {term.slug for term in glossary.terms().values() if term.step}
    assert promised <= said


def test_what_a_check_says_is_what_was_recorded_or_is_worked_out() -> None:
    by_slug = {one.slug: one for one in texts.steps()}
    errors = {name: f"{row['test_error_percent']:.1f}\u00a0%" for name, row in records().items()}
    assert all(text in by_slug["depth"].why for text in errors.values()) and len(errors) == 4
    assert by_slug["pixel"].options[by_slug["pixel"].answer].text == f"{(0 - 0.1307) / 0.3081:.2f}".replace("-", "−")
    assert by_slug["pixel"].why.endswith("(0 − 0.1307) ÷ 0.3081 = −0.42.")
    few, many = 64 * 64 * 9, 256 * 256 * 9
    assert f"256·256·9 = {many:,} against 64·64·9 = {few:,}" in by_slug["bottleneck"].why
    assert f"2·{256 * 64:,}" in by_slug["bottleneck"].why
    assert by_slug["bottleneck"].options[by_slug["bottleneck"].answer].text == f"{many // few} times"
    (whole,) = {
        row["fewer"]["shown"] for row in figures.widths()
    }  # stands above the check, which asks of the 3×3 alone
    assert f"{whole} times" in by_slug["bottleneck"].why
    assert not any(whole in one.text + one.amiss for one in by_slug["bottleneck"].options)
    assert "learned with its shortcuts" in by_slug["depth"].check and "trained without" in by_slug["depth"].why


def test_the_list_of_all_words_begins_with_those_of_the_steps() -> None:
    names = re.findall("<dt>(.*?)</dt>", str(page.glossary()))
    steps = {one.name: one.step for one in glossary.terms().values()}
    assert sorted(names) == sorted(steps) and names[0] == "Pixel"
    met = [steps[name] for name in names if steps[name]]
    assert met == sorted(met) == [steps[name] for name in names[: len(met)]]
    further = names[len(met) :]
    assert further[0][0].isalpha() and not further[-1][0].isalpha()


@pytest.fixture(scope="module")
def net() -> ResNet:
    return shipped(figures.NET)


def test_the_digit_is_the_nets_input_and_a_seven(net: ResNet) -> None:
    digit = figures.digit()
    x = (torch.tensor(digit["pixels"]).view(1, 1, 28, 28) / 255 - digit["mean"]) / digit["std"]
    assert torch.allclose(x, fading.ten()[figures.DIGIT][None], atol=1e-6)
    assert int(net(x).argmax()) == figures.DIGIT
    assert torch.allclose(torch.tensor(digit["filters"]), net.conv1.weight[:, 0].flatten(1), atol=1e-6)
    lower, upper = net.conv1.weight[figures.FILTER, 0, 2], net.conv1.weight[figures.FILTER, 0, 0]
    assert (lower > 0).all() and (upper < 0).all(), "it is told as a filter of upper edges"


def test_stages_and_block_are_what_the_modules_make(net: ResNet) -> None:
    x = fading.ten()[figures.DIGIT][None]
    y = torch.relu(net.bn1(net.conv1(x)))
    for row, layer in zip(figures.stages(), (net.layer1, net.layer2, net.layer3), strict=True):
        y = layer(y)
        assert (row["side"], row["channels"]) == (y.shape[2], y.shape[1])
        strongest = y[0].mean((1, 2)).topk(figures.MAPS).indices
        expected = y[0, strongest].flatten(1)
        assert torch.allclose(torch.tensor(row["maps"]), expected, atol=0.006)
    inside, found = net.layer1[1], figures.block()
    x = net.layer1[0](torch.relu(net.bn1(net.conv1(fading.ten()[figures.DIGIT][None]))))
    steps = [x, inside.conv1(x)]
    steps.append(inside.bn1(steps[-1]))
    steps.append(torch.relu(steps[-1]))
    steps.append(inside.conv2(steps[-1]))
    steps.append(inside.bn2(steps[-1]))
    for values, expected in zip([found["x"], *(part["values"] for part in found["parts"])], steps, strict=True):
        assert torch.allclose(torch.tensor(values), expected[0, figures.CHANNEL].flatten(), atol=0.006)
    total = (x + steps[-1])[0, figures.CHANNEL].flatten()
    assert torch.allclose(torch.tensor(found["sum"]), total, atol=0.011)


def test_counts_by_closed_forms_and_torchs_own_counter() -> None:
    for row in figures.strides():
        side = torch.nn.functional.conv2d(
            torch.zeros(1, 1, 28, 28), torch.zeros(1, 1, 3, 3), None, row["stride"], 1
        ).shape[2]
        assert row["side"] == side and row["card"]["text"].endswith(f"= {side}")
    for row in figures.widths():
        width = row["width"]
        basic, bottleneck = 2 * 9 * width**2, 2 * width * width // 4 + 9 * (width // 4) ** 2
        assert (row["basic"]["value"], row["bottleneck"]["value"]) == (basic, bottleneck)
        assert row["fewer"]["value"] == pytest.approx(basic / bottleneck)
        assert evaluate(row["basic"]["text"].split(" = ")[0]) == basic
    costs = figures.costs()
    assert costs["params"]["value"] == 25_557_032 and costs["params"]["shown"] == "25.56 M"
    by_side = {row["side"]: row["macs"] for row in costs["sides"]}
    assert by_side[224]["value"] == 4_089_184_256 and by_side[224]["shown"] == "4.09 GMACs"
    with FlopCounterMode(display=False) as counter:
        build(preset("resnet50"), "meta")(torch.zeros(1, 3, 96, 96, device="meta"))
    assert by_side[96]["value"] == counter.get_total_flops() / 2
    assert by_side[448]["value"] / by_side[224]["value"] == pytest.approx(4, rel=0.002)


@pytest.mark.parametrize(
    ("name", "cut"), [("digits-residual-20", 0), ("digits-residual-20", 3), ("digits-residual-56", 1)]
)
def test_what_is_recorded_of_cut_shortcuts_is_what_the_net_does(name: str, cut: int) -> None:
    """By the modules' own parts: a block's last ReLU on its sum, or on F(x) alone where the shortcut is cut."""
    model, y = shipped(name), fading.ten()
    y = torch.relu(model.bn1(model.conv1(y)))
    blocks = [block for layer in (model.layer1, model.layer2, model.layer3) for block in layer]
    signal = [fading.spread(y)]
    for place, block in enumerate(blocks):
        inside = block.bn2(block.conv2(torch.relu(block.bn1(block.conv1(y)))))
        y = torch.relu(inside) if place >= len(blocks) - cut else block(y)
        signal.append(fading.spread(y))
    chances = model.fc(y.mean((2, 3))).softmax(1)
    row = fading.record()[name][cut]
    assert row.signal == pytest.approx(signal, rel=2e-3)
    assert row.right == int((chances.argmax(1) == torch.arange(10)).sum())
    assert row.sure == pytest.approx(float(chances[7, 7]), abs=2e-3)
    assert len(fading.record()[name]) == len(blocks) + 1


def test_a_cut_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="cut=10: choose a whole number from 0 to 9"):
        fading.faded("digits-residual-20", 10)
    with pytest.raises(ValueError, match="choose one of digits-residual-20"):
        fading.faded("digits-plain-20", 0)
