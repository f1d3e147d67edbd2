"""Fetches the published weights from their authors' hosts, and holds each to its hash, to its net and to a photograph.

    .venv/bin/python -m tests.published [NAME …]

For where the hosts can be reached: the tests know them by a server of their own only. All files together are 1.8 GB; they
stay in the user's cache folder (EXPLORER_CACHE), and what is there already is not fetched again. Exit code 1 if one fails.
"""

from __future__ import annotations

import sys

import torch
from PIL import Image

from explorer.look import subject
from explorer.look.passed import passed
from explorer.look.published import SOURCES
from explorer.look.seen import top
from explorer.places import ASSETS

CATS = ("tabby", "tiger cat", "Persian cat", "Siamese cat", "Egyptian cat", "cat")


def judged(name: str) -> str:
    """What a net says of the photograph of a cat, in a sentence. Raises `ValueError` for a file that cannot be had or is
    not what was published, for weights that do not fit strictly, and for a net that sees no cat."""
    try:
        who = subject.published(name)
    except RuntimeError as error:
        raise ValueError(f"weights={SOURCES[name].file}: {str(error).splitlines()[0]}") from None
    with Image.open(ASSETS / "look" / "cat.jpg") as picture:
        seen = passed(who.model, who.spec, who.prepare(picture).x, terms=False)
    with torch.no_grad():
        if not bool(seen.logits.isfinite().all()):
            raise ValueError(f"weights={SOURCES[name].file}: its answer is no number")
    said, share = top(seen, who.names, 1)[0]
    if said not in CATS:
        raise ValueError(f"weights={SOURCES[name].file}: of a cat it says {said}, {share:.1%}")
    return f"the published file, all weights fit, and of a cat it says {said}, {share:.1%}"


def main(names: list[str]) -> int:
    """Print a line for each name; the exit code."""
    unknown = [name for name in names if name not in SOURCES]
    if unknown:
        print(f"name={unknown[0][:60]!r}: choose of {', '.join(SOURCES)}", file=sys.stderr)
        return 2
    failed = 0
    for name in names or list(SOURCES):
        try:
            print(f"{name:18} {judged(name)}", flush=True)
        except ValueError as error:
            failed += 1
            print(f"{name:18} FAILED: {error}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
