"""Planted faults: each alone on a scratch copy, and which test catches it.

python -m tests.mutants                    all of them (some minutes); writes tests/mutants.md
python -m tests.mutants 3 stem-halved      those with these numbers or names; writes nothing

Ends with 1 when a fault stays unnoticed, or when the text that it replaces is gone: then plant it anew.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RESULT = Path(__file__).with_suffix(".md")
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".*_cache", ".hypothesis", "__pycache__")


@dataclass(frozen=True)
class Fault:
    """changes: (file, text, what stands there instead), each text exactly once in its file. tests: pytest's arguments,
    those that are about the faulty part."""

    name: str
    says: str
    changes: tuple[tuple[str, str, str], ...]
    tests: tuple[str, ...]


def fault(name: str, says: str, file: str, old: str, new: str, *tests: str) -> Fault:
    return Fault(name, says, ((file, old, new),), tests)


LAYERS, RESNET, TRACE = "explorer/net/layers.py", "explorer/net/resnet.py", "explorer/net/trace.py"
ROLLUP = "explorer/facts/rollup.py"
FAULTS = (
    Fault(
        "projection-cropped",
        "A projection's stride left at 1 and the picture cropped to fit",
        (
            (
                LAYERS,
                "class IdentityShortcut(",
                "class Cropped(Conv2d):\n"
                "    def __init__(self, c_in: int, c_out: int, stride: int) -> None:\n"
                "        super().__init__(c_in, c_out, 1)\n"
                "        self.keep = stride\n\n"
                "    def forward(self, x: Tensor) -> Tensor:\n"
                "        height, width = (-(-size // self.keep) for size in x.shape[2:])\n"
                "        return super().forward(x[:, :, :height, :width])\n\n\n"
                "class IdentityShortcut(",
            ),
            (
                LAYERS,
                'yield Conv2d(c_in, c_out, 1, stride, bias=biased(spec, "projection"))',
                "yield Cropped(c_in, c_out, stride)",
            ),
        ),
        ("tests/net/test_model.py",),
    ),
    fault(
        "zeros-in-front",
        "Option A's zeros in front instead of behind",
        LAYERS,
        "F.pad(x, (0, 0, 0, 0, self.before, behind))",
        "F.pad(x, (0, 0, 0, 0, behind, self.before))",
        "tests/net/test_model.py",
    ),
    fault(
        "epsilon",
        "BN's ε 1e-3",
        LAYERS,
        'super().__init__(channels, device="meta")',
        'super().__init__(channels, eps=1e-3, device="meta")',
        "tests/net/test_model.py",
    ),
    fault(
        "pool-unpadded",
        "Max pool with padding 0",
        LAYERS,
        "nn.MaxPool2d(3, stride=2, padding=1)",
        "nn.MaxPool2d(3, stride=2, padding=0)",
        "tests/net/test_model.py",
        "tests/net/test_trace.py",
    ),
    fault(
        "jump-without-pool",
        "The receptive field's jump not multiplied by the pool's stride",
        TRACE,
        "field = field.through(kernel, stride, dilation, before)",
        'field = field.through(kernel, 1 if kind == "maxpool" else stride, dilation, before)',
        "tests/net/test_trace.py",
        "tests/net/test_field.py",
    ),
    fault(
        "proof-of-another-number",
        "A figure's proof that evaluates to another number than the one shown",
        "explorer/net/ops.py",
        "return times(2, node.out_shape[1])",
        "return times(3, node.out_shape[1])",
        "tests/facts/test_proof.py",
    ),
    fault(
        "cache-without-spec",
        "A page that reads the previous visitor's model: a cache keyed without the spec",
        TRACE,
        '    return follow(build(spec, "meta"), (batch, spec.in_channels, height, width))',
        '    kept = globals().setdefault("_KEPT", {})\n'
        '    made = follow(build(spec, "meta"), (batch, spec.in_channels, height, width))\n'
        "    return kept.setdefault((height, width, batch), made)",
        "tests/web/test_pages.py",
    ),
    fault(
        "clock-over-input",
        "A timer that includes the making of the input",
        "explorer/timing/measure/loop.py",
        "        call.prepare()\n        before = clock.wall()\n        start = clock.now()\n",
        "        before = clock.wall()\n        start = clock.now()\n        call.prepare()\n",
        "tests/timing/test_stats_and_loop.py",
        "tests/timing/test_inputs.py",
        "tests/timing/test_measure.py",
    ),
    fault(
        "guess-as-figure",
        "The lecture's reveal showing the guess as the model's figure",
        "explorer/lecture/answers.py",
        "return Verdict(hit, said, _in_words(question, right), sentence, right.source)",
        "return Verdict(hit, said, said or _in_words(question, right), sentence, right.source)",
        "tests/lecture/test_lecture.py",
    ),
    fault(
        "import-upwards",
        "An import from `spec` up to `web`",
        "explorer/spec/parse.py",
        "from __future__ import annotations\n",
        "from __future__ import annotations\n\n\ndef _late() -> object:\n"
        "    from explorer.web import state\n\n    return state\n",
        "tests/test_house.py",
    ),
    fault(
        "stride-on-swapped",
        "The stride of a bottleneck on the other convolution",
        RESNET,
        "self.conv1 = Conv2d(at.c_in, inner, 1, on_1x1, bias=bias)\n        self.bn1",
        "on_1x1, on_3x3 = on_3x3, on_1x1\n        self.conv1 = Conv2d(at.c_in, inner, 1, on_1x1, bias=bias)\n        self.bn1",
        "tests/net/test_model.py",
    ),
    fault(
        "pre-identity",
        "A pre-activation projection that takes x without BN and ReLU",
        RESNET,
        "(x if isinstance(self.downsample, (IdentityShortcut, nn.MaxPool2d)) else out)",
        "x",
        "tests/net/test_model.py",
    ),
    fault(
        "stem-halved",
        "conv2_x's first block halves the picture too",
        "explorer/spec/axes.py",
        "return (1, *later) if",
        "return (2, *later) if",
        "tests/net/test_model.py",
        "tests/net/test_trace.py",
    ),
    fault(
        "fan-in",
        "Weights drawn for the fan-in",
        LAYERS,
        'mode="fan_out"',
        'mode="fan_in"',
        "tests/net/test_model.py",
    ),
    fault(
        "macs-of-whole-groups",
        "A grouped convolution's MACs as if it had one group",
        TRACE,
        'macs = math.prod(window["spatial"]) * c_out * c_in_per_group',
        'macs = math.prod(window["spatial"]) * c_out * c_in_per_group * groups',
        "tests/net/test_combinations.py",
    ),
    fault(
        "relu-takes-memory",
        "Activation memory that counts what is overwritten in place",
        ROLLUP,
        "fresh = not node.inplace and not is_picture(node)",
        "fresh = not is_picture(node)",
        "tests/facts",
    ),
    fault(
        "gate-on-main",
        "Attention's convolutions counted as layers of the main path",
        "explorer/net/node.py",
        'tuple(f".{part}." for part in GATES.values())',
        "()",
        "tests/net/test_axes.py",
        "tests/spec/test_spec.py",
    ),
    fault(
        "mean-for-median",
        "The mean called the median",
        "explorer/timing/data/stats.py",
        "len(ordered), quantile(ordered, 0.5),",
        "len(ordered), sum(ordered) / len(ordered),",
        "tests/timing/test_stats_and_loop.py",
    ),
    fault(
        "cancel-ignored",
        "Work that is cancelled goes on to its end",
        "explorer/jobs.py",
        "            raise Cancelled\n        if self.elapsed_s",
        "            pass\n        if self.elapsed_s",
        "tests/test_jobs.py",
    ),
    fault(
        "units-by-1024",
        "GMACs that are gibi",
        "explorer/units.py",
        '(999.995e6, 1e9, "G", 2)',
        '(999.995e6, 2**30, "G", 2)',
        "tests/tell/test_palette.py",
        "tests/cli/test_main.py",
    ),
    fault(
        "too-much-too-little",
        "A guess that is too high called too little",
        "explorer/lecture/answers.py",
        '"too much" if value > true else "too little"',
        '"too little" if value > true else "too much"',
        "tests/lecture/test_lecture.py",
    ),
    fault(
        "exported-by-one-block",
        "The exported code decides by one block what not all blocks agree on",
        "explorer/tell/codegen/folding.py",
        "if len(outcomes) == 1 else None",
        "if outcomes else None",
        "tests/tell/test_codegen.py",
    ),
    Fault(
        "another-visitors-last-model",
        "A wrong input leaves another visitor's last model on the screen",
        (
            (
                "explorer/web/state.py",
                '    chosen: Chosen = session().get("chosen", DEFAULT)',
                '    chosen: Chosen = globals().get("_LAST", DEFAULT)',
            ),
            (
                "explorer/web/state.py",
                '    session()["chosen"] = chosen',
                '    session()["chosen"] = globals()["_LAST"] = chosen',
            ),
        ),
        ("tests/web/test_pages.py",),
    ),
    fault(
        "residual-overwritten",
        "What a block adds is kept uncopied, and the addition in place overwrites it",
        "explorer/look/passed.py",
        "residual = args[0].clone() if adds and self.terms else None",
        "residual = args[0] if adds and self.terms else None",
        "tests/look/test_passed.py",
    ),
    fault(
        "transposed-fits",
        "A tensor of a file fits whose sides are in another order",
        "explorer/weights/match.py",
        "return theirs == ours or (",
        "return sorted(theirs) == sorted(ours) or (",
        "tests/weights/test_identify.py",
        "tests/weights/test_loading.py",
    ),
    fault(
        "slices-twice",
        "Slices of a file that overlap are read twice",
        "explorer/weights/slices.py",
        "self.texts[-1] += text[known:]",
        "self.texts[-1] += text",
        "tests/weights/test_slices.py",
    ),
    fault(
        "accuracy-at-the-rows-side",
        "A published accuracy said to be at the row's input, where it was measured at another",
        "explorer/spec/catalogue.py",
        'side, detail = written[3:] or (side, "")',
        '_, detail = written[3:] or (side, "")',
        "tests/spec/test_catalogue.py",
        "tests/tell/test_catalogue.py",
    ),
    fault(
        "dilation-unseen",
        "A receptive field that does not know of dilation",
        "explorer/net/field.py",
        "return (kernel - 1) * dilation * jump",
        "return (kernel - 1) * jump",
        "tests/net/test_field.py",
        "tests/net/test_axes.py",
    ),
    fault(
        "peak-without-what-waits",
        "Memory: the peak of inference without what a block's shortcut waits with",
        "explorer/facts/memory/tensors.py",
        "{node.path, *node.inputs, block_input, stage_input, main}",
        "{node.path, *node.inputs}",
        "tests/facts/test_memory.py",
    ),
    fault(
        "counters-as-floats",
        "Memory: BN's counters of batches taken for floats",
        "explorer/facts/memory/__init__.py",
        "counters = sum(node.counters for node in nodes)",
        "counters = 0",
        "tests/facts/test_memory.py",
    ),
    fault(
        "macs-of-the-other-stride",
        "Cost: torchvision's MACs said to be those with the stride on the 1×1",
        "explorer/facts/conventions/__init__.py",
        'prove("macs", by_place[place], f"MACs',
        'prove("macs", by_place["1x1"], f"MACs',
        "tests/facts/test_conventions.py",
    ),
    fault(
        "drawer-over-the-map",
        "A phone's drawer stays over the map after a choice",
        "explorer/web/every_page/app.js",
        "if (inDrawer) whenAnswered(closeDrawer);",
        "",
        "tests/browser/test_history.py",
    ),
    fault(
        "wide-on-the-phone",
        "Shapes' wide figure, cut, on a phone too",
        "explorer/web/sections/shapes.css",
        ".st-key-shapes-wide { display: none; }",
        "",
        "tests/browser/test_explain.py::test_shapes_is_a_story_on_a_phone_with_a_field_to_drag",
    ),
    fault(
        "another-visitor-after-a-reload",
        "A reload loses the visitor's runs",
        "explorer/web/tray.py",
        "Seat(given if is_token(given) else token())",
        "Seat(token())",
        "tests/browser/test_why_residual.py::test_a_run_survives_a_change_of_page_and_a_reload",
    ),
    fault(
        "blank-until-trained",
        "Lesions stay blank until their nets are trained",
        "explorer/tell/plots/lab/__init__.py",
        'TRAIN_FIRST = ("lesion", "landscape")',
        "TRAIN_FIRST = ()",
        "tests/tell/test_plots_lab.py",
    ),
    fault(
        "no-history",
        "A control's change is no step back",
        "explorer/web/every_page/entries.js",
        "changes && touched && !made && !opened",
        "false && touched && !made && !opened",
        "tests/browser/test_history.py",
    ),
    fault(
        "found-by-path-alone",
        "Find knows paths alone, no kinds, kernels or shapes",
        "explorer/web/map_component/net.js",
        "return words.every((word) => word.test(said)) ? 3 : 9;",
        "return 9;",
        "tests/browser/test_map_component.py",
    ),
    fault(
        "nothing-found-unsaid",
        "Find says nothing where nothing is found",
        "explorer/web/map_component/finder.js",
        ': "no match";',
        ': "";',
        "tests/browser/test_map_component.py",
    ),
    fault(
        "pale-words",
        "White words on the stages' own colours",
        "explorer/tell/palette.py",
        "{name: under_white(colour) for name",
        "{name: colour for name",
        "tests/tell/test_palette.py",
    ),
    fault(
        "pale-marks",
        "Marks of what a figure is too pale to be read",
        "explorer/web/app.css",
        ".mark { font-size: .78rem; opacity: .88;",
        ".label .mark, .mark { font-size: .78rem; opacity: .55 !important;",
        "tests/browser/test_every_page.py",
    ),
    fault(
        "tiles-called-otherwise",
        "A tile's name for screen readers without what is written on it",
        "explorer/web/map_component/paint.js",
        "[...written.filter((words) => !says.includes(words)), says]",
        "[says]",
        "tests/browser/test_every_page.py",
    ),
    fault(
        "no-typefaces",
        "Drawings without the page's typefaces",
        "explorer/tell/drawing/svg.py",
        'return " ".join(faces)',
        'return ""',
        "tests/tell/test_palette.py",
    ),
    fault(
        "machines-clipped",
        "The table of machines is wider than its frame",
        "explorer/web/app.css",
        ":is(td, th):last-child { min-width: 7.5rem;",
        ":is(td, th):last-child { min-width: 60rem;",
        "tests/browser/test_timing.py::test_the_table_of_machines_is_not_clipped",
    ),
    fault(
        "axis-beyond-the-bars",
        "A sweep's axis goes to twice its longest bar",
        "explorer/tell/plots/timing.py",
        "range=[0, longest * 1.04]",
        "range=[0, longest * 2.2]",
        "tests/timing/test_rows.py",
    ),
    fault(
        "camera-over-the-legend",
        "A chart's camera stands over its legend",
        "explorer/web/app.css",
        ":--chart .modebar-container { top: auto !important; bottom: 1.9rem; }",
        "",
        "tests/browser/test_timing.py::test_a_charts_camera_does_not_cover_its_legend_nor_is_it_low",
    ),
    fault(
        "low-roofline",
        "A roofline half as high",
        "explorer/tell/plots/timing.py",
        "return styled(figure, 298, legend=ABOVE",
        "return styled(figure, 160, legend=ABOVE",
        "tests/browser/test_timing.py::test_a_charts_camera_does_not_cover_its_legend_nor_is_it_low",
    ),
    fault(
        "no-word-of-how-long",
        "A timing starts without a word of how long it takes",
        "explorer/tell/timing_words.py",
        "    if carried is None or asked.compile != sheet.EAGER:\n        return None",
        "    if carried is not None or asked.compile != sheet.EAGER:\n        return None",
        "tests/tell/test_timing_words.py",
    ),
    fault(
        "first-fault-alone",
        "Of a link's faults only the first is told",
        "explorer/spec/query.py",
        "            faults.append(problem)\n",
        "            faults = faults or [problem]\n",
        "tests/spec/test_query.py",
    ),
    fault(
        "header-stays-at-200-percent",
        "At 200 % what is built stays and fills the screen",
        "explorer/web/app.css",
        "@media (min-width: 641px) and (min-height: 521px) {\n  div:has",
        "@media (min-width: 641px) {\n  div:has",
        "tests/browser/test_stage.py::test_at_200_percent_no_segment_is_cut_and_what_is_built_makes_way",
    ),
    fault(
        "segments-cut",
        "At 200 % the last segments of a control are cut",
        "explorer/web/app.css",
        ":--main :--choices { flex-wrap: wrap; row-gap: .25rem; }",
        ":--main :--choices { flex-wrap: nowrap; }\n:--main :--choices button { flex: none; }",
        "tests/browser/test_stage.py::test_at_200_percent_no_segment_is_cut_and_what_is_built_makes_way",
    ),
    fault(
        "time-of-another-layout",
        "Numbers and Timing show two times for one configuration",
        "explorer/tell/sheet.py",
        "min(same, key=_usual_first)",
        "min(same, key=lambda one: one.summary.median_s)",
        "tests/tell/test_sheet.py",
    ),
    fault(
        "depth-vanishes",
        "A link’s bad depth vanishes without a word",
        "explorer/spec/query.py",
        "            faults.append(problem)\n            bad.add(key)\n",
        "            continue\n",
        "tests/spec/test_query.py",
    ),
    fault(
        "towers-of-words",
        "On a phone a table’s long words stand one below the other",
        "explorer/web/app.css",
        "  .paper .long { min-width: 9rem; }\n",
        "",
        "tests/browser/test_every_page.py",
    ),
)


def main(wanted: list[str]) -> int:
    chosen = [(n, one) for n, one in enumerate(FAULTS, 1) if not wanted or str(n) in wanted or one.name in wanted]
    lines, missed = [], 0
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder) / "copy"
        shutil.copytree(ROOT, scratch, ignore=LEFT_OUT)
        for number, one in chosen:
            passes(one.tests, scratch)
            caught = planted(one, scratch)
            missed += caught is None
            print(f"{number:2} {one.name}: {caught or 'NOT CAUGHT'}", flush=True)
            lines.append(f"| {number} | {one.says} | {f'`{caught}`' if caught else '**no test**'} |")
    if not wanted:
        head = "# Planted faults, and the first test that catches each\n\nWritten by `python -m tests.mutants`.\n\n"
        RESULT.write_text(f"{head}| | planted | caught by |\n|---|---|---|\n" + "\n".join(lines) + "\n", "utf-8")
    return bool(missed)


def planted(one: Fault, scratch: Path) -> str | None:
    """The first test that fails with the fault in the scratch copy, which is then as it was."""
    before = {file: (scratch / file).read_text("utf-8") for file, *_ in one.changes}
    try:
        for file, old, new in one.changes:
            text = (scratch / file).read_text("utf-8")
            if text.count(old) != 1:
                raise SystemExit(f"{one.name}: {file} has {text.count(old)} times, not once: {old!r}")
            (scratch / file).write_text(text.replace(old, new), "utf-8")
        return first_failure(one.tests, scratch)
    finally:
        for file, text in before.items():
            (scratch / file).write_text(text, "utf-8")


@cache
def passes(tests: tuple[str, ...], scratch: Path) -> None:
    """Raises when they fail on the unchanged copy: then a failure says nothing."""
    if failing := first_failure(tests, scratch):
        raise SystemExit(f"{failing} fails without a fault: mend that first")


def first_failure(tests: tuple[str, ...], scratch: Path) -> str | None:
    """The first test that fails, or the file that can't even be collected. Raises when no test ran."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--tb=no", "-n", "0", "-p", "no:cacheprovider", *tests]
    done = subprocess.run(command, cwd=scratch, capture_output=True, text=True, timeout=1200)
    if done.returncode == 0:
        return None
    found = re.search(r"^(?:FAILED|ERROR) ([^\s[]+)", done.stdout, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"pytest ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return found[1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
