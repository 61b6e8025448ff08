"""How many cores a process may use: those it may run on, or fewer where its control group has a quota."""

import math
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

_GROUPS = Path("/sys/fs/cgroup")
_OWN = Path("/proc/self/cgroup")


def usable_cores() -> int:
    """Cores this process may use at a time, at least one.

    A container that is limited to two processors still sees all of its host's. Whoever starts a thread for each of
    those has spent a period's quota in a fraction of it, and all of its threads then stand still until the next.
    """
    known = hasattr(os, "sched_getaffinity")
    allowed = len(os.sched_getaffinity(0)) if known else os.cpu_count() or 1
    return max(1, math.ceil(min(allowed, quota())))


def quota(*, groups: Path = _GROUPS, own: Path = _OWN) -> float:
    """Processor seconds a second that the process's control groups leave it; infinite where none has a limit.

    `groups` is where they are mounted, `own` names the process's. Of version 2 `cpu.max` holds quota and period in
    microseconds (docs.kernel.org/admin-guide/cgroup-v2.html), of version 1 two files do
    (docs.kernel.org/scheduler/sched-bwc.html). A limit holds for all groups below.
    """
    return min(map(_limit, _folders(groups, own)), default=math.inf)


def _folders(groups: Path, own: Path) -> Iterator[Path]:
    """The groups that the process is in, of either version, and all above them."""
    try:
        lines = own.read_text().splitlines()
    except OSError:  # another system than Linux
        return
    named = (line.split(":", maxsplit=2) for line in lines if line.count(":") > 1)
    for _, controllers, path in named:
        if not controllers or "cpu" in controllers.split(","):
            within = PurePosixPath(path.lstrip("/"))
            yield from (groups / controllers / each for each in (within, *within.parents))


def _limit(folder: Path) -> float:
    try:
        if (folder / "cpu.max").exists():
            allowed, period = (folder / "cpu.max").read_text().split()
        else:
            allowed, period = ((folder / f"cpu.cfs_{name}_us").read_text().strip() for name in ("quota", "period"))
        return int(allowed) / int(period) if allowed not in ("max", "-1") else math.inf
    except (OSError, ValueError, ZeroDivisionError):
        return math.inf
