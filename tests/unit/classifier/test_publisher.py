"""Publishing does not give up."""

from collections.abc import Sequence
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError, KafkaError, MessageSizeTooLargeError

from services.classifier import publisher as module
from services.classifier.publisher import Oversized, Publisher, Record
from services.runtime.errors import Unavailable

RECORD = Record(topic="t", key=b"k", value=b"v", headers=(("contract", b"ScoreV1"),))


class Producers:
    """Stands for brokers that fail: each producer made answers its sends with the next of these results."""

    def __init__(self, results: Sequence[Exception | None], *, connects: Sequence[Exception | None] = ()) -> None:
        self._results = list(results)
        self._connects = list(connects)
        self.made = 0
        self.sent: list[dict[str, Any]] = []

    async def connect(self) -> AIOKafkaProducer:
        """Make another producer, unless no broker answers."""
        failure = self._connects.pop(0) if self._connects else None
        if failure is not None:
            raise failure
        self.made += 1
        return self

    async def send_and_wait(self, topic: str, **record: Any) -> None:
        """Answer with the next result."""
        result = self._results.pop(0)
        if result is not None:
            raise result
        self.sent.append({"topic": topic, **record})

    async def stop(self) -> None:
        """Stop, as a broken producer does: not in good order."""
        raise KafkaError


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_FIRST_WAIT", 0.001)


async def test_it_returns_when_the_broker_has_the_record() -> None:
    """With its key and headers."""
    producers = Producers([None])
    publisher = Publisher(producers.connect)
    await publisher.start()
    await publisher.publish(RECORD)
    assert producers.sent == [{"topic": "t", "key": b"k", "value": b"v", "headers": [("contract", b"ScoreV1")]}]


async def test_it_tries_again_with_another_producer_until_it_is_published() -> None:
    """Also where no broker answers for a while."""
    producers = Producers([KafkaConnectionError(), KafkaError(), None], connects=[None, Unavailable("no broker"), None])
    publisher = Publisher(producers.connect)
    await publisher.start()
    await publisher.publish(RECORD)
    assert len(producers.sent) == 1
    assert producers.made == 3


async def test_what_the_topic_will_never_take_is_told() -> None:
    """Trying again would hold up the stream for ever."""
    publisher = Publisher(Producers([MessageSizeTooLargeError()]).connect)
    await publisher.start()
    with pytest.raises(Oversized, match="t takes"):
        await publisher.publish(RECORD)
