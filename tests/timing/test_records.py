"""Run files: saved, loaded, checked field by field; the assets; the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.cli import time_command
from explorer.cli.main import main
from explorer.facts import published
from explorer.spec import preset
from explorer.timing.data import records
from explorer.timing.data.measurement import Measurement
from explorer.timing.data.settings import Settings
from explorer.timing.measure import hardware, marks
from explorer.timing.said import found, sentences

ROOT = Path(__file__).resolve().parents[2]
FACTS = {"device": "A CPU", "torch": "2.13.0", "measured_at": "2026-01-01T00:00:00+00:00", "device_kind": "cpu"}
SEEN = Measurement(
    preset("resnet50"), Settings(device="cpu", batch=4, threads=2), (0.1, 0.12, 0.11), 0.11, 0.2, None, FACTS
)
CUT = {"level": "layer", "whole_s": 0.02, "plain_s": 0.019, "n": 7}


def row() -> dict:
    return json.loads(records.dumps([records.row_of(SEEN, [("conv1", 0.01)], 0.01)]))["runs"][0]


def load(**changes: object) -> tuple[records.Run, ...]:
    return records.loads(records.dumps([row() | changes]))


def test_a_run_goes_to_a_file_and_back() -> None:
    (run,) = load()
    assert run.measurement == SEEN and run.parts == (("conv1", 0.01),) and run.overhead == 0.01
    assert row()["median_s"] == 0.11 and row()["n"] == 3 and row()["provenance"] == FACTS


def test_how_the_parts_were_cut_goes_along_and_nothing_is_made_up_without_it() -> None:
    (kept,), (old,) = load(cut=CUT), load()
    assert kept.cut == records.Cut(**CUT) and old.cut is None
    assert json.loads(records.dumps([records.row_of(SEEN, kept.parts, 0.01, None, kept.cut)]))["runs"][0][
        "cut"
    ] == CUT | {"noise": 0.0}
    known, unknown = (found.parts([one], SEEN.spec, SEEN.settings) for one in (kept, old))
    assert (known.n, known.whole_s, known.plain_s, known.level) == (7, 0.02, 0.019, "layer")
    assert known.sum_over_whole == pytest.approx(0.5) and unknown.n == 0, "0: the file does not say"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"spec": {"block": "huge"}}, "runs[0].block='huge'"),
        ({"spec": 7}, "runs[0].spec"),
        ({"spec": {"evil": 1}}, "runs[0].spec"),
        ({"settings": {"dtype": "fp8"}}, "runs[0].dtype='fp8'"),
        ({"times_s": []}, "runs[0].times_s"),
        ({"times_s": [0.1, -1]}, "runs[0].times_s"),
        ({"times_s": "x"}, "times_s"),
        ({"times_s": [0.1] * 30_000}, "times_s"),
        ({"wall_s": "x"}, "runs[0].wall_s='x': a finite number from 0 to 1e+06 is expected"),
        ({"cpu_s": -1}, "cpu_s=-1"),
        ({"median_s": 0.01}, "median_s=0.01: the raw times give 0.11"),
        ({"images_per_s": 1e9}, "images_per_s"),
        ({"provenance": {}}, "provenance"),
        ({"provenance": {"device": "x" * 999}}, "provenance"),
        ({"provenance": FACTS | {"a": {"b": 1}}}, "provenance"),
        ({"parts": [["a"]]}, "parts"),
        ({"parts": [["a", -1]]}, "parts"),
        ({"times_s": [1e-300] * 5}, "times_s=1e-300: seconds from 1e-08 to 100000"),
        ({"times_s": [1e300] * 5}, "times_s=1e+300"),
        ({"settings": {"device": "auto"}}, "device='auto': the device on which it ran"),
        ({"wall_s": 1e300}, "wall_s=1e+300"),
        ({"provenance": FACTS | {"measured_at": "not a date"}}, "provenance.measured_at='not a date'"),
        ({"provenance": FACTS | {"device": True}}, "provenance.device=True: text"),
        ({"parts": [["a", 1e300]]}, "parts=1e+300"),
        ({"cut": {"level": "atom"}}, "runs[0].cut.level='atom': layer, block or stage is expected"),
        ({"cut": CUT | {"n": 0}}, "cut.n=0"),
        ({"cut": CUT | {"noise": -1}}, "noise=-1"),
        ({"cut": CUT | {"more": 1}}, "'runs[0].cut.more': choose one of level, whole_s, plain_s, n, noise"),
        ({"cut": CUT | {"whole_s": 0}}, "cut.whole_s=0"),
        ({"cut": 7}, "runs[0].cut=7: level, whole_s, plain_s and n are expected"),
        ({"cut": {"level": "layer"}}, "'runs[0].cut.whole_s' is missing"),
        ({"parts": [["a", "1"]]}, "runs[0].parts='1': a list of [path, seconds] is expected"),
        ({"times_s": [True] * 5}, "runs[0].times_s=True: seconds from 1e-08 to 100000"),
        ({"provenance": FACTS | {f"a{n}": n for n in range(60)}}, "runs[0].provenance: 64 facts; at most 60"),
        ({"ceilings": 5}, "ceilings"),
        ({"ceilings": {}}, "ceilings: "),
        ({"settings": {"width": None}}, "input=None"),
    ],
)
def test_a_bad_file_is_refused_by_name(changes: dict, says: str) -> None:
    with pytest.raises(ValueError) as caught:
        load(**changes)
    assert says in str(caught.value) and len(str(caught.value)) < 400


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"format": "resnet-explorer-timing", "version": 2, "runs": []}',
        '{"format": "resnet-explorer-timing", "version": 1, "runs": []}',
        "[" * 100_000,
        '{"format": "resnet-explorer-timing", "version": 1, "runs": [3]}',
    ],
)
def test_what_is_no_run_file_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        records.loads(text, "upload.json")
    with pytest.raises(ValueError, match="at most"):
        records.loads("x" * (records.MOST_BYTES + 1))
    with pytest.raises(ValueError):
        records.loads(b"\xff\xfe\x00binary")


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["spec", "settings", "times_s", "provenance", "wall_s", "parts", "device"]), inner
            )
        ),
        max_leaves=8,
    )
)
def test_any_json_is_loaded_or_refused_and_nothing_else(value: object) -> None:
    data = {"format": records.FORMAT, "version": records.VERSION, "runs": [value]}
    with pytest.raises(ValueError):
        records.loads(json.dumps(data))


def test_the_recorded_runs_that_ship_are_valid_and_complete() -> None:
    runs = records.recorded()
    assert {run.measurement.name for run in runs} >= {"resnet18", "resnet34", "resnet50", "resnet101", "resnet152"}
    for run in runs:
        facts = run.measurement.provenance
        for name in (
            "device",
            "cpu",
            "torch",
            "threads",
            "load_average_before",
            "measured_at",
            "method",
            "warm_up_passes",
        ):
            assert name in facts, (run.source, name)
        assert run.measurement.summary.n >= 5


def test_the_published_tables_are_those_of_the_reference_and_show_their_source() -> None:
    tables = {table["device"]: table for table in published.throughput()}
    assert list(tables["NVIDIA RTX 4090"]["images_per_s"].values()) == [13_726, 8_316, 4_303, 2_781, 1_977]
    assert list(tables["NVIDIA RTX 3090"]["images_per_s"].values()) == [9_260, 5_455, 3_219, 1_956, 1_374]
    for table in tables.values():
        assert "timm" in table["source"] and table["url"].startswith("https://github.com/huggingface/")


# the command line -----------------------------------------------------------------------------------------------------

TINY = ["resnet20_cifar", "--stages", "1,1", "--device", "cpu", "--budget", "0.05", "--threads", "1"]


def timed(words: Sequence[str]) -> int:
    """Exit code of the command."""
    try:
        return main(["time", *words])
    except SystemExit as stop:
        return int(stop.code or 0)


def test_the_command_times_and_saves_what_the_page_can_load(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    path = tmp_path / "run.json"
    assert timed([*TINY, "--batch", "1,2", "--dtype", "bf16", "--parts", "--save", str(path)]) == 0
    out = capsys.readouterr().out
    assert "img/s" in out and "bf16" in out and "conv3_x" in out and "saved 2 runs" in out
    runs = records.loads(path.read_text("utf-8"))
    assert [run.measurement.settings.batch for run in runs] == [1, 2] and runs[0].parts
    assert runs[0].cut.level in marks.LEVELS and runs[0].cut.n >= 5
    assert runs[0].measurement.settings.dtype == "bf16" and runs[0].measurement.settings.height == 32


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["resnet51"], "model='resnet51'"),
        (["resnet50", "--batch", "x"], "batch='x'"),
        (["resnet50", "--batch", "0"], "batch=0"),
        (["resnet50", "--input", "0"], "input=0"),
        (["resnet50", "--stages", "1,,2"], "stages="),
        (["resnet50", "--budget", "0"], "budget_s"),
        (["resnet50", "--classes", "-1"], "num_classes=-1"),
        (["resnet50", "--threads", "9999"], "threads=9999"),
        (["resnet50", "--device", "cpu", "--dtype", "tf32"], "TF32"),
        ([*TINY, "--save", "/nowhere/at/all.json"], "save='/nowhere/at/all.json': cannot be written"),
        ([], "MODEL"),
        ([*TINY, "--nonsense"], "--nonsense"),
        ([*TINY, "--block", "huge"], "block='huge': choose one of basic, bottleneck"),
        ([*TINY, "--dtype", "fp32,fp8"], "dtype='fp8': choose one of fp32"),
        ([*TINY, "--batch"], "--batch"),
        (["resnet50", "--device", "cpu", "--batch", "65536"], "would fit"),
    ],
)
def test_bad_commands_exit_2_with_one_line(argv: list[str], says: str, capsys: pytest.CaptureFixture) -> None:
    assert timed(argv) == 2
    (error,) = capsys.readouterr().err.strip().splitlines()
    assert error.startswith("time: ") and says in error


def test_a_refusal_does_not_lose_what_was_measured(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    path = tmp_path / "run.json"
    assert timed([*TINY, "--input", "256", "--batch", "1,65536,2", "--save", str(path)]) == 2
    (refusal,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("time: ")]
    assert "batch=65,536" in refusal and "would fit" in refusal
    assert [run.measurement.settings.batch for run in records.loads(path.read_text("utf-8"))] == [1, 2]
    assert list(tmp_path.iterdir()) == [path], "nothing half written is left"


def test_what_cannot_be_together_is_said_before_anything_is_measured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr(time_command, "timed_row", lambda *_: pytest.fail("measured"))
    monkeypatch.setattr(hardware, "compiler", lambda kind: True)
    assert timed([*TINY, "--compile", "eager,default", "--parts", "--save", str(tmp_path / "run.json")]) == 2
    assert "compile='default': has no module ends" in capsys.readouterr().err and not list(tmp_path.iterdir())
    monkeypatch.setattr(hardware, "compiler", lambda kind: False)
    assert timed([*TINY, "--compile", "eager,default"]) == 2
    assert "no compiler" in capsys.readouterr().err


def test_several_formats_are_timed_in_turn_and_each_line_says_on_what(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    path = tmp_path / "run.json"
    assert (
        timed([*TINY, "--dtype", "fp32,bf16", "--memory-format", "contiguous,channels_last", "--save", str(path)]) == 0
    )
    runs = [run.measurement for run in records.loads(path.read_text("utf-8"))]
    assert len({(one.settings.dtype, one.settings.memory_format) for one in runs}) == 4
    out = capsys.readouterr().out
    for one in runs:
        assert sentences.stamp(one.settings, one.provenance) in out
    assert f"torch {runs[0].provenance['torch']}" in out


def test_the_command_needs_nothing_but_torch() -> None:
    """Streamlit, plotly, pandas and numpy are hidden; the same call works."""
    code = (
        "import sys\n"
        "for name in ('streamlit', 'plotly', 'pandas', 'numpy', 'torchinfo', 'graphviz', "
        "'sklearn', 'pydantic', 'markupsafe', 'markdown_it'): sys.modules[name] = None\n"
        "import warnings; warnings.simplefilter('ignore')\n"
        "from explorer.cli.main import main\n"
        f"sys.exit(main({['time', *TINY]!r}))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "img/s" in done.stdout


def test_a_file_knows_the_levels_at_which_parts_are_cut() -> None:
    from explorer.timing.data.run_rows import InCut

    assert get_args(InCut.model_fields["level"].annotation) == tuple(marks.LEVELS)
