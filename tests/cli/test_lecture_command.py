"""`python -m explorer lecture`: the tour or one's own as a file, and one line for each mistake."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from pptx import Presentation

from explorer import lecture
from explorer.cli import lecture as command
from explorer.cli.main import main
from explorer.lecture import written

OWN = '[[scene]]\ntitle = "One block"\npage = "blocks"\nstate = "place=dotted"\ntext = "It has {basic_weights} weights."\nnotes = "Say it."\n'


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(OWN, encoding="utf-8")
    return path


def test_the_formats_are_those_that_can_be_written() -> None:
    assert command.FORMATS == tuple(written.WRITERS) == tuple(written.FILES)


def test_plain_data_has_every_scene_with_its_figures_and_answers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lecture", "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)
    tour = lecture.load()
    assert (said["title"], said["minutes"], len(said["scenes"])) == (tour.title, tour.minutes, len(tour.scenes))
    deeper = said["scenes"][0]
    assert deeper["question"]["answer"] == "28.54 %" and deeper["question"]["revealed"]["depth"] == "34"  # Table 2
    assert deeper["state"] == {"depth": "18", "shortcut": "none"} and "27.94 %" in deeper["text"]
    assert said["scenes"][1]["question"] is None
    assert not any("{" in scene[key] for scene in said["scenes"] for key in ("text", "notes"))


@pytest.mark.parametrize("form", ["html", "handout", "pptx"])
def test_ones_own_lecture_becomes_a_file(
    form: str, own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / f"mine.{form}"
    assert main(["lecture", str(own), "--format", form, "--out", str(out), "--url", "https://resnet.example.org"]) == 0
    assert capsys.readouterr().err == f"{out}: {out.stat().st_size:,} bytes\n"
    data = out.read_bytes()
    assert data == lecture.made(form, lecture.load(own), "https://resnet.example.org") or form == "pptx"
    if form == "pptx":
        slides = Presentation(io.BytesIO(data)).slides
        assert [slide.shapes.title.text for slide in slides] == ["mine", "1  One block"]
    else:
        assert b"One block" in data or form == "html"  # packed there


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--format", "doc"], "format='doc': choose one of html, pptx, handout, json"),
        (["nowhere.toml"], "nowhere.toml, No such file or directory"),
        (["--url", "resnet.example.org"], "url='resnet.example.org': write it as in https://resnet.example.org"),
        (["--format", "json", "--out", "/nowhere/x.json"], "out='/nowhere/x.json': No such file or directory"),
    ],
)
def test_a_mistake_is_one_line(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["lecture", *words])
    assert ended.value.code == 2 and capsys.readouterr().err == f"explorer: {said}\n"


def test_a_wrong_file_says_its_first_mistake_and_how_many_more(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own.write_text(OWN.replace("blocks", "bricks") + "minutes = 'two'\nfoo = 1\n", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["lecture", str(own)])
    said = capsys.readouterr().err
    assert ended.value.code == 2 and said.count("\n") == 1
    assert said.startswith("explorer: mine.toml, line 7: ") and said.endswith("(and 1 more)\n")
