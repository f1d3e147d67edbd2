"""A measurement in a process of its own, which can be stopped at any moment.

Compiling takes many seconds and cannot be interrupted from inside; here a cancelled one is simply ended.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path

from explorer.spec import ResNetSpec
from explorer.timing.loop import no_checkpoint
from explorer.timing.measurement import Measurement
from explorer.timing.records import dumps, loads, row_of
from explorer.timing.settings import Settings, settings_from

ROOT = Path(__file__).parents[2]
MOST_S = 600.0
LOOK_S = 0.1


def compiler(kind: str) -> bool:
    """Whether `torch.compile` has what it needs here: a C++ compiler for the CPU, Triton for a GPU."""
    if kind == "cuda":
        return find_spec("triton") is not None
    return any(shutil.which(name) for name in (os.environ.get("CXX", ""), "c++", "g++", "clang++") if name)


def measure_apart(spec: ResNetSpec, settings: Settings, checkpoint: Callable[..., None] = no_checkpoint) -> Measurement:
    """As `forward.measure`. Raises `ValueError` with the child's message when it could not, or took too long."""
    if not compiler(settings.kind):
        raise ValueError(f"compile={settings.compile!r}: this machine has no compiler for it; choose compile=eager")
    request = json.dumps({"spec": asdict(spec), "settings": settings.as_row()})
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as told:
        told.write(request)
        told.seek(0)
        child = subprocess.Popen([sys.executable, "-m", "explorer.timing.isolated"], cwd=ROOT, stdin=told, stdout=out,
                                 stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            _watch(child, checkpoint)
        finally:
            _end(child)
        out.seek(0)
        return _answer(out.read(), settings)


def measured(spec: ResNetSpec, settings: Settings, checkpoint: Callable[..., None] = no_checkpoint) -> Measurement:
    """Here when it can be stopped here, in a process of its own when it compiles."""
    from explorer.timing.forward import measure

    how = measure if settings.compile == "eager" else measure_apart
    return how(spec, settings, checkpoint)


def _watch(child: subprocess.Popen, checkpoint: Callable[..., None]) -> None:
    start = time.monotonic()
    while child.poll() is None:
        checkpoint()
        if time.monotonic() - start > MOST_S:
            raise ValueError(f"compile: took longer than {MOST_S:.0f} s and was stopped")
        time.sleep(LOOK_S)


def _end(child: subprocess.Popen) -> None:
    """The child and the compile workers it started."""
    if child.poll() is None:
        if hasattr(os, "killpg"):
            os.killpg(child.pid, signal.SIGKILL)
        else:
            child.kill()
        child.wait()


def _answer(text: str, settings: Settings) -> Measurement:
    try:
        data = json.loads(text.strip().splitlines()[-1])
    except (IndexError, ValueError):
        raise ValueError(f"compile={settings.compile!r}: the compiled pass could not be run on this machine") from None
    if "error" in data:
        raise ValueError(data["error"])
    return loads(json.dumps(data))[0].measurement


def main() -> None:
    """The child: {"spec", "settings"} on stdin, a run file (or {"error"}) in one line on stdout."""
    from explorer.timing.forward import measure

    asked = json.loads(sys.stdin.read())
    try:
        seen = measure(ResNetSpec(**asked["spec"]), settings_from(asked["settings"]))
        print(json.dumps(json.loads(dumps([row_of(seen)]))))
    except ValueError as error:
        print(json.dumps({"error": str(error)}))
    except Exception as error:  # compilers fail in many ways; the first line says which
        print(json.dumps({"error": f"compile={asked['settings']['compile']!r}: {str(error).splitlines()[0][:200]}"}))


if __name__ == "__main__":
    main()
