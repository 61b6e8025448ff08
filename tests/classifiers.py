"""A classifier as its own process on topics of its own, and an independent reader of what it published."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from kafka import KafkaConsumer, KafkaProducer
from prometheus_client.parser import text_string_to_metric_families

from schemas import Candidate, ModelEvent, ModelEventV1, Serving
from services.runtime.kafka_python import partitions_of
from services.runtime.settings import KafkaSettings, TopicSettings
from services.runtime.topics import create_topics, planned_topics
from tests.bundles import publish_bundle
from tests.messages import alert

DEADLINE_SECONDS = 60.0
T = TypeVar("T")


def eventually(look: Callable[[], T], *, seconds: float = DEADLINE_SECONDS) -> T:
    """The first truthy thing `look` gives; fails with the last one at the deadline."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, f"still {seen!r} after {seconds} s"
        time.sleep(0.05)
    return seen


@dataclass(frozen=True, kw_only=True)
class Published:
    """One record of a topic, as any consumer sees it."""

    key: str
    value: dict[str, Any]
    headers: Mapping[str, bytes]
    partition: int
    offset: int

    @property
    def origin(self) -> tuple[int, int, int]:
        """Partition, offset and index of the alert this record is about."""
        origin = self.value["origin"]
        return origin["partition"], origin["offset"], origin.get("index", 0)


class Running:
    """A classifier's process."""

    def __init__(self, process: "subprocess.Popen[bytes]", port_file: Path) -> None:
        self.process = process
        self._log = port_file

    @property
    def log(self) -> str:
        """What it has logged so far."""
        return self._log.read_text(encoding="utf-8")

    def logged(self, message: str) -> list[dict[str, Any]]:
        """What it has logged under that message."""
        entries = [json.loads(line) for line in self.log.splitlines() if line.startswith("{")]
        return [entry for entry in entries if entry["message"] == message]

    @property
    def port(self) -> int | None:
        """Where its HTTP server listens, once it says so."""
        return next((int(entry["port"]) for entry in self.logged("serving metrics and health")), None)

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of a page; status 0 while nothing answers."""
        if self.port is None:
            return 0, ""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def metric(self, name: str, **labels: str) -> float:
        """The sum of a metric's samples with these labels."""
        families = text_string_to_metric_families(self.get("metrics")[1])
        samples = [sample for family in families for sample in family.samples if sample.name == name]
        return sum(sample.value for sample in samples if labels.items() <= sample.labels.items())

    def serves(self, version: str) -> bool:
        """Whether that model is in service."""
        return self.metric("winnow_model_serving", model_version=version) == 1

    def wait_until_ready(self) -> None:
        """Return when /readyz is green; fails if the process ends before."""
        eventually(lambda: self.process.poll() is not None or self.get("readyz")[0] == 200)
        assert self.process.poll() is None, self.log[-3000:]

    def terminate(self) -> int:
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=DEADLINE_SECONDS)

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.wait(timeout=DEADLINE_SECONDS)


class Stage:
    """Topics, a group and a model store that no other test uses; both options by what a topic is for."""

    def __init__(
        self,
        bootstrap: str,
        folder: Path,
        *,
        topic_config: Mapping[str, Mapping[str, str]] | None = None,
        partitions: Mapping[str, int] | None = None,
    ) -> None:
        self.bootstrap = bootstrap
        self.folder = folder
        self.name = uuid.uuid4().hex[:12]
        self.topics = TopicSettings(
            **{name: f"{name.replace('_', '-')}-{self.name}" for name in TopicSettings.model_fields}
        )
        kafka = KafkaSettings(bootstrap_servers=bootstrap)
        extra = {getattr(self.topics, name): config for name, config in (topic_config or {}).items()}
        counts = {getattr(self.topics, name): count for name, count in (partitions or {}).items()}
        planned = [
            topic.model_copy(update={"partitions": counts.get(topic.name, topic.partitions)})
            for topic in planned_topics(self.topics)
        ]
        create_topics(kafka, tuple(planned), extra_config=extra)
        self.producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all", max_request_size=2 << 20, linger_ms=1)

    def close(self) -> None:
        """Let go of the broker."""
        self.producer.close()

    def environment(self, settings: Mapping[str, str]) -> dict[str, str]:
        """The environment of a classifier on this stage."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("WINNOW_")}
        return {
            **own,
            "WINNOW_KAFKA__BOOTSTRAP_SERVERS": self.bootstrap,
            "WINNOW_KAFKA__SESSION_TIMEOUT_SECONDS": "6",
            "WINNOW_CLASSIFIER__GROUP": self.group,
            "WINNOW_CLASSIFIER__CONTEXTS_URL": str(self.folder / "contexts"),
            **{f"WINNOW_TOPICS__{name.upper()}": topic for name, topic in self.topics.model_dump().items()},
            **settings,
        }

    @contextmanager
    def classifier(
        self,
        *,
        ready: bool = True,
        command: Sequence[str] = (sys.executable, "-m", "services.classifier"),
        settings: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> Iterator[Running]:
        """A classifier for the length of a `with`, ready unless told otherwise; killed at the end if it still runs."""
        log = self.folder / f"classifier-{uuid.uuid4().hex[:6]}.log"
        with log.open("wb") as stderr:
            process = subprocess.Popen(list(command), env=self.environment(settings or {}), stderr=stderr, cwd=folder)
        running = Running(process, log)
        try:
            if ready:
                running.wait_until_ready()
            yield running
        finally:
            if process.poll() is None:
                running.kill()

    def publish(self, version: str, *, lean: float = 0.0, **manifest: Any) -> Serving:
        """A bundle in the store of this stage, not announced yet."""
        return publish_bundle(self.folder / "store", self.folder / "made", version=version, lean=lean, **manifest)

    def announce(
        self,
        serving: Serving | None,
        *,
        event: ModelEvent = ModelEvent.PROMOTED,
        candidate: str = "",
        model_name: str = "alerts",
    ) -> None:
        """Say on the model topic what serves."""
        told = ModelEventV1(
            model_name=model_name,
            event=event,
            candidate=Candidate(version=candidate or (serving.version if serving else "none")),
            serving=serving,
            occurred_at=datetime.now(tz=UTC),
        )
        self.producer.send(self.topics.models, key=model_name.encode(), value=told.to_bytes()).get(20)

    def send(
        self,
        values: Iterable[bytes | None],
        *,
        format_name: str | None = None,
        key: bytes | None = None,
        partition: int | None = None,
    ) -> int:
        """Produce messages to the alert topic, all acknowledged; how many they were."""
        to: dict[str, Any] = {"headers": [("format", format_name.encode())] if format_name else []}
        if partition is not None:
            to["partition"] = partition
        sent = [
            self.producer.send(self.topics.alerts, key=key or uuid.uuid4().bytes, value=value, **to) for value in values
        ]
        for each in sent:
            each.get(30)
        return len(sent)

    def scores(self) -> list[Published]:
        """Everything on the score topic now."""
        return self.read(self.topics.scores)

    def dead_letters(self) -> list[Published]:
        """Everything on the dead letter topic now."""
        return self.read(self.topics.dead_letters)

    def wait_for_scores(self, count: int, *, seconds: float = DEADLINE_SECONDS) -> list[Published]:
        """The score topic, once it holds at least that many."""
        eventually(lambda: self.ends(self.topics.scores) >= count, seconds=seconds)
        return self.scores()

    def wait_for_dead_letters(self, count: int) -> list[Published]:
        """The dead letter topic, once it holds at least that many."""
        eventually(lambda: self.ends(self.topics.dead_letters) >= count)
        return self.dead_letters()

    def ends(self, topic: str) -> int:
        """How many records were ever written to a topic."""
        with self._consumer() as consumer:
            return sum(consumer.end_offsets(partitions_of(consumer, topic)).values())

    @property
    def group(self) -> str:
        """The classifiers' consumer group."""
        return f"classifier-{self.name}"

    def partitions(self, topic: str) -> int:
        """How many partitions a topic has."""
        with self._consumer() as consumer:
            return len(partitions_of(consumer, topic))

    def committed(self) -> int:
        """The sum of the classifier group's offsets."""
        with self._consumer(group_id=self.group) as consumer:
            return sum(consumer.committed(each) or 0 for each in partitions_of(consumer, self.topics.alerts))

    def read(self, topic: str) -> list[Published]:
        """Every record of a topic, from its beginning to its present end."""
        with self._consumer() as consumer:
            partitions = partitions_of(consumer, topic)
            consumer.assign(partitions)
            consumer.seek_to_beginning(*partitions)
            ends = consumer.end_offsets(partitions)
            found: list[Published] = []
            while any(consumer.position(each) < ends[each] for each in partitions):
                batch = consumer.poll(timeout_ms=500)
                found += [_published(record) for records in batch.values() for record in records]
            return found

    @contextmanager
    def _consumer(self, **options: Any) -> Iterator[KafkaConsumer]:
        consumer = KafkaConsumer(bootstrap_servers=self.bootstrap, enable_auto_commit=False, **options)
        try:
            yield consumer
        finally:
            consumer.close()


RATE = 200
"""Alerts a second at most under a test's load."""


class Load:
    """Alerts sent in a steady stream, `RATE` a second at most, each acknowledged, until told to stop."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._over = threading.Event()
        self.sent = 0

    def send(self) -> None:
        """Send until told to stop."""
        while not self._over.wait(0.1):
            values = [
                alert(f"winnow:t:{self.sent}-{each}", title=f"take {self.sent}").to_bytes()
                for each in range(RATE // 10)
            ]
            self.sent += self._stage.send(values, format_name="winnow")

    @contextmanager
    def running(self) -> Iterator[None]:
        """Send for the length of a `with`."""
        thread = threading.Thread(target=self.send)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()


def scored_at_least(stage: Stage, count: int) -> None:
    """Wait for that many scores."""
    eventually(lambda: stage.ends(stage.topics.scores) >= count)


def lost_and_repeated(stage: Stage, sent: int) -> tuple[int, int]:
    """How many of the alerts sent have no score, and how many scores are one too many."""
    eventually(lambda: stage.committed() >= sent)
    seen: Counter[tuple[int, int, int]] = Counter(each.origin for each in stage.scores())
    return sent - len(seen), sum(seen.values()) - len(seen)


def same_key(scores: list[Published]) -> bool:
    """Whether repeats of one alert carry one key."""
    return len({(each.origin, each.key) for each in scores}) == len({each.origin for each in scores})


def _published(record: Any) -> Published:
    return Published(
        key=record.key.decode(),
        value=json.loads(record.value),
        headers=dict(record.headers),
        partition=record.partition,
        offset=record.offset,
    )
