"""The one place that builds a collector, and runs it until it is told to stop."""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TypeVar

from prometheus_client import CollectorRegistry

from services.collector.counts import Counts
from services.collector.loop import Collector, Parts
from services.collector.publishing import DeadLetterPublisher
from services.collector.settings import CollectorSettings
from services.collector.source import Source
from services.collector.watch import Progress
from services.runtime.buffer import BufferWriter, open_writer
from services.runtime.dead_letters import DeadLetterAlarm
from services.runtime.errors import Unavailable
from services.runtime.http import serve
from services.runtime.kafka_python import admin, consumer, producer
from services.runtime.logs import set_up_logs
from services.runtime.metrics import CollectorMetrics
from services.runtime.process import exit_code, stop_by_signal
from services.runtime.reader import reader_of
from services.runtime.settings import KafkaSettings

log = logging.getLogger(__name__)
MadeT = TypeVar("MadeT")
_CLIENT = {
    "bootstrap_timeout_ms": 5000,  # then it is logged, and tried again
    "reconnect_backoff_max_ms": 2000,  # a broker that comes back is found this soon
}
_FETCH = {
    "fetch_min_bytes": 262_144,
    "fetch_max_wait_ms": 500,
}  # few large transactions: half a second is no hurry here
_BLOCKED_MS = 10_000  # a dead-letter topic that is missing is logged this often
_METADATA_AGE_MS = 10_000  # a topic that is made after the collector's start is found this soon


def main() -> int:
    """Run one collector as the settings say; returns the exit code."""
    return exit_code(lambda: run(CollectorSettings.read()))


def run(settings: CollectorSettings, *, stop: threading.Event | None = None) -> None:
    """Collect until SIGTERM, SIGINT or `stop`.

    Raises:
        SettingsInvalid: the buffer's URL or what reads the verdicts is not usable.
        Unavailable: the broker or the database did not answer within `start_timeout_seconds`.
    """
    stop = stop_by_signal(stop)
    set_up_logs(settings.log, service="collector")
    registry = CollectorRegistry()
    section = settings.collector
    progress = Progress(clock=time.monotonic, limit_seconds=section.watchdog_seconds, lag_seconds=section.lag_seconds)
    with ExitStack() as stack:
        server = serve(settings.http, registry=registry, health=progress.health, ready=progress.readiness)
        stack.callback(server.close)
        parts = build(settings, CollectorMetrics(registry), progress, stack=stack, stop=stop)
        log.info("collecting", extra={"group": section.group})
        Collector(parts, settings, clock=lambda: datetime.now(UTC)).run(stop)
    log.info("stopped")


def build(
    settings: CollectorSettings,
    metrics: CollectorMetrics,
    progress: Progress,
    *,
    stack: ExitStack,
    stop: threading.Event,
) -> Parts:
    """Connect everything; `stack` closes it.

    Raises:
        SettingsInvalid: the buffer's URL or the file of own formats is not usable.
        Unavailable: the broker or the database did not answer within `start_timeout_seconds`.
    """
    section = settings.collector
    reader = reader_of(settings.siem)
    progress.show(metrics)
    patience = _Patience(stop=stop, seconds=section.start_timeout_seconds, pause=section.retry_seconds)
    writer = patience.wait_for(lambda: open_writer(settings.buffer))
    stack.callback(writer.close)
    letters = patience.wait_for(lambda: producer(settings.kafka, max_block_ms=_BLOCKED_MS, **_CLIENT))
    stack.callback(letters.close, timeout=5)
    return Parts(
        reader=reader,
        source=patience.wait_for(lambda: _source(settings, writer, stack)),
        writer=writer,
        publisher=DeadLetterPublisher(letters, topic=settings.topics.dead_letters, bodies=not reader.is_private),
        counts=Counts(metrics, alarms=_alarms(settings)),
        metrics=metrics,
        progress=progress,
    )


def _alarms(settings: CollectorSettings) -> dict[str, DeadLetterAlarm]:
    section = settings.collector
    return {
        topic: DeadLetterAlarm(bound=section.dead_letter_share, window=section.dead_letter_window)
        for topic in (settings.topics.scores, settings.topics.feedback)
    }


def _source(settings: CollectorSettings, writer: BufferWriter, stack: ExitStack) -> Source:
    reader = consumer(
        settings.kafka,
        group=settings.collector.group,
        metadata_max_age_ms=_METADATA_AGE_MS,
        **_CLIENT,
        **_FETCH,
    )
    stack.callback(reader.close, autocommit=False, timeout_ms=5000)
    return Source(
        reader,
        topics=(settings.topics.scores, settings.topics.feedback),
        positions=writer.positions,
        topic_ids=lambda names: topic_ids(settings.kafka, names),
        batch_messages=settings.collector.batch_messages,
    )


def topic_ids(settings: KafkaSettings, names: Sequence[str]) -> Mapping[str, str]:
    """Kafka's own ids of topics by name, without those that do not exist.

    Raises:
        Unavailable: no broker answers.
    """
    client = admin(settings)
    try:
        return {topic["name"]: str(topic.get("topic_id", "")) for topic in client.describe_topics(list(names))}
    finally:
        client.close()


class _Patience:
    """Tries at the start until what is needed answers, or the time is up."""

    def __init__(self, *, stop: threading.Event, seconds: float, pause: float) -> None:
        self._stop = stop
        self._pause = pause
        self._until = time.monotonic() + seconds

    def wait_for(self, make: Callable[[], MadeT]) -> MadeT:
        while True:
            try:
                return make()
            except Unavailable as error:
                if time.monotonic() >= self._until or self._stop.wait(self._pause):
                    raise
                log.warning("waiting for what is needed to start", extra={"cause": str(error)})
