"""A real limit on memory: a control group of the kernel's (version 2, else 1), for a program and all that it starts.

Making one takes the rights to do so: root, as in a container's build or a CI job. `Box` raises `OSError` without them.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

MOUNTS = (  # where groups are made, the file of the limit, of the swap, of the bytes in use at most
    (Path("/sys/fs/cgroup"), "memory.max", "memory.swap.max", "memory.peak"),
    (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes", "memory.swappiness", "memory.max_usage_in_bytes"),
)


class Box:
    """limit: bytes. version: of the kernel's groups."""

    def __init__(self, limit: int) -> None:
        for version, names in zip((2, 1), MOUNTS, strict=True):
            mount, most, swap, self.peak_name = names
            self.version, self.folder, self.home = version, mount / f"explorer-{os.getpid()}", mount / "cgroup.procs"
            try:
                self.folder.mkdir()
            except OSError:
                continue
            if (self.folder / most).exists():
                break
            self.folder.rmdir()
        else:
            raise OSError("no group with a limit on memory can be made here: it takes root")
        (self.folder / most).write_text(str(limit))
        with contextlib.suppress(OSError):
            (self.folder / swap).write_text("0")

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        """What this process starts meanwhile stands under the limit."""
        (self.folder / "cgroup.procs").write_text(str(os.getpid()))
        try:
            yield
        finally:
            self.home.write_text(str(os.getpid()))

    def held_bytes(self) -> int:
        """What cannot be given back: memory without a file behind it."""
        name = "anon" if self.version == 2 else "total_rss"
        lines = (line.split() for line in (self.folder / "memory.stat").read_text().splitlines())
        return next(int(number) for word, number in lines if word == name)

    def peak_bytes(self) -> int:
        """Most that was in use, the system's copies of files included, which it drops when it needs the room."""
        return int((self.folder / self.peak_name).read_text())

    def killed(self) -> int:
        """Processes that the kernel ended for memory."""
        name = "memory.events" if self.version == 2 else "memory.oom_control"
        lines = (line.split() for line in (self.folder / name).read_text().splitlines())
        return sum(int(number) for word, number in lines if word == "oom_kill")

    def processes(self) -> list[int]:
        return [int(pid) for pid in (self.folder / "cgroup.procs").read_text().split()]

    def close(self) -> None:
        """End what is still in it."""
        for _ in range(50):
            for pid in self.processes():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(OSError):
                self.folder.rmdir()
                return
            time.sleep(0.1)
