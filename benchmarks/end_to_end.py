"""Alerts a second from Kafka to Kafka, against a bare ONNX Runtime loop over the same texts in the same run.

    python -m benchmarks.end_to_end [ALERTS]

Synthetic alerts of the simulated SOC in their native formats, an int8 MiniLM, the cache off, the broker on the same
machine. The classifier works off a backlog: from its first tenth on until the last score is written, by the times of
the score records. The bare loop tokenises and encodes the same rendered texts, with the broker up: the better of one
text a run on each core, and sorted batches. The same backlog again with a model that shows and so explains each alert.
Then, with that model, cache on and off, the latency at a steady rate.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any

import psutil
from kafka import KafkaConsumer, TopicPartition

from benchmarks.bare_loop import BATCH
from benchmarks.base_bundle import write_base_bundle
from benchmarks.report import Line, line, report
from schemas import AlertV1, Candidate, ModelEvent, ModelEventV1, ScoreV1, Serving
from schemas.topics import ALERTS, MODELS, SCORES
from services.core.text import render_alert
from services.runtime.format_header import format_headers
from services.runtime.kafka_python import consumer, producer
from services.runtime.settings import StoreSettings
from services.runtime.store import ModelStore
from services.sandbox.soc import SimulatedAlert, SimulatedSoc
from services.sandbox.system import LocalSystem
from services.siem.reading import read_alerts

ROUNDS = 5
RATE = 50.0
SECONDS_AT_RATE = 20
CACHE_BYTES = 64 << 20
_BEGIN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
_SILENT, _EXPLAINING = "silent", "explaining"
_THRESHOLDS = {_SILENT: 1.0, _EXPLAINING: 0.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A classifier that runs, and the seconds from its process's creation until it was ready."""

    process: psutil.Process
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A broker with a backlog of alerts, and two models, of which the one that explains each alert serves at first."""

    folder: Path
    served: Mapping[str, Serving]
    alerts: Sequence[SimulatedAlert]

    def announce(self, version: str) -> None:
        """Have that model serve."""
        event = ModelEventV1(
            model_name="alerts",
            event=ModelEvent.PROMOTED,
            candidate=Candidate(version=version),
            serving=self.served[version],
            occurred_at=datetime.now(tz=UTC),
        )
        client = producer(self._system().kafka)
        client.send(MODELS, key=b"alerts", value=event.to_bytes())
        client.close()

    def bare(self) -> tuple[float, float]:
        """Texts a second of the bare loop: one at a time, in sorted batches."""
        texts = self.folder / "texts.json"
        texts.write_text(json.dumps([render_alert(each) for each in self._read()]), encoding="utf-8")
        command = [sys.executable, "-m", "benchmarks.bare_loop", str(self.folder / _SILENT), str(texts)]
        alone, batched = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        return alone, batched

    def _read(self) -> Iterator[AlertV1]:
        for alert in self.alerts:
            outcomes = read_alerts(alert.value, format_name=alert.format, received_at=alert.at)
            yield from (each for each in outcomes if isinstance(each, AlertV1))

    def backlog(self, name: str) -> float:
        """Alerts a second that a new classifier works off."""
        with self.scores() as scores, self.classifier(name, cache_bytes=0):
            _let_write(scores, len(self.alerts))
            times: list[float] = [record.timestamp / 1000 for record in self.wait_for(scores, len(self.alerts))]
        times.sort()  # the records of several partitions come in any order
        begin = len(times) // 10
        return (len(times) - 1 - begin) / (times[-1] - times[begin])

    def latency(self, name: str, *, cache_bytes: int) -> list[float]:
        """Seconds from produced to the score's record, for alerts sent at a steady rate to a classifier at rest."""
        count = int(RATE * SECONDS_AT_RATE)
        with self.scores() as backlog, self.classifier(name, cache_bytes=cache_bytes):
            self.wait_for(backlog, self._lying_there())
            with self.scores() as scores:
                self._send_steadily(count)
                records = self.wait_for(scores, count)
        produced = [ScoreV1.from_bytes(record.value).times.produced_at.timestamp() for record in records]
        return [record.timestamp / 1000 - then for record, then in zip(records, produced, strict=True)]

    def _lying_there(self) -> int:
        """How many alerts the topic holds."""
        reader = consumer(self._system().kafka, group=None)
        ends = reader.end_offsets([TopicPartition(ALERTS, each) for each in reader.partitions_for_topic(ALERTS) or ()])
        reader.close()
        return sum(ends.values())

    def _send_steadily(self, count: int) -> None:
        client = producer(self._system().kafka)
        began = time.perf_counter()
        for number, alert in enumerate(self.alerts[:count]):
            time.sleep(max(0.0, began + number / RATE - time.perf_counter()))
            _send(client, alert)
        client.close()

    @contextmanager
    def classifier(self, name: str, *, cache_bytes: int = CACHE_BYTES) -> Iterator[Started]:
        """A running classifier of that group, its model loaded."""
        system = self._system(
            {"WINNOW_CLASSIFIER__GROUP": f"bench-{name}", "WINNOW_CLASSIFIER__CACHE_BYTES": str(cache_bytes)}
        )
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

    @contextmanager
    def scores(self) -> Iterator[KafkaConsumer]:
        """A reader of the scores that come from now on."""
        reader = consumer(self._system().kafka, group=None)
        partitions = [TopicPartition(SCORES, number) for number in sorted(reader.partitions_for_topic(SCORES) or ())]
        reader.assign(partitions)
        reader.seek_to_end(*partitions)
        for partition in partitions:
            reader.position(partition)  # else it seeks when it first reads
        try:
            yield reader
        finally:
            reader.close()

    @staticmethod
    def wait_for(reader: KafkaConsumer, count: int) -> list[Any]:
        """The next `count` records."""
        found: list[Any] = []
        deadline = time.monotonic() + 600
        while len(found) < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(found)} of {count} scores came")
            found += [record for batch in reader.poll(timeout_ms=200).values() for record in batch]
        return found

    def _system(self, settings: dict[str, str] | None = None) -> LocalSystem:
        return LocalSystem(self.folder, settings={"WINNOW_LOG__LEVEL": "WARNING", **(settings or {})})


def _let_write(reader: KafkaConsumer, count: int) -> None:
    """Wait until that many records were written after the reader's place, without reading them meanwhile.

    A reader takes its share of the two cores, and who reads the scores is not what is measured: the records have times.
    """
    begin = {partition: reader.position(partition) for partition in reader.assignment()}
    deadline = time.monotonic() + 600
    while sum(reader.end_offsets(list(begin)).values()) - sum(begin.values()) < count:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{count} scores did not come")
        time.sleep(0.5)


def _send(client: Any, alert: SimulatedAlert) -> None:  # noqa: ANN401 - kafka-python has no types
    client.send(ALERTS, key=alert.key, value=alert.value, headers=format_headers(alert.format))


def prepare(folder: Path, count: int) -> Bench:
    """Make the models, announce one, and send the backlog to a broker that runs already."""
    store = ModelStore(StoreSettings(url=str(folder / "models")))
    served = {version: _published(store, folder, version) for version in _THRESHOLDS}
    alerts = SimulatedSoc(seed=1, start=_BEGIN, rate=30.0).due(_BEGIN + timedelta(seconds=count / 15))[:count]
    bench = Bench(folder=folder, served=served, alerts=alerts)
    bench.announce(_EXPLAINING)
    client = producer(LocalSystem(folder).kafka)
    for alert in alerts:
        _send(client, alert)
    client.close()
    return bench


def _published(store: ModelStore, folder: Path, version: str) -> Serving:
    bundle = write_base_bundle(folder / version, version=version, threshold=_THRESHOLDS[version])
    return Serving(version=version, uri=store.uri(version), manifest_sha256=store.publish(version, bundle))


def measure(bench: Bench) -> list[Line]:
    """All figures, the two sides of the ratio in turn, after a round that does not count: a new broker is slow."""
    ours, explained, alone, batched = [], [], [], []
    bench.backlog("warm-up")
    for number in range(ROUNDS):
        one, many = bench.bare()
        alone.append(one)
        batched.append(many)
        bench.announce(_SILENT)
        ours.append(bench.backlog(f"round-{number}"))
        bench.announce(_EXPLAINING)
        explained.append(bench.backlog(f"explained-{number}"))
    best = [max(pair) for pair in zip(alone, batched, strict=True)]
    return [
        line("Kafka to Kafka, cache off (reference: the better bare loop)", ours, unit="alerts/s", reference=best),
        line("the same, every alert explained (reference: none)", explained, unit="alerts/s", reference=ours),
        line("bare loop, one text a run on each core", alone, unit="texts/s"),
        line(f"bare loop, sorted batches of {BATCH}", batched, unit="texts/s"),
        *_latency_lines("cache off", bench.latency("latency-off", cache_bytes=0)),
        *_latency_lines("cache on", bench.latency("latency-on", cache_bytes=CACHE_BYTES)),
    ]


def _latency_lines(what: str, seconds: Sequence[float]) -> Iterator[Line]:
    cuts = quantiles(seconds, n=100)
    for percent in (50, 95, 99):
        name = f"produced to scored at {RATE:g} alerts/s, {what}, p{percent}"
        yield line(name, [cuts[percent - 1] * 1000], unit="ms")


def main() -> None:
    """Measure, write, print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    with tempfile.TemporaryDirectory(prefix="winnow-bench-") as name:
        folder = Path(name)
        system = LocalSystem(folder)
        system.start_broker()
        try:
            lines = measure(prepare(folder, count))
        finally:
            system.down()
    report("end_to_end", lines, libraries=("faust-streaming", "aiokafka", "onnxruntime", "tokenizers", "torch"))


if __name__ == "__main__":
    main()
