"""What processes take of the processor."""

from collections.abc import Iterable

import psutil


def processor_seconds(processes: Iterable[psutil.Process]) -> float:
    """What they have taken so far, in seconds of one core."""
    times = [each.cpu_times() for each in processes]
    return float(sum(each.user + each.system for each in times))
