"""A partition's own past, read from Kafka without a group while another consumer reads its present."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from datetime import datetime
from typing import Any, Protocol

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from services.classifier.handler import Incoming, incoming_of
from services.classifier.scorer import Clock
from services.runtime.errors import Unavailable

_BATCH = 200
_POLL_MILLISECONDS = 1000
_SILENCES = 30
"""Polls without a record after which the broker does not answer; there is one at the end that is read to."""


class Past(Protocol):
    """What a partition holds. All may raise Unavailable."""

    async def begin(self) -> int:
        """The first offset that is still there."""

    async def offset_at(self, when: datetime) -> int | None:
        """The first offset with that time (UTC) or a later one; None where there is none so late."""

    def messages(self, start: int, stop: int) -> AsyncIterator[Sequence[Incoming]]:
        """The messages from one offset up to, and without, another, at which there is a message; some at a time."""


OpenPast = Callable[[str, int], AbstractAsyncContextManager[Past]]
"""Opens the past of a partition; may raise Unavailable."""


class KafkaPast:
    """The past of a partition, by a started consumer without a group that reads nothing else."""

    def __init__(self, consumer: AIOKafkaConsumer, topic: str, partition: int, *, clock: Clock) -> None:
        self._consumer = consumer
        self._place = TopicPartition(topic, partition)
        self._clock = clock
        consumer.assign([self._place])

    async def begin(self) -> int:
        """As the port says."""
        with _unavailable():
            return int((await self._consumer.beginning_offsets([self._place]))[self._place])

    async def offset_at(self, when: datetime) -> int | None:
        """As the port says."""
        milliseconds = int(when.timestamp() * 1000)
        with _unavailable():
            found = (await self._consumer.offsets_for_times({self._place: milliseconds}))[self._place]
        return None if found is None or found.offset < 0 else int(found.offset)

    async def messages(self, start: int, stop: int) -> AsyncIterator[Sequence[Incoming]]:
        """As the port says. A message whose time cannot be has that of the one before, for it was read soon after."""
        self._consumer.seek(self._place, start)
        silences, before = 0, self._clock()
        while start < stop:
            batch = await self._polled()
            silences = 0 if batch else silences + 1
            if silences == _SILENCES:
                raise Unavailable(f"{self._place.topic} is not handed out from offset {start}")
            if batch:
                start = batch[-1].offset + 1
                found = []
                for record in batch:
                    found.append(self._incoming(record, before=before))
                    before = found[-1].produced_at
                yield [message for message in found if message.offset < stop]

    async def _polled(self) -> Sequence[Any]:
        with _unavailable():
            polled = await self._consumer.getmany(timeout_ms=_POLL_MILLISECONDS, max_records=_BATCH)
        return next(iter(polled.values()), ())

    def _incoming(self, record: Any, *, before: datetime) -> Incoming:  # noqa: ANN401 - aiokafka has no types
        timestamp = None if record.timestamp is None else record.timestamp / 1000
        return incoming_of(record, timestamp=timestamp, now=self._clock(), otherwise=before)


def kafka_pasts(connect: Callable[[], AbstractAsyncContextManager[AIOKafkaConsumer]], *, clock: Clock) -> OpenPast:
    """Opens pasts with a consumer each; `connect` makes a started one without a group."""

    @asynccontextmanager
    async def open_past(topic: str, partition: int) -> AsyncIterator[Past]:
        async with connect() as consumer:
            yield KafkaPast(consumer, topic, partition, clock=clock)

    return open_past


@contextmanager
def _unavailable() -> Iterator[None]:
    try:
        yield
    except KafkaError as error:
        raise Unavailable(f"the past cannot be read: {type(error).__name__}") from error
