"""How long alerts wait at a share of capacity, beside what queueing theory says that they must.

    python -m benchmarks.queueing [SECONDS]

Synthetic alerts of the simulated SOC come as in a Poisson process, for so many seconds at each load, to a classifier
without a cache, beside which broker and sender run on the same cores. Capacity is what it works off a backlog at, in
the same run. The reference is what the 95th percentile would be if the cores were an M/D/c queue's servers, each alert
taking a core for as long as capacity says: that at one alert a second, and one and a half times the queue's 95th
percentile of waiting. An alert that comes alone takes more of the processor than one of a backlog, which the queue
knows nothing of; how much the classifier takes is measured too.
"""

import heapq
from collections.abc import Iterator, Mapping
from functools import partial
from random import Random

from benchmarks.processor import processor_seconds
from benchmarks.report import Line, asked, line
from benchmarks.rig import Bench, percentiles, report_on, simulated
from services.runtime.cores import usable_cores

BACKLOG = 2_000
LOADS = (0.25, 0.5, 0.75)
SECONDS = 30
AT_REST_ALERTS = 60
ALLOWED = 1.5
_DRAWN = 200_000

Percentiles = Mapping[int, float]
"""Milliseconds by percentile."""


def waiting_p95(*, load: float, servers: int, service: float) -> float:
    """The 95th percentile of waiting in an M/D/c queue, in the unit of `service`; drawn, not reckoned.

    `load` is the share of the servers that is busy.
    """
    random, free, now = Random(0), [0.0] * servers, 0.0
    waited = []
    for _ in range(_DRAWN):
        now += random.expovariate(load * servers / service)
        begins = max(now, free[0])
        heapq.heapreplace(free, begins + service)
        waited.append(begins - now)
    return sorted(waited)[int(0.95 * _DRAWN)]


def measure(bench: Bench, seconds: int) -> Iterator[Line]:
    """All figures, load after load."""
    bench.backlog("warm-up")
    capacity, cores = bench.backlog("capacity"), usable_cores()
    yield line("capacity: a backlog worked off, cache off", [capacity], unit="alerts/s")
    with bench.at_rest("queueing", cache_bytes=0) as started:
        at_rest = _latencies(bench, AT_REST_ALERTS, rate=1.0)
        for percent, milliseconds in at_rest.items():
            yield line(f"one alert a second, p{percent}", [milliseconds], unit="ms")
        for load in LOADS:
            before, rate = processor_seconds([started.process]), load * capacity
            found = _latencies(bench, round(rate * seconds), rate=rate)
            taken = 1e3 * (processor_seconds([started.process]) - before) / round(rate * seconds)
            yield line(f"at {load:.0%} of capacity: the classifier's processor time an alert", [taken], unit="ms")
            yield from _waits(found, at_rest, load=load, service=cores / capacity)


def _waits(found: Percentiles, at_rest: Percentiles, *, load: float, service: float) -> Iterator[Line]:
    """How long alerts took at a load, beside what they would in the queue; `service` is in seconds."""
    cores = usable_cores()
    allowed = [at_rest[95] + ALLOWED * 1e3 * waiting_p95(load=load, servers=cores, service=service)]
    yield line(f"at {load:.0%}, p50", [found[50]], unit="ms")
    yield line(f"at {load:.0%}, p95 (reference: M/D/{cores})", [found[95]], unit="ms", reference=allowed)
    yield line(f"at {load:.0%}, p99", [found[99]], unit="ms")


def _latencies(bench: Bench, count: int, *, rate: float) -> Percentiles:
    """From sent to scored."""
    alerts = simulated(count, seed=round(rate))
    return dict(percentiles([seconds for _, seconds in bench.scored(alerts, rate=rate, seed=round(rate))]))


def main() -> None:
    """Measure, write, print."""
    report_on("queueing", partial(measure, seconds=asked(SECONDS)), alerts=BACKLOG)


if __name__ == "__main__":
    main()
