"""What the command does, in the order of its worth: cut off at any minute, the most useful part is on disk.

A step is a check or a part of the record. It runs in the worker's process, emits each run as it has it, and answers
what it found. `STEPS` is the whole plan; steps that a card cannot do are left out by name and reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from explorer.lab.record import pack
from explorer.timing.data.records import row_of
from explorer.timing.data.settings import Settings
from explorer.timing.measure.against_limit import Limit, rooflined
from explorer.timing.measure.hardware import compiler
from explorer.timing.said.exports import run_rows
from tests.gpu import judge
from tests.gpu.card import KINDS, Card
from tests.gpu.found import FAILED, PASSED, Found, judged, skipped

DEPTHS = ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152")
BATCHES = (1, 32, 256)
LADDER = (1, 2, 4, 8, 16, 32, 64, 128, 256)
GPUS = ("cuda", "rocm", "mps", "cpu")  # cpu: a rehearsal
Emit = Callable[[str, Any], None]  # ("run", a row of a timing file) or ("experiment", an outcome)


@dataclass(frozen=True)
class Step:
    """kinds: where it applies; lacks: why not elsewhere. takes_s: a guess; it is begun only with as much time left.
    most_s: after which the worker is ended and started anew without it."""

    key: str
    about: str
    run: Callable[[Card, Emit], Found]
    kinds: tuple[str, ...] = GPUS
    lacks: str = ""
    takes_s: float = 5.0
    most_s: float = 60.0

    def left_out(self, kind: str) -> str:
        """'' where it applies."""
        return "" if kind in self.kinds else f"left out on {KINDS[kind]}: {self.lacks}"


# checks ---------------------------------------------------------------------------------------------------------------


def card_is_idle(card: Card, emit: Emit) -> Found:
    return judge.idle(card.reading(), card.held(), card.no_readings)


def clocks_agree(card: Card, emit: Emit) -> Found:
    return judge.clocks(card.clocks(card.spec("resnet50"), card.settings(batch=32)))


def graph_is_fresh(card: Card, emit: Emit) -> Found:
    return judge.graph(card.replays(card.spec("resnet50"), card.settings(batch=2)))


def formats_are_precise(card: Card, emit: Emit) -> Found:
    return judge.precision(card.errors(card.spec("resnet18"), formats(card)))


def parts_are_whole(card: Card, emit: Emit) -> Found:
    return judge.parts(card.parts(card.spec("resnet50"), card.settings(batch=32)))


def inputs_rotate(card: Card, emit: Emit) -> Found:
    spec = card.spec("resnet18")
    return judge.rotation([card.time(spec, card.settings(batch=batch)) for batch in (1, 32)])


def memory_is_estimated(card: Card, emit: Emit) -> Found:
    asked = [
        card.settings(batch=batch, dtype=dtype, memory_format=layout)
        for batch, dtype, layout in (
            (1, "fp32", "contiguous"),
            (32, "fp32", "contiguous"),
            (256, "fp32", "contiguous"),
            (256, "bf16", "channels_last"),
        )
    ]
    seen = [card.inference_peak(card.spec(name), settings) for name in ("resnet18", "resnet50") for settings in asked]
    seen += [card.training_peak(card.spec(name), batch) for name in ("resnet18", "resnet50") for batch in (8, 64)]
    return judge.peaks(seen)


def memory_runs_out(card: Card, emit: Emit) -> Found:
    return judge.refused(card.out_of_memory())


def cancel_ends_it(card: Card, emit: Emit) -> Found:
    return judge.stopped(card.cancelled(card.spec("resnet50")))


def compiled_runs(card: Card, emit: Emit) -> Found:
    if not compiler("cuda" if card.kind == "rocm" else card.kind):
        return skipped("torch.compile has no compiler here (Triton on a GPU)")
    spec, settings = card.spec("resnet18"), card.settings(batch=8)
    return judge.alike(
        card.outputs(spec, settings), card.outputs(spec, replace(settings, compile="default")), "compiled"
    )


def channels_last_runs(card: Card, emit: Emit) -> Found:
    spec, settings = card.spec("resnet50"), card.settings(batch=8)
    other = replace(settings, memory_format="channels_last")
    return judge.alike(card.outputs(spec, settings), card.outputs(spec, other), "channels last")


def devices_are_named(card: Card, emit: Emit) -> Found:
    return judge.named(card.in_turn(), card.true_names())


def nothing_above_the_ceiling(card: Card, emit: Emit) -> Found:
    """And so per block: the runs with parts and ceilings are kept, the roofline follows from them."""
    found = {}
    for dtype in formats(card):
        layout = "contiguous" if dtype in ("fp32", "tf32") else "channels_last"
        settings = card.settings(batch=32, dtype=dtype, memory_format=layout)
        found[dtype] = limited(card, "resnet50", settings, emit)
    return judge.ceilings(found)


def limited(card: Card, name: str, settings: Settings, emit: Emit) -> tuple:
    """(ceilings, pass, parts) of one run, which goes into the record."""
    spec = card.spec(name)
    seen, cut, limits = card.time(spec, settings), card.parts(spec, settings), card.ceilings(settings)
    for row in run_rows(Limit(seen, cut, limits, rooflined(seen, cut, limits))):
        emit("run", row)
    return limits, seen, cut


def begun(card: Card, emit: Emit) -> Found:
    """The pass against which the last step holds the same one."""
    seen_s = _one_pass(card)
    return Found(PASSED, "timed; the last step holds the same pass against it", {"median_s": seen_s})


def steady_to_the_end(card: Card, emit: Emit) -> Found:
    if "median_s" not in card.notes.get("begun", {}):
        return skipped("the first pass was not timed")
    first_s = card.notes["begun"]["median_s"]
    return judge.steady(first_s, _one_pass(card), card.readings, card.no_readings)


def _one_pass(card: Card) -> float:
    return card.time(card.spec("resnet50"), card.settings(batch=32)).summary.median_s


def formats(card: Card) -> tuple[str, ...]:
    """fp32, tf32, bf16, fp16 as far as the card has them."""
    found = []
    for dtype in ("fp32", "tf32", "bf16", "fp16"):
        if dtype == "tf32" and card.kind != "cuda":
            continue
        try:
            card.settings(dtype=dtype)
        except ValueError:  # an older card has no TF32
            continue
        found.append(dtype)
    return tuple(found)


# the record -----------------------------------------------------------------------------------------------------------


def recorded(card: Card, emit: Emit, asked: Sequence[tuple[str, dict[str, object]]]) -> Found:
    """Time each; a refusal is told and does not stop the rest."""
    done, refusals = 0, []
    lacking = {str(changes["dtype"]) for _, changes in asked} - set(formats(card))
    if lacking:
        return skipped(f"{card.name} has no {', '.join(lacking)}")
    for name, changes in asked:
        try:
            seen = card.time(card.spec(name), card.settings(**changes))
        except ValueError as error:  # out of memory is one, and so is a mode that this card does not have
            refusals.append(f"{name}: {error}")
            continue
        emit("run", row_of(seen))
        done += 1
    return Found(PASSED if done else FAILED, f"{done} of {len(asked)} runs recorded", {"runs": done}, tuple(refusals))


def matrix(
    dtype: str, layout: str, nets: Sequence[str] = DEPTHS, batches: Sequence[int] = BATCHES, **more: object
) -> list:
    """(net, settings) net by net, so that each is made once."""
    return [
        (name, {"dtype": dtype, "memory_format": layout, "batch": batch} | more) for name in nets for batch in batches
    ]


def ladder(dtype: str, layout: str, net: str) -> list:
    """Every batch eager and as a CUDA graph: at which does the GPU start to work?"""
    return [
        (net, {"dtype": dtype, "memory_format": layout, "batch": batch, "cuda_graph": graph})
        for batch in LADDER
        for graph in (False, True)
    ]


def per_block(card: Card, emit: Emit, name: str) -> Found:
    dtype = "bf16" if "bf16" in formats(card) else "fp32"
    _, _, cut = limited(card, name, card.settings(batch=32, dtype=dtype, memory_format="channels_last"), emit)
    return Found(PASSED, f"{len(cut.parts)} parts by {cut.level}, with the ceilings of the same run")


def compiled_record(card: Card, emit: Emit, name: str) -> Found:
    if not compiler("cuda" if card.kind == "rocm" else card.kind):
        return skipped("torch.compile has no compiler here")
    return recorded(card, emit, matrix("bf16", "channels_last", (name,), (32,), compile="default"))


def degradation(card: Card, emit: Emit) -> Found:
    found = card.degradation()
    emit("experiment", found | {"rows": pack(found["rows"])})
    losses = ", ".join(
        f"{net['net']} {'diverged' if net['diverged'] else format(net['final_loss'], '.3f')}"
        for net in found["summary"]["nets"]
    )
    return judged([], f"the deeper net is worse: {found['answer']} ({losses})", answer=found["answer"])


CUDA, GRAPHS = ("cuda",), ("cuda", "rocm")


def steps() -> Iterator[Step]:
    """The plan, most useful first. Times are guesses for a card of 2022."""
    yield Step("idle", "nobody else is on the card", card_is_idle, CUDA, "clocks are read through NVIDIA's library")
    yield Step("begun", "the pass to come back to", begun, takes_s=8)
    pair = [(name, changes) for name in ("resnet34", "resnet50") for changes in ({"batch": 256, "dtype": "fp32"},)]
    half = matrix("bf16", "channels_last", ("resnet34", "resnet50"), (256,))
    yield Step(
        "pair", "FLOPs are not time: ResNet-50 against ResNet-34", partial(recorded, asked=pair + half), takes_s=15
    )
    yield Step("clocks", "four clocks agree", clocks_agree, takes_s=12)
    yield Step("graph", "a CUDA graph gives the eager output", graph_is_fresh, GRAPHS, "it has no CUDA graphs", 8)
    yield Step("precision", "number formats against fp64", formats_are_precise, takes_s=8)
    yield Step("parts", "parts sum to the whole", parts_are_whole, takes_s=15)
    yield Step(
        "ladder50",
        "ResNet-50 from batch 1 to 256, eager and as a graph",
        partial(recorded, asked=ladder("bf16", "channels_last", "resnet50")),
        GRAPHS,
        "it has no CUDA graphs",
        30,
        90,
    )
    yield Step(
        "half",
        "five depths in bf16, channels last",
        partial(recorded, asked=matrix("bf16", "channels_last")),
        takes_s=25,
        most_s=90,
    )
    yield Step(
        "single", "five depths in fp32", partial(recorded, asked=matrix("fp32", "contiguous")), takes_s=30, most_s=120
    )
    yield Step("memory", "the memory estimate", memory_is_estimated, GRAPHS, "its allocator tells no peak", 25, 90)
    yield Step(
        "ceilings", "nothing above the ceiling, ResNet-50 per layer", nothing_above_the_ceiling, takes_s=30, most_s=90
    )
    yield Step("oom", "out of memory is survived", memory_runs_out, GRAPHS, "its memory is the host's own", 8)
    yield Step("cancel", "cancel ends a pass", cancel_ends_it, takes_s=20)
    yield Step("rotation", "inputs exceed the cache", inputs_rotate, takes_s=5)
    yield Step("devices", "two devices are named rightly", devices_are_named, GRAPHS, "it has one GPU")
    yield Step(
        "tf32",
        "five depths in TF32",
        partial(recorded, asked=matrix("tf32", "contiguous")),
        CUDA,
        "TF32 is a mode of NVIDIA GPUs",
        25,
        90,
    )
    yield Step(
        "fp16",
        "five depths in fp16, channels last",
        partial(recorded, asked=matrix("fp16", "channels_last")),
        takes_s=25,
        most_s=90,
    )
    yield Step("channels", "channels last runs", channels_last_runs, takes_s=5)
    yield Step("compile", "torch.compile runs", compiled_runs, takes_s=45, most_s=120)
    yield Step("blocks18", "ResNet-18 per block, with its roofline", partial(per_block, name="resnet18"), takes_s=8)
    yield Step("blocks152", "ResNet-152 per block, with its roofline", partial(per_block, name="resnet152"), takes_s=12)
    graphs = matrix("bf16", "channels_last", batches=(1,), cuda_graph=True) + matrix(
        "fp32", "contiguous", batches=(1,), cuda_graph=True
    )
    yield Step(
        "graphs",
        "five depths as CUDA graphs at batch 1",
        partial(recorded, asked=graphs),
        GRAPHS,
        "it has no CUDA graphs",
        15,
    )
    yield Step(
        "degradation",
        "degradation at its GPU size",
        degradation,
        CUDA + ("rocm", "cpu"),
        "the experiments run on CUDA and ROCm",
        150,
        300,
    )
    for net in ("resnet18", "resnet152"):
        yield Step(
            f"ladder{net[6:]}",
            f"ResNet-{net[6:]} from batch 1 to 256, eager and as a graph",
            partial(recorded, asked=ladder("bf16", "channels_last", net)),
            GRAPHS,
            "it has no CUDA graphs",
            30,
            90,
        )
    yield Step("compiled50", "ResNet-50 compiled", partial(compiled_record, name="resnet50"), takes_s=60, most_s=150)
    yield Step(
        "layouts",
        "five depths in the other memory formats",
        partial(
            recorded,
            asked=matrix("bf16", "contiguous") + matrix("fp16", "contiguous") + matrix("fp32", "channels_last"),
        ),
        takes_s=60,
        most_s=150,
    )
    for net in ("resnet18", "resnet152"):
        yield Step(
            f"compiled{net[6:]}",
            f"ResNet-{net[6:]} compiled",
            partial(compiled_record, name=net),
            takes_s=60,
            most_s=150,
        )
    yield Step("steady", "the card kept its pace", steady_to_the_end, takes_s=5)


STEPS = tuple(steps())
LAST = "steady"  # time is kept for it
KEPT_S = 16.0


def steps_of(only: str) -> tuple[Step, ...]:
    """Those named, separated by commas, in the plan's order; all without a name. Raises `ValueError` for unknown ones."""
    names = [name.strip() for name in only.split(",") if name.strip()]
    known = [step.key for step in STEPS]
    for name in names:
        if name not in known:
            raise ValueError(f"only={name[:40]!r}: choose from {', '.join(known)}")
    return tuple(step for step in STEPS if not names or step.key in names)
