"""One classifier and two, and whether the sizing table foretells what they take.

    python -m benchmarks.scale_out [ALERTS]

Synthetic alerts of the simulated SOC, an int8 MiniLM, each classifier with one encoder thread; broker and classifiers
share the machine's cores. What an alert takes of a processor is read from the classifiers' own time. Two figures go
from here into the sizing table: where every text is known by the cache, what is left beside the pieces that are
measured without Kafka is Kafka's clients; and where every text is new, how much more a text takes than by itself. The
pieces are also measured in two processes at once, for what a busy neighbour costs.
"""

import multiprocessing
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from benchmarks.processor import processor_seconds
from benchmarks.report import Line, asked, line
from benchmarks.rig import CACHE_BYTES, SILENT, Bench, report_on
from schemas import Serving
from services.classifier.costs import measure_costs
from services.classifier.handler import Incoming
from services.classifier.loading import load_served
from services.core.sizing import RUNNING, Costs
from services.sandbox.soc import SimulatedAlert
from services.siem.reading import Reader

ALERTS = 2_000
ROUNDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Alerts a second that were worked off, and the classifiers' processor milliseconds for one."""

    rate: float
    milliseconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One classifier and two on texts that are all new, one on known ones; the pieces alone, and beside themselves."""

    alone: Done
    both: Done
    known: Done
    pieces: Costs
    crowded: Costs

    @property
    def of_clients(self) -> float:
        """Milliseconds an alert that Kafka's clients take."""
        return self.known.milliseconds - 1e3 * self.pieces.alert_seconds

    @property
    def of_text(self) -> float:
        """Milliseconds that a new text takes a running classifier, beside what its alert takes."""
        return self.alone.milliseconds - self.known.milliseconds

    def foretold(self, *, new_share: float) -> float:
        """Milliseconds that the sizing table reckons for an alert, where so many bring a new text."""
        return 1e3 * replace(self.pieces, new_share=new_share).seconds


def measure(bench: Bench) -> list[Line]:
    """All figures, a round after the other, after one that does not count."""
    bench.announce(SILENT)
    rounds = [_round(bench, number) for number in range(ROUNDS + 1)][1:]
    rate, taken = [each.alone.rate for each in rounds], [each.alone.milliseconds for each in rounds]
    known = [each.known.milliseconds for each in rounds]
    texts = [1e3 * each.pieces.text_seconds for each in rounds]
    beside = [1e3 * each.crowded.text_seconds for each in rounds]
    running_texts = [each.of_text for each in rounds]
    new, old = ([each.foretold(new_share=share) for each in rounds] for share in (1.0, 0.0))
    return [
        line("one classifier, every text new", rate, unit="alerts/s"),
        line("two (reference: one)", [each.both.rate for each in rounds], unit="alerts/s", reference=rate),
        line("one, every text known", [each.known.rate for each in rounds], unit="alerts/s"),
        line("processor time an alert, every text known", known, unit="ms"),
        line("of that Kafka's clients", [each.of_clients for each in rounds], unit="ms"),
        line("foretold (reference: known)", old, unit="ms", reference=known),
        line("processor time an alert, every text new", taken, unit="ms"),
        line("foretold (reference: new)", new, unit="ms", reference=taken),
        line("a new text by itself", texts, unit="ms"),
        line("beside another process (reference: by itself)", beside, unit="ms", reference=texts),
        line(f"in a classifier (reference: by itself; planned {RUNNING:g})", running_texts, unit="ms", reference=texts),
    ]


def _round(bench: Bench, number: int) -> Round:
    pieces = partial(_pieces, bench.served[SILENT], bench.alerts)
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        (alone,) = pool.map(pieces, range(1))
        crowded, _ = pool.map(pieces, range(2), chunksize=1)
    return Round(
        pieces=alone,
        crowded=crowded,
        alone=_burst(bench, f"one-{number}", classifiers=1),
        both=_burst(bench, f"two-{number}", classifiers=2),
        known=_burst(bench, f"known-{number}", classifiers=1, cache_bytes=CACHE_BYTES),
    )


def _burst(bench: Bench, group: str, *, classifiers: int, cache_bytes: int = 0) -> Done:
    """Have classifiers that were just started work off all alerts; those with a cache see them before."""
    bench.pass_over(group)
    options: Mapping[str, int] = {"cache_bytes": cache_bytes, "encoder_threads": 1}
    with ExitStack() as stack:
        started = [
            stack.enter_context(bench.classifier(group, place=f"place-{place}", **options)).process
            for place in range(classifiers)
        ]
        if cache_bytes:
            bench.burst()
        before = processor_seconds(started)
        rate = bench.burst()
        return Done(rate=rate, milliseconds=1e3 * (processor_seconds(started) - before) / len(bench.alerts))


def _pieces(serving: Serving, alerts: Sequence[SimulatedAlert], _: int) -> Costs:
    model = load_served(serving, cache_bytes=CACHE_BYTES)
    return measure_costs(_messages(alerts), model, reader=Reader(), clock=lambda: datetime.now(UTC))


def _messages(alerts: Sequence[SimulatedAlert]) -> Iterator[Incoming]:
    for offset, alert in enumerate(alerts):
        yield Incoming(
            value=alert.value,
            format_name=alert.format,
            topic="alerts",
            partition=0,
            offset=offset,
            produced_at=alert.at,
            received_at=alert.at,
        )


def main() -> None:
    """Measure, write, print."""
    report_on("scale_out", measure, alerts=asked(ALERTS))


if __name__ == "__main__":
    main()
