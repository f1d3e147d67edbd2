"""`identify` in a terminal and on its page: the same answer, and nothing of a file is ever markup or a control character."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import torch
from streamlit.testing.v1 import AppTest

from explorer.cli.main import main
from explorer.spec import preset
from explorer.spec.chosen import of_params
from explorer.web.plain import read
from tests.web.test_pages import open_app
from tests.weights.checkpoints import Browser, filled, saved
from tests.weights.hostile import BOMB, HOSTILE, RAN

SMALL = preset("resnet20_cifar")
MARKUP = "<b>x</b>[y](http://e.org):red[z].weight"


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    return saved(filled(SMALL).state_dict(), tmp_path / "net.safetensors")


def test_the_terminals_json_has_the_contracts_keys(checkpoint: Path, capsys: pytest.CaptureFixture) -> None:
    assert main(["identify", str(checkpoint), "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == [
        *("name", "spec", "layout", "params", "differences", "unknowable", "missing", "unexpected", "misshapen"),
    ]
    assert (found["name"], found["params"], found["spec"]["stages"]) == ("resnet20_cifar", 269_722, [3, 3, 3])


def test_the_table_says_it_in_sentences(checkpoint: Path, capsys: pytest.CaptureFixture) -> None:
    assert main(["identify", str(checkpoint), "--against", "resnet56_cifar"]) == 0
    out = capsys.readouterr().out
    assert "Another depth: the file has 3, 3, 3 blocks" in out and "missing: 216" in out and "layer1.3 12" in out


def test_the_code_runs(checkpoint: Path, capsys: pytest.CaptureFixture) -> None:
    assert main(["identify", str(checkpoint), "--format", "code"]) == 0
    space: dict = {}
    exec(capsys.readouterr().out, space)
    assert space["renamed"]("layer1.0.conv1.weight") == "layer1.0.conv1.weight"


@pytest.mark.parametrize("words", [["--format", "xml"], ["--against", "resnot"], ["--frob", "1"], ["x", "y"]])
def test_a_wrong_flag_is_one_line_and_2(words: list[str], checkpoint: Path, capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["identify", str(checkpoint), *words])
    assert caught.value.code == 2 and capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("kind", ["a pickle that runs code", "a zip bomb", "overlapping tensors", "nothing"])
def test_a_hostile_file_is_one_line_and_2(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    (path := tmp_path / "net.pt").write_bytes(HOSTILE[kind][0])
    with pytest.raises(SystemExit) as caught:
        main(["identify", str(path)])
    said = capsys.readouterr().err
    assert caught.value.code == 2 and said.count("\n") == 1 and HOSTILE[kind][1] in said and RAN == []


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    state = filled(SMALL).state_dict() | {"\x1b[31mred\u202e.weight": torch.zeros(1)}
    assert main(["identify", str(saved(state, tmp_path / "x.safetensors"))]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out and "\u202e" not in out and "red" in out


def upload(content: bytes, name: str = "net.safetensors", query: str = "") -> AppTest:
    app, browser = open_app(query, "identify"), Browser(content)
    while browser.asked and not browser.rounds > 20:
        app.session_state["weights_file"] = {"given": browser.given(name)}
        app.run()
        assert not app.exception, app.exception
        want = json.loads(app.get("bidi_component")[0].proto.json)["want"]
        browser.asked = [(want["offset"], want["length"])] if want else []
    assert browser.rounds <= 3
    return app


def words(app: AppTest) -> str:
    return " ".join(one.proto.body for one in app.get("html"))


def test_the_page_says_what_a_file_is_and_links_to_the_net(checkpoint: Path) -> None:
    app = upload(checkpoint.read_bytes())
    assert "It is ResNet-20 (CIFAR)" in re.sub("<[^>]+>", "", words(app)) and not app.error
    links = [one.proto.url for one in app.get("link_button")]
    assert len(links) == 5 and "vs=" not in links[-1]
    for link in links:
        assert of_params(dict(parse_qsl(urlsplit(link).query))).spec == SMALL


def test_what_is_special_of_a_file_is_seen_on_compare(tmp_path: Path) -> None:
    """Ten classes more than its namesake: with the same task for both, Compare said 'no module differs'. Batch and format of the
    bar go along."""
    other = replace(SMALL, num_classes=20)
    content = saved(filled(other).state_dict(), tmp_path / "mine.safetensors").read_bytes()
    app = upload(content, "mine.safetensors", "batch=8&dtype=fp16")
    links = {one.proto.label.removeprefix("This net on "): one.proto.url for one in app.get("link_button")}
    for link in links.values():
        assert "batch=8" in link and "dtype=fp16" in link
    query = dict(parse_qsl(urlsplit(links["Compare"]).query))
    assert query["same"] == "false" and (query["vs_batch"], query["vs_dtype"]) == ("8", "fp16")
    compared = open_app(urlsplit(links["Compare"]).query, "compare")
    text = " ".join(words(compared).split())
    assert f"{64 * 10 + 10:,}" in text  # ten classes more, each with a weight per channel and a bias
    assert "No module differs" not in text and not compared.exception and not compared.error


def test_the_page_shows_names_as_text(tmp_path: Path) -> None:
    path = saved(filled(SMALL).state_dict() | {MARKUP: torch.zeros(1)}, tmp_path / "x.safetensors")
    app = upload(path.read_bytes())
    assert "&lt;b&gt;x&lt;/b&gt;[y]" in words(app) and "<b>x</b>" not in words(app)


def test_the_page_refuses_in_a_sentence(tmp_path: Path) -> None:
    app = upload(BOMB, "[a](http://e.org).pt")
    assert "nothing was run" in read(app.error[0].value) and RAN == []
    assert "[a](http" not in app.error[0].value and not app.get("link_button")


def test_a_pasted_config_is_read(tmp_path: Path) -> None:
    app = open_app("", "identify")
    example = next(one for one in app.main.button if one.label == "Try it with an example")
    example.click().run()
    assert "It is ResNet-50" in words(app) and "It has 10 classes" in "".join(
        one.value for one in app.markdown
    ) + words(app)
    links = {one.proto.label.removeprefix("This net on "): one.proto.url for one in app.get("link_button")}
    assert list(links) == ["Architecture", "Blocks", "Numbers", "Cost", "Compare"]
    assert "vs=resnet50" in links["Compare"], "beside the net that it is said to differ from"
    app.text_area(key="weights_text").set_value("model = dict(backbone=dict(type='ResNetV1d', depth=50))").run()
    assert "OpenMMLab" in words(app)
    assert "ResNet-50-D" in words(app) and "What a config cannot tell" in [one.value for one in app.subheader]
