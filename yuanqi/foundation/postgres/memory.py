"""How much memory the server may count on: the machine's, or what its container allows."""

import contextlib
import os
from pathlib import Path

GIB = 2**30


def available_bytes(root: Path = Path("/")) -> int:
    """Return the machine's memory or the tightest limit of a control group around us, in bytes."""
    return min([_physical(), *_group_limits(root)])


def _physical() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return GIB


def _group_limits(root: Path) -> list[int]:
    """Limits of our control group and all above it, of both versions of cgroups."""
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return []
    limits = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            base, name = root / "sys/fs/cgroup", "memory.max"
        elif "memory" in controllers.split(","):
            base, name = root / "sys/fs/cgroup/memory", "memory.limit_in_bytes"
        else:
            continue
        group = base / path.strip("/")
        while group == base or base in group.parents:
            with contextlib.suppress(OSError, ValueError):  # no such file here, or "max"
                limits.append(int((group / name).read_text()))
            group = group.parent
    return limits
