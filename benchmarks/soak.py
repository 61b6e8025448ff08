"""Many changes of the model in a classifier that scores: what they cost in latency and memory.

    python -m benchmarks.soak [SWAPS]

Synthetic alerts of the simulated SOC at a steady rate, cache off, an int8 MiniLM; two models that differ in their
version alone take turns, one change every second and a half. Before, the same load without any change: the reference.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import cycle, groupby, islice, pairwise

from benchmarks.pacing import paced
from benchmarks.report import Line, asked, line
from benchmarks.rig import Bench, percentiles, report_on
from schemas import ScoreV1

SWAPS = 200
RATE = 50.0
SECONDS_APART = 1.5
_VERSIONS = {"one": 1.0, "two": 1.0}
_STILL_SECONDS = 60.0
_CALM_SECONDS = 15.0
"""What was freed is given back once no change came for some seconds."""


def measure(bench: Bench, swaps: int) -> Iterator[Line]:
    """All figures."""
    bench.pass_over("soak")
    with bench.classifier("soak", cache_bytes=0) as started:
        _under_load(bench, seconds=10.0)  # a new process is slow
        still = _under_load(bench, seconds=_STILL_SECONDS)
        before = started.process.memory_info().rss / 2**20
        with _changing(bench, swaps):
            moving = _under_load(bench, seconds=swaps * SECONDS_APART)
        storm = started.process.memory_info().rss / 2**20
        _under_load(bench, seconds=_CALM_SECONDS)
        after = started.process.memory_info().rss / 2**20
    yield line("changes of the model that scores were seen of", [float(_changes(moving))], unit="changes")
    quiet = dict(percentiles([seconds for _, seconds in still]))
    for percent, milliseconds in percentiles([seconds for _, seconds in moving]):
        name = f"produced to scored while models change, p{percent} (reference: none changes)"
        yield line(name, [milliseconds], unit="ms", reference=[quiet[percent]])
    yield line("longest produced to scored while models change", [1e3 * max(each for _, each in moving)], unit="ms")
    yield line(f"resident at the last of {swaps} changes (reference: before)", [storm], unit="MiB", reference=[before])
    yield line("resident some seconds after it (reference: the same)", [after], unit="MiB", reference=[before])


def _under_load(bench: Bench, *, seconds: float) -> list[tuple[ScoreV1, float]]:
    """Every score, and the seconds from its alert's record to its own."""
    alerts = list(islice(cycle(bench.alerts), int(RATE * seconds)))
    return bench.scored(alerts, rate=RATE)


@contextmanager
def _changing(bench: Bench, swaps: int) -> Iterator[None]:
    """Announce one model and the other in turn, so many times, beside whatever is done meanwhile."""

    def announce() -> None:
        for version in paced(islice(cycle(_VERSIONS), swaps), rate=1 / SECONDS_APART):
            bench.announce(version)

    thread = threading.Thread(target=announce)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def _changes(scores: list[tuple[ScoreV1, float]]) -> int:
    """How often the next score is another model's."""
    in_order = sorted(scores, key=lambda one: one[0].times.normalised_at)  # when it was asked which model serves
    versions = [version for version, _ in groupby(one.model_version for one, _ in in_order)]
    return sum(1 for _ in pairwise(versions))


def main() -> None:
    """Measure, write, print."""
    report_on("soak", partial(measure, swaps=asked(SWAPS)), alerts=2000, thresholds=_VERSIONS)


if __name__ == "__main__":
    main()
