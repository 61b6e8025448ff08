"""A partition's past in a list, and what every past has to keep to: the list and Kafka's own alike."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import uuid4

from services.classifier.contexts import Contexts
from services.classifier.handler import Incoming
from services.classifier.history import History
from services.classifier.past import OpenPast, Past
from services.runtime.errors import Unavailable
from services.runtime.snapshot_files import SnapshotFiles
from services.siem.reading import BUILT_IN
from tests.messages import alert, at

TOPIC = "siem.alerts"


def message(offset: int, *, minutes: float | None = None, topic: str = TOPIC, partition: int = 0) -> Incoming:
    """A message with one alert, produced so many minutes after noon; by default its offset in minutes."""
    minutes = offset if minutes is None else minutes
    value = alert(f"winnow:t:{offset}", minutes=minutes).to_bytes()
    return carried(value, offset=offset, produced_at=at(minutes), topic=topic, partition=partition)


def carried(
    value: bytes | None, *, offset: int, produced_at: datetime, topic: str = TOPIC, partition: int = 0
) -> Incoming:
    """A message of these bytes."""
    return Incoming(
        value=value,
        format_name="winnow",
        topic=topic,
        partition=partition,
        offset=offset,
        produced_at=produced_at,
        received_at=produced_at,
    )


class ListedPast:
    """A partition whose messages are a list; `failures` is how often it does not answer first."""

    def __init__(self, messages: Sequence[Incoming], *, begin: int = 0, failures: int = 0) -> None:
        self._messages = list(messages)
        self._begin = begin
        self._failures = failures
        self.read: list[int] = []
        self.open = asyncio.Event()
        """Nothing is handed out while it is not set."""
        self.open.set()

    async def begin(self) -> int:
        """As the port says."""
        return self._begin

    async def offset_at(self, when: datetime) -> int | None:
        """As the port says."""
        return next((each.offset for each in self._there() if each.produced_at >= when), None)

    async def messages(self, start: int, stop: int) -> AsyncIterator[Sequence[Incoming]]:
        """As the port says; two at a time, and it fails after the first of them."""
        wanted = [each for each in self._there() if start <= each.offset < stop]
        for place in range(0, len(wanted), 2):
            await self.open.wait()
            self.read += [each.offset for each in wanted[place : place + 2]]
            yield wanted[place : place + 2]
            if self._failures:
                self._failures -= 1
                raise Unavailable("the broker went away")

    def _there(self) -> list[Incoming]:
        return [each for each in self._messages if each.offset >= self._begin]


def opening(past: Past) -> OpenPast:
    """Opens this one, whatever the partition."""

    @asynccontextmanager
    async def open_past(topic: str, partition: int) -> AsyncIterator[Past]:
        yield past

    return open_past


def worker(
    past: Past | None = None, *, files: SnapshotFiles | None = None, most: int = 1000, remembered: int = 5000
) -> Contexts:
    """A worker's contexts; by default nothing is written down, and no past left to read."""
    files = files or SnapshotFiles(f"memory://{uuid4()}", group="g")
    past = past or ListedPast([])
    return Contexts(History(files, opening(past), reader=BUILT_IN, most=most, remembered=remembered))


async def keeps_to_the_port(past: Past, held: Sequence[Incoming]) -> None:
    """What any past gives of a partition that holds these messages from its beginning on, times ascending."""
    assert await past.begin() == held[0].offset
    assert await past.offset_at(held[0].produced_at) == held[0].offset
    assert await past.offset_at(held[2].produced_at) == held[2].offset
    assert await past.offset_at(at(10 * 24 * 60 * 365)) is None
    for start, stop in ((0, len(held) - 1), (1, 3), (2, 2)):
        found = [each async for batch in past.messages(held[start].offset, held[stop].offset) for each in batch]
        assert [told(each) for each in found] == [told(each) for each in held[start:stop]]


def told(message: Incoming) -> tuple[object, ...]:
    """What of a message matters to a context."""
    return message.value, message.format_name, message.topic, message.partition, message.offset, message.produced_at
