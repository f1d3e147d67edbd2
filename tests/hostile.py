"""Files made to hang, to crash or to fill the memory: lectures, runs, weights, configs, pictures, each with a name. Read by a
child process.

`python -m tests.hostile` reads each file once under a hard limit and prints a JSON line per file: what was said, how
much work it was, and by how much the process had grown at its largest.
"""

from __future__ import annotations

import contextlib
import io
import json
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from explorer.web.ready import seldom
from tests.look.hostile import BAD, GREY, bad, file
from tests.weights.hostile import HOSTILE
from tests.weights.test_configs import REFUSED

MOST_WORK = 20  # in millions of additions, as this processor does them in Python: about a second where one takes 50 ns
MOST_MB = 50
ROOT = Path(__file__).resolve().parents[1]
SCENE = '[[scene]]\ntitle = "One"\npage = "blocks"\n'
MB = 1_000_000
BIG = "9" * 400  # more than a float holds
ENDLESS = "9" * 5000  # more than Python turns into a whole number


def nearly(piece: str) -> str:
    """As much of it as the limit on a file's bytes lets through."""
    return fill(piece, 299_000)


def scene(text: str, more: str = "") -> str:
    return f"{SCENE}text = {json.dumps(text)}\n{more}"


def asked(more: str) -> str:
    return scene("x", f'[scene.question]\nask = "?"\nkind = "number"\nfigure = "params"\n{more}')


def fill(piece: str, size: int = MB - 200) -> str:
    return piece * (size // len(piece))


LECTURES: dict[str, Callable[[], str]] = {
    "dotted key": lambda: "a." * 400_000 + "a = 1\n",
    "dotted table": lambda: "[" + "a." * 400_000 + "a]\n",
    "dotted key, less deep": lambda: scene("x", "a." * 5_000 + "a = 1\n"),
    "many dotted keys": lambda: "".join(f"a{'.b' * 7}.k{number} = 1\n" for number in range(40_000)),
    "brackets": lambda: fill("["),
    "a list of brackets": lambda: "a = " + fill("["),
    "nested lists": lambda: "a = " + "[" * 50_000 + "]" * 50_000,
    "inline tables": lambda: "a = " + "{a=" * 50_000 + "1" + "}" * 50_000,
    "inline tables, 2,000 deep": lambda: "a = " + "{a=" * 2_000 + "1" + "}" * 2_000,
    "double quotes": lambda: fill('"'),
    "single quotes": lambda: fill("'"),
    "triple quotes": lambda: "a = " + fill("'''x'''"),
    "an open text": lambda: 'a = """' + fill('""x'),
    "backslashes": lambda: 'a = "' + fill("\\\\"),
    "hashes": lambda: fill("#\n"),
    "empty lines": lambda: fill("\n"),
    "spaces": lambda: fill(" "),
    "equals": lambda: fill("="),
    "tables": lambda: "".join(f"[a{number}]\n" for number in range(60_000)),
    "80,000 keys": lambda: "".join(f"k{number}=1\n" for number in range(80_000)),
    "80,000 keys of a scene": lambda: scene("x", "".join(f"k{number}=1\n" for number in range(80_000))),
    "one key, very long": lambda: fill("k") + " = 1",
    "one quoted key, very long": lambda: f'"{fill("k")}" = 1',
    "20,000 scenes": lambda: fill("[[scene]]\n"),
    "a million stars": lambda: scene(fill("*")),
    "a million stars and letters": lambda: scene(fill("*a ")),
    "strong and not": lambda: scene(fill("**a *b ")),
    "a million backquotes": lambda: scene(fill("`")),
    "backquotes of all lengths": lambda: scene(" ".join("`" * length for length in range(1, 1_200))),
    "a million brackets": lambda: scene(fill("[")),
    "200,000 phrases begun": lambda: scene("[a](?" * 190_000),
    "48,000 phrases": lambda: scene("[a](?node=layer1.0) " * 48_000),
    "120,000 figures": lambda: scene("{params}" * 120_000),
    "figures in many scenes": lambda: "".join(
        scene("{params}" * 500).replace("One", str(number)) for number in range(190)
    ),
    "stars in many scenes": lambda: "".join(
        scene("**a *b " * 500).replace("One", str(number)) for number in range(190)
    ),
    "paragraphs": lambda: scene(fill("a\n\n")),
    "a long title": lambda: SCENE.replace("One", fill("A ")) + 'text = "x"\n',
    "a long state": lambda: scene("x", f'state = "{fill("a=1&")}"\n'),
    "a long hide": lambda: scene("x", f'hide = "{fill("a,")}"\n'),
    "40,000 choices": lambda: asked(f"choices = [{'1,' * 40_000}]"),
    "200 deep nets": lambda: "".join(
        f'[[scene]]\ntitle = "{number}"\npage = "cost"\ntext = "{{params}}"\n'
        f'state = "model=custom&stages=1,1,{150 + number},1&depth=other"\n'
        for number in range(200)
    ),
    "a whole number beyond floats": lambda: asked(f"high = {BIG}"),
    "minutes beyond floats": lambda: scene("x", f"minutes = {BIG}"),
    "minutes without end": lambda: scene("x", f"minutes = {ENDLESS}"),
    "infinite minutes": lambda: scene("x", "minutes = inf"),
    "minutes that are no number": lambda: scene("x", "minutes = nan"),
    "a hexadecimal without end": lambda: scene("x", f"minutes = 0x{'f' * 900_000}"),
    "an answer without end": lambda: asked(f'answer = {BIG}\nsource = "s"').replace('figure = "params"\n', ""),
    "nearly too large: dotted key": lambda: nearly("a.") + "a = 1",
    "nearly too large: brackets": lambda: "a = " + nearly("["),
    "nearly too large: lists": lambda: "a = [" + nearly("[],") + "]",
    "nearly too large: tables": lambda: "a = [" + nearly("{},") + "]",
    "nearly too large: entries": lambda: "a = [" + nearly("1,") + "]",
    "nearly too large: quotes": lambda: nearly('"'),
    "nearly too large: single quotes": lambda: nearly("'"),
    "nearly too large: long texts": lambda: "a = " + nearly("'''"),
    "nearly too large: quotes in a text": lambda: "a = '''" + nearly("''x"),
    "nearly too large: backslashes": lambda: 'a = "' + nearly("\\\\"),
    "nearly too large: escapes": lambda: 'a = "' + nearly("\\u0041") + '"',
    "nearly too large: stars": lambda: scene(nearly("*")),
    "nearly too large: keys": lambda: "".join(f"k{number}=1\n" for number in range(30_000)),
    "nearly too large: headers": lambda: "".join(f"[a{number}]\n" for number in range(30_000)),
    "nearly too large: one header": lambda: nearly("[a]\n"),
    "nearly too large: scenes": lambda: nearly("[[scene]]\n"),
    "nearly too large: marks": lambda: "".join(
        scene("**a *b " * 99).replace("One", str(number)) for number in range(200)
    ),
    "nearly too large: brackets in texts": lambda: "".join(
        scene("[" * 298 + "x" * 1000).replace("One", str(number)) for number in range(200)
    ),
    "200 pictures of other sizes": lambda: "".join(
        scene("{receptive_field} {macs} {largest_stage_share}", f'state = "depth=152&input={100 + number}"\n').replace(
            "One", str(number)
        )
        for number in range(200)
    ),
    "nets of figures": lambda: (
        scene("{params_of:resnet1202_cifar} {macs_of:resnet110_cifar} {params_of:resnet152}")
        + "".join(scene("{macs}", f'state = "depth=other&model=cifar&layers={6 * n + 2}"\n') for n in range(90, 100))
    ),
    "surrogates and zeros": lambda: "a = \x00\x01\ud7ff" * 1000,
}


def run_file(change: Callable[[dict[str, Any]], object]) -> str:
    """A recorded run, changed."""
    data = json.loads((ROOT / "assets" / "timings" / "cpu-xeon-2-cores.json").read_text("utf-8"))
    data["runs"] = data["runs"][:1]
    change(data["runs"][0])
    return json.dumps(data).replace('"BIG"', BIG).replace('"ENDLESS"', ENDLESS)


def put(key: str, value: object) -> Callable[[], str]:
    return lambda: run_file(lambda run: run.update({key: value}))


HEAD = '{"format": "resnet-explorer-timing", "version": 1, "runs": ['
RUNS: dict[str, Callable[[], str]] = {
    **{f"{key} beyond floats": put(key, "BIG") for key in ("wall_s", "cpu_s", "enqueue_s", "overhead", "median_s")},
    "times beyond floats": put("times_s", ["BIG"] * 10),
    "parts beyond floats": put("parts", [["a", "BIG"]]),
    "a cut beyond floats": put("cut", {"level": "block", "whole_s": "BIG", "plain_s": 1, "n": 3}),
    "a cut of endless passes": put("cut", {"level": "block", "whole_s": 1, "plain_s": 1, "n": "ENDLESS"}),
    "ceilings beyond floats": put(
        "ceilings",
        {
            "kernels": [
                {"name": "a", "kind": kind, "work": "BIG", "best_s": 1, "median_s": 1}
                for kind in ("matmul", "conv", "copy", "tiny")
            ]
        },
    ),
    "an endless number": put("wall_s", "ENDLESS"),
    "a version beyond floats": lambda: f'{{"format": "resnet-explorer-timing", "version": {BIG}, "runs": []}}',
    "lists in lists": lambda: "[" * 2_000_000,
    "objects in objects": lambda: '{"a":' * 900_000,
    "lists in a run": lambda: f"{HEAD}{'[' * 500_000}",
    "many empty lists": lambda: f"{HEAD}{'[],' * 1_600_000}[]]}}",
    "many empty objects": lambda: f"{HEAD}{'{},' * 1_600_000}{{}}]}}",
    "many short texts": lambda: HEAD + '"ab",' * 900_000 + '"ab"]}',
    "many numbers": lambda: f"{HEAD}[{'1.5,' * 1_200_000}1]]}}",
    "many times": lambda: HEAD + '{"times_s": [' + "1.5," * 1_200_000 + "1]}]}",
    "a long text": lambda: HEAD + '{"spec": "' + "x" * 4_900_000 + '"}]}',
    "a long key": lambda: HEAD + '{"spec": {"' + "x" * 4_900_000 + '": 1}}]}',
    "escapes": lambda: HEAD + '"' + "\\u0041" * 800_000 + '"]}',
    "too large": lambda: " " * 6_000_000,
    "no number": put("wall_s", float("nan")),
}
WEIGHTS: dict[str, Callable[[], bytes]] = {name: partial(bytes, data) for name, (data, _) in HOSTILE.items()}
CONFIGS: dict[str, Callable[[], str]] = {
    f"{number} {text[:20]!r}": partial(str, text) for number, (text, _) in enumerate(REFUSED)
}
PICTURES: dict[str, Callable[[], bytes]] = {name: partial(bad, name) for name in BAD}
KINDS: dict[str, Mapping[str, Callable[[], str | bytes]]] = {
    "lecture": LECTURES,
    "run": RUNS,
    "weights": WEIGHTS,
    "config": CONFIGS,
    "picture": PICTURES,
}
EVERY = {f"{kind}: {name}": make for kind, files in KINDS.items() for name, make in files.items()}


def _read(kind: str, given: str | bytes) -> str:
    """What is said of a file; "" where it is taken."""
    from explorer import lecture
    from explorer.look import pictures
    from explorer.timing.data import records
    from explorer.weights.anything import identify_stream

    data = given.encode("utf-8", "surrogatepass") if isinstance(given, str) else given
    try:
        if kind == "lecture":
            assert isinstance(given, str)
            lecture.parse(given, "mine.toml")
        elif kind == "run":
            records.loads(data, "mine")
        elif kind == "picture":
            pictures.read(data)
        else:
            identify_stream(io.BytesIO(data), "mine.pth")
    except lecture.LectureError as error:
        return "\n".join(error.problems)
    except ValueError as error:
        return str(error)
    return ""


def _peak() -> float:
    """The largest size of this process since `_forget`, MB."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return int(next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM"))) / 1000


def _forget() -> None:
    with contextlib.suppress(OSError):  # the peak then is that of all files so far
        Path("/proc/self/clear_refs").write_text("5")


class TooLong(BaseException):
    """Not to be caught by what reads a file."""


def _late(*_: object) -> None:
    raise TooLong


def results(names: list[str], limit_s: float = 10) -> Iterator[dict[str, object]]:
    signal.signal(signal.SIGALRM, _late)
    warm: dict[str, str | bytes] = {
        "lecture": scene("*a* {params} [b](?node=layer1.0)"),
        "run": run_file(lambda run: None),
        "config": '{"model_type": "resnet"}',
        "picture": file(GREY, "WEBP"),
    }
    for kind, good in warm.items():
        assert not _read(kind, good), "what is right is taken"
    seldom()  # as the server, which reads them
    for name in names:
        text = EVERY[name]()
        _forget()
        before, start = _peak(), time.process_time()
        signal.setitimer(signal.ITIMER_REAL, limit_s)
        try:
            said = _read(name.partition(":")[0], text)
        except TooLong:
            said = None
        except BaseException as error:  # what a visitor would see as a traceback
            said = f"TRACEBACK {type(error).__name__}: {str(error)[:100]}"
        signal.setitimer(signal.ITIMER_REAL, 0)
        took = time.process_time() - start
        yield {"name": name, "said": said, "work": took / addition_s(), "mb": _peak() - before}


@cache
def addition_s() -> float:
    """Processor time of a million additions: a file costs as much work on a slow processor as on a fast one."""
    times = []
    for _ in range(5):
        start, total = time.process_time(), 0
        for number in range(1_000_000):
            total += number
        times.append(time.process_time() - start)
    return min(times)


if __name__ == "__main__":
    for row in results(sys.argv[1:] or list(EVERY)):
        print(json.dumps(row), flush=True)
