"""Following `winnow.models`: whole, without a group, from the beginning at each start. The newest event counts."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from pydantic import ValidationError

from schemas import ModelEventV1

log = logging.getLogger(__name__)

_POLL_MILLISECONDS = 1000
_RETRY_SECONDS = 2.0


class Announcements:
    """Tells of the newest event of one model. What lies behind it in the topic is history, and is not told.

    `connect` makes a consumer of the whole topic, not yet started.
    """

    def __init__(
        self,
        connect: Callable[[], AIOKafkaConsumer],
        *,
        model_name: str,
        tell: Callable[[ModelEventV1 | None], None],
    ) -> None:
        self._connect = connect
        self._model_name = model_name
        self._tell = tell

    async def run(self) -> None:
        """Follow the topic until cancelled; after a failure, from its beginning again."""
        while True:
            consumer = self._connect()
            try:
                await consumer.start()
                await self._follow(consumer)
            except KafkaError as error:
                log.warning("the model topic cannot be read", extra={"error": type(error).__name__})
                await asyncio.sleep(_RETRY_SECONDS)
            finally:
                await consumer.stop()

    async def _follow(self, consumer: AIOKafkaConsumer) -> None:
        ends = await consumer.end_offsets(consumer.assignment())
        self._tell(await self._newest(consumer, ends))
        while True:
            batch = await consumer.getmany(timeout_ms=_POLL_MILLISECONDS)
            event = newest_event(_values(batch), model_name=self._model_name)
            if event is not None:
                self._tell(event)

    async def _newest(self, consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]) -> ModelEventV1 | None:
        newest: ModelEventV1 | None = None
        while not await _reached(consumer, ends):
            batch = await consumer.getmany(timeout_ms=_POLL_MILLISECONDS)
            newest = newest_event(_values(batch), model_name=self._model_name) or newest
        return newest


def newest_event(values: Iterable[bytes | None], *, model_name: str) -> ModelEventV1 | None:
    """The last readable event of a model; others' events, tombstones and what cannot be read are passed over."""
    newest = None
    for value in values:
        event = _event(value)
        if event is not None and event.model_name == model_name:
            newest = event
    return newest


def _event(value: bytes | None) -> ModelEventV1 | None:
    if value is None:
        return None
    try:
        return ModelEventV1.from_bytes(value)
    except ValidationError as error:
        log.warning("a model event cannot be read", extra={"errors": error.error_count()})
        return None


def _values(batch: Mapping[TopicPartition, Iterable[Any]]) -> list[bytes | None]:
    return [record.value for records in batch.values() for record in records]


async def _reached(consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]) -> bool:
    for partition, end in ends.items():
        if await consumer.position(partition) < end:
            return False
    return True
