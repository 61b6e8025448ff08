"""Where the memory of a partition comes from: its newest snapshot, and its own past read again from there on."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from services.classifier.errors import told
from services.classifier.handler import Incoming, Reading, handle
from services.classifier.memory import Memory, fresh
from services.classifier.past import OpenPast, Past
from services.core.context import CLAMP, DAY, event_of, read_snapshot
from services.core.errors import SnapshotInvalid
from services.runtime.errors import StoreError, Unavailable
from services.runtime.snapshot_files import SnapshotFiles
from services.siem.reading import Reader

log = logging.getLogger(__name__)

_AT_ONCE = 2
"""Partitions that are read again at the same time; what it costs is the processor."""
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0


class History:
    """Snapshots and pasts. At most `most` messages of a partition are read again; `replayed` is told how many were.
    A memory keeps the `remembered` last contexts.

    What is read again goes through the same reader as what is live, in a thread of its own.
    """

    def __init__(
        self,
        files: SnapshotFiles,
        open_past: OpenPast,
        *,
        reader: Reader,
        most: int,
        remembered: int,
        replayed: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._files = files
        self._open_past = open_past
        self._reader = reader
        self._replayed = replayed
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self.most = most
        self.remembered = remembered

    async def load(self, topic: str, partition: int) -> Memory | None:
        """What the newest usable snapshot says; None where there is none."""
        return await asyncio.to_thread(self._loaded, topic, partition)

    async def forget(self, topic: str, partition: int) -> None:
        """Remove the partition's snapshots; those that stand further would keep newer ones from being written."""
        try:
            await asyncio.to_thread(self._files.forget, topic, partition)
        except StoreError as error:
            log.warning("outlived snapshots cannot be removed", extra=told(error))

    async def caught_up(self, first: Incoming, known: Memory | None) -> Memory:
        """What is known of everything before the message `first`, tried until Kafka hands out what it takes.

        `known` is what to go on from; where it does not reach that message, or stands beyond it, a day is read anew.
        """
        wait = _FIRST_WAIT
        while True:
            try:
                async with self._turns, self._open_past(first.topic, first.partition) as past:
                    known = await self._origin(past, first, known)
                    await self._replay(past, first, known)
                    return known
            except Unavailable as error:
                log.warning("the past of a partition cannot be read yet", extra=_place(first) | told(error))
            await asyncio.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT)

    def _loaded(self, topic: str, partition: int) -> Memory | None:
        try:
            for data in self._files.newest_first(topic, partition):
                memory = self._usable(data, topic, partition)
                if memory is not None:
                    return memory
        except StoreError as error:
            log.warning("snapshots of contexts cannot be read", extra={"topic": topic} | told(error))
        return None

    def _usable(self, data: bytes, topic: str, partition: int) -> Memory | None:
        try:
            return Memory.restored(read_snapshot(data), topic=topic, partition=partition, remembered=self.remembered)
        except SnapshotInvalid as error:
            where = {"topic": topic, "partition": partition, "reason": str(error)}
            log.warning("a snapshot of contexts is passed over", extra=where)
            return None

    async def _origin(self, past: Past, first: Incoming, known: Memory | None) -> Memory:
        """What to go on from: what is known where nothing since is lost, else nothing, from a day before."""
        begin = await past.begin()
        if known is not None and not known.knows_from(first.offset):
            await self.forget(first.topic, first.partition)
            known = None
        if known is not None and known.place[0] >= max(begin, first.offset - self.most):
            return known
        return await self._day_before(past, first, begin=begin)

    async def _day_before(self, past: Past, first: Incoming, *, begin: int) -> Memory:
        """A memory of nothing that begins where what still weighs does, or as far back as there is or may be read."""
        since = max(0.0, first.produced_at.timestamp() - DAY - CLAMP.total_seconds())
        earlier = max(0.0, since - CLAMP.total_seconds())  # an alert's own time may be later than Kafka's by so much
        found = await past.offset_at(datetime.fromtimestamp(earlier, tz=UTC))
        wanted = first.offset if found is None else min(found, first.offset)
        start = max(begin, wanted, first.offset - self.most)
        reached = start == wanted and wanted > begin  # else what lay before may have been of that day
        since_known = since if reached else None
        return fresh(begin=start, remembered=self.remembered, complete=start == 0, since=since_known)

    async def _replay(self, past: Past, first: Incoming, memory: Memory) -> None:
        async for messages in past.messages(memory.place[0], first.offset):
            self._replayed(await asyncio.to_thread(self._observe, memory, messages))

    def _observe(self, memory: Memory, messages: Sequence[Incoming]) -> int:
        """Observe all alerts of some messages; how many they were."""
        count = 0
        for message in messages:
            for found in handle(message, reader=self._reader, now=message.received_at):
                if isinstance(found, Reading):
                    event = event_of(found.alert, received_at=message.produced_at)
                    memory.observe((message.offset, found.origin.index), event)
                    count += 1
            memory.passed(message.offset)
        return count


def _place(message: Incoming) -> dict[str, Any]:
    return {"topic": message.topic, "partition": message.partition, "offset": message.offset}
