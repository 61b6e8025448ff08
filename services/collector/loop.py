"""The loop: one batch after the other, each done with before the next is read."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import TypeVar

from services.collector.counts import Counts
from services.collector.handler import Handled, Incoming, handle
from services.collector.publishing import DeadLetterPublisher
from services.collector.retention import Retention
from services.collector.settings import CollectorSettings
from services.collector.source import Source
from services.collector.watch import Progress
from services.runtime.buffer import Batch, BufferWriter
from services.runtime.errors import Unavailable
from services.runtime.metrics import CollectorMetrics
from services.siem.reading import Reader

log = logging.getLogger(__name__)
DoneT = TypeVar("DoneT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a collector is made of."""

    reader: Reader
    source: Source
    writer: BufferWriter
    publisher: DeadLetterPublisher
    counts: Counts
    metrics: CollectorMetrics
    progress: Progress


class _Stopped(Exception):
    """The process is to end; what is in flight is read again at the next start."""


class Collector:
    """Reads, stores and counts until told to stop. Whatever does not answer is tried again, and nothing is skipped."""

    def __init__(self, parts: Parts, settings: CollectorSettings, *, clock: Callable[[], datetime]) -> None:
        self._parts = parts
        self._settings = settings
        self._clock = clock
        self._lag_due = self._forget_due = 0.0
        self._retention = Retention(
            parts.writer, days=settings.buffer.retention_days, rows=settings.collector.forget_rows, clock=clock
        )

    def run(self, stop: threading.Event) -> None:
        """Go round until `stop` is set."""
        while not stop.is_set():
            try:
                self.turn(stop)
            except Unavailable as error:
                log.warning("waiting for what does not answer", extra={"cause": str(error)})
                stop.wait(self._settings.collector.retry_seconds)
            except _Stopped:
                return

    def turn(self, stop: threading.Event) -> None:
        """Go round once."""
        messages = self._parts.source.poll()
        self._parts.progress.joined = self._parts.source.placed
        if messages:
            self._take_in(messages, stop)
        self._look_after(monotonic())
        self._parts.progress.turned()

    def _take_in(self, messages: list[Incoming], stop: threading.Event) -> None:
        parts = self._parts
        handled = handle(
            messages, reader=parts.reader, feedback_topic=self._settings.topics.feedback, now=self._clock()
        )
        positions = parts.source.after(messages)
        batch = Batch(scores=handled.scores, verdicts=handled.verdicts, positions=positions)
        if handled.dead_letters:  # before the offsets move: a refused message may be reported twice, never not at all
            self._until_done(stop, lambda: parts.publisher.publish(handled.dead_letters))
        with parts.metrics.commit.time():
            stored = self._until_done(stop, lambda: parts.writer.store(batch))
        parts.source.tell(positions)
        parts.progress.stored()
        parts.counts.stored(stored)
        topics = [message.topic for message in messages]
        parts.counts.refused(handled.dead_letters, refused=zip(topics, handled.refused, strict=True))
        parts.metrics.batch_rows.observe(len(handled.scores) + len(handled.verdicts))
        _log(handled)

    def _until_done(self, stop: threading.Event, action: Callable[[], DoneT]) -> DoneT:
        while True:
            try:
                return action()
            except Unavailable as error:
                log.warning("trying again", extra={"cause": str(error)})
                if stop.wait(self._settings.collector.retry_seconds):
                    raise _Stopped from error

    def _look_after(self, now: float) -> None:
        if now >= self._lag_due:
            self._lag_due = now + self._settings.collector.lag_seconds
            self._see_lag()
        if now >= self._forget_due:
            self._forget_due = now + self._settings.collector.forget_seconds
            self._retention.allow()
        self._retention.step()

    def _see_lag(self) -> None:
        lag = self._parts.source.lag()
        self._parts.metrics.lag.clear()  # partitions that another collector has now are its to report
        for (topic, partition), messages in lag.items():
            self._parts.metrics.lag.labels(topic, partition).set(messages)
        self._parts.progress.saw_lag(sum(lag.values()))


def _log(handled: Handled) -> None:
    log.debug("stored a batch", extra={"scores": len(handled.scores), "verdicts": len(handled.verdicts)})
    if handled.dead_letters:
        reasons = sorted({letter.reason.value for letter in handled.dead_letters})
        log.warning("dead-lettered", extra={"dead_letters": len(handled.dead_letters), "reasons": reasons})
