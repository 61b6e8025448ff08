"""Topics of its own, a buffer of its own, and a collector on them, in this process or as one that can be killed."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kafka import KafkaProducer
from pydantic import SecretStr

from schemas import DeadLetterV1, FeedbackV1, ScoreV1
from services.collector.bootstrap import run
from services.collector.settings import CollectorSection, CollectorSettings
from services.runtime.buffer import TrainingBuffer, open_buffer
from services.runtime.kafka_python import admin, consumer, producer
from services.runtime.settings import BufferSettings, HttpSettings, KafkaSettings, TopicSettings

PATIENCE = 60.0


def wait_until(holds: Callable[[], bool], *, seconds: float = PATIENCE, what: str = "it") -> None:
    """Look again and again until it holds; fail when the time is up."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not happen within {seconds} s")
        time.sleep(0.05)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Where a test plays."""

    settings: CollectorSettings
    folder: Path

    @property
    def kafka(self) -> KafkaSettings:
        """The broker."""
        return self.settings.kafka

    def make_topics(self, *, partitions: int = 2, dead_letters: bool = True) -> None:
        """Make the topics the collector uses, as far as they do not exist."""
        topics = self.settings.topics
        client = admin(self.kafka)
        wanted = {topics.scores, topics.feedback} | ({topics.dead_letters} if dead_letters else set())
        missing = wanted - set(client.list_topics())
        client.create_topics(
            {name: {"num_partitions": partitions, "replication_factor": 1} for name in missing}, wait_for_metadata=True
        )
        client.close()

    def send_scores(self, scores: Sequence[ScoreV1]) -> None:
        """Publish scores as the classifier does: keyed by alert id."""
        self._send(self.settings.topics.scores, [(one.alert.alert_id.encode(), one.to_bytes()) for one in scores])

    def send_verdicts(self, verdicts: Sequence[FeedbackV1]) -> None:
        """Publish verdicts."""
        self._send(self.settings.topics.feedback, [(one.alert_id.encode(), one.to_bytes()) for one in verdicts])

    def send_raw(self, topic: str, values: Sequence[bytes | None]) -> None:
        """Publish whatever."""
        self._send(topic, [(str(number).encode(), value) for number, value in enumerate(values)])

    def send_native(self, verdicts: Sequence[tuple[bytes, str | None]]) -> None:
        """Publish verdicts as products send them, each with the name of its format or without."""
        client: KafkaProducer = producer(self.kafka)
        for value, name in verdicts:
            headers = [("format", name.encode())] if name else []
            client.send(self.settings.topics.feedback, value=value, headers=headers).get(timeout=PATIENCE)
        client.close()

    def _send(self, topic: str, messages: Sequence[tuple[bytes, bytes | None]]) -> None:
        client: KafkaProducer = producer(self.kafka)
        futures = [client.send(topic, key=key, value=value) for key, value in messages]
        for future in futures:
            future.get(timeout=PATIENCE)
        client.close()

    def dead_letters(self, *, at_least: int) -> list[DeadLetterV1]:
        """Every dead letter there is, once there are that many."""
        reader = consumer(self.kafka, self.settings.topics.dead_letters, group=None)
        found: list[DeadLetterV1] = []
        deadline = time.monotonic() + PATIENCE
        while len(found) < at_least and time.monotonic() < deadline:
            records = reader.poll(timeout_ms=500)
            found += [DeadLetterV1.from_bytes(record.value) for part in records.values() for record in part]
        reader.close()
        return found

    def buffer(self) -> TrainingBuffer:
        """The buffer's reading side."""
        return open_buffer(self.settings.buffer)

    @contextmanager
    def collecting(self, settings: CollectorSettings | None = None) -> Iterator[None]:
        """A collector on a thread of this process, stopped at the end; what it raised is raised here."""
        stop, failures = threading.Event(), list[BaseException]()

        def collect() -> None:
            try:
                run(settings or self.settings, stop=stop)
            except BaseException as error:  # noqa: BLE001 - handed to the test
                failures.append(error)

        thread = threading.Thread(target=collect)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(PATIENCE)
        if failures:
            raise failures[0]

    @contextmanager
    def process(self, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
        """A collector as a process of its own, killed at the end if it still runs."""
        topics = self.settings.topics
        values = {
            "WINNOW_KAFKA__BOOTSTRAP_SERVERS": self.kafka.bootstrap_servers,
            "WINNOW_KAFKA__SESSION_TIMEOUT_SECONDS": str(self.kafka.session_timeout_seconds),
            "WINNOW_TOPICS__SCORES": topics.scores,
            "WINNOW_TOPICS__FEEDBACK": topics.feedback,
            "WINNOW_TOPICS__DEAD_LETTERS": topics.dead_letters,
            "WINNOW_BUFFER__RETENTION_DAYS": str(self.settings.buffer.retention_days),
            "WINNOW_BUFFER__URL": self.settings.buffer.url.get_secret_value(),
            "WINNOW_COLLECTOR__GROUP": self.settings.collector.group,
            "WINNOW_COLLECTOR__BATCH_MESSAGES": str(self.settings.collector.batch_messages),
        }
        command = [sys.executable, "-m", "services.collector"]
        with self.log.open("ab") as log:
            process = subprocess.Popen(command, env=os.environ | values | environment, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.kill()
            process.wait(PATIENCE)

    @property
    def log(self) -> Path:
        """What the processes logged."""
        return self.folder / "collector.log"


def stage_on(bootstrap: str, *, folder: Path, new_name: Callable[..., str], url: str | None = None) -> Stage:
    """A stage on that broker, its buffer a file in the folder unless a URL is given."""
    return Stage(
        folder=folder,
        settings=CollectorSettings(
            kafka=KafkaSettings(bootstrap_servers=bootstrap, session_timeout_seconds=6),
            topics=TopicSettings(
                scores=new_name("scores"), feedback=new_name("feedback"), dead_letters=new_name("dead")
            ),
            http=HttpSettings(),
            buffer=BufferSettings(url=SecretStr(url or f"sqlite:///{folder}/buffer.db"), retention_days=100_000),
            collector=CollectorSection(group=new_name("group"), retry_seconds=0.2, lag_seconds=0.5),
        ),
    )
