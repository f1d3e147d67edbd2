"""Every answer against a second source: the real module's parameters, hooks on its forward, torch's flop counter."""

import bisect
import hashlib
import json
import re
from dataclasses import replace
from functools import cache
from itertools import pairwise

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from explorer.cli.main import main
from explorer.model import build
from explorer.questions.kinds import KINDS, LEVELS, TOPICS
from explorer.questions.net import BROUGHT, Net
from explorer.questions.question import Draw
from explorer.questions.sheet import SIZES, VERSION, VERSIONS, every_topic, level_of, seeded, sheet, topics
from explorer.spec import ResNetSpec, preset, resolve
from explorer.spec.naming import title
from explorer.tell.questions import HARD
from tests.outside import with_idle_norms

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
    "se": ResNetSpec(stages=(1, 2, 1, 1), width=16, attention="se"),
    "eca": ResNetSpec(stages=(1, 1, 2, 1), width=16, block="basic", attention="eca"),
}
SEEDS, COUNT = range(6), 34


@cache
def model(spec):
    return build(spec, "meta").eval()


@cache
def seen(spec, size):
    """(output shape, MACs) of each module of a real forward, by torch's own hooks and flop counter; no data needed."""
    net, shapes = with_idle_norms(build(spec, "meta").eval()), {}
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


def total(spec, paths):
    """Parameters of modules by their paths."""
    return sum(params(spec, path) for path in paths)


def other(spec, one):
    """The net that is compared with, by its name."""
    return replace(resolve(one.subject).spec, num_classes=spec.num_classes, in_channels=spec.in_channels)


def more(spec, size, one, count):
    """Of two counts of real modules, whose net is named."""
    mine, theirs = count(spec), count(other(spec, one))
    return "both the same" if mine == theirs else title(spec if mine > theirs else other(spec, one))


def by_size(one, count):
    assert len({count(item) for item in one.choices}) == len(one.choices)
    return tuple(sorted(one.choices, key=count))


def part_params(spec, item):
    module = re.search(r"\((\w+)\)", item)[1]
    return total(spec, {"conv1": ["conv1", "bn1"]}.get(module, [module]))


def put_out(spec, size, item):
    block = re.search(r"block (conv\d+_\d+)$", item)
    alone = {"the picture": "", "the scores of fc": "fc", "the maps after max pool": "maxpool"}
    path = module(block[1]) if block else alone.get(item, item.removeprefix("the maps after "))
    return torch.Size(seen(spec, size)[0][path][1:]).numel() if path else spec.in_channels * size[0] * size[1]


def module(name):
    """The path of a layer or block by the paper's name: 'conv3_1, conv 2' → layer2.0.conv2 (He et al. 2015, Table 1)."""
    whose, _, part = name.partition(", ")
    found = re.fullmatch(r"conv(\d)_(\d+)", whose)
    if not found:
        return {"max pool": "maxpool", "BN after conv1": "bn1"}.get(name, name)
    block = f"layer{int(found[1]) - 1}.{int(found[2]) - 1}"
    return f"{block}.{inside(part)}" if part else block


def inside(part):
    beside = {"projection": "downsample.0", "projection’s BN": "downsample.1"}
    return beside.get(part) or part.replace("conv ", "conv").replace("BN ", "bn")


def conv_paths(spec, block):
    inside = model(spec).get_submodule(block).named_modules()
    return [f"{block}.{name}" for name, each in inside if isinstance(each, torch.nn.Conv2d)]


def drawn_as(spec, size, one):
    """By the module's own channels and strides, and the option."""
    before, after, stride = ends(spec, one.subject)
    words = {(True, True): "its size and its channels change", (True, False): "only its size changes"}
    words |= {(False, True): "only its channels change"}
    changed = stride > 1, before != after
    if any(changed):
        return f"dotted: {words[changed]}"
    return "dotted: option C projects every shortcut" if spec.shortcut == "C" else "solid: nothing changes"


def wrong_line(spec, one, truth):
    """The one line whose result is not what the real module has."""
    lines = [line.split(": ") for line in one.text.splitlines()[1:]]
    odd = [name for name, sum_ in lines if int(sum_.split("= ")[-1].replace(",", "")) != truth(name)]
    assert len(lines) == len(one.choices) and len(odd) == 1, one
    return odd[0]


def from_v1(spec, size, one):
    """By a real forward of either version."""
    (old, few), (new, many) = (
        [seen(replace(spec, stride_on=place), size)[what][one.subject] for what in (0, 1)] for place in ("1x1", "3x3")
    )
    if old != new:
        assert many > few
        return "it puts out larger maps, at more multiply-adds"
    assert many == few
    block, layer = one.subject.split(".conv") if ".conv" in one.subject else (one.subject, "")
    return "it reads larger maps, at the same multiply-adds" if layer == "2" else "nothing"


def outputs(spec, size, one):
    pictures, dtype = re.search(r"for (\d+) pictures in fp(\d+)", one.text).groups()
    shapes = seen(spec, size)[0]
    paths = [path for path in conv_paths(spec, one.subject) if ".se." not in path]
    numbers = sum(torch.Size(shapes[path][1:]).numel() for path in paths)
    return numbers * int(pictures) * int(dtype) // 8


def fitting(spec, size, one):
    held = torch.Size(seen(spec, size)[0][one.subject]).numel() * int(re.search(r"in fp(\d+)", one.text)[1]) // 8
    return bisect.bisect_right(range(2**31 // held), 2**30, key=lambda many: many * held) - 1  # tried out, not divided


def widening(spec, size, one):
    every = blocks(spec)
    before = every[every.index(one.subject) - 1]
    return field(spec, one.subject)[0] - field(spec, before)[0]


def classes(spec, size, one):
    then = int(re.search(r"It is to make ([\d,]+)", one.text)[1].replace(",", ""))
    return abs(params(replace(spec, num_classes=then), "fc") - params(spec, "fc"))


def biased(spec, size, one):
    return params(replace(spec, conv_bias="all"), one.subject) - params(spec, one.subject)


def with_option(spec, size, one):
    return params(
        replace(spec, shortcut=re.search(r"option ([ABC])", one.text.split("if the net had")[1])[1]), one.subject
    )


def with_place(spec, size, one):
    place = "1x1" if "as in v1. How" in one.text else "3x3"
    return seen(replace(spec, stride_on=place), size)[0][f"{one.subject}.conv1"][2]


@cache
def reached(spec, size, path):
    """(rows, columns) of the picture between the outermost pixels that one unit of a real block has a gradient to."""
    torch.manual_seed(0)
    net, kept = build(spec).eval(), {}
    net.get_submodule(path).register_forward_hook(lambda _, __, out: kept.update(out=out))
    picture = torch.randn(1, spec.in_channels, *size, requires_grad=True)
    net(picture)
    middle = [side // 2 for side in kept["out"].shape[2:]]
    kept["out"][0, :, middle[0], middle[1]].sum().backward()
    touched = picture.grad.abs().sum((0, 1)) > 0
    return tuple(int(line.nonzero().max() - line.nonzero().min()) + 1 for line in (touched.any(1), touched.any(0)))


def depends(spec, size, one):
    windows = int(re.search(r"see (\d+)×", one.text)[1])
    assert field(replace(spec, attention="none"), one.subject)[0] == windows
    assert max(reached(replace(spec, attention="none"), size, one.subject)) <= windows < min(size)
    return "the whole picture" if reached(spec, size, one.subject) == size else ""


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
    "which_shortcut": lambda spec, size, one: BROUGHT[shortcut(spec, one.subject)],
    "option_a": lambda spec, size, one: params(spec, f"{one.subject}.downsample"),
    "versions_macs": later_stride,
    "error_size": lambda spec, size, one: wrong_line(spec, one, lambda name: seen(spec, size)[0][module(name)][2]),
    "stage_params": lambda spec, size, one: params(spec, one.subject),
    "more_params": lambda spec, size, one: more(spec, size, one, lambda net: params(net, "")),
    "order_params": lambda spec, size, one: by_size(one, lambda item: part_params(spec, item)),
    "if_width": lambda spec, size, one: params(replace(spec, width=2 * spec.width), one.subject),
    "if_classes": classes,
    "if_bias": biased,
    "error_params": lambda spec, size, one: wrong_line(
        spec, one, lambda part: params(spec, f"{one.subject}.{inside(part)}")
    ),
    "stage_macs": lambda spec, size, one: seen(spec, size)[1][one.subject],
    "more_macs": lambda spec, size, one: more(spec, size, one, lambda net: seen(net, size)[1]["Global"]),
    "order_macs": lambda spec, size, one: by_size(one, lambda item: seen(spec, size)[1][module(item.split(" (")[0])]),
    "if_input": lambda spec, size, one: seen(spec, (2 * size[0], 2 * size[1]))[1][one.subject],
    "field_step": widening,
    "block_memory": outputs,
    "batch_fits": fitting,
    "order_memory": lambda spec, size, one: by_size(one, lambda item: put_out(spec, size, item)),
    "why_dotted": drawn_as,
    "option_params": with_option,
    "versions_size": with_place,
    "versions_what": from_v1,
    "gate_params": lambda spec, size, one: params(spec, f"{one.subject}.se"),
    "gate_macs": lambda spec, size, one: seen(spec, size)[1][f"{one.subject}.se"],
    "gate_sees": depends,
}


MODULES = re.compile(r"layer\d|downsample|\bbn\d|\bconv\d\b(?<!conv1)")


def told(one):
    """All that a student reads, without the modules that stand in brackets behind the paper's names."""
    words = [one.text, *one.solution, *(each.why for each in one.misconceptions), *map(str, one.choices or ())]
    return re.sub(r"\((layer[\w.]+|conv1|bn1|fc)\)", "", "\n".join(words))


def test_two_thousand_answers_have_a_second_source():
    checked, kinds = 0, set()
    for spec in NETS.values():
        for seed in SEEDS:
            for one in sheet(spec, COUNT, seed, every_topic(spec)).questions:
                assert one.answer == SECOND[one.kind](spec, one.input, one), one
                kinds.add(one.kind)
                checked += 1
                assert not MODULES.search(told(one)), one
                wrong = [each.answer for each in one.misconceptions]
                assert one.answer not in wrong and len(set(wrong)) == len(wrong) and one.solution
                if one.choices:
                    if isinstance(one.answer, tuple):
                        assert set(one.answer) == set(one.choices) and one.answer != one.choices
                        assert len(one.choices) == 4
                        continue
                    assert one.answer in one.choices and set(one.choices) <= {one.answer, *wrong}
                    assert len(one.choices) >= 3 or one.kind == "which_shortcut"
    assert checked >= 2000 and kinds == set(KINDS)


KEPT = ("v1", "grouped", "A", "C", "plain", "se", "eca")
FOR_EVER = {  # version → of its sheets of ResNet-50 and of small nets of every other kind
    1: "a401e5dce678906374ea30d186057fe69d175553b3291c4be683bb2f7ee0a448",
    2: "42bedea244ee793929148588345773192134ff28e6662616a40b194a7b5ffcba",
    3: "4295b1a499c551bef852934c6a396232cbe08621b4709e243d164c8f0aff7942",
    4: "b1d17b7d992239dd8b040e28ee55aeeb8d1224b3f7129ac0158f57cd8919fada",
    5: "576a9ea5af936a2783d5b1457ed75fc291caf6534d00752cd8ec38f40f67f371",
    6: "de6dfab9bba2d1d5d438281617b6f509b8a07e0af5a5b6d6ed70d3597b83577b",
}


def test_a_seed_gives_the_same_sheet_for_ever():
    """When this fails, words or draws changed, or there is a new kind: give it a row of its own with `since`, and raise VERSION,
    so that every sheet that somebody has printed or linked can be made again."""
    for version, known in FOR_EVER.items():
        several = sheet(tuple(NETS[name] for name in KEPT), 42, 7, ("shapes", "params", "macs"), version=version)
        every = (*sheet(preset("resnet50"), 40, 7, version=version).questions, *several.questions)
        made = [replace(one, spec={}) for one in every]
        assert hashlib.sha256(repr(made).encode()).hexdigest() == known, version  # a spec may get new fields
    assert set(FOR_EVER) == set(VERSIONS)
    hard = [one.difficulty for one in every]  # of the newest, which begins with the easiest
    assert hard[:40] == sorted(hard[:40]) and hard[40:] == sorted(hard[40:]) and set(hard) == {1, 2, 3}
    texts = [{one.text for one in sheet(preset("resnet50"), 20, seed).questions} for seed in (7, 8)]
    assert len(texts[0]) == 20 and texts[0] != texts[1]


@pytest.mark.parametrize(
    "words, said",
    [
        (["--count", "0"], "count=0"),
        (["--seed", "x"], "seed='x'"),
        (["--seed", "v9-1"], "seed='v9-1': of version 9 there is no sheet here; choose v1 to v6"),
        (["--nets", "resnet18,banana"], "banana"),
        (["--topics", "shapes,colour"], "topics='colour': choose from shapes, params"),
        (["--level", "hard"], "level='hard': choose one of first, formula, all"),
        (["--level", "first", "--topics", "memory"], "topics='memory': there is nothing to ask of ResNet-18"),
        (["--format", "pdf"], "format='pdf': choose one of json, html, gift, moodle, qti"),
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


def test_a_level_has_what_it_says_and_a_link_of_before_has_everything(capsys):
    """A newcomer's ten are of what the ten steps taught: no option, no version, nothing of several steps."""
    assert tuple(LEVELS) == tuple(HARD)
    for name in ("resnet18", "resnet50", "resnet20_cifar"):
        spec = preset(name)
        for seed in range(1, 5):
            first = sheet(spec, 10, seed, every_topic(spec, level="first"), level="first").questions
            assert {one.kind for one in first} <= {name for name, kind in KINDS.items() if kind.first}
            assert len({one.kind for one in first}) >= 7, "a round asks the same thing again and again"
            assert {one.answer for one in first if one.kind == "which_shortcut"} <= {"x as it is"}
            assert not [
                one for one in first if one.difficulty > 2 or re.search(r"under option|v1\.5|In stage|fp16", one.text)
            ]
            for one, another in pairwise(first):
                same = [each.kind for each in first if each.difficulty == one.difficulty]
                assert one.kind != another.kind or 2 * same.count(one.kind) > len(same) + 1, "one kind twice running"
            middle = sheet(spec, 40, seed, every_topic(spec, level="formula"), level="formula").questions
            assert {one.difficulty for one in middle} == {1, 2}
    assert "shortcuts" not in every_topic(replace(preset("resnet50"), shortcut="C"), level="first")
    links = {"": "first", "seed": "all", "topics": "all", "do": "all", "q": "first"}
    assert {key: level_of({key: "?"}) for key in links} == links and level_of(
        {"seed": "v5-7", "level": "first"}
    ) == "first"
    with pytest.raises(ValueError, match="level='zz': choose one of first, formula, all"):
        sheet(preset("resnet18"), level="zz")
    assert main(["questions", "resnet18", "--count", "4", "--level", "first"]) == 0
    assert json.loads(capsys.readouterr().out)["level"] == "first"
    assert main(["questions", "resnet18", "--count", "4", "--level", "first", "--format", "html"]) == 0
    assert "version 6, level “First steps”." in capsys.readouterr().out


def test_the_terminal_writes_json_with_the_asked_input_and_topics(capsys):
    assert main(["questions", "resnet18", "--input", "99x101", "--topics", "shapes,macs", "--count", "9"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert len(said["questions"]) == 9 and said["version"] == VERSION
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


def test_every_kind_has_a_row_a_topic_and_a_second_source():
    assert set(SECOND) == set(KINDS) and {one.topic for one in KINDS.values()} == set(TOPICS)
    assert set(SIZES) == {"imagenet", "cifar"}


def test_a_kinds_words_name_sizes_only_where_its_row_says_so():
    """The same draws for two pictures: what follows from their size, in the question, its answer or its solution, differs."""
    follow = {}
    for spec in NETS.values():
        for version in (1, VERSION):  # each way of saying
            for name, kind in KINDS.items():
                for turn in range(4):
                    nets = (Net(spec, title(spec), *size, version) for size in ((128, 160), (224, 352)))
                    made = [one for net in nets if (one := kind.make(net, Draw("sized", turn)))]
                    if len(made) == 2:
                        differ = len({(one.text, one.answer, one.solution) for one in made}) == 2
                        follow[name] = follow.get(name, False) or differ
                        assert kind.sized or not differ, (name, version)
    assert follow == {name: kind.sized for name, kind in KINDS.items()}


def test_the_terminal_asks_of_several_nets_and_writes_a_package(capsysbinary):
    words = ["questions", "resnet18", "--nets", "resnet20_cifar,resnet50", "--count", "6", "--seed", "v3-5"]
    assert main([*words, "--format", "qti"]) == 0
    assert capsysbinary.readouterr().out[:2] == b"PK"
    assert main(words) == 0
    said = json.loads(capsysbinary.readouterr().out)
    assert said["model"] == "ResNet-18 · ResNet-20 (CIFAR) · ResNet-50" and said["seed"] == 5
    assert [len(one["spec"]["stages"]) for one in said["questions"]] == [4, 3, 4, 4, 3, 4]
    assert seeded("v1-7") == (1, 7) and seeded("7") == (VERSION, 7)
