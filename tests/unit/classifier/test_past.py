"""A partition's past as it is read again, from a consumer that has it all at hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from aiokafka import TopicPartition

from services.classifier.past import KafkaPast
from tests.messages import NOON, at

DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Record:
    """A message as aiokafka has it, its timestamp in epoch milliseconds."""

    offset: int
    timestamp: int | None
    topic: str = "alerts"
    partition: int = 0
    value: bytes = b"{}"
    headers: tuple[tuple[str, bytes], ...] = ()


@dataclass
class Consumer:
    """Hands out two records at a time."""

    records: Sequence[Record]
    at: int = field(default=0, init=False)

    def assign(self, _: Sequence[TopicPartition]) -> None:
        """There is one partition."""

    def seek(self, _: TopicPartition, offset: int) -> None:
        """Go on from there."""
        self.at = offset

    async def getmany(self, **_: Any) -> Mapping[TopicPartition, Sequence[Record]]:
        """The next two."""
        batch = self.records[self.at : self.at + 2]
        self.at += len(batch)
        return {TopicPartition("alerts", 0): batch} if batch else {}


async def test_a_message_whose_time_cannot_be_has_that_of_the_one_before() -> None:
    """Not that of the reading: what was counted after it would all be of the age of zero, however long ago it was."""
    good, future = int(at(0).timestamp() * 1000), int((NOON + 30 * DAY).timestamp() * 1000)
    records = [Record(offset=place, timestamp=time) for place, time in enumerate([good, None, future, good + 60_000])]
    past = KafkaPast(Consumer(records), "alerts", 0, clock=lambda: NOON + DAY)
    read = [message async for batch in past.messages(0, 4) for message in batch]
    assert [message.offset for message in read] == [0, 1, 2, 3]
    assert [message.produced_at for message in read] == [at(0), at(0), at(0), at(1)]
    assert {message.received_at for message in read} == {NOON + DAY}


async def test_messages_are_read_up_to_the_offset_and_no_further() -> None:
    """The one at it is another's."""
    records = [Record(offset=place, timestamp=int(at(place).timestamp() * 1000)) for place in range(5)]
    past = KafkaPast(Consumer(records), "alerts", 0, clock=lambda: NOON + DAY)
    assert [message.offset async for batch in past.messages(1, 4) for message in batch] == [1, 2, 3]
