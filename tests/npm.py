"""Packages of npm that a test needs: installed once, into pytest's cache."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


def installed(folder: Path, package: str, file: str) -> Path:
    """`file` of a package, `name@version`; the test is skipped where it cannot be had."""
    name = package.rsplit("@", 1)[0]
    found = folder / "node_modules" / name / file
    if not found.exists():
        npm = shutil.which("npm")
        if not npm:
            pytest.skip(f"npm is not installed here, so {name} cannot be had")
        command = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), package]
        try:
            run = subprocess.run(command, capture_output=True, text=True, timeout=90)
        except subprocess.TimeoutExpired:
            pytest.skip(f"npm could not install {name} within 90 s")
        if run.returncode or not found.exists():
            pytest.skip(f"npm cannot install {name} here: {run.stderr.strip()[-200:]}")
    return found
