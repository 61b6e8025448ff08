"""The collector: verdicts and scores a second from Kafka into SQLite, beside kafka-python reading them for nothing.

    python -m benchmarks.collector [MESSAGES]

The embedded broker runs on the same machine. Scores are stored first; then as many verdicts, each of which meets its
score. Every message has an alert of its own.
"""

import threading
import time
import uuid
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from benchmarks.report import asked, line, report
from schemas import (
    AlertV1,
    ContextV1,
    FeedbackV1,
    Probabilities,
    Rule,
    ScoreStatus,
    ScoreV1,
    SourceCoordinates,
    StageTimes,
    Verdict,
)
from services.collector.bootstrap import build
from services.collector.loop import Collector
from services.collector.settings import CollectorSettings
from services.collector.watch import Progress
from services.core.context import CONTEXT_VERSION, FEATURES
from services.runtime.kafka_python import admin, consumer, producer
from services.runtime.metrics import CollectorMetrics
from services.runtime.settings import BufferSettings, KafkaSettings, TopicSettings
from services.sandbox.broker import EmbeddedKafka

ROUNDS = 3
PARTITIONS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A broker with the messages on it."""

    kafka: KafkaSettings
    folder: Path
    messages: int
    scores: str
    verdicts: str
    empty: str

    def fill(self) -> None:
        """Make the topics and send everything."""
        client = admin(self.kafka)
        names = (self.scores, self.verdicts, self.empty, "dead")
        client.create_topics({name: {"num_partitions": PARTITIONS, "replication_factor": 1} for name in names})
        client.close()
        self._send(self.scores, [_score(number).to_bytes() for number in range(self.messages)])
        self._send(self.verdicts, [_verdict(number).to_bytes() for number in range(self.messages)])

    def _send(self, topic: str, values: Sequence[bytes]) -> None:
        client = producer(self.kafka)
        for number, value in enumerate(values):
            client.send(topic, key=str(number).encode(), value=value)
        client.flush()
        client.close()

    def read(self, topic: str) -> float:
        """Messages a second that kafka-python reads when nothing is done with them."""
        reader = consumer(self.kafka, topic, group=None)
        reader.poll(timeout_ms=0)
        started, read = time.perf_counter(), 0
        while read < self.messages:
            read += sum(map(len, reader.poll(timeout_ms=1000, max_records=4000).values()))
        seconds = time.perf_counter() - started
        reader.close()
        return read / seconds

    def collect(self, database: Path, *, scores: str, verdicts: str) -> float:
        """Messages a second that a new collector stores, from when it has its partitions until the last is stored."""
        settings = CollectorSettings(
            kafka=self.kafka,
            topics=TopicSettings(scores=scores, feedback=verdicts, dead_letters="dead"),
            buffer=BufferSettings(url=SecretStr(f"sqlite:///{database}"), retention_days=100_000),
        )
        settings = settings.model_copy(
            update={"collector": settings.collector.model_copy(update={"group": f"bench-{uuid.uuid4().hex[:8]}"})}
        )
        registry, stop = CollectorRegistry(), threading.Event()
        progress = Progress(clock=time.monotonic, limit_seconds=60)
        with ExitStack() as stack:
            parts = build(settings, CollectorMetrics(registry), progress, stack=stack, stop=stop)
            collector = Collector(parts, settings, clock=lambda: datetime.now(UTC))
            while not parts.source.placed:
                collector.turn(stop)
            started = time.perf_counter()
            while (registry.get_sample_value("winnow_buffer_batch_rows_sum") or 0) < self.messages:
                collector.turn(stop)
            return self.messages / (time.perf_counter() - started)


def _score(number: int) -> ScoreV1:
    when = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=number)
    alert = AlertV1.model_validate(
        {
            "alert_id": f"wazuh:bench:{number}",
            "source": "wazuh",
            "instance": "bench",
            "observed_at": when,
            "raised_at": when,
            "title": "sshd: authentication failed",
            "description": "Multiple authentication failures for a user that exists, within a short time. " * 3,
            "rule": Rule(id="5716", name="sshd: authentication failed"),
            "severity": "medium",
            "attack": {"tactics": ["TA0006"], "techniques": ["T1110"]},
            "entities": {
                "host": {"name": f"web-{number % 40}", "ip": "10.0.0.7"},
                "user": {"name": "root"},
                "network": {"source_ip": "203.0.113.9", "source_port": 51000, "destination_port": 22},
            },
            "evidence": {"log": f"Failed password for root from 203.0.113.9 port {number % 60000} ssh2"},
        }
    )
    return ScoreV1(
        alert=alert,
        context=ContextV1(version=CONTEXT_VERSION, values=(0.7,) * len(FEATURES[CONTEXT_VERSION])),
        status=ScoreStatus.SCORED,
        probabilities=Probabilities(true_positive=0.7, benign_positive=0.2, false_positive=0.1),
        threshold=0.5,
        shown=True,
        model_version="bench-1",
        text_version=1,
        origin=SourceCoordinates(topic="siem.alerts", partition=0, offset=number),
        times=StageTimes(produced_at=when, received_at=when, normalised_at=when, encoded_at=when, scored_at=when),
    )


def _verdict(number: int) -> FeedbackV1:
    return FeedbackV1(
        alert_id=f"wazuh:bench:{number}",
        verdict=(Verdict.TRUE_POSITIVE, Verdict.BENIGN_POSITIVE, Verdict.FALSE_POSITIVE)[number % 3],
        analyst=f"analyst-{number % 7}",
        reason="known scanner",
        decided_at=datetime(2026, 2, 1, tzinfo=UTC) + timedelta(seconds=number),
    )


def main() -> None:
    """Measure, write, print."""
    messages = asked(20_000)
    read, verdicts, scores = [], [], []
    with TemporaryDirectory(prefix="winnow-bench-") as name, EmbeddedKafka(data_dir=Path(name) / "kafka") as broker:
        bench = Bench(
            kafka=KafkaSettings(bootstrap_servers=broker.bootstrap),
            folder=Path(name),
            messages=messages,
            scores="scores",
            verdicts="verdicts",
            empty="empty",
        )
        bench.fill()
        for number in range(ROUNDS):
            database = bench.folder / f"buffer-{number}.db"
            scores.append(bench.collect(database, scores=bench.scores, verdicts=bench.empty))
            read.append(bench.read(bench.verdicts))
            verdicts.append(bench.collect(database, scores=bench.empty, verdicts=bench.verdicts))
    report(
        "collector",
        [
            line("verdicts stored and judged (reference: only read)", verdicts, unit="verdicts/s", reference=read),
            line("scores stored", scores, unit="scores/s"),
        ],
    )


if __name__ == "__main__":
    main()
