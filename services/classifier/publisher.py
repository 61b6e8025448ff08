"""Publishing that does not give up: a message is published when every in-sync replica has it, however long that takes.

aiokafka's own producer and not Faust's: it repeats nothing by itself (idempotence, which Faust ties to transactions),
costs less per message, and does not write a failed message's text into the log.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from services.runtime.errors import Unavailable

log = logging.getLogger(__name__)

Header = tuple[str, bytes]
_FIRST_WAIT, _LONGEST_WAIT = 0.1, 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A message to publish."""

    topic: str
    key: bytes
    value: bytes
    headers: tuple[Header, ...]


class Oversized(Exception):
    """The topic does not take a message of that size; trying again is no use."""


class Publisher:
    """A producer, and another one whenever it has failed for good. `connect` makes a started one."""

    def __init__(self, connect: Callable[[], Awaitable[AIOKafkaProducer]]) -> None:
        self._connect = connect
        self._producer: AIOKafkaProducer | None = None
        self._mending = asyncio.Lock()

    async def start(self) -> None:
        """Connect.

        Raises:
            Unavailable: no broker answers.
        """
        self._producer = await self._connect()

    async def stop(self) -> None:
        """Send what is still underway and disconnect."""
        if self._producer is not None:
            await self._producer.stop()

    async def publish(self, record: Record) -> None:
        """Return once the broker has acknowledged the record; try again for as long as it does not.

        Raises:
            Oversized: the topic does not take it.
        """
        wait = _FIRST_WAIT
        while not await self._published(record):
            await asyncio.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT)

    async def _published(self, record: Record) -> bool:
        producer = self._producer
        if producer is None:
            return await self._mended(producer)
        try:
            await producer.send_and_wait(record.topic, key=record.key, value=record.value, headers=list(record.headers))
        except MessageSizeTooLargeError as error:
            raise Oversized(f"{len(record.value)} bytes are more than {record.topic} takes") from error
        except KafkaError as error:
            log.warning("publishing failed", extra={"topic": record.topic, "error": type(error).__name__})
            return await self._mended(producer)
        return True

    async def _mended(self, failed: AIOKafkaProducer | None) -> bool:
        """Replace the producer that failed, unless another task has done so; the caller then tries again."""
        async with self._mending:
            if self._producer is failed:
                self._producer = None
                await self._replace(failed)
        return False

    async def _replace(self, failed: AIOKafkaProducer | None) -> None:
        try:
            if failed is not None:
                async with asyncio.timeout(_LONGEST_WAIT):
                    await failed.stop()
        except (KafkaError, TimeoutError):
            log.warning("the failed producer did not stop in good order")
        try:
            self._producer = await self._connect()
        except Unavailable as error:
            log.warning("no new producer yet", extra={"error": type(error).__name__})
