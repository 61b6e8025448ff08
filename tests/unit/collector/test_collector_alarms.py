"""What the collector's loop tells the alarms of a batch once that is stored."""

import threading
from datetime import UTC, datetime
from typing import Any, cast

from prometheus_client import CollectorRegistry

from services.collector.counts import Counts
from services.collector.handler import Incoming
from services.collector.loop import Collector, Parts
from services.collector.settings import CollectorSettings
from services.collector.watch import Progress
from services.runtime.buffer import Stored
from services.runtime.dead_letters import DeadLetterAlarm
from services.runtime.metrics import CollectorMetrics
from services.siem.reading import BUILT_IN
from tests.messages import score

SETTINGS = CollectorSettings()
SCORES, VERDICTS = SETTINGS.topics.scores, SETTINGS.topics.feedback


class Fakes:
    """Kafka and a database that take everything and give these messages once."""

    def __init__(self, messages: list[Incoming]) -> None:
        self.messages = messages
        self.placed = True

    def poll(self) -> list[Incoming]:
        """As a `Source`."""
        messages, self.messages = self.messages, []
        return messages

    def after(self, _: object) -> list[object]:
        """As a `Source`."""
        return []

    def tell(self, _: object) -> None:
        """As a `Source`."""

    def publish(self, _: object) -> None:
        """As a `DeadLetterPublisher`."""

    def store(self, _: object) -> Stored:
        """As a `BufferWriter`."""
        return Stored()


def incoming(topic: str, offset: int, value: bytes) -> Incoming:
    """A message."""
    return Incoming(topic=topic, partition=0, offset=offset, timestamp_ms=0, value=value)


def test_each_topics_refusals_count_for_its_own_alarm() -> None:
    """A thousand good scores are no comfort where no verdict can be read."""
    messages = [incoming(SCORES, offset, score().to_bytes()) for offset in range(30)]
    messages += [incoming(VERDICTS, offset, b"{broken") for offset in range(5)]
    registry = CollectorRegistry()
    metrics, fakes = CollectorMetrics(registry), cast("Any", Fakes(messages))
    alarms = {topic: DeadLetterAlarm(bound=0.2, window=1000, least=5) for topic in (SCORES, VERDICTS)}
    parts = Parts(
        reader=BUILT_IN,
        source=fakes,
        writer=fakes,
        publisher=fakes,
        counts=Counts(metrics, alarms=alarms),
        metrics=metrics,
        progress=Progress(clock=lambda: 0.0, limit_seconds=60),
    )
    Collector(parts, SETTINGS, clock=lambda: datetime.now(UTC))._take_in(fakes.poll(), threading.Event())
    share = {topic: registry.get_sample_value("winnow_dead_letter_share", {"topic": topic}) for topic in alarms}
    assert share == {SCORES: 0, VERDICTS: 1}
