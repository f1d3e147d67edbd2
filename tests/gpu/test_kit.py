"""The command that meets a GPU, without one: its plan, its files whenever it is cut off, its worker, and what it needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from explorer.apart import Child
from explorer.spec import preset
from explorer.timing.data import records
from explorer.timing.data.settings import Settings
from explorer.timing.said import found as answers
from explorer.timing.said import machines
from tests.gpu import check, plan
from tests.gpu.fakes import NAME, PretendCard
from tests.gpu.found import FAILED, PASSED, SKIPPED, Found
from tests.gpu.plan import STEPS, steps_of
from tests.gpu.report import Folder, plain, slug

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    "streamlit",
    "plotly",
    "pandas",
    "torchinfo",
    "graphviz",
    "sklearn",
    "segno",
    "torchvision",
    "timm",
    "pydantic",
    "markdown_it",
    "safetensors",
)


class PretendHand:
    """Does the steps here, on a card that is not there. fails: key → what to raise instead."""

    up = True

    def __init__(self, fails: dict[str, BaseException] | None = None, most_times: int = 20) -> None:
        self.card, self.fails, self.did = PretendCard(most_times), fails or {}, []

    def do(self, key: str, notes: dict, until_s: float, take: Callable) -> Found:
        self.did.append(key)
        if key in self.fails:
            raise self.fails[key]
        self.card.notes = notes
        return next(step for step in STEPS if step.key == key).run(self.card, take)


def carried_out(out: Path, hand: PretendHand, end_s: float = 1e6, now: Callable[[], float] = lambda: 0.0) -> Folder:
    folder = Folder(out, {"device": NAME, "torch": "2.11.0"})
    folder.save()
    check.carry_out(STEPS, "cuda", folder, hand, end_s, now)
    return folder


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(plan, "compiler", lambda kind: True)
        return carried_out(tmp_path_factory.mktemp("gpu"), PretendHand(most_times=800))


def test_the_whole_plan_passes_on_a_card_without_a_fault(whole: Folder) -> None:
    odd = {key: found.said for key, _, found, _ in whole.found if found.state != PASSED}
    assert list(odd) == ["devices"], odd
    assert whole.closing == f"{len(STEPS) - 1} passed, 0 failed, 1 skipped"


def test_a_few_plain_files_come_back(whole: Folder) -> None:
    names = sorted(path.relative_to(whole.out).as_posix() for path in whole.out.rglob("*") if path.is_file())
    assert names == ["degradation.json", "nvidia-pretend-9000.json", "report.json", "report.md"]
    assert len(names) + 1 <= 8, "and the worker's log"
    assert whole.runs_file.stat().st_size < records.MOST_BYTES / 2 and len(whole.runs) < records.MOST_RUNS / 2
    report = (whole.out / "report.md").read_text("utf-8")
    assert report.rstrip().endswith(whole.closing) and "| passed | four clocks agree |" in report
    steps = json.loads((whole.out / "report.json").read_text("utf-8"))["steps"]
    assert [step["key"] for step in steps] == [step.key for step in STEPS]


def test_the_record_answers_what_the_page_asks(whole: Folder) -> None:
    """The depths at three batches in each format, ladders, parts and ceilings; full provenance; loaded as any other."""
    runs = records.loads(whole.runs_file.read_bytes())
    asked = {(run.measurement.name, run.measurement.settings.dtype, run.measurement.settings.batch) for run in runs}
    for name in ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152"):
        assert {(name, dtype, batch) for dtype in ("fp32", "tf32", "bf16", "fp16") for batch in (1, 32, 256)} <= asked
    for name in ("resnet18", "resnet50", "resnet152"):
        here = Settings(device="cuda:0", dtype="bf16", memory_format="channels_last", batch=32)
        assert answers.parts(runs, preset(name), here).settings.batch == 32
        assert answers.limit(runs, preset(name), here).roofline.share <= 1
    assert all(run.measurement.provenance["sm_clock_mhz"] == 1900 for run in runs if not run.cut or run.ceilings)
    lines = machines.lines(runs, ())
    assert {line.machine for line in lines} == {f"{NAME} · driver 999.1 · torch 2.11.0"}
    assert answers.pair(runs, (preset("resnet34"), preset("resnet50")), Settings(device="cuda:0", batch=256))


def test_the_experiment_is_kept_as_the_laboratory_keeps_them(whole: Folder) -> None:
    kept = json.loads((whole.out / "degradation.json").read_text("utf-8"))
    assert kept["gpu"]["experiment"] == "degradation" and kept["gpu"]["rows"][0]["columns"][:2] == ["net", "kind"]


@pytest.mark.parametrize("place", (0, 3, 7, 18, 30))
def test_cut_off_anywhere_the_files_are_valid(tmp_path: Path, place: int) -> None:
    """What was measured before is on disk; what was not begun says why."""
    hand = PretendHand({STEPS[place].key: KeyboardInterrupt()})
    folder = carried_out(tmp_path, hand)
    assert hand.did == [step.key for step in STEPS[: place + 1]]
    states = [found.state for *_, found, _ in folder.found]
    assert len(states) == len(STEPS) and set(states[place:]) == {SKIPPED} and FAILED not in states
    assert not list(tmp_path.glob("*.part")), "nothing half written"
    assert json.loads((tmp_path / "report.json").read_text("utf-8"))["counts"] == folder.counts
    assert not folder.runs or records.loads(folder.runs_file.read_bytes())


def test_the_files_are_valid_after_every_single_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a power cut would find them: each write replaces a whole file by a whole file."""
    seen = []
    replaced = Path.replace

    def watched(part: Path, target: Path) -> Path:
        text = part.read_text("utf-8")
        seen.append(target.name)
        if len(seen) % 20 == 1 and target.suffix == ".json":
            json.loads(text)
            assert target.name in ("report.json", "degradation.json") or records.loads(text)
        return replaced(part, target)

    monkeypatch.setattr(Path, "replace", watched)
    carried_out(tmp_path, PretendHand())
    assert seen.count("nvidia-pretend-9000.json") > 100, "run by run, not at the end"


def test_the_most_useful_comes_first_and_time_is_kept_for_the_last(tmp_path: Path) -> None:
    """With a minute there are the answer to the lecture's question and the first checks, and the last one."""
    hand = PretendHand()
    folder = carried_out(tmp_path, hand, end_s=60, now=lambda: 12.0 * len(hand.did))
    assert hand.did[:3] == ["idle", "begun", "pair"] and hand.did[-1] == "steady" and "degradation" not in hand.did
    told = {key: found.said for key, _, found, _ in folder.found}
    assert "s were left, it takes about" in told["compile"]
    assert {run["name"] for run in folder.runs} >= {"resnet34", "resnet50"}


def test_a_lost_worker_is_a_failed_step_and_the_next_goes_on(tmp_path: Path) -> None:
    hand = PretendHand({"graph": check.Lost("broke off (exit code -11)"), "parts": check.Late("it took too long")})
    folder = carried_out(tmp_path, hand)
    states = {key: (found.state, found.said) for key, _, found, _ in folder.found}
    assert states["graph"] == (FAILED, "broke off (exit code -11)") and states["parts"][0] == FAILED
    assert states["precision"][0] == PASSED and hand.did == [step.key for step in STEPS]


def test_a_step_that_the_end_cuts_off_has_not_failed(tmp_path: Path) -> None:
    hand = PretendHand({"memory": check.Late("it took too long")})
    folder = carried_out(tmp_path, hand, end_s=60, now=lambda: 0.0)
    assert {key: found.state for key, _, found, _ in folder.found}["memory"] == SKIPPED


@pytest.mark.parametrize(
    ("kind", "without"),
    [
        ("rocm", {"idle", "tf32"}),
        ("mps", {"idle", "tf32", "graph", "graphs", "memory", "oom", "devices", "degradation"}),
    ],
)
def test_what_other_cards_do_not_have_is_left_out_by_name(kind: str, without: set[str], tmp_path: Path) -> None:
    left = {step.key: step.left_out(kind) for step in STEPS if step.left_out(kind)}
    ladders = {"ladder50", "ladder18", "ladder152"} if kind == "mps" else set()
    assert set(left) == without | ladders and all(text.startswith("left out on an A") for text in left.values())
    folder = Folder(tmp_path, {"device": "x"})
    check.carry_out(STEPS, kind, folder, PretendHand(), 1e6, lambda: 0.0)
    assert {key for key, _, found, _ in folder.found if "left out" in found.said} == set(left)


def test_a_format_that_an_older_card_lacks_is_skipped(tmp_path: Path) -> None:
    hand = PretendHand()
    given = hand.card.settings

    def older(**changes: object) -> Settings:
        if changes.get("dtype") == "tf32":
            raise ValueError("dtype='tf32': it came with compute capability 8.0")
        return given(**changes)

    hand.card.settings = older
    folder = carried_out(tmp_path, hand)
    states = {key: (found.state, found.said) for key, _, found, _ in folder.found}
    assert states["tf32"] == (SKIPPED, f"{NAME} has no tf32") and folder.counts[FAILED] == 0
    assert "tf32" not in states["precision"][1] and "tf32" not in states["ceilings"][1]


def test_a_refusal_is_told_and_the_rest_is_recorded(tmp_path: Path) -> None:
    hand = PretendHand()
    timed = hand.card.time

    def small(spec: object, settings: Settings) -> object:
        if settings.batch == 256:
            raise ValueError("batch=256: would not fit")
        return timed(spec, settings)

    hand.card.time = small
    folder = carried_out(tmp_path, hand)
    half = next(found for key, _, found, _ in folder.found if key == "half")
    assert half.state == PASSED and half.said == "10 of 15 runs recorded" and len(half.told) == 5
    assert next(found for key, _, found, _ in folder.found if key == "pair").state == FAILED


def test_a_run_with_parts_is_not_replaced_by_one_without(tmp_path: Path, whole: Folder) -> None:
    rich = next(row for row in whole.runs if "parts" in row)
    bare = {key: value for key, value in rich.items() if key not in ("parts", "overhead", "cut", "ceilings")}
    folder = Folder(tmp_path, {"device": NAME})
    for row in (bare, rich, bare):
        folder.run(row)
    assert folder.runs == [rich]


def test_names_and_numbers_are_fit_for_files() -> None:
    assert slug("NVIDIA H100 80GB HBM3") == "nvidia-h100-80gb-hbm3" and slug("®") == "gpu"
    assert plain({"a": float("nan"), "b": (1, 2.5), "c": None}) == {"a": "nan", "b": [1, 2.5], "c": None}
    assert len({step.key for step in STEPS}) == len(STEPS) and STEPS[-1].key == "steady"
    assert [step.key for step in steps_of("steady, clocks")] == ["clocks", "steady"]


# the worker -----------------------------------------------------------------------------------------------------------

SPEAKS = """
import pickle, sys, os, time
tell = lambda *message: (sys.stdout.buffer.write(pickle.dumps(message)), sys.stdout.buffer.flush())
tell("ready", "a card", "cuda")
while True:
    key, notes = pickle.load(sys.stdin.buffer)
    if key == "crash": os._exit(7)
    if key == "hang": time.sleep(600)
    tell("run", {"key": key})
    tell("done", sorted(notes))
"""


def test_the_worker_is_started_anew_after_a_crash_and_ended_when_it_hangs() -> None:
    hand = check.Hand("cuda:0", False, subprocess.DEVNULL)
    hand.arguments = ("-c", SPEAKS)
    far, rows = check.time.monotonic() + 60, []
    try:
        assert hand.start(far) == ("a card", "cuda") and hand.up
        assert hand.do("one", {"begun": {}}, far, lambda *one: rows.append(one)) == ["begun"]
        assert rows == [("run", {"key": "one"})]
        with pytest.raises(check.Lost, match="exit code 7"):
            hand.do("crash", {}, far, lambda *_: None)
        assert not hand.up and hand.do("two", {}, far, lambda *_: None) == []
        with pytest.raises(check.Late, match="took too long"):
            hand.do("hang", {}, check.time.monotonic() + 0.2, lambda *_: None)
        assert hand.do("three", {}, far, lambda *_: None) == []
    finally:
        hand.end()


def test_an_error_inside_a_step_is_told_and_the_worker_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.gpu import worker

    told, card = [], PretendCard()
    card.clocks = lambda *_: 1 / 0
    worker.answer(card, "clocks", {}, lambda *message: told.append(message))
    worker.answer(card, "graph", {}, lambda *message: told.append(message))
    (_, failed), (_, passed) = told
    assert (
        failed.state == FAILED
        and failed.said == "ZeroDivisionError: division by zero"
        and "1 / 0" in failed.figures["traceback"]
    )
    assert passed.state == PASSED


def test_a_child_s_errors_can_be_kept(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as log:
        child = Child(("-c", "import sys; print('why', file=sys.stderr)"), log)
        assert child.told.get(timeout=30) is None
        child.end()
    assert (tmp_path / "log").read_text().strip() == "why"


# the command line -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["--minutes", "0"], "minutes=0.0: choose from 0.2 to 120"),
        (["--minutes", "soon"], "minutes"),
        (["--fast"], "--fast"),
        (["--out", __file__], "is a file; choose a folder"),
        (["--rehearse", "--only", "clock"], "only='clock': choose from idle, begun"),
    ],
)
def test_a_bad_command_exits_2_with_one_line(argv: list[str], says: str, tmp_path: Path, capsys, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert check.main(argv) == 2
    (error,) = capsys.readouterr().err.strip().splitlines()
    assert error.startswith("check: ") and says in error


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which nothing but torch and numpy can be imported, in the command and in its worker."""
    folder = tmp_path_factory.mktemp("bare")
    (folder / "sitecustomize.py").write_text(
        "from importlib.machinery import PathFinder\n"
        "real = PathFinder.find_spec\n"
        "def found(name, path=None, target=None):\n"
        f"    return None if name.partition('.')[0] in {HEAVY!r} else real(name, path, target)\n"
        "PathFinder.find_spec = staticmethod(found)\n"
    )
    return os.environ | {"PYTHONPATH": str(folder), "CUDA_VISIBLE_DEVICES": ""}


def command(bare: dict[str, str], cwd: Path, *argv: str) -> subprocess.CompletedProcess:
    script = str(ROOT / "tests" / "gpu" / "check.py")
    return subprocess.run(
        [sys.executable, script, *argv], cwd=cwd, env=bare, capture_output=True, text=True, timeout=300
    )


def test_the_bare_environment_is_bare(bare: dict[str, str]) -> None:
    code = "import torch, numpy\ntry: import streamlit\nexcept ModuleNotFoundError as error: print(error)"
    done = subprocess.run([sys.executable, "-c", code], env=bare, capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "No module named 'streamlit'", done.stderr


def test_without_a_gpu_it_says_so_and_exits_3(bare: dict[str, str], tmp_path: Path) -> None:
    done = command(bare, tmp_path, "--out", "x")
    assert done.returncode == 3 and done.stdout.startswith("No GPU here: torch") and done.stderr == ""


def test_the_command_runs_with_nothing_but_torch_and_numpy(bare: dict[str, str], tmp_path: Path) -> None:
    """A rehearsal on the CPU: the same command, worker, files; a record that loads."""
    only = "idle,graph,blocks18,degradation"
    done = command(bare, tmp_path, "--rehearse", "--out", "deep/down", "--only", only)
    lines = done.stdout.strip().splitlines()
    assert done.returncode == 0, done.stdout + done.stderr
    assert lines[-1] == "2 passed, 0 failed, 2 skipped"
    assert any(line.startswith("passed   ResNet-18 per block") for line in lines)
    made = {path.name for path in (tmp_path / "deep" / "down").iterdir()}
    assert {"report.md", "report.json", "degradation.json", "worker.log"} < made and len(made) == 5
    (file,) = made - {"report.md", "report.json", "degradation.json", "worker.log"}
    (run,) = records.loads((tmp_path / "deep" / "down" / file).read_bytes())
    assert run.parts and run.ceilings and run.measurement.provenance["torch"]
