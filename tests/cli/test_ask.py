"""The pages' answers in a terminal: the same figures, in every format, and one line for each mistake."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET

import pytest

from explorer.cli import answers, ask
from explorer.cli.main import main
from explorer.facts import memory
from explorer.facts.proof import evaluate
from explorer.spec import preset
from tests import golden

ASKED = {  # question -> what is asked of it in these tests
    "proof": ["resnet50", "layer1.0"],
    "cost": ["resnet50"],
    "flops": ["resnet50"],
    "memory": ["resnet18", "--batch", "4", "--dtype", "bf16", "--optimizer", "Adam, AdamW"],
    "sheet": ["resnet18", "--batch", "8", "--dtype", "bf16", "--optimizer", "Adam"],
    "field": ["resnet50"],
    "torchinfo": ["resnet18"],
    "compare": ["resnet50"],
    "paper": ["table3"],
    "nets": [],
}


def run(capsys: pytest.CaptureFixture, *words: str) -> str:
    assert main(words) == 0
    return capsys.readouterr().out


def sections(capsys: pytest.CaptureFixture, *words: str) -> list[dict]:
    return json.loads(run(capsys, *words, "--format", "json"))


def test_every_question_has_an_answer_and_is_asked_here() -> None:
    assert set(ASKED) == set(ask.QUESTIONS) - {"figure"}
    assert all(callable(getattr(answers, one.answer)) for name, one in ask.QUESTIONS.items() if name != "figure")


@pytest.mark.parametrize("name", ASKED)
def test_every_format_holds_the_same_rows(capsys, name: str) -> None:
    found = sections(capsys, name, *ASKED[name])
    rows = [row for section in found for row in section["rows"]]
    read = list(csv.DictReader(io.StringIO(run(capsys, name, *ASKED[name], "--format", "csv"))))
    assert len(read) == len(rows) > 0
    text = run(capsys, name, *ASKED[name])
    for section in found:
        source = section["source"]
        marks = [f"({source})"] if source else [row["source"] for row in section["rows"] if row["value"] is not None]
        assert section["title"] in text and marks and all(mark in text for mark in marks)


def test_the_figures_are_the_pages(capsys) -> None:
    flops = {row["convention"]: row["result"] for row in sections(capsys, "flops", "resnet50")[0]["rows"]}
    assert flops["thop"] == 4_133_742_592 and flops["ptflops"] == 4_132_436_968 and len(flops) == 10
    eight = {
        row["convention"]: row["result"] for row in sections(capsys, "flops", "resnet50", "--batch", "8")[0]["rows"]
    }
    assert eight["thop"] == 8 * flops["thop"] and eight["ptflops"] == flops["ptflops"]
    assert sections(capsys, "torchinfo", "resnet50", "--batch", "8")[0]["rows"][-1]["torchinfo"] == 8 * 4_089_238_376
    heads = {row["total"]: row for row in sections(capsys, "compare", "resnet50")[0]["rows"]}
    assert (heads["Parameters"]["baseline"], heads["Parameters"]["difference"]) == (21_797_672, 3_759_360)
    errors = {row["net"]: (row["top1_error"], row["params"]) for row in sections(capsys, "paper", "table3")[0]["rows"]}
    assert errors["ResNet-152"] == (21.43, 60_192_808)
    cells = sections(capsys, "paper", "table1")[0]["rows"]
    assert len(cells) == 47 and all(cell["match"] for cell in cells)
    fields = {row["block"]: (row["v1_px"], row["v15_px"]) for row in sections(capsys, "field", "resnet50")[0]["rows"]}
    assert fields["layer4.2"] == (483, 427)


def test_proofs_are_arithmetic_down_to_the_layer(capsys) -> None:
    params, *_ = sections(capsys, "proof", "resnet50", "conv3_x")
    assert params["rows"][0]["formula"] == "379,392 + 3·280,064 = 1,219,584"
    for row in params["rows"]:
        assert evaluate(row["formula"].split(" = ")[0]) == row["value"]
        assert "·" not in row["latex"]
    assert any(row["part"].strip() == "layer2.1 … layer2.3, 3 times" for row in params["rows"])
    depth = sections(capsys, "proof", "resnet50")[-1]["rows"]
    assert depth[0]["formula"] == "1 + 3·3 + 3·4 + 3·6 + 3·3 + 1 = 50"


def test_memory_by_layer_adds_up_to_the_metric(capsys) -> None:
    layers = sections(capsys, "memory", "resnet50")[1]["rows"]
    assert sum(row["bytes"] for row in layers) == 89_726_880
    assert {row["layer"] for row in layers if row["kept_for_backward"]} >= {"input", "conv1"}


def test_the_gradient_is_asked_on_request(capsys) -> None:
    found = sections(capsys, "field", "resnet18", "--check", "layer2.0")
    assert found[1]["source"] == "measured" and found[1]["rows"][0]["extent_px"] == "67×67"
    assert len(sections(capsys, "field", "resnet18")) == 1


@pytest.mark.parametrize("name", ask.FIGURES)
def test_every_figure_is_written(capsys, name: str) -> None:
    text = run(capsys, "figure", "resnet18", name)
    if name == "graph":
        assert text.startswith("digraph") and "layer4.1" in text
    else:
        assert ET.fromstring(text).tag.endswith("svg")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["proof", "resnet50", "cake"], "part='cake': choose net, a stage"),
        (["memory", "resnet50", "--dtype", "int3"], "dtype='int3': choose one of fp32"),
        (["memory", "resnet50", "--batch", "0"], "batch=0: choose a whole number"),
        (["compare", "resnet50", "--baseline", "resnet34~shortcut=D"], "shortcut='D': choose one of"),
        (["paper", "table9"], "table='table9': choose one of table1"),
        (["paper", "--stride-on", "2x2"], "stride_on='2x2': choose one of"),
        (["figure", "resnet50", "cake"], "figure='cake': choose one of overview"),
        (["figure", "resnet50", "volumes", "--format", "dot"], "format='dot': volumes is written as svg"),
        (["flops", "resnet50", "--format", "svg"], "format='svg': choose one of table, json, csv"),
        (["field", "resnet50", "--check", "layer9.9"], "path='layer9.9': choose a block"),
        (["cost"], "the following arguments are required: MODEL"),
        (["nets", "resnet50"], "unrecognized arguments: resnet50"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(capsys, words, said) -> None:
    with pytest.raises(SystemExit) as stop:
        main(words)
    out, err = capsys.readouterr()
    assert stop.value.code == 2 and out == "" and err.startswith(f"explorer: {said}") and err.count("\n") == 1


@pytest.mark.parametrize("name", ask.QUESTIONS)
def test_help_says_what_it_answers(capsys, name) -> None:
    with pytest.raises(SystemExit) as stop:
        main([name, "--help"])
    assert stop.value.code == 0 and ask.QUESTIONS[name].help.split(",")[0][:20] in capsys.readouterr().out


GOLDEN = {  # file -> what is asked; `run.py test --overwrite` writes them anew, then the diff is read
    "flops-resnet50.txt": ["flops", "resnet50"],
    "paper-table1.csv": ["paper", "table1", "--format", "csv"],
    "paper-table6.txt": ["paper", "table6"],
    "compare-34-50.txt": ["compare", "resnet50", "--baseline", "resnet34"],
    "proof-layer2.0.txt": ["proof", "resnet50", "layer2.0"],
    "memory-resnet18.csv": ["memory", "resnet18", "--batch", "8", "--optimizer", "Adam, AdamW", "--format", "csv"],
    "field-resnet50-v1.txt": ["field", "resnet50", "--stride-on", "1x1"],
    "cost-odd.txt": [
        "cost",
        "resnet34",
        "--stages",
        "1,2",
        "--input",
        "61x50",
        "--shortcut",
        "A",
        "--activation",
        "pre",
    ],
}


@pytest.mark.parametrize("names", [["resnet34", "WRN-50-2"], ["WRN-50-2", "--vs", "resnet34"]])
def test_compare_takes_two_names_and_the_pages_whole_configuration(names, capsys):
    words = ["compare", *names, "--batch", "8", "--dtype", "bf16", "--optimizer", "Adam", "--format", "json"]
    assert main(words) == 0
    rows = {row["total"]: row for row in json.loads(capsys.readouterr().out)[0]["rows"]}
    found = rows["Memory for training, estimated"]
    for side, name in (("baseline", "resnet34"), ("model", "wide_resnet50_2")):
        alone = memory.estimate(preset(name), 224, 224, 8, "bf16", "Adam, AdamW")
        assert found[side] == alone.total, side


@pytest.mark.parametrize("name", GOLDEN)
def test_golden(request, capsys, name: str) -> None:
    golden.check(request, name, run(capsys, *GOLDEN[name]))
