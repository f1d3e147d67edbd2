"""Random links, controls, command lines and raw messages: no traceback, no hang, exit codes 0 or 2.

`python -m tests.fuzz links 10000 [SEED]`, `… commands 1000 [SEED]`, `… messages 500 [SEED]` (`tests.raw`, against a server that
it starts); the suite runs a short form.
What is random keeps close to what is meant: known keys and flags with values that are right, nearly right, or hostile.
"""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import io
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from explorer.cli.main import COMMANDS, main
from explorer.spec.chosen import DEFAULTS
from explorer.spec.presets import presets
from explorer.tell import url_keys
from tests import raw
from tests.conftest import ROOT, Server

MOST_S = 10.0
PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
HOSTILE = (
    *("", " ", "0", "-1", "1e309", "NaN", "²", "9" * 400, "x" * 5_000, "\x00", "\u202e", "%", "../../etc/passwd"),
    *(
        "<script>alert(1)</script>",
        "[a](http://b)",
        "![a](http://b)",
        "{{7*7}}",
        "'; DROP",
        "$(id)",
        "☃",
        "a,b,,c",
        "3,4,6,3,",
    ),
)
RIGHT = (
    "18",
    "50",
    "152",
    "resnet50",
    "resnet34",
    "basic",
    "A",
    "B",
    "none",
    "64",
    "224",
    "197x211",
    "true",
    "layer2.0",
    "1",
    "32",
)
COMMANDS_THAT_MEASURE = ("time", "look")  # asked wrongly only: what they do takes a while
FLAGS = (
    *("--format", "--block", "--shortcut", "--input", "--batch", "--classes", "--dtype", "--baseline", "--stride-on"),
    *(
        "--topics",
        "--count",
        "--seed",
        "--nets",
        "--norm",
        "--stem",
        "--help",
        "--nonsense",
        "-x",
        "--optimizer",
        "--stages",
    ),
)
FORMATS = ("table", "json", "csv", "code", "html", "gift", "moodle", "qti", "markdown", "latex", "pptx")


def value(dice: random.Random) -> str:
    return dice.choice(dice.choice((HOSTILE, RIGHT, RIGHT, sorted(presets()))))


def link(dice: random.Random) -> tuple[str, dict[str, str]]:
    """A page and its parameters."""
    keys = [*DEFAULTS, *(key.name for key in url_keys.KEYS), "nonsense", "depht"]
    return dice.choice(PAGES), {dice.choice(keys): value(dice) for _ in range(dice.choice((0, 1, 1, 2, 3, 6)))}


def command(dice: random.Random) -> list[str]:
    first = dice.choice((*COMMANDS, *sorted(presets()), *HOSTILE))
    words = [first, *(value(dice) for _ in range(dice.choice((0, 1, 1, 2))))]
    for _ in range(dice.choice((0, 1, 2, 3))):
        flag = dice.choice(FLAGS)
        words += [flag, dice.choice(FORMATS) if flag == "--format" else value(dice)]
    if first in COMMANDS_THAT_MEASURE:
        words.append("--nonsense")
    return words


def try_link(dice: random.Random) -> str:
    """ "" or what was wrong: open it, then move one control."""
    from streamlit.testing.v1 import AppTest

    page, parameters = link(dice)
    app = AppTest.from_file(str(ROOT / "explorer" / "app.py"), default_timeout=60)
    for key, said in parameters.items():
        app.query_params[key] = said
    app.run()
    app.switch_page(f"../pages/{page}.py").run()
    moved = ""
    movable = [*app.number_input, *app.text_input, *app.selectbox]
    if movable and not app.exception:
        control = dice.choice(movable)
        moved = f", then {control.key}"
        if control.type == "number_input":
            control.set_value(dice.choice((control.min, control.max, 7)))
        elif control.type == "text_input":
            control.set_value(value(dice)[:500])
        else:
            control.set_value(dice.choice(control.options) if control.options else None)
        app.run()
    return f"/{page} {parameters}{moved}: {app.exception[0].message}" if app.exception else ""


def try_command(dice: random.Random) -> str:
    words = command(dice)
    out, errors, code = io.StringIO(), io.StringIO(), None
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
            code = main(words)
    except SystemExit as left:
        code = left.code
    except BaseException as error:  # a traceback, in a terminal
        return f"{words}: {type(error).__name__}: {str(error)[:200]}"
    if code not in (0, 2):
        return f"{words}: exit code {code}"
    if code == 2 and len(errors.getvalue().strip().splitlines()) > 3:
        return f"{words}: {len(errors.getvalue().splitlines())} lines of error"
    return ""


KINDS: dict[str, Callable[[random.Random], str]] = {"links": try_link, "commands": try_command}


def faults(kind: str, count: int, seed: int = 0) -> Iterator[str]:
    """What was wrong, of `count` tries."""
    for number in range(count):
        faulthandler.dump_traceback_later(60, exit=True)  # a hang ends the program and says where it was
        began = time.process_time()
        said = KINDS[kind](random.Random(f"{kind} {seed} {number}"))
        faulthandler.cancel_dump_traceback_later()
        took = time.process_time() - began
        if said or took > MOST_S:
            yield f"{number}: {said or f'{took:.0f} s of processor'}"


def served(count: int, seed: int) -> Iterator[str]:
    """Of raw messages to a server of their own, what was wrong."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        try:

            async def every() -> list[str]:
                return [fault async for fault in raw.faults(server.url, server.log, count, seed)]

            yield from asyncio.run(every())
        finally:
            server.stop()


if __name__ == "__main__":
    kind, count, *seed = sys.argv[1:]
    found = 0
    first = int(seed[0]) if seed else 0
    for fault in served(int(count), first) if kind == "messages" else faults(kind, int(count), first):
        found += 1
        print(fault, flush=True)
    print(f"{count} {kind}: {found} wrong")
    sys.exit(bool(found))
