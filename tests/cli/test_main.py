"""The terminal: the contract's JSON with the figures of the reference table, and one line for each mistake."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from explorer.cli.main import COMMANDS, PAGES, main, parser
from explorer.spec import ResNetSpec, cifar_stages, named
from tests.known import CIFAR_PARAMS_A, CONVS, IMAGENET, MACS, OTHERS, PARAMS, RECEPTIVE_FIELD, SHORTCUTS, missing

ROOT = Path(__file__).resolve().parents[2]


def run(capsys: pytest.CaptureFixture, *words: str) -> str:
    assert main(words) == 0
    return capsys.readouterr().out


def facts(capsys: pytest.CaptureFixture, *words: str) -> dict:
    return json.loads(run(capsys, *words, "--format", "json"))


@pytest.mark.parametrize("name", IMAGENET)
def test_the_reference_table(capsys, name):
    at = IMAGENET.index(name)
    for stride in MACS:
        data = facts(capsys, name, "--stride-on", stride)
        assert (data["params"], data["macs"]) == (PARAMS["B"][at], MACS[stride][at])
        assert data["stages"][-2]["receptive_field"] == RECEPTIVE_FIELD[stride][at]
        kinds = [block["shortcut"] for block in data["blocks"]]
        assert (kinds.count("identity"), kinds.count("projection")) == SHORTCUTS[at]
        assert sum(layer["kind"] == "conv" for layer in data["layers"]) == CONVS[at][0]
    for shortcut, params in PARAMS.items():
        assert facts(capsys, name, "--shortcut", shortcut)["params"] == params[at]


@pytest.mark.parametrize(("depth", "params"), CIFAR_PARAMS_A.items())
def test_the_cifar_nets(capsys, depth, params):
    assert facts(capsys, f"resnet{depth}_cifar")["params"] == params
    assert facts(capsys, f"resnet{depth}_cifar", "--shortcut", "B")["params"] == params + 2_752


@pytest.mark.parametrize(("name", "params", "gmacs"), [(name, *figures) for name, figures in OTHERS.items()])
def test_the_wider_family(capsys, name, params, gmacs):
    data = facts(capsys, name)
    assert (data["params"], round(data["macs"] / 1e9, 3)) == (params, gmacs)


def test_json_keeps_the_contract(capsys):
    data = facts(capsys, "resnet18", "--input", "197x211", "--batch", "2", "--classes", "7")
    assert data["name"] == "resnet18" and data["input"] == [2, 3, 197, 211]
    assert not missing(data)
    assert data["layers"][-1]["out_shape"] == [2, 7]
    assert [stage["name"] for stage in data["stages"]] == ["stem", *(f"conv{n}_x" for n in range(2, 6)), "head"]


def test_every_flag_reaches_the_spec(capsys):
    data = facts(
        capsys,
        "resnet50",
        "--stages",
        "1,2",
        "--block",
        "bottleneck",
        "--shortcut",
        "A",
        "--stride-on",
        "1x1",
        "--activation",
        "pre",
        "--norm",
        "none",
        "--width",
        "32",
        "--groups",
        "2",
        "--width-per-group",
        "96",
        "--stem",
        "cifar",
        "--family",
        "cifar",
        "--in-channels",
        "4",
        "--classes",
        "11",
    )
    assert data["spec"] == json.loads(json.dumps(asdict(ResNetSpec()))) | {
        "family": "cifar",
        "stages": [1, 2],
        "block": "bottleneck",
        "shortcut": "A",
        "stride_on": "1x1",
        "activation": "pre",
        "norm": "none",
        "width": 32,
        "groups": 2,
        "width_per_group": 96,
        "stem": "cifar",
        "in_channels": 4,
        "num_classes": 11,
        "depth": 11,
    }
    assert data["input"] == [1, 4, 32, 32]


def test_csv_has_a_line_per_row_of_the_json(capsys):
    rows = list(csv.DictReader(io.StringIO(run(capsys, "resnet18", "--format", "csv"))))
    layers = facts(capsys, "resnet18")["layers"]
    assert [row["path"] for row in rows] == [layer["path"] for layer in layers]
    assert sum(int(row["params"]) for row in rows) == 11_689_512
    blocks = list(csv.DictReader(io.StringIO(run(capsys, "resnet18", "--format", "csv", "--level", "blocks"))))
    assert len(blocks) == 8 and json.loads(blocks[0]["out_shape"]) == [1, 64, 56, 56]


def test_table_is_aligned_and_complete(capsys):
    text = run(capsys, "resnet50", "--level", "layers")
    assert text.startswith("ResNet-50 · bottleneck [3,4,6,3] · 50 layers · input 1×3×224×224\n")
    assert "25,557,032" in text and "4,089,184,256" in text and "layer4.2.relu3" in text
    stages = text.split("\n\n")[2].splitlines()
    ends = {line.index(number) + len(number) for line, number in zip(stages[2:], ("9,536", "215,808", "1,219,584"))}
    assert len(ends) == 1, "numbers of a column end in one place"


def test_report_is_one_page_of_markdown(capsys):
    text = run(capsys, "resnet34", "--format", "report")
    assert text.startswith("# ResNet-34 · basic [3,4,6,3]")
    assert "21,797,672" in text and "same shape, 56×56×64 in and out: x is added as it is" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["resnet51"], "model='resnet51': depth=51: no published ResNet"),
        (
            ["resnet22_cifar"],
            "model='resnet22_cifar': depth=22: CIFAR nets have 6n+2 layers: 8, 14, 20, … 2,000; nearest: 20 and 26",
        ),
        (["resnet50", "--block", "banana"], "block='banana': choose one of basic, bottleneck"),
        (["resnet50", "--shortcut", "D"], "shortcut='D': choose one of B, A, C, none"),
        (["resnet50", "--stages", "3,x"], "stages='3,x': write the blocks per stage as whole numbers, like 3,4,6,3"),
        (["resnet50", "--stages", "1,1,1,1,1"], "stages=(1, 1, 1, 1, 1): give the blocks of one to 4 stages"),
        (["resnet50", "--input", "-1"], "input='-1': write a size in pixels"),
        (["resnet50", "--input=-1"], "input='-1': write a size in pixels from 1 to 4,096, like 224 or 197x211"),
        (["resnet50", "--input", "0"], "input=0: choose a whole number from 1 to 4,096"),
        (["resnet50", "--batch", "0"], "batch=0: choose a whole number from 1 to 65,536"),
        (["resnet50", "--batch", "two"], "batch='two': choose a whole number"),
        (["resnet50", "--classes", "1e9"], "num_classes='1e9': choose a whole number from 0 to 1,000,000"),
        (["resnet18", "--groups", "32"], "groups=32: a basic block takes groups=1"),
        (["resnet50", "--format", "xml"], "format='xml': choose one of table, json, csv, code, report"),
        (["resnet50", "--level", "atoms"], "level='atoms': choose one of stages, blocks, layers"),
        (["resnet50", "--dept\nh", "3"], "unrecognized arguments: --dept h 3"),
        (["resnet50", "--block", "x" * 1_000_000], "block='xxx"),
        ([], "the following arguments are required: MODEL"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(capsys, words, said):
    with pytest.raises(SystemExit) as stop:
        main(words)
    out, err = capsys.readouterr()
    assert stop.value.code == 2 and out == ""
    assert err.startswith(f"explorer: {said}") and err.count("\n") == 1 and len(err) < 500


def test_any_cifar_depth_by_name():
    assert named("resnet26_cifar").stages == cifar_stages(26) == (4, 4, 4)


def test_help_names_every_flag(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    said = capsys.readouterr().out
    assert stop.value.code == 0
    assert all(option in said for action in parser()._actions for option in action.option_strings)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_help_and_has_its_own(capsys, name):
    with pytest.raises(SystemExit):
        main(["--help"])
    assert f"\n    {name}" in capsys.readouterr().out
    with pytest.raises(SystemExit) as stop:
        main([name, "--help"])
    assert stop.value.code == 0 and capsys.readouterr().out.startswith(f"usage: python -m explorer {name} ")


def test_the_help_says_on_which_page_of_the_app_each_command_s_answer_stands(capsys):
    titles = re.findall(r'^    \("\w+", "([^"]+)", ":material', (ROOT / "explorer" / "app.py").read_text("utf-8"), re.M)
    assert len(titles) == 16 and set(PAGES) == set(COMMANDS) and set(PAGES.values()) <= set(titles)
    with pytest.raises(SystemExit):
        main(["--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "commands [the app's page of it]" in said
    assert all(f"{' '.join(says.split())} [{PAGES[name]}]" in said for name, says in COMMANDS.items())


def test_a_model_alone_asks_for_its_facts(capsys):
    assert run(capsys, "resnet18", "--level", "stages") == run(capsys, "facts", "resnet18", "--level", "stages")
    assert run(capsys, "--level", "stages", "resnet18") == run(capsys, "facts", "resnet18", "--level", "stages")


def test_help_and_mistakes_need_no_torch():
    code = (
        "import sys\n"
        "sys.modules['torch'] = None\n"
        "from explorer.cli.main import COMMANDS, main\n"
        "said = [[name, '--help'] for name in COMMANDS]\n"
        "for words in (['--help'], ['resnet50', '--block', 'banana'], ['glossary', 'bottelneck'], *said):\n"
        "    try: main(words)\n"
        "    except SystemExit: pass\n"
        "assert main(['glossary', 'MACs']) == 0"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()


def test_as_a_command_in_a_c_locale_from_another_folder(tmp_path):
    """`python -m explorer`, with the package on the path, where the terminal cannot print × by itself."""
    env = {"PYTHONPATH": str(ROOT), "LC_ALL": "C", "PYTHONUTF8": "0", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-m", "explorer", "resnet18", "--level", "stages"],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 0 and "56×56×64" in done.stdout.decode() and done.stderr == b""
