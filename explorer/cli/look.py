"""`python -m explorer look PICTURE MODEL`: a picture through a net, as plain numbers.

MODEL is one of the nets that ship (digits-residual-20, digits-plain-20, digits-residual-56, digits-plain-56), or any
net by name: with --weights published its authors' weights are fetched, without any weights it looks untrained, with
Batch Normalization calibrated on the picture, and the answer says so.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from explorer.cli.flags import Parser, one_of, show

FORMATS = ("table", "json")


def told(picture: str, model: str, weights: str | None, form: str) -> str:
    """The answer as text. Raises `ValueError` naming field, value and what is allowed."""
    data = answer(Path(picture), model, weights)
    if form == "json":
        return json.dumps(data, indent=2, ensure_ascii=False)
    lines = [f"{data['name']} · {data['weights']}", "", *(f"{p:7.1%}  {name}" for name, p in data["top"])]
    if data["blocks"]:
        lines += ["", f"{'block':12} {'‖shortcut‖':>12} {'‖F(x)‖':>12} {'‖sum‖':>12} {'F(x)/shortcut':>14}"]
        lines += [
            f"{row['path']:12} {row['norm_shortcut']:12.2f} {row['norm_residual']:12.2f} {row['norm_sum']:12.2f}"
            f" {row['norm_residual'] / row['norm_shortcut']:14.2f}"
            for row in data["blocks"]
        ]
    return "\n".join(lines)


def answer(picture: Path, model: str, weights: str | None) -> dict[str, Any]:
    """JSON-ready: name, weights (where they come from), input, top (class, probability), and a row a block."""
    from explorer.look import subject  # torch: only now
    from explorer.look.passed import passed
    from explorer.look.pictures import read
    from explorer.look.seen import block_rows, top

    try:
        opened = read(picture.read_bytes())
    except OSError as error:
        raise ValueError(f"picture={str(picture)[:60]!r}: cannot be read ({error.strerror})") from None
    chosen, x = subject.chosen(model, weights, opened)
    seen = passed(chosen.model, chosen.spec, x)
    return {
        "name": model,
        "weights": chosen.told,
        "trained": chosen.trained,
        "input": list(x.shape),
        "top": [[name, share] for name, share in top(seen, chosen.names)],
        "blocks": [
            {
                "path": row.path,
                "norm_shortcut": row.norm_shortcut,
                "norm_residual": row.norm_residual,
                "norm_sum": row.norm_sum,
                "mean": row.mean,
                "std": row.std,
            }
            for row in block_rows(seen)
        ],
    }


def main(words: Sequence[str]) -> int:
    """Run the command; the exit code."""
    made = Parser("python -m explorer look", description="A picture through a net.", allow_abbrev=False)
    made.add_argument("picture", metavar="PICTURE", help="a PNG, JPEG or WebP file")
    made.add_argument("model", metavar="MODEL", help="digits-residual-20, digits-plain-56, … or any net by name")
    made.add_argument("--weights", metavar="published|FILE", help="published: fetched from their authors; or a file")
    made.add_argument("--format", metavar="|".join(FORMATS), default="table")
    given = made.parse_args(list(words))
    try:
        text = told(given.picture, given.model, given.weights, one_of("format", given.format, FORMATS))
    except ValueError as error:
        made.error(str(error))
    return show(text)
