"""What a classifier costs beside its work: seconds until it is ready, memory, and the processor while nothing comes.

    python -m benchmarks.footprint

An int8 MiniLM is in service, the broker on the same machine. Memory is what is resident after a backlog was scored; a
start is measured from the process's creation to a green /readyz, model loaded.
"""

import time

import psutil

from benchmarks.processor import processor_seconds
from benchmarks.report import Line, line
from benchmarks.rig import Bench, report_on
from benchmarks.topic_reader import read

STARTS = 5
ALERTS = 1500
IDLE_SECONDS = 20.0


def measure(bench: Bench) -> list[Line]:
    """All figures."""
    bench.backlog("warm")  # a group that has done with the backlog is idle from then on
    seconds = []
    for _ in range(STARTS):
        with bench.classifier("warm") as started:
            seconds.append(started.seconds)
    with bench.classifier("warm") as started:
        idle = _idle_share(started.process)
        empty = started.process.memory_info().rss / 2**20
    return [
        line("start to ready, model loaded", seconds, unit="s"),
        line("resident after the start, model loaded", [empty], unit="MiB"),
        line(f"resident after {ALERTS} alerts", [_after_work(bench)], unit="MiB"),
        line(f"processor while idle, over {IDLE_SECONDS:g} s", [100 * idle], unit="% of a core"),
    ]


def _idle_share(process: psutil.Process) -> float:
    """The share of one core that the process uses while no alert comes."""
    time.sleep(5.0)  # the group's first heartbeats, and the last of the start
    before, began = processor_seconds([process]), time.monotonic()
    time.sleep(IDLE_SECONDS)
    return (processor_seconds([process]) - before) / (time.monotonic() - began)


def _after_work(bench: Bench) -> float:
    with bench.scores() as scores, bench.classifier("work") as started:
        read(scores, len(bench.alerts))
        return float(started.process.memory_info().rss / 2**20)


def main() -> None:
    """Measure, write, print."""
    report_on("footprint", measure, alerts=ALERTS)


if __name__ == "__main__":
    main()
