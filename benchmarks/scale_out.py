"""One classifier and two, and whether the sizing table foretells what they do.

    python -m benchmarks.scale_out [ALERTS]

Synthetic alerts of the simulated SOC, an int8 MiniLM, each classifier with one encoder thread; broker and classifiers
share the machine's cores. What an alert takes of a processor is read from the classifiers' own time, and beside it
stands what `winnow doctor --size` reckons. Where every text is known by its cache, the encoder has nothing to do: what
is left then, beside the pieces that are measured without Kafka, is Kafka's clients.
"""

import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from operator import sub

import psutil

from benchmarks.report import Line, line, report
from benchmarks.rig import CACHE_BYTES, SILENT, Bench, running
from services.classifier.costs import measure_costs
from services.classifier.handler import Incoming
from services.classifier.loading import load_served
from services.core.sizing import Costs
from services.sandbox.system import LocalSystem
from services.siem.reading import Reader

ALERTS = 3_000
ROUNDS = 3


def measure(bench: Bench) -> list[Line]:
    """All figures, a round after the other, after one that does not count."""
    bench.announce(SILENT)
    rounds = [_round(bench, number) for number in range(ROUNDS + 1)][1:]
    rate = [each.alone.rate for each in rounds]
    taken, known = [1e3 * each.alone.seconds for each in rounds], [1e3 * each.known.seconds for each in rounds]
    pieces = [1e3 * each.costs.alert_seconds for each in rounds]
    foretold = [1e3 * each.costs.seconds for each in rounds]
    return [
        line("one classifier, every text new", rate, unit="alerts/s"),
        line("two (reference: one)", [each.both.rate for each in rounds], unit="alerts/s", reference=rate),
        line(
            "one, every text known (reference: new)",
            [each.known.rate for each in rounds],
            unit="alerts/s",
            reference=rate,
        ),
        line("processor time an alert, every text known", known, unit="ms"),
        line("its pieces without Kafka (reference: that)", pieces, unit="ms", reference=known),
        line("what is left for Kafka's clients", list(map(sub, known, pieces)), unit="ms"),
        line("processor time an alert, every text new", taken, unit="ms"),
        line("foretold by the sizing table (reference: that)", foretold, unit="ms", reference=taken),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Alerts a second that were worked off, and the classifiers' processor seconds for one."""

    rate: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One classifier and two on texts that are all new, one on known ones, and what the sizing table reckons with."""

    alone: Done
    both: Done
    known: Done
    costs: Costs


def _round(bench: Bench, number: int) -> Round:
    return Round(
        costs=_foretold(bench),
        alone=_burst(bench, f"one-{number}", classifiers=1),
        both=_burst(bench, f"two-{number}", classifiers=2),
        known=_burst(bench, f"known-{number}", classifiers=1, cache_bytes=CACHE_BYTES),
    )


def _burst(bench: Bench, group: str, *, classifiers: int, cache_bytes: int = 0) -> Done:
    """Have classifiers that were just started work off all alerts; those with a cache see them before."""
    bench.pass_over(group)
    with ExitStack() as stack:
        running = [stack.enter_context(_classifier(bench, group, each, cache_bytes)) for each in range(classifiers)]
        if cache_bytes:
            bench.burst()
        before = sum(map(_processor_seconds, running))
        rate = bench.burst()
        seconds = sum(map(_processor_seconds, running)) - before
        return Done(rate=rate, seconds=seconds / len(bench.alerts))


@contextmanager
def _classifier(bench: Bench, group: str, place: int, cache_bytes: int) -> Iterator[psutil.Process]:
    """A classifier of that group with one encoder thread, which has joined."""
    folder = bench.folder / f"classifier-{place}"
    folder.mkdir(exist_ok=True)
    settings = {"GROUP": group, "ENCODER_THREADS": 1, "CACHE_BYTES": cache_bytes, "PATIENCE_SECONDS": 0}
    system = LocalSystem(folder, settings={f"WINNOW_CLASSIFIER__{key}": str(value) for key, value in settings.items()})
    shutil.copy(LocalSystem(bench.folder).config, system.config)
    system.start("classifier")
    try:
        system.wait_until_ready("classifier")
        process = system.process("classifier")
        if process is None:
            raise RuntimeError("the classifier has ended")
        yield process
    finally:
        system.stop("classifier")


def _processor_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _foretold(bench: Bench) -> Costs:
    """What the sizing table reckons with, but that every text is new."""
    model = load_served(bench.served[SILENT], cache_bytes=CACHE_BYTES)
    costs = measure_costs(_messages(bench), model, reader=Reader(), clock=lambda: datetime.now(UTC))
    return replace(costs, new_share=1.0)


def _messages(bench: Bench) -> Iterator[Incoming]:
    for offset, alert in enumerate(bench.alerts):
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
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ALERTS
    with running(count) as bench:
        lines = measure(bench)
    report("scale_out", lines, libraries=("faust-streaming", "aiokafka", "onnxruntime", "tokenizers"))


if __name__ == "__main__":
    main()
