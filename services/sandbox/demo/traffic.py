"""The simulated SOC at work on real topics: its SIEM sends alerts in real time, its analysts read scores and answer."""

import heapq
import logging
import threading
import time
from datetime import UTC, datetime
from itertools import count
from types import TracebackType
from typing import Self

from kafka.errors import KafkaError

from schemas import ScoreV1
from services.runtime.format_header import format_headers
from services.runtime.kafka_python import consumer, producer
from services.runtime.settings import KafkaSettings, TopicSettings
from services.sandbox.demo.ledger import Ledger
from services.sandbox.demo.world_clock import WorldClock
from services.sandbox.soc import Analysts, PlannedVerdict, SimulatedSoc

log = logging.getLogger(__name__)

TICK_SECONDS = 0.05
READING = {"fetch_min_bytes": 65536, "fetch_max_wait_ms": 250}
"""Analysts are in no hurry: fewer, larger fetches leave the processor to the services."""
POISON = (b"not json", b'{"unfinished": ', b"[" * 5000, b'{"neither": "one format nor another"}', b"\x00\xff\xfe")
"""Bad messages that a real SIEM sends now and then; each must become a dead letter."""


class Traffic:
    """Two threads: one sends alerts and verdicts when they are due, one reads scores for the analysts.

    A thread that fails keeps its error; `check` raises it where the play can tell of it.
    """

    def __init__(
        self,
        *,
        kafka: KafkaSettings,
        topics: TopicSettings,
        clock: WorldClock,
        soc: SimulatedSoc,
        analysts: Analysts,
        ledger: Ledger,
    ) -> None:
        self._topics = topics
        self._clock = clock
        self._soc = soc
        self._analysts = analysts
        self._ledger = ledger
        self._producer = producer(kafka)
        self._consumer = consumer(kafka, topics.scores, group=None, **READING)
        self._due: list[tuple[datetime, int, PlannedVerdict]] = []
        self._due_lock = threading.Lock()
        self._numbers = count()
        self._sending = threading.Event()
        self._reading = threading.Event()
        self._error: Exception | None = None
        self._threads = [
            threading.Thread(target=self._guarded, args=(self._send,), name="siem", daemon=True),
            threading.Thread(target=self._guarded, args=(self._read,), name="analysts", daemon=True),
        ]

    def __enter__(self) -> Self:
        self._sending.set()
        self._reading.set()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop_sending()
        self._reading.clear()
        self._threads[1].join()
        self._producer.close()
        self._consumer.close()

    def stop_sending(self) -> None:
        """No more alerts and verdicts; what was sent is acknowledged when this returns."""
        self._sending.clear()
        self._threads[0].join()
        self._producer.flush()

    def check(self) -> None:
        """Raise what ended a thread, if one has ended."""
        if self._error is not None:
            raise self._error

    def send_poison(self) -> int:
        """Send a few messages nobody can read; returns how many."""
        for value in POISON:
            self._producer.send(self._topics.alerts, value=value)
        return len(POISON)

    def _guarded(self, work: object) -> None:
        try:
            work()  # type: ignore[operator]
        except (KafkaError, ValueError, OSError) as error:
            log.exception("a thread of the traffic ended")
            self._error = error

    def _send(self) -> None:
        while self._sending.is_set():
            now = datetime.now(UTC)
            for alert in self._soc.due(self._clock.at(now)):
                self._ledger.sent(alert)
                self._producer.send(
                    self._topics.alerts, key=alert.key, value=alert.value, headers=format_headers(alert.format)
                )
            self._send_verdicts(now)
            time.sleep(TICK_SECONDS)

    def _send_verdicts(self, now: datetime) -> None:
        for verdict in self._verdicts_due(now):
            headers = format_headers(verdict.format)
            self._producer.send(self._topics.feedback, key=verdict.key, value=verdict.value, headers=headers)
            self._ledger.verdicts_sent += 1

    def _verdicts_due(self, now: datetime) -> list[PlannedVerdict]:
        with self._due_lock:
            due = []
            while self._due and self._due[0][0] <= now:
                due.append(heapq.heappop(self._due)[2])
            return due

    def _read(self) -> None:
        while self._reading.is_set():
            for records in self._consumer.poll(timeout_ms=500).values():
                for record in records:
                    self._answer(ScoreV1.from_bytes(record.value))

    def _answer(self, score: ScoreV1) -> None:
        alert = self._ledger.scored(score)
        if alert is None:
            return
        with self._due_lock:
            for verdict in self._analysts.answer(alert, shown=score.shown, now=datetime.now(UTC)):
                heapq.heappush(self._due, (verdict.due_at, next(self._numbers), verdict))
