"""The pages' answers in a terminal.

    python -m explorer proof resnet50 layer2.0
    python -m explorer compare resnet34 resnet50
    python -m explorer paper table1 --format json

`QUESTIONS` is the table of them. Bad input ends with exit code 2 and one line on stderr.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from explorer import spec as axes
from explorer.cli import flags as cli

PART = ("part", {"nargs": "?", "default": "net", "metavar": "PART", "help": "net, conv3_x, layer2.0, layer2.0.conv1 …"})
OPTIMIZERS = {  # as people type them → as the estimate calls them
    "sgd": "SGD",
    "momentum": "SGD with momentum",
    "sgd with momentum": "SGD with momentum",
    "adam": "Adam, AdamW",
    "adamw": "Adam, AdamW",
}
MEMORY_FLAGS = (
    ("--dtype", {"default": "fp32", "metavar": "fp32|bf16|amp|…", "help": "number format; amp: mixed precision"}),
    ("--optimizer", {"default": "SGD with momentum", "metavar": "NAME", "help": "SGD, momentum, Adam or AdamW"}),
)
FIGURES = ("overview", "volumes", "receptive", "shares", "block", "graph")


@dataclass(frozen=True)
class Question:
    """help: what it answers; answer: the name of its function in `answers`; page: the app's that says the same; flags: its own; model: whether it is of one;
    unused: flags of the model that would not change the answer, each with the reason."""

    help: str
    answer: str
    page: str
    flags: tuple[tuple[str, dict[str, Any]], ...] = ()
    model: bool = True
    unused: Mapping[str, str] = field(default_factory=dict)


QUESTIONS: dict[str, Question] = {
    "proof": Question("where each number of a part comes from, as text and LaTeX", "proofs", "Cost", (PART,)),
    "cost": Question(
        "parameters, MACs, layer outputs and receptive field of what a part is made of", "costs", "Cost", (PART,)
    ),
    "flops": Question(
        "all conventions of counting FLOPs, each gap with its reason",
        "flops",
        "Cost",
    ),
    "memory": Question(
        "memory of inference and training, estimated",
        "memories",
        "Cost",
        MEMORY_FLAGS,
    ),
    "sheet": Question(
        "every number of one configuration: size, work, memory, receptive field, time, each with its proof",
        "sheets",
        "Numbers",
        MEMORY_FLAGS,
    ),
    "field": Question(
        "receptive fields, v1 against v1.5",
        "fields",
        "Cost",
        (
            (
                "--check",
                {"nargs": "?", "const": "", "metavar": "BLOCK", "help": "also ask the gradient of one unit (seconds)"},
            ),
        ),
        unused={"batch": "is the same for every batch", "input": "is the same for every input size"},
    ),
    "torchinfo": Question(
        "torchinfo's summary and whether it agrees",
        "torchinfos",
        "Cost",
    ),
    "compare": Question(
        "what changes from one net to another: `compare A B`, or `compare B --vs A`",
        "compared",
        "Compare",
        (
            (
                "second",
                {"nargs": "?", "metavar": "MODEL", "help": "with two names the change is from the first to the second"},
            ),
            ("--baseline --vs", {"metavar": "MODEL", "help": "the net to begin from; resnet34"}),
            MEMORY_FLAGS[0],
            (
                "--optimizer",
                {"metavar": "NAME", "help": "the memory is for training with it: SGD, momentum, Adam or AdamW"},
            ),
        ),
    ),
    "figure": Question(
        f"a drawing as SVG, or the graph as DOT: {', '.join(FIGURES)}",
        "",
        "Architecture",
        (("what", {"nargs": "?", "default": "overview", "metavar": "FIGURE", "help": ", ".join(FIGURES)}),),
        unused={"batch": "draws one picture's maps"},
    ),
    "paper": Question(
        "a table of the papers beside the models: table1, table2, table3, table6, preactivation",
        "paper",
        "Paper",
        (("table", {"nargs": "?", "default": "table1", "metavar": "TABLE", "help": "which table"}),),
        model=False,
    ),
    "nets": Question("every preset's cost", "nets", "Catalogue", model=False),
}


SHEETS = {"table": "text", "markdown": "markdown", "latex": "latex"}  # a sheet's format → the copy of the Numbers page


def formats(name: str) -> tuple[str, ...]:
    """What a question's answer can be written as; the first is the usual one."""
    if name == "figure":
        return ("svg", "dot")
    return (*WRITERS, "markdown", "latex") if name == "sheet" else tuple(WRITERS)


@dataclass(frozen=True)
class Asking:
    """One question as a command."""

    name: str

    def flags(self, made: cli.Parser) -> None:
        """The model's and its own."""
        question = QUESTIONS[self.name]
        if question.model:
            cli.model_flags(made)
        elif self.name == "paper":
            made.add_argument(
                "--stride-on", dest="stride_on", metavar="3x3|1x1", help="of Table 1's bottlenecks; the paper's is 1x1"
            )
        for flag, options in question.flags:
            made.add_argument(*flag.split(), **options)
        made.add_argument("--format", metavar="|".join(formats(self.name)), default=formats(self.name)[0])

    def run(self, given: argparse.Namespace) -> int:
        """Answer; the exit code. Raises `ValueError` naming field, value and choices."""
        text = render(self.name, given)
        cli.say(getattr(given, "notes", ()))
        return cli.show(text)


def render(name: str, given: argparse.Namespace) -> str:
    """The answer as text. Raises `ValueError` naming field, value and choices."""
    cli.one_of("format", given.format, formats(name))
    question = QUESTIONS[name]
    if getattr(given, "stride_on", None) is not None:
        cli.one_of("stride_on", given.stride_on, axes.CHOICES["stride_on"])
    if name == "paper" and given.stride_on is not None and given.table != "table1":
        raise ValueError(f"stride_on={given.stride_on!r}: {given.table[:60]} has no strides; leave --stride-on away")
    if name == "compare":
        given.model, given.baseline = _from_and_to(given.model, given.second, given.baseline)
    if getattr(given, "optimizer", None) is not None:
        given.optimizer = OPTIMIZERS.get(given.optimizer.lower(), given.optimizer)
    spec = None
    if question.model:
        net = cli.asked(given)
        batch = cli.whole("batch", given.batch or "1", 1, axes.MAX_BATCH)
        cli.scope(given, name, question.unused)
        spec, given.height, given.width, given.batch = net.spec, net.height, net.width, batch
        given.notes = net.notes
    if name == "figure" and spec:
        from explorer.tell.pictures import picture

        return picture(cli.one_of("figure", given.what, FIGURES), spec, given.height, given.width, given.format)
    from explorer.cli import answers  # torch: only now

    if spec and name == "sheet" and given.format in SHEETS:
        return answers.sheet_as(SHEETS[given.format], spec, given)

    answer: Callable[..., Sequence[Any]] = getattr(answers, question.answer)
    return WRITERS[given.format](answer(*([spec] if question.model else []), given))


def _from_and_to(model: str, second: str | None, baseline: str | None) -> tuple[str, str]:
    """(the net that it leads to, the one it begins from). Raises `ValueError` for two to begin from."""
    if second is None:
        return model, baseline or "resnet34"
    if baseline is not None:
        raise ValueError(f"baseline={baseline[:60]!r}: the first of two names is the baseline; leave --vs away")
    return second, model


def to_table(sections: Sequence[Any]) -> str:
    """Aligned columns under each title, its note below."""
    from explorer.tell.cells import columns

    parts = []
    for section in sections:
        rows = [
            {key: _cell(value) for key, value in row.items() if key not in ("latex", "spec")} for row in section.rows
        ]
        parts += [
            f"{section.title} ({section.source})",
            "",
            *columns("", rows),
            *(["", section.note] if section.note else []),
            "",
        ]
    return "\n".join(parts)


def to_json(sections: Sequence[Any]) -> str:
    """One object per section: title, source, note, rows."""
    return json.dumps(
        [{"title": one.title, "source": one.source, "note": one.note, "rows": list(one.rows)} for one in sections],
        indent=2,
        ensure_ascii=False,
    )


def to_csv(sections: Sequence[Any]) -> str:
    """All rows under one header, each with its section's title and source."""
    from explorer.tell.tabular import csv_text

    return csv_text([{"table": one.title, "source": one.source, **row} for one in sections for row in one.rows])


WRITERS = {"table": to_table, "json": to_json, "csv": to_csv}


def _cell(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "–"}[value]
    if isinstance(value, (int, float)):
        return f"{value:,}".replace("-", "−") if isinstance(value, int) else f"{value:,.4g}"
    return "×".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
