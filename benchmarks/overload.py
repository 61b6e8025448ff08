"""More alerts than can be scored: who is scored, and how long everybody waits, from a tenth of capacity to three times.

    python -m benchmarks.overload [SECONDS]

Synthetic alerts of the simulated SOC are sent for so many seconds at each rate, whatever becomes of them (an open
loop), to a classifier without a cache, beside which broker and sender run on the same cores. Capacity is what it works
off a backlog at, in the same run. A critical alert waits up to `PATIENCE` seconds there, an informational one half.
"""

from collections.abc import Iterator, Sequence
from functools import partial

from benchmarks.report import Line, asked, line
from benchmarks.rig import Bench, percentiles, report_on, scored_after, simulated
from benchmarks.topic_reader import read, written
from schemas import ScoreStatus, ScoreV1, Severity
from services.sandbox.soc import SimulatedAlert

BACKLOG = 2_000
PATIENCE = 10.0
LOADS = (0.1, 0.5, 0.9, 1.5, 3.0)
"""Alerts sent, as a share of what can be scored."""
SECONDS = 30
_SEVERE = (Severity.HIGH, Severity.CRITICAL)


def measure(bench: Bench, seconds: int) -> Iterator[Line]:
    """All figures, load after load."""
    bench.backlog("warm-up")
    capacity = bench.backlog("capacity")
    yield line("capacity: a backlog worked off, cache off", [capacity], unit="alerts/s")
    with bench.at_rest("overload", cache_bytes=0, patience_seconds=PATIENCE):
        for load in LOADS:
            alerts = simulated(round(load * capacity * seconds), seed=round(100 * load))
            yield from _at(bench, alerts, load=load, rate=load * capacity)


def _at(bench: Bench, alerts: Sequence[SimulatedAlert], *, load: float, rate: float) -> Iterator[Line]:
    with bench.scores() as scores:
        bench.send(alerts, rate=rate)
        waiting = len(alerts) - written(scores)
        answered = [scored_after(record) for record in read(scores, len(alerts))]
    told = f"at {load:.0%} of capacity"
    for percent, milliseconds in percentiles([seconds for _, seconds in answered]):
        yield line(f"{told}: sent to answered, p{percent}", [milliseconds], unit="ms")
    yield line(f"{told}: scored", [_scored([score for score, _ in answered])], unit="share")
    severe = [score for score, _ in answered if score.alert.severity in _SEVERE]
    yield line(f"{told}: scored of high and critical severity", [_scored(severe)], unit="share")
    yield line(f"{told}: not yet answered when the last was sent", [float(waiting)], unit="alerts")


def _scored(scores: Sequence[ScoreV1]) -> float:
    return sum(score.status is ScoreStatus.SCORED for score in scores) / max(len(scores), 1)


def main() -> None:
    """Measure, write, print."""
    report_on("overload", partial(measure, seconds=asked(SECONDS)), alerts=BACKLOG)


if __name__ == "__main__":
    main()
