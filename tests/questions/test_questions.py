"""Every answer against a second source: the real module's parameters, hooks on its forward, torch's flop counter."""

import hashlib
import json
import re
from dataclasses import replace
from functools import lru_cache
from xml.etree import ElementTree as xml

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from explorer.cli.main import main
from explorer.model import build
from explorer.questions.kinds import KINDS, SHORTCUT_WORDS, TOPICS
from explorer.questions.sheet import SIZES, every_topic, sheet, topics
from explorer.questions.write import WRITERS
from explorer.spec import ResNetSpec, preset

NETS = {
    "bottleneck": ResNetSpec(stages=(1, 2, 1, 1), width=16, num_classes=10),
    "v1": ResNetSpec(stages=(1, 1, 2, 1), width=16, stride_on="1x1", num_classes=7),
    "grouped": ResNetSpec(stages=(1, 1, 1, 1), width=16, groups=4, width_per_group=16),
    "basic": ResNetSpec(stages=(2, 2, 1, 1), width=16, block="basic"),
    "A": ResNetSpec(stages=(1, 2, 2, 1), width=16, block="basic", shortcut="A"),
    "C": ResNetSpec(stages=(2, 1, 1, 2), width=16, block="bottleneck", shortcut="C"),
    "cifar": replace(preset("resnet20_cifar"), shortcut="B"),
    "dilated": ResNetSpec(stages=(1, 2, 1, 1), width=16, output_stride=8),
    "plain": ResNetSpec(stages=(1, 2, 2, 1), width=16, block="basic", shortcut="none"),
}
SEEDS, COUNT = range(9), 26


@lru_cache
def model(spec):
    return build(spec, "meta").eval()


@lru_cache
def seen(spec, size):
    """(output shape, MACs) of each module of a real forward, by torch's own hooks and flop counter; no data needed."""
    net, shapes = build(spec, "meta").eval(), {}
    for path, module in net.named_modules():
        module.register_forward_hook(lambda _, __, out, path=path: shapes.update({path: tuple(out.shape)}))
    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        net(torch.empty(1, spec.in_channels, *size, device="meta"))
    flops = {name.removeprefix("ResNet."): sum(ops.values()) for name, ops in counter.get_flop_counts().items()}
    return shapes, {path: value // 2 for path, value in flops.items()}


def params(spec, path):
    return sum(one.numel() for one in model(spec).get_submodule(path).parameters())


def field(spec, block):
    """(receptive field, jump) after a block, over the module's own kernels and strides (Araujo et al. 2019)."""
    size = jump = 1
    for path, module in model(spec).named_modules():
        if hasattr(module, "stride") and hasattr(module, "kernel_size") and "downsample" not in path:
            side = lambda value: value[0] if isinstance(value, tuple) else value
            size, jump = (
                size + (side(module.kernel_size) - 1) * side(module.dilation) * jump,
                jump * side(module.stride),
            )
        inside = path.startswith(f"{block}.")
        if inside:
            found = size, jump
    return found


def shortcut(spec, path):
    """By the block's shapes and the option (He et al. 2015, section 3.3 and 4.1)."""
    before, after, stride = ends(spec, path)
    if spec.shortcut == "none":
        return "none"
    if before == after and stride == 1:
        return "projection" if spec.shortcut == "C" else "identity"
    return {"A": "pad" if before != after else "subsample"}.get(spec.shortcut, "projection")


def ends(spec, path):
    convs = [
        one
        for name, one in model(spec).get_submodule(path).named_modules()
        if isinstance(one, torch.nn.Conv2d) and "downsample" not in name
    ]
    stride = 1
    for one in convs:
        stride *= one.stride[0]
    return convs[0].in_channels, convs[-1].out_channels, stride


def blocks(spec):
    return [path for path, _ in model(spec).named_modules() if re.fullmatch(r"layer\d\.\d+", path)]


def activation(spec, size, one):
    pictures, dtype = re.search(r"for (\d+) pictures in fp(\d+)", one.text).groups()
    return int(pictures) * torch.Size(seen(spec, size)[0][one.subject]).numel() * int(dtype) // 8


def later_stride(spec, size, one):
    there = {place: seen(replace(spec, stride_on=place), size)[1][one.subject] for place in ("1x1", "3x3")}
    return there["3x3"] - there["1x1"]


SECOND = {
    "output_size": lambda spec, size, one: seen(spec, size)[0][one.subject][2],
    "block_size": lambda spec, size, one: seen(spec, size)[0][one.subject][2],
    "block_channels": lambda spec, size, one: seen(spec, size)[0][one.subject][1],
    "conv_params": lambda spec, size, one: params(spec, one.subject),
    "norm_params": lambda spec, size, one: params(spec, one.subject),
    "block_params": lambda spec, size, one: params(spec, one.subject),
    "fc_params": lambda spec, size, one: params(spec, one.subject),
    "conv_macs": lambda spec, size, one: seen(spec, size)[1][one.subject],
    "block_macs": lambda spec, size, one: seen(spec, size)[1][one.subject],
    "field": lambda spec, size, one: field(spec, one.subject)[0],
    "jump": lambda spec, size, one: field(spec, one.subject)[1],
    "activation": activation,
    "weights": lambda spec, size, one: params(spec, one.subject) * int(re.search(r"in fp(\d+)", one.text)[1]) // 8,
    "dotted": lambda spec, size, one: sum(shortcut(spec, path) != "identity" for path in blocks(spec)),
    "which_shortcut": lambda spec, size, one: SHORTCUT_WORDS[shortcut(spec, one.subject)],
    "option_a": lambda spec, size, one: params(spec, f"{one.subject}.downsample"),
    "versions_macs": later_stride,
}


def test_two_thousand_answers_have_a_second_source():
    checked, kinds = 0, set()
    for spec in NETS.values():
        for seed in SEEDS:
            for one in sheet(spec, COUNT, seed, every_topic(spec)).questions:
                assert one.answer == SECOND[one.kind](spec, one.input, one), one
                wrong = [each.answer for each in one.misconceptions]
                assert one.answer not in wrong and len(set(wrong)) == len(wrong) and one.solution
                if one.choices:
                    assert one.answer in one.choices and set(one.choices) <= {one.answer, *wrong}
                    assert len(one.choices) >= 3 or one.kind == "which_shortcut"
                kinds.add(one.kind)
                checked += 1
    assert checked >= 2000 and kinds == set(KINDS)


def test_a_seed_gives_the_same_sheet_for_ever():
    """When this fails, words, kinds or draws changed: raise VERSION, so that no one takes the new sheet for the old."""
    made = [replace(one, spec={}) for one in sheet(preset("resnet50"), 40, 7).questions]  # a spec may get new fields
    assert (
        hashlib.sha256(repr(made).encode()).hexdigest()
        == "572d82554648932bc611f04895dd5dca8b52208e9e9342eb1f69a41b8427633d"
    )
    texts = [{one.text for one in sheet(preset("resnet50"), 20, seed).questions} for seed in (7, 8)]
    assert len(texts[0]) == 20 and texts[0] != texts[1]


@pytest.mark.parametrize(
    "words, said",
    [
        (["--count", "0"], "count=0"),
        (["--seed", "x"], "seed='x'"),
        (["--topics", "shapes,colour"], "topics='colour': choose from shapes, params"),
        (["--format", "pdf"], "format='pdf': choose one of json, html, gift, moodle"),
        (["--batch", "8"], "batch='8'"),
        (["--topics", "receptive", "--count", "200"], "different questions of these topics"),
    ],
)
def test_what_is_not_understood_is_named(words, said, capsys):
    with pytest.raises(SystemExit) as left:
        main(["questions", "resnet18", *words])
    error = capsys.readouterr().err
    assert left.value.code == 2 and said in error and error.count("\n") == 1


def test_a_net_without_a_topic_says_so():
    with pytest.raises(ValueError, match="topics='versions': there is nothing to ask"):
        sheet(preset("resnet18"), among=("versions",))
    assert "versions" not in every_topic(preset("resnet18"))
    assert topics("params,shapes") == ("shapes", "params")


def test_the_terminal_writes_json_with_the_asked_input_and_topics(capsys):
    assert main(["questions", "resnet18", "--input", "99x101", "--topics", "shapes,macs", "--count", "9"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert len(said["questions"]) == 9 and said["version"] == 1
    assert {tuple(one["input"]) for one in said["questions"]} == {(99, 101)}
    assert {one["topic"] for one in said["questions"]} == {"shapes", "macs"}
    names = [
        "id",
        "kind",
        "topic",
        "text",
        "spec",
        "input",
        "answer",
        "unit",
        "tolerance",
        "choices",
        "misconceptions",
        "solution",
    ]
    assert all(name in one for one in said["questions"] for name in names)


def unescaped(text):
    return re.sub(r"\\([~=#{}:\\])", r"\1", text)


def test_the_files_read_back_as_the_sheet():
    made = sheet(preset("resnet50"), 60, 3)
    quiz = xml.fromstring(WRITERS["moodle"](made).encode())
    items = re.findall(r"::((?:\\.|[^:])*)::(.*?)(?<!\\)\{(#?)\n(.*?)\n\}", WRITERS["gift"](made), re.S)
    assert quiz.tag == "quiz" and len(quiz) == len(items) == len(made.questions)
    for one, entry, (name, text, numeric, body) in zip(made.questions, quiz, items):
        assert (
            entry.get("type") == ("multichoice" if one.choices else "numerical")
            and entry.findtext("name/text") == one.id
        )
        assert one.text in unescaped(text) and unescaped(name) == one.id and bool(numeric) == (one.choices is None)
        right = [answer.findtext("text") for answer in entry.iter("answer") if answer.get("fraction") == "100"]
        marked = re.findall(r"^=%100%(.*):0$" if numeric else r"^=(.*)$", body, re.M)
        shown = f"{one.answer:,}" if one.choices and isinstance(one.answer, int) else str(one.answer)
        assert right == [shown] and [unescaped(each) for each in marked] == [shown]
        assert len(list(entry.iter("answer"))) == len(one.choices or (one.answer, *one.misconceptions))
        assert len(re.findall(r"^[=~]", body, re.M)) == len(list(entry.iter("answer")))
    page = WRITERS["html"](made)
    assert page.count('class="blank"') == sum(one.choices is None for one in made.questions)
    assert page.count("<pre>") == len(made.questions) and "<h2>Solutions</h2>" in page and "http" not in page


def test_every_kind_has_a_row_a_topic_and_a_second_source():
    assert set(SECOND) == set(KINDS) and {one.topic for one in KINDS.values()} == set(TOPICS)
    assert set(SIZES) == {"imagenet", "cifar"}
