"""The sheet: each number has a second source, and every form of it says the same."""

from __future__ import annotations

import csv
import html
import io
import re
from dataclasses import replace
from itertools import permutations

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from explorer import units
from explorer.facts import memory
from explorer.facts.comparison import Side
from explorer.facts.proof import evaluate
from explorer.spec import preset
from explorer.spec.chosen import Chosen, of_controls
from explorer.spec.task import OPTIMIZERS, PURPOSES
from explorer.tell import compare_parts, cost_questions, questions, sheet, sheet_forms
from explorer.tell.tabular import latex_text
from explorer.timing.data.records import recorded
from explorer.timing.data.settings import Settings
from explorer.timing.said.found import nearest
from tests import outside

TEN = ("resnet18", 64, 64, 2)  # a net and its task, small enough to be run


def lines(name: str, *task, **more) -> dict[str, sheet.Line]:
    made = sheet.sheet(preset(name), *task, **more)
    return (
        {line.label.split(",")[0]: line for line in made.lines}
        | {line.label.rpartition(",")[0]: line for line in made.lines}
        | {line.label: line for line in made.lines}
    )


def test_counts_are_torchvisions_and_the_flop_counters() -> None:
    found, net = lines(*TEN), outside.torchvision().models.resnet18().eval()
    assert found["Parameters"].row["value"] == sum(one.numel() for one in net.parameters())
    held = [*net.parameters(), *net.buffers()]
    assert found["Weights and buffers"].row["value"] == sum(one.numel() * one.element_size() for one in held)
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        net(torch.zeros(1, 3, 64, 64))
    assert found["Multiply-adds (MACs)"].row["value"] * 2 == counter.get_total_flops()


def test_which_resnet50_it_is_stands_beside_its_macs() -> None:
    """v1 and v1.5 have one name, and 3.86 and 4.09 GMACs (He et al. 2015, Table 1: 3.8; torchvision: 4.09). A basic block has no choice."""
    said = {}
    for stride_on in ("3x3", "1x1"):
        net = replace(preset("resnet50"), stride_on=stride_on)
        macs = next(line for line in sheet.sheet(net, 224, 224).lines if line.unit == "MACs")
        said[macs.short] = macs.note
    assert "v1.5" in said["4.09 GMACs"] and "paper's v1" in said["3.86 GMACs"] and "v1.5" not in said["3.86 GMACs"]
    assert "stride" not in lines(*TEN)["Multiply-adds (MACs)"].note


def test_what_training_keeps_is_what_autograd_saves() -> None:
    net, picture, kept = outside.torchvision().models.resnet18().train(), torch.zeros(2, 3, 64, 64), {}
    weights = {one.untyped_storage().data_ptr() for one in (*net.parameters(), *net.buffers())}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        kept[tensor.untyped_storage().data_ptr()] = tensor
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        net(picture)
    ours = {picture.untyped_storage().data_ptr(), *weights}
    held = sum(one.untyped_storage().nbytes() for at, one in kept.items() if at not in ours)
    assert lines(*TEN)["Activation memory, kept for training"].row["value"] == held


def test_resnet50s_published_and_measured_figures() -> None:
    found = lines("resnet50", 224, 224)
    assert found["Receptive field of the last block"].short == "427 px"  # Araujo et al. 2019, v1.5's, by their formula
    assert found["Activation memory, peak of inference"].row["value"] == 11_239_424  # measured tensor by tensor
    assert found["Depth: layers with weights"].row["value"] == 50
    assert "more than the picture of 224×224" in found["Receptive field of the last block"].note


def test_a_recorded_time_is_the_one_that_timing_shows_and_the_fastest_layout_stands_beside_it() -> None:
    """The records know this host's two threads: Timing shows the nearest one to what it measures without a choice."""
    for name, batch, dtype in (("resnet50", 1, "fp32"), ("resnet50", 8, "fp32"), ("resnet50", 1, "bf16")):
        line = lines(name, 224, 224, batch, dtype)["Time of one forward pass (inference)"]
        usual = Settings(device="cpu", batch=batch, dtype=dtype, threads=2)
        shown = nearest(recorded(), preset(name), usual)
        assert line.source == "recorded" and shown and line.row["value"] == shown.measurement.summary.median_s
        times = [
            run.measurement.summary.median_s
            for run in recorded()
            if (run.measurement.name, run.measurement.settings.batch, run.measurement.settings.dtype)
            == (name, batch, dtype)
            and run.measurement.settings.compile == "eager"
        ]
        assert "2 threads" in line.note and "NCHW" in line.note
        assert (f"{units.seconds(min(times))} with channels last" in line.note) == (min(times) < line.row["value"])


def test_a_time_that_the_visitor_has_measured_stands_in_the_recorded_one_s_place() -> None:
    chosen = Chosen(preset("resnet50"), 224, 224, 8, "50", dtype="fp16")
    untimed = sheet.of(chosen).lines[-1]
    assert untimed.short == "–", "none is recorded in fp16"
    assert "only in fp32 and bf16. Timing measures it" in untimed.note and "under “Elsewhere?”" in untimed.note
    assert "can take tens of times as long as in fp32" in untimed.note
    usual = recorded()[0].measurement
    settings = replace(
        usual.settings, height=224, width=224, batch=8, dtype="fp16", compile="eager", memory_format="contiguous"
    )
    facts = {**usual.provenance, "measured_at": "2026-11-29T17:12:05+00:00"}
    first = replace(usual, spec=chosen.spec, settings=settings, times_s=(0.2,) * 9, wall_s=None, provenance=facts)
    latest, wide = replace(first, times_s=(0.3,) * 9), replace(first, times_s=(0.1, 0.4) * 9)
    last = replace(first, settings=replace(settings, memory_format="channels_last"))
    others = [replace(first, settings=replace(settings, batch=1)), replace(first, spec=preset("resnet18"))]
    assert sheet.own(chosen, others) is None and sheet.own(chosen, [first, latest, *others, last]) is latest
    line = sheet.timed(chosen, latest).lines[-1]
    assert (line.short, line.source, line.row["value"]) == ("300 ms", "measured earlier", pytest.approx(0.3))
    assert "2026-11-29 17:12 UTC" in line.note and "300 ms" in sheet_forms.table(sheet.timed(chosen, latest))
    assert "Measure again before you quote this." in sheet.timed(chosen, wide).lines[-1].note, (
        "its own spread doubts it"
    )
    assert sheet.own(chosen, [first, wide]) is first and sheet.own(chosen, [wide]) is wide, "there is no other time"
    known = replace(wide, settings=replace(settings, batch=1, dtype="fp32"))
    assert sheet.own(replace(chosen, batch=1, dtype="fp32"), [known]) is None, "the record stands"
    assert sheet.timed(chosen, latest).lines[:-1] == sheet.of(chosen).lines[:-1]
    assert sheet_forms.shown_to(chosen, [latest]) == sheet_forms.table(sheet.timed(chosen, latest))
    assert sheet_forms.shown_to(chosen, others) == sheet_forms.shown(chosen)
    for form in questions.COPY:
        assert sheet_forms.taken_by(form, chosen, others) == sheet_forms.taken(form, chosen)
        assert form == "code" or sheet_forms.taken_by(form, chosen, [latest]) != sheet_forms.taken(form, chosen)


def test_a_carried_over_time_is_within_its_factor_on_every_pair_of_recorded_runs() -> None:
    best: dict[tuple, object] = {}
    for one in recorded():
        run = one.measurement
        key = (run.name, run.settings.batch, run.settings.dtype)
        if run.settings.compile == "eager" and (
            key not in best or run.summary.median_s < best[key].summary.median_s  # type: ignore[attr-defined]
        ):
            best[key] = run
    tried = 0
    for here, there in permutations(best.values(), 2):
        carried = sheet.about([there], sheet._macs(here), here.settings.batch, here.settings.dtype)
        if carried is not None:
            tried += 1
            assert 1 / sheet.ABOUT < carried[1].value / here.summary.median_s < sheet.ABOUT
    assert tried > 50


@pytest.mark.parametrize(
    ("name", "task", "dtype"),
    [("resnet50", (224, 224, 8), "amp"), ("resnet20_cifar", (32, 32, 1), "fp32"), ("resnet50", (224, 224, 64), "bf16")],
)
def test_no_time_is_made_up_far_from_every_record(name: str, task: tuple, dtype: str) -> None:
    line = lines(name, *task, dtype)["Time of one forward pass (inference)"]
    assert line.proof is None and line.row["value"] is None and "Timing measures it" in line.note


def test_of_a_run_that_is_too_far_to_be_carried_over_it_says_which_and_why() -> None:
    for task, dtype, why in (
        ((224, 224, 8), "bf16", "the batch here is more than 4 times as large"),
        ((32, 32, 1), "fp32", "a picture’s work here is less than 1/4 of that"),
    ):
        line = lines("resnet50", *task, dtype)["Time of one forward pass (inference)"]
        shown = nearest(recorded(), preset("resnet50"), Settings(device="cpu", dtype=dtype, threads=2))
        assert shown and line.proof is None
        there = units.seconds(shown.measurement.summary.median_s)
        assert f"a run at 224×224 and batch 1 is recorded ({there})" in line.note and why in line.note


def test_the_same_nets_run_is_carried_over_before_another_nets() -> None:
    """At 224×320 ResNet-101's work at 224 is nearer to ResNet-50's than its own there."""
    line = lines("resnet50", 224, 320)["Time of one forward pass (inference)"]
    assert "from ResNet-50 at batch 1" in line.note


def test_a_time_near_a_record_says_about_and_from_what() -> None:
    line = lines("resnet50", 192, 192, 3)["Time of one forward pass (inference)"]
    assert line.short.startswith("about ") and line.source == "estimated" and "ResNet-" in line.note


@pytest.mark.parametrize("task", [("resnet50", 224, 224, 3), ("resnet18", 1, 1, 1), ("resnext50_32x4d", 97, 131, 2)])
def test_every_number_is_its_proofs_and_marked(task: tuple) -> None:
    made = sheet.sheet(preset(task[0]), *task[1:], "bf16", "Adam, AdamW")
    for line in made.lines:
        assert line.source in units.PROVENANCE or (line.source, line.short) == ("", "–"), (
            "what is not known has no mark"
        )
        assert line.source == "" or line.short != "–", line.label
        assert line.proof is not None or line.note
        if line.proof:
            assert evaluate(line.proof.expression) == pytest.approx(line.proof.value, rel=1e-9), line.label


def test_what_torch_refuses_to_train_has_no_training_figures() -> None:
    found = lines("resnet18", 1, 1, 1)
    refused = found["Memory for training with momentum SGD"]
    assert refused.proof is None and "torch refuses to train" in refused.note
    assert found["Memory for inference"].proof is not None


def test_every_copy_says_the_same() -> None:
    made = sheet.sheet(preset("resnext50_32x4d"), 224, 224, 8, "amp")
    exact = [line.in_full for line in made.lines if line.proof]
    written = sheet_forms.to_text(made)
    assert max(map(len, written.splitlines())) <= 120, "a terminal breaks longer lines"
    unbroken = " ".join(written.split())
    assert all(line.source in written and line.note in unbroken for line in made.lines if line.proof)
    for form in ("text", "markdown"):
        assert all(value in sheet_forms.COPIES[form](made) for value in exact), form
    table = [line for line in sheet_forms.to_markdown(made).splitlines() if line.startswith("|")]
    assert len(table) == len(made.lines) + 2 and len({line.count("|") for line in table}) == 1
    rows = list(csv.DictReader(io.StringIO(sheet_forms.to_csv(made))))
    assert [row["value"] for row in rows] == ["" if one["value"] is None else str(one["value"]) for one in made.rows]
    written = sheet_forms.to_latex(made)
    assert all(value.replace(",", "{,}") in written for value in exact)
    assert written.count(r"$\approx ") >= 2, "an estimate to the byte has its sign"
    assert written.isascii() and r"32$\times$4d" in written
    assert written.count("{") == written.count("}") and not re.search(r"(?<!\\)[%_#]", written)


@pytest.mark.parametrize("dtype", ["fp32", "amp"])
def test_every_copy_has_what_to_know_and_what_is_assumed_of_memory(dtype: str) -> None:
    made = sheet.sheet(preset("resnet50"), 224, 224, 8, dtype)
    said = [line.note for line in made.lines if line.note]
    assert len(said) >= 3 and made.assumed == memory.assumptions(dtype)
    for form, make in sheet_forms.COPIES.items():
        written = " ".join(make(made).split())
        for note in (*said, *made.assumed):
            assert (latex_text(note) if form == "latex" else note.replace('"', '""')) in written, (form, note)


def test_what_is_assumed_of_memory_stands_on_numbers_and_elsewhere_the_way_there() -> None:
    """A paragraph of ninety words stood under three tables."""
    chosen = of_controls({"depth": "50"})
    side = Side(chosen.spec, 224, 224)
    numbers = sheet_forms.shown(chosen)
    elsewhere = (
        cost_questions.memories(chosen.spec, 224, 224, 1, "fp32", None).table,
        compare_parts.totals(side, replace(side, spec=preset("resnet18"))).table,
    )
    read = [" ".join(html.unescape(re.sub(r"<[^>]*>", "", one)).split()) for one in (numbers, *elsewhere)]
    for one in memory.assumptions("fp32"):
        assert one in read[0] and not any(one in other for other in read[1:]), one
    assert all(sheet_forms.WHERE_ASSUMED in one for one in read[1:])


@pytest.mark.parametrize("slug", OPTIMIZERS)
def test_every_copy_says_by_itself_what_is_trained_how(slug: str) -> None:
    """Pasted in a paper, a training's memory is no figure without its optimiser: SGD's and Adam's would differ in nothing else."""
    made = sheet.sheet(preset("resnet18"), 224, 224, 8, "bf16", OPTIMIZERS[slug])
    for form, written in ((form, make(made)) for form, make in sheet_forms.COPIES.items()):
        for said in (PURPOSES[slug], "bf16", "batch 8", "forward pass (inference)"):
            assert said in written, (form, said)


def test_what_is_kept_for_all_is_what_each_configuration_has() -> None:
    """The page shows what was made once: asked in turn, no net is told another's numbers."""
    for chosen in [of_controls({"depth": depth, "batch": batch}) for depth in ("18", "34") for batch in (1, 4)] * 2:
        made = sheet.sheet(chosen.spec, chosen.height, chosen.width, chosen.batch)
        assert sheet_forms.shown(chosen) == sheet_forms.table(made)
        for form in questions.COPY:
            assert sheet_forms.taken(form, chosen) == sheet_forms.copied(form, made, chosen)


def test_a_wrong_format_is_named_with_what_is_allowed() -> None:
    with pytest.raises(ValueError, match="dtype='int3': choose one of fp32"):
        sheet.sheet(preset("resnet18"), 224, 224, 1, "int3")
