"""What benchmarks of the classifier run on: a broker of their own, a backlog of synthetic alerts, two models."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any

import psutil
from kafka import KafkaConsumer, OffsetAndMetadata

from benchmarks.base_bundle import write_base_bundle
from benchmarks.pacing import paced
from benchmarks.report import Line, report
from benchmarks.topic_reader import from_now_on, let_write, rate_of, read
from schemas import AlertV1, Candidate, ModelEvent, ModelEventV1, ScoreV1, Serving
from schemas.topics import ALERTS, MODELS, SCORES
from services.core.text import render_alert
from services.runtime.format_header import format_headers
from services.runtime.kafka_python import consumer, partitions_of, producer
from services.runtime.settings import KafkaSettings, StoreSettings
from services.runtime.store import ModelStore
from services.sandbox.soc import SimulatedAlert, SimulatedSoc
from services.sandbox.system import LocalSystem
from services.siem.reading import read_alerts

CACHE_BYTES = 64 << 20
SILENT, EXPLAINING = "silent", "explaining"
_THRESHOLDS = {SILENT: 1.0, EXPLAINING: 0.0}
_LIBRARIES = ("faust-streaming", "aiokafka", "onnxruntime", "tokenizers")
_BEGIN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A classifier that runs, and the seconds from its process's creation until it was ready."""

    process: psutil.Process
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A broker with a backlog of alerts, and models, of which one serves."""

    folder: Path
    served: Mapping[str, Serving]
    alerts: Sequence[SimulatedAlert]

    @property
    def kafka(self) -> KafkaSettings:
        """How to reach the broker."""
        return self._system().kafka

    @property
    def config(self) -> Path:
        """The settings file of whatever runs here."""
        return self._system().config

    def announce(self, version: str) -> None:
        """Have that model serve."""
        event = ModelEventV1(
            model_name="alerts",
            event=ModelEvent.PROMOTED,
            candidate=Candidate(version=version),
            serving=self.served[version],
            occurred_at=datetime.now(tz=UTC),
        )
        client = producer(self.kafka)
        client.send(MODELS, key=b"alerts", value=event.to_bytes())
        client.close()

    def bare(self) -> tuple[float, float]:
        """Texts a second of the bare loop: one at a time, in sorted batches."""
        texts = self.folder / "texts.json"
        texts.write_text(json.dumps([render_alert(each) for each in self.as_read()]), encoding="utf-8")
        command = [sys.executable, "-m", "benchmarks.bare_loop", str(self.folder / SILENT), str(texts)]
        alone, batched = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        return alone, batched

    def as_read(self) -> Iterator[AlertV1]:
        """The alerts as they are read."""
        for alert in self.alerts:
            outcomes = read_alerts(alert.value, format_name=alert.format, received_at=alert.at)
            yield from (each for each in outcomes if isinstance(each, AlertV1))

    def backlog(self, name: str) -> float:
        """Alerts a second that a new classifier works off."""
        with self.scores() as scores, self.classifier(name, cache_bytes=0):
            let_write(scores, len(self.alerts))
            return rate_of(read(scores, len(self.alerts)))

    @contextmanager
    def at_rest(self, name: str, *, cache_bytes: int, patience_seconds: float = 0.0) -> Iterator[Started]:
        """A running classifier that has worked off all there was."""
        with (
            self.scores() as backlog,
            self.classifier(name, cache_bytes=cache_bytes, patience_seconds=patience_seconds) as started,
        ):
            read(backlog, self._lying_there())
            yield started

    def burst(self) -> float:
        """Alerts a second that the classifiers which run work off, when all alerts are sent again at once."""
        with self.scores() as scores:
            self.send(self.alerts)
            let_write(scores, len(self.alerts))
            return rate_of(read(scores, len(self.alerts)))

    def pass_over(self, name: str) -> None:
        """Commit for a group that has no members yet all there is, so that it begins with what comes next."""
        client = consumer(self.kafka, group=f"bench-{name}")
        partitions = partitions_of(client, ALERTS)
        client.assign(partitions)
        ends = client.end_offsets(partitions)
        client.commit({each: OffsetAndMetadata(end, "", -1) for each, end in ends.items()})
        client.close()

    def _lying_there(self) -> int:
        """How many alerts the topic holds."""
        reader = consumer(self.kafka, group=None)
        ends = reader.end_offsets(partitions_of(reader, ALERTS))
        reader.close()
        return sum(ends.values())

    def send(self, alerts: Sequence[SimulatedAlert], *, rate: float = 0.0, seed: int | None = None) -> None:
        """Send them, all at once or so many a second, whatever becomes of them meanwhile; `seed` as in `paced`."""
        client = producer(self.kafka)
        for alert in paced(alerts, rate=rate, seed=seed):
            client.send(ALERTS, key=alert.key, value=alert.value, headers=format_headers(alert.format))
        client.close()

    @contextmanager
    def classifier(
        self,
        name: str,
        *,
        cache_bytes: int = CACHE_BYTES,
        patience_seconds: float = 0.0,
        encoder_threads: int = 0,
        place: str = "",
    ) -> Iterator[Started]:
        """A running classifier of that group, its model loaded; by default it scores what is old, too.

        Another one of the group needs a `place` of its own.
        """
        settings = {
            "GROUP": f"bench-{name}",
            "CACHE_BYTES": cache_bytes,
            "PATIENCE_SECONDS": patience_seconds,
            "ENCODER_THREADS": encoder_threads,
        }
        system = self._system({f"WINNOW_CLASSIFIER__{key}": str(value) for key, value in settings.items()}, place)
        began = time.monotonic()
        system.start("classifier")
        try:
            system.wait_until_ready("classifier")
            seconds, process = time.monotonic() - began, system.process("classifier")
            if process is None:
                raise RuntimeError("the classifier has ended")
            yield Started(process=process, seconds=seconds)
        finally:
            system.stop("classifier")

    def scores(self) -> AbstractContextManager[KafkaConsumer]:
        """A reader of the scores that come from now on."""
        return from_now_on(self.kafka, SCORES)

    def scored(
        self, alerts: Sequence[SimulatedAlert], *, rate: float, seed: int | None = None
    ) -> list[tuple[ScoreV1, float]]:
        """Send alerts at a rate; every score, and the seconds from its alert's record to its own."""
        with self.scores() as scores:
            self.send(alerts, rate=rate, seed=seed)
            return [scored_after(record) for record in read(scores, len(alerts))]

    def _system(self, settings: Mapping[str, str] | None = None, place: str = "") -> LocalSystem:
        system = LocalSystem(self.folder / place, settings={"WINNOW_LOG__LEVEL": "WARNING", **(settings or {})})
        if place:
            system.folder.mkdir(exist_ok=True)
            shutil.copy(self.config, system.config)
        return system


def scored_after(record: Any) -> tuple[ScoreV1, float]:  # noqa: ANN401 - kafka-python has no types
    """A score, and the seconds from its alert's record to its own."""
    score = ScoreV1.from_bytes(record.value)
    return score, record.timestamp / 1000 - score.times.produced_at.timestamp()


def percentiles(seconds: Sequence[float]) -> Iterator[tuple[int, float]]:
    """The 50th, 95th and 99th, in milliseconds."""
    cuts = quantiles(seconds, n=100)
    return ((percent, 1000 * cuts[percent - 1]) for percent in (50, 95, 99))


@contextmanager
def running(count: int, *, thresholds: Mapping[str, float] = _THRESHOLDS) -> Iterator[Bench]:
    """A broker with so many alerts, for as long as it is measured; models by version, the last of which serves."""
    with TemporaryDirectory(prefix="winnow-bench-") as name:
        system = LocalSystem(Path(name))
        system.start_broker()
        try:
            yield _prepared(Path(name), count, thresholds)
        finally:
            system.down()


def report_on(
    name: str,
    measure: Callable[[Bench], Iterable[Line]],
    *,
    alerts: int,
    thresholds: Mapping[str, float] = _THRESHOLDS,
    besides: Sequence[str] = (),
) -> None:
    """Measure on a broker with so many alerts, then write and print; `besides` are further libraries to name."""
    with running(alerts, thresholds=thresholds) as bench:
        lines = list(measure(bench))
    report(name, lines, libraries=(*_LIBRARIES, *besides))


def _prepared(folder: Path, count: int, thresholds: Mapping[str, float]) -> Bench:
    """Make the models, announce one, and send the backlog."""
    store = ModelStore(StoreSettings(url=str(folder / "models")))
    served = {version: _published(store, folder, version, threshold) for version, threshold in thresholds.items()}
    alerts = simulated(count, seed=1)
    bench = Bench(folder=folder, served=served, alerts=alerts)
    bench.announce([*served][-1])
    bench.send(alerts)
    return bench


def simulated(count: int, *, seed: int) -> list[SimulatedAlert]:
    """So many alerts of the simulated SOC; another seed has others."""
    return SimulatedSoc(seed=seed, start=_BEGIN, rate=30.0).due(_BEGIN + timedelta(seconds=count / 15))[:count]


def _published(store: ModelStore, folder: Path, version: str, threshold: float) -> Serving:
    bundle = write_base_bundle(folder / version, version=version, threshold=threshold)
    return store.serving(version, digest=store.publish(version, bundle))
