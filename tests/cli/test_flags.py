"""One command line: the same flags everywhere, by the names that people use; each changes the answer or says why not."""

from __future__ import annotations

import json
import random

import pytest

from explorer import places
from explorer.cli import ask, time_command
from explorer.cli.flags import Parser, model_flags
from explorer.cli.main import COMMANDS, main, parser
from explorer.lecture import written
from explorer.spec import CHOICES, DEFAULTS, presets

PICTURE = places.ASSETS / "app" / "icon.png"
LECTURE = places.ASSETS / "lectures" / "resnet.toml"


def run(capsys: pytest.CaptureFixture, *words: str) -> tuple[int, str, str]:
    try:
        code = main(words)
    except SystemExit as stop:
        code = int(stop.code or 0)
    out, err = capsys.readouterr()
    return code, out, err


def facts(capsys: pytest.CaptureFixture, *words: str) -> dict:
    code, out, err = run(capsys, *words, "--format", "json")
    assert code == 0, err
    return json.loads(out)


def shared() -> dict[str, tuple[str, str | None]]:
    """Every flag of a net and its input, by each of its names: what it sets, and what is said of it."""
    made = Parser(add_help=False)
    model_flags(made)
    return {name: (one.dest, one.help) for one in made._actions for name in one.option_strings or (one.dest,)}


OF_NONE = {"identify", "glossary", "lecture", *(name for name, one in ask.QUESTIONS.items() if not one.model)}


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_about_a_model_takes_every_flag_of_a_net(command: str) -> None:
    flags = shared()
    assert {dest for dest, _ in flags.values()} == {*DEFAULTS, "model", "input", "batch"}
    taken = {
        name: (one.dest, one.help) for one in parser(command)._actions for name in one.option_strings or (one.dest,)
    }
    if command in OF_NONE:
        assert "model" not in taken
        return
    assert {name: taken.get(name) for name in flags} == flags


@pytest.mark.parametrize(
    ("typed", "ours"),
    [
        (["--num-classes", "10"], ["--classes", "10"]),
        (["--num_classes=10"], ["--classes", "10"]),
        (["--in_channels", "1"], ["--in-channels", "1"]),
        (["--in-chans", "1"], ["--in-channels", "1"]),
        (["--batch-size", "8"], ["--batch", "8"]),
        (["--batch_size", "8"], ["--batch", "8"]),
        (["--image-size", "96"], ["--input", "96"]),
        (["--img-size", "64x96"], ["--input", "64x96"]),
        (["--width_per_group", "128"], ["--width-per-group", "128"]),
    ],
)
def test_the_names_that_people_type_are_ours(capsys, typed: list[str], ours: list[str]) -> None:
    assert facts(capsys, "resnet50", *typed) == facts(capsys, "resnet50", *ours) != facts(capsys, "resnet50")


def test_a_family_brings_its_stem_and_its_classes(capsys) -> None:
    data = facts(capsys, "resnet18", "--family", "cifar")
    assert (data["params"], data["input"]) == (11_173_962, [1, 3, 32, 32])
    assert facts(capsys, "resnet18", "--stem", "cifar", "--classes", "10", "--input", "32")["params"] == 11_173_962


def test_one_channel_and_a_million_classes(capsys) -> None:
    assert facts(capsys, "resnet18", "--in-channels", "1", "--classes", "10")["params"] == 11_175_370
    assert facts(capsys, "resnet50", "--classes", "360232")["params"] == 25_557_032 + (360_232 - 1000) * 2049


def test_time_takes_any_net_and_any_flag(capsys, monkeypatch) -> None:
    timed = []
    monkeypatch.setattr(time_command, "measured", lambda asked, args, path: timed.extend(asked) or 0)
    words = ("time", "resnet8_cifar,ResNet-18", "--in-channels", "1", "--batch_size", "1,8", "--device", "cpu")
    assert run(capsys, *words) == (0, "", "")
    assert [(spec.stages, spec.in_channels, settings.batch, settings.height) for spec, settings in timed] == [
        ((1, 1, 1), 1, 1, 32),
        ((1, 1, 1), 1, 8, 32),
        ((2, 2, 2, 2), 1, 1, 224),
        ((2, 2, 2, 2), 1, 8, 224),
    ]
    assert run(capsys, "time", "resnet18", "--shortcut", "D") == (
        2,
        "",
        "time: shortcut='D': choose one of B, A, C, none\n",
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["field", "resnet18", "--input", "64"], "input='64': field is the same for every input size"),
        (["compare", "resnet18", "resnet34", "--vs", "resnet50"], "baseline='resnet50': the first of two names is"),
        (["compare", "resnet18", "--dtype", "fp8"], "dtype='fp8': choose one of"),
        (["compare", "resnet18", "--optimizer", "Adagrad"], "optimizer='Adagrad': choose one of"),
        (["figure", "resnet18", "--batch", "2"], "batch='2': figure draws one picture's maps"),
        (["resnet18", "--format", "code", "--batch", "2"], "batch='2': --format code is the same for every batch"),
        (["resnet18", "--format", "report", "--level", "blocks"], "level='blocks': --format report holds all levels"),
        (["paper", "table3", "--stride-on", "3x3"], "stride_on='3x3': table3 has no strides"),
        (["memory", "resnet18", "--optimizer", "Adagrad"], "optimizer='Adagrad': choose one of"),
    ],
)
def test_a_flag_that_would_change_nothing_is_refused_with_the_reason(capsys, words: list[str], said: str) -> None:
    code, out, err = run(capsys, *words)
    assert (code, out) == (2, "") and err.startswith(f"explorer: {said}") and err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["resnet18", "--stride-on", "1x1"], "stride_on=1x1 has no effect: a basic block has no 1×1"),
        (["resnet50", "--width", "2"], "width=2 is read as 2 channels in the first stage, not as a factor"),
        (["resnet56"], "ResNet-56 is taken with basic blocks"),
    ],
)
def test_what_is_to_be_known_of_an_answer_is_one_line_beside_it(capsys, words: list[str], said: str) -> None:
    code, out, err = run(capsys, *words, "--level", "stages")
    assert code == 0 and out and err.startswith(f"explorer: note: {said}") and err.count("\n") == 1


@pytest.mark.parametrize("typed", ["Adam", "adamw", "Adam, AdamW"])
def test_an_optimizer_is_called_as_people_call_it(capsys, typed: str) -> None:
    _, out, _ = run(capsys, "memory", "resnet18", "--optimizer", typed)
    assert "training with Adam, AdamW" in out


WRONG = "no/lion"  # of nothing a value: no net, no number, no choice, and no file in a folder that is there


def every_value() -> list[tuple[str, str, str]]:
    """Command, flag ("" of a word without one), and its name: all of what takes a value, as the parsers themselves have it."""
    return [
        (command, one.option_strings[-1] if one.option_strings else "", one.dest)
        for command in sorted(COMMANDS)
        for one in parser(command)._actions
        if one.nargs != 0
    ]


def with_wrong(command: str, flag: str, name: str) -> list[str]:
    """The words that the command needs, and WRONG: after its flag, or in the place of a word without one."""
    words = [one.dest for one in parser(command)._actions if not one.option_strings]
    right = {
        "model": "resnet8_cifar",
        "picture": str(PICTURE),
        "file": str(LECTURE if command == "lecture" else PICTURE),
    }
    said = [WRONG if one == name else right[one] for one in words if one == name or one in right]
    return [*said, flag, WRONG] if flag else said


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_a_wrong_value_of_any_flag_of_any_command_is_refused_in_one_line_that_names_it(
    capsys, monkeypatch, command
) -> None:
    monkeypatch.setattr(time_command, "measured", lambda asked, args, path: 0)
    monkeypatch.setattr(written, "WRITERS", dict.fromkeys(written.WRITERS, lambda told, root: ""))  # each takes seconds
    taken = [(flag, name) for of, flag, name in every_value() if of == command]
    assert taken
    for flag, name in taken:
        words = [command, *with_wrong(command, flag, name)]
        code, out, err = run(capsys, *words)
        assert (code, out) == (2, "") and err.count("\n") == 1 and WRONG in err, (words, code, out[:200], err)


FLAGS = {  # flag → some values, right and wrong
    **{f"--{field}": (*values, "banana") for field, values in CHOICES.items()},
    "--stages": ("1,1", "2", "3,x", "1,1,1,1,1", ""),
    "--width": ("8", "64", "0", "٣"),
    "--groups": ("1", "32", "-1"),
    "--width-per-group": ("4", "64"),
    "--in_channels": ("1", "3", "1e9"),
    "--num-classes": ("0", "10", "1000001"),
    "--output-stride": ("8", "16", "32", "7"),
    "--strides": ("1,2", "2,2,2,2", "1,9,1,1"),
    "--stem-widths": ("16", "24,32,64"),
    "--input": ("32", "64x48", "0", "x", "1x3x32x32"),
    "--batch-size": ("1", "2", "0", "many"),
    "--format": ("table", "json", "csv", "code", "report", "svg", "pdf"),
    "--level": ("stages", "blocks", "layers", "atoms"),
    "--optimizer": ("Adam", "SGD", "?"),
    "--dtype": ("fp32", "bf16", "int3"),
    "--baseline": ("resnet18", "resnet18~shortcut=none", "resnet18~x=1"),
    "--device": ("cpu", "tpu"),
    "--threads": ("1", "x"),
    "--what": ("",),
    "--\x00": ("\n",),
}
MODELS = ("resnet18", "resnet8_cifar", "resnet14t", "ResNet-20", "densenet121", "no", "", "resnet18,resnet34", "[a](b)")
ASKED = ("", "", "", "time", "look", "questions", *(name for name in ask.QUESTIONS if name != "nets"), "nonsense")


def test_a_thousand_random_command_lines_end_with_0_or_2_and_one_line(capsys, monkeypatch) -> None:
    monkeypatch.setattr(time_command, "measured", lambda asked, args, path: 0)  # what is timed is not tried here
    dice = random.Random(13)
    answered = 0
    for _ in range(1000):
        words = [word for word in (dice.choice(ASKED), dice.choice(MODELS)) if word or dice.random() < 0.02]
        for flag in dice.sample(list(FLAGS), dice.choice((0, 0, 1, 1, 2, 3))):
            words += [flag, dice.choice(FLAGS[flag])]
        code, out, err = run(capsys, *words)
        lines = err.splitlines()
        assert code in (0, 2) and "Traceback" not in err, words
        if code == 2:
            assert not out and len(lines) == 1 and len(err) < 500, (words, err)
        else:
            answered += 1
            assert all(line.startswith("explorer: note: ") for line in lines), (words, err)
    assert answered > 100


def test_every_preset_is_known_by_its_name_in_every_command() -> None:
    for name in presets():
        assert time_command.nets(parser("time").parse_args([name]))[0].spec == presets()[name]


def test_torchinfos_label_is_a_unit(capsys) -> None:
    _, out, _ = run(capsys, "torchinfo", "resnet18")
    assert "Total mult-adds (G): 1.81" in out and "Units" not in out


def test_the_batch_multiplies_what_tools_multiply(capsys) -> None:
    def totals(*words: str) -> dict:
        (section, *_) = json.loads(run(capsys, *words, "--format", "json")[1])
        return {
            row.get("convention", row.get("total")): row.get("result", row.get("torchinfo")) for row in section["rows"]
        }

    one, eight = totals("torchinfo", "resnet18"), totals("torchinfo", "resnet18", "--batch-size", "8")
    assert eight["parameters"] == one["parameters"]
    assert eight["mult-adds, in its convention"] == 8 * one["mult-adds, in its convention"]
    one, eight = totals("flops", "resnet18"), totals("flops", "resnet18", "--batch", "8")
    assert any(eight[name] == 8 * one[name] for name in one)
