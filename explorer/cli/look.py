"""`python -m explorer look PICTURE MODEL`: a picture through a net, as plain numbers.

MODEL is one of the nets that ship (digits-residual-20, digits-plain-20, digits-residual-56, digits-plain-56), or any
net by name: with --weights published its authors' weights are fetched, without any weights it looks untrained, with
Batch Normalization calibrated on the picture, and the answer says so.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from explorer.cli.flags import Parser, asked, model_flags, one_of, say, scope, show
from explorer.spec import DEFAULTS, ResNetSpec

FORMATS = ("table", "json")


def told(data: Mapping[str, Any], form: str) -> str:
    """The answer as text."""
    if form == "json":
        return json.dumps(data, indent=2, ensure_ascii=False)
    lines = [f"{data['name']} · {data['weights']}", "", *(f"{p:7.1%}  {name}" for name, p in data["top"])]
    if data["blocks"]:
        lines += ["", f"{'block':12} {'‖shortcut‖':>12} {'‖F(x)‖':>12} {'‖sum‖':>12} {'F(x)/shortcut':>14}"]
        lines += [
            f"{row['path']:12} {_norm(row['norm_shortcut']):>12} {_norm(row['norm_residual']):>12}"
            f" {_norm(row['norm_sum']):>12} {_ratio(row['norm_residual'], row['norm_shortcut']):>14}"
            for row in data["blocks"]
        ]
    norms = "; Euclidean norms over all channels and positions" if data["blocks"] else ""
    lines += ["", f"measured on this picture: softmax of its scores{norms}"]
    return "\n".join(lines)


def _norm(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _ratio(residual: float, shortcut: float | None) -> str:
    return "–" if shortcut is None else f"{residual / shortcut:.2f}" if shortcut else "∞"


def answer(
    picture: Path, model: str, weights: str | None, spec: ResNetSpec | None = None, side: int | None = None
) -> dict[str, Any]:
    """JSON-ready: name, weights (where they come from), input, top (class, probability), and a row a block. In a net without
    shortcuts `norm_shortcut` is None, and the sum is F(x) alone.

    spec, side: of a net that doesn't ship, and of its picture. Raises `ValueError` naming field, value and what is allowed.
    """
    from explorer.look import subject  # torch: only now
    from explorer.look.passed import passed
    from explorer.look.pictures import read
    from explorer.look.seen import alone, alone_rows, block_rows, top
    from explorer.net.trace import trace

    try:
        opened = read(picture.read_bytes())
    except OSError as error:
        raise ValueError(f"picture={str(picture)[:60]!r}: cannot be read ({error.strerror})") from None
    chosen, x = subject.chosen(model, weights, opened, spec, side)
    plain = alone(trace(chosen.spec, *x.shape[2:])) if chosen.spec.shortcut == "none" else {}
    seen = passed(chosen.model, chosen.spec, x, wanted=plain.values() if plain else None, terms=False)
    return {
        "name": model,
        "weights": chosen.told,
        "trained": chosen.trained,
        "input": list(x.shape),
        "top": [[name, share] for name, share in top(seen, chosen.names)],
        "blocks": [
            {
                "path": row.path,
                "norm_shortcut": None if plain else row.norm_shortcut,
                "norm_residual": row.norm_residual,
                "norm_sum": row.norm_sum,
                "mean": row.mean,
                "std": row.std,
            }
            for row in (alone_rows(seen, plain) if plain else block_rows(seen))
        ],
    }


def flags(made: Parser) -> None:
    """The command's flags."""
    made.add_argument("picture", metavar="PICTURE", help="a PNG, JPEG or WebP file")
    model_flags(made)
    made.add_argument("--weights", metavar="published|FILE", help="published: fetched from their authors; or a file")
    made.add_argument("--format", metavar="|".join(FORMATS), default="table")


def run(given: argparse.Namespace) -> int:
    """Answer; the exit code. Raises `ValueError` naming field, value and choices."""
    form = one_of("format", given.format, FORMATS)
    scope(given, "look", {"batch": "takes one picture"})
    from explorer.look.shipped import NETS  # torch: only now

    if given.model in NETS:
        scope(given, given.model, dict.fromkeys((*DEFAULTS, "input"), "ships as it is"))
        return show(told(answer(Path(given.picture), given.model, given.weights), form))
    net = asked(given)
    if given.input is not None and net.spec.in_channels == 1:
        raise ValueError(
            f"input={given.input[:60]!r}: a net of one channel looks at a digit's 28×28; leave --input away"
        )
    if net.height != net.width:
        raise ValueError(f"input={given.input[:60]!r}: look crops a picture to a square; choose one side, like 224")
    side = net.height if given.input is not None else None
    data = answer(Path(given.picture), given.model, given.weights, net.spec, side)
    say(net.notes)
    return show(told(data, form))
