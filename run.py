#!/usr/bin/env python3
"""Start the app, or run its tests, from a bare checkout: makes .venv and installs what is pinned.

python3 run.py                 the app, in a browser at http://localhost:8501
python3 run.py test [ARGS]     all tests, two at a time for each core (ARGS go to pytest; -n 0: one after another)
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
CPU_TORCH = "https://download.pytorch.org/whl/cpu"  # without it, Linux gets gigabytes of CUDA libraries
SERVERS = {"nginx": "nginx-light", "redis-server": "redis-server"}  # command → the distribution's package
SHELL = "chromium-headless-shell"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main(arguments: list[str]) -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 (somebody may start it with an older Python)
        sys.exit(f"ResNet Explorer needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    if arguments[:1] == ["test"]:
        install("requirements.txt", "tests/requirements.txt")
        install_outside("tests/requirements-outside.txt", "--no-deps")
        install_outside("requirements-ray.txt")
        install_browser()
        install_servers()
        # Compiled once and kept: the tests start a hundred processes, and each would compile all that it imports anew.
        env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        subprocess.call([BIN / "python", "-m", "compileall", "-q", "-j", "0", "explorer", "tests"], cwd=ROOT, env=env)
        command = [str(BIN / "python"), "-m", "pytest", "-n", workers(), *arguments[1:]]
        return subprocess.call(command, cwd=ROOT, env=env)
    install("requirements.txt")
    return subprocess.call([BIN / "streamlit", "run", "explorer/app.py", *arguments], cwd=ROOT)


def workers() -> str:
    """Two a core, since many tests wait for a browser or another program; 3 GB of memory each; never fewer than two."""
    gigabytes = 8.0
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        gigabytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return str(max(2, min(2 * (os.cpu_count() or 1), int(gigabytes / 3), 8)))


def install(*files: str) -> None:
    """Bring .venv up to the pinned requirements; nothing to do when they have not changed since."""
    wanted = hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in files)).hexdigest()
    stamp = VENV / f"installed-{'-'.join(name.replace('/', '_') for name in files)}"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    if not (BIN / "python").exists() and not (BIN / "python.exe").exists():
        print("Making .venv …", flush=True)
        if subprocess.call([sys.executable, "-m", "venv", VENV]):
            sys.exit("Could not make .venv: install Python's venv module (Debian, Ubuntu: apt install python3-venv).")
    if sys.platform == "linux" and not shutil.which("nvidia-smi"):
        install_cpu_torch()
    requirements = [part for name in files for part in ("-r", str(ROOT / name))]
    pip("install", *requirements, check=True)
    stamp.write_text(wanted)


def install_outside(name: str, *options: str) -> None:
    """Packages that only some tests need: some to compare with, without what they would bring along (another torch).
    Where they cannot be had, these tests are skipped and say so."""
    file = ROOT / name
    wanted = hashlib.sha256(file.read_bytes()).hexdigest()
    stamp = VENV / f"installed-{name.replace('/', '_')}"
    if not stamp.exists() or stamp.read_text() != wanted:
        pip("install", *options, "-r", str(file), check=False)
        stamp.write_text(wanted)


def install_cpu_torch() -> None:
    """The CPU build where there is no NVIDIA GPU. If it cannot be had, the pinned requirement is installed as it is."""
    pin = next(line for line in (ROOT / "requirements.txt").read_text().split() if line.startswith("torch=="))
    pip("install", "--no-deps", "--retries", "1", "--timeout", "30", "--index-url", CPU_TORCH, pin, check=False)


def install_browser() -> None:
    """A Chromium for the tests: the system's, else Playwright's own, else the distribution's.

    Beside a distribution's its shell, which costs less; Playwright's has it inside. Without it the tests do too.
    """
    if not any(map(shutil.which, CHROMIUM)):
        if not subprocess.call([BIN / "playwright", "install", "chromium"]):
            return
        install_from_distribution("chromium")
    if not shutil.which(SHELL):
        install_from_distribution(SHELL)


def install_servers() -> None:
    """What a test starts beside the app. Where one cannot be had, its tests are skipped and say so."""
    for command, package in SERVERS.items():
        if not shutil.which(command):
            install_from_distribution(package)


def install_from_distribution(package: str) -> None:
    """On Debian and its kin, as root; else nothing."""
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        subprocess.call(["apt-get", "update", "-qq"])
        subprocess.call(["apt-get", "install", "-y", "-qq", package])


def pip(*arguments: str, check: bool) -> None:
    quiet = [] if check else ["--quiet"]
    code = subprocess.call(
        [BIN / "python", "-m", "pip", "--disable-pip-version-check", *arguments, *quiet],
        stderr=None if check else subprocess.DEVNULL,
    )
    if check and code:
        sys.exit(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
