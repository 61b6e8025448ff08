"""Catching up after a restart: a full snapshot written and read, and a partition's own past read again from Kafka.

    python -m benchmarks.catching_up [ALERTS]

The tracker remembers 20,000 keys of each sort. The alerts are the simulated SOC's, in one partition of an embedded
broker.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from aiokafka import AIOKafkaConsumer
from kafka import KafkaProducer

from benchmarks.native import RECEIVED, synthetic
from benchmarks.report import Line, asked, line, report
from services.classifier.handler import Incoming, handle
from services.classifier.history import History
from services.classifier.memory import Memory, fresh, remembered_beside
from services.classifier.past import kafka_pasts
from services.classifier.settings import ClassifierSection
from services.core.context import Event, read_snapshot, written
from services.runtime import aiokafka_clients
from services.runtime.kafka_python import admin
from services.runtime.settings import KafkaSettings
from services.runtime.snapshot_files import SnapshotFiles
from services.sandbox.broker import EmbeddedKafka
from services.siem.reading import BUILT_IN

ROUNDS = 5
KEYS = 20_000
REMEMBERED = remembered_beside(ClassifierSection().in_flight)
TOPIC = "alerts"
SINCE_SNAPSHOT = 3_000
"""Alerts that 30 s bring at 100 a second: what is read again at most with the default settings."""


def full() -> Memory:
    """A memory that remembers as much as it may."""
    memory, began = fresh(begin=0, remembered=REMEMBERED, complete=True), RECEIVED.timestamp()
    for number in range(KEYS):
        address = f"10.{number // 65_536}.{number // 256 % 256}.{number % 256}"
        names = (f"rule-{number % 500}", f"host-{number}.example.com", f"user-{number}", address)
        memory.observe((number, 0), Event(began + number / 100, *names))
    memory.passed(KEYS - 1)
    return memory


def snapshots(memory: Memory) -> list[Line]:
    """What writing and reading takes, in one thread."""
    snapshot = memory.snapshot(TOPIC, 0)
    data = written(snapshot)
    restored = partial(Memory.restored, topic=TOPIC, partition=0, remembered=REMEMBERED)
    return [
        line(
            "full snapshot: copied, which the alerts wait for",
            _milliseconds(lambda: memory.snapshot(TOPIC, 0)),
            unit="ms",
        ),
        line("full snapshot: packed, beside the alerts", _milliseconds(lambda: written(snapshot)), unit="ms"),
        line("full snapshot: size", [len(data) / 2**20], unit="MiB"),
        line("full snapshot: read and gone on from", _milliseconds(lambda: restored(read_snapshot(data))), unit="ms"),
    ]


def _milliseconds(work: Callable[[], object]) -> list[float]:
    found = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        found.append(1000 * (time.perf_counter() - began))
    return found


def values(count: int) -> list[tuple[str, bytes]]:
    """Format and bytes of so many alerts, formats in turn."""
    every = [(sample.format, value) for sample in synthetic() for value in sample.values]
    return list(islice(cycle(every), count))


def normalised_a_second(count: int) -> list[float]:
    """The same alerts only read, in one thread."""
    found = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for offset, (name, value) in enumerate(values(count)):
            handle(_message(offset, name, value), reader=BUILT_IN, now=RECEIVED)
        found.append(count / (time.perf_counter() - began))
    return found


def _message(offset: int, name: str | None = None, value: bytes | None = None) -> Incoming:
    now = datetime.now(tz=UTC)
    return Incoming(
        value=value, format_name=name, topic=TOPIC, partition=0, offset=offset, produced_at=now, received_at=now
    )


def fill(kafka: KafkaSettings, count: int) -> None:
    """Make the topic, of one partition, and put the alerts there; one more marks where the present begins."""
    client = admin(kafka)
    client.create_topics({TOPIC: {"num_partitions": 1, "replication_factor": 1}}, wait_for_metadata=True)
    client.close()
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap_servers, acks="all", linger_ms=20)
    for name, value in values(count + 1):
        producer.send(TOPIC, value, headers=[("format", name.encode())])
    producer.flush()
    producer.close()


def history(kafka: KafkaSettings, folder: Path) -> History:
    """As a classifier has it."""

    @asynccontextmanager
    async def connect() -> AsyncIterator[AIOKafkaConsumer]:
        consumer = aiokafka_clients.loose(kafka)
        try:
            await aiokafka_clients.start(consumer, kafka, within_seconds=30)
            yield consumer
        finally:
            await consumer.stop()

    pasts = kafka_pasts(connect, clock=lambda: datetime.now(tz=UTC))
    files = SnapshotFiles(str(folder), group="bench")
    return History(files, pasts, reader=BUILT_IN, most=10_000_000, remembered=REMEMBERED)


async def caught_up(kafka: KafkaSettings, folder: Path, *, count: int) -> list[float]:
    """Seconds until the partition's first `count` alerts were read again, nothing known before."""
    found = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await history(kafka, folder).caught_up(_message(count), None)
        found.append(time.perf_counter() - began)
    return found


async def restarted(kafka: KafkaSettings, folder: Path, memory: Memory) -> list[float]:
    """Seconds from a full snapshot in a folder to contexts that know all, `SINCE_SNAPSHOT` alerts since."""
    snapshot = memory.snapshot(TOPIC, 0)
    files = SnapshotFiles(str(folder), group="bench")
    files.write(TOPIC, 0, written(snapshot), place=snapshot.place)
    found = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        past = history(kafka, folder)
        known = await past.load(TOPIC, 0)
        await past.caught_up(_message(KEYS + SINCE_SNAPSHOT), known)
        found.append(time.perf_counter() - began)
    return found


async def replays(kafka: KafkaSettings, folder: Path, memory: Memory, *, count: int) -> list[Line]:
    """What reading the past again takes."""
    fill(kafka, count)
    only = normalised_a_second(count)
    again = [count / seconds for seconds in await caught_up(kafka, folder, count=count)]
    title = f"restart: full snapshot and {SINCE_SNAPSHOT} alerts since, until contexts are complete"
    return [
        line(
            "alerts read again from Kafka (reference: only normalised, in memory)",
            again,
            unit="alerts/s",
            reference=only,
        ),
        line(title, await restarted(kafka, folder, memory), unit="s"),
    ]


def main() -> None:
    """Measure, write, print."""
    count = max(asked(30_000), KEYS + SINCE_SNAPSHOT)
    memory = full()
    lines = snapshots(memory)
    with TemporaryDirectory(prefix="winnow-bench-") as name, EmbeddedKafka(data_dir=Path(name) / "kafka") as broker:
        kafka = KafkaSettings(bootstrap_servers=broker.bootstrap)
        lines += asyncio.run(replays(kafka, Path(name) / "contexts", memory, count=count))
    report("catching_up", lines)


if __name__ == "__main__":
    main()
