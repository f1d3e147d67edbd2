"""Free memory of this host, container limits included. No torch.

Linux: MemAvailable, and every cgroup above this process (v2's memory.max − memory.current, v1's
memory.limit_in_bytes − usage_in_bytes), file cache that could be dropped counted as free. Elsewhere half of the
physical memory, since the system does not say what is free without more libraries.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

UNKNOWN_FREE = 2 * 2**30


def host_free_bytes(root: Path = Path("/")) -> int:
    """Bytes that this process can still allocate. `root`: where proc and sys are, for the tests."""
    bounds = [bound for bound in (_available(root), *_cgroups(root)) if bound is not None]
    if bounds:
        return max(0, min(bounds))
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (ValueError, OSError, AttributeError):
        return UNKNOWN_FREE


def resident_bytes() -> int:
    """What this process holds of the memory; 0 where the system does not say."""
    for line in _lines(Path("/proc/self/status")):
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


def _available(root: Path) -> int | None:
    for line in _lines(root / "proc/meminfo"):
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return None


def _cgroups(root: Path) -> Iterator[int]:
    """Free bytes under each limit that this process stands under."""
    for line in _lines(root / "proc/self/cgroup"):
        number, controllers, path = line.split(":", 2)
        if number == "0":
            yield from _levels(root / "sys/fs/cgroup", path, "memory.max", "memory.current", "inactive_file")
        elif "memory" in controllers.split(","):
            yield from _levels(
                root / "sys/fs/cgroup/memory",
                path,
                "memory.limit_in_bytes",
                "memory.usage_in_bytes",
                "total_inactive_file",
            )


def _levels(mount: Path, path: str, limit_name: str, used_name: str, cache_name: str) -> Iterator[int]:
    """From the process's own group up to the mount; a container sees its own group as the mount."""
    folder = mount / path.strip("/")
    while True:
        limit, used = _number(folder / limit_name), _number(folder / used_name)
        if limit is not None and used is not None and limit < 2**60:  # v1 writes "no limit" as a huge number
            yield limit - used + _stat(folder / "memory.stat", cache_name)
        if folder == mount:
            return
        folder = folder.parent


def _stat(path: Path, name: str) -> int:
    return next((int(line.split()[1]) for line in _lines(path) if line.split()[:1] == [name]), 0)


def _number(path: Path) -> int | None:
    text = "".join(_lines(path)).strip()
    return int(text) if text.isdigit() else None


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:
        return []
