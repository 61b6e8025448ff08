"""Alerts a second from Kafka to Kafka, against a bare ONNX Runtime loop over the same texts in the same run.

    python -m benchmarks.end_to_end [ALERTS]

Synthetic alerts of the simulated SOC in their native formats, an int8 MiniLM, the cache off, the broker on the same
machine. The classifier works off a backlog: from its first tenth on until the last score is written, by the times of
the score records. The bare loop tokenises and encodes the same rendered texts, with the broker up: the better of one
text a run on each core, and sorted batches. The same backlog again with a model that shows and so explains each alert.
Then, with that model, cache on and off, the latency at a steady rate.
"""

from collections.abc import Iterator, Sequence

from benchmarks.bare_loop import BATCH
from benchmarks.report import Line, asked, line
from benchmarks.rig import CACHE_BYTES, EXPLAINING, SILENT, Bench, percentiles, report_on

ROUNDS = 5
RATE = 50.0
SECONDS_AT_RATE = 20


def measure(bench: Bench) -> list[Line]:
    """All figures, the two sides of the ratio in turn, after a round that does not count: a new broker is slow."""
    ours, explained, alone, batched = [], [], [], []
    bench.backlog("warm-up")
    for number in range(ROUNDS):
        one, many = bench.bare()
        alone.append(one)
        batched.append(many)
        bench.announce(SILENT)
        ours.append(bench.backlog(f"round-{number}"))
        bench.announce(EXPLAINING)
        explained.append(bench.backlog(f"explained-{number}"))
    best = [max(pair) for pair in zip(alone, batched, strict=True)]
    return [
        line("Kafka to Kafka, cache off (reference: the better bare loop)", ours, unit="alerts/s", reference=best),
        line("the same, every alert explained (reference: none)", explained, unit="alerts/s", reference=ours),
        line("bare loop, one text a run on each core", alone, unit="texts/s"),
        line(f"bare loop, sorted batches of {BATCH}", batched, unit="texts/s"),
        *_latency_lines("cache off", latency(bench, "latency-off", cache_bytes=0)),
        *_latency_lines("cache on", latency(bench, "latency-on", cache_bytes=CACHE_BYTES)),
    ]


def latency(bench: Bench, name: str, *, cache_bytes: int) -> list[float]:
    """Seconds from produced to the score's record, for alerts sent at a steady rate to a classifier at rest."""
    alerts = bench.alerts[: int(RATE * SECONDS_AT_RATE)]
    with bench.at_rest(name, cache_bytes=cache_bytes):
        return [seconds for _, seconds in bench.scored(alerts, rate=RATE)]


def _latency_lines(what: str, seconds: Sequence[float]) -> Iterator[Line]:
    for percent, milliseconds in percentiles(seconds):
        name = f"produced to scored at {RATE:g} alerts/s, {what}, p{percent}"
        yield line(name, [milliseconds], unit="ms")


def main() -> None:
    """Measure, write, print."""
    report_on("end_to_end", measure, alerts=asked(3000), besides=("torch",))


if __name__ == "__main__":
    main()
