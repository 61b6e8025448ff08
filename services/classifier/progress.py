"""Whether the stream moves: lag as the broker sees it, and the watchdog over it.

Faust's consumers have been seen to die slowly while their process looks well (faust-streaming #175, #640). So the lag
is asked of the broker over a connection of its own, and not of the consumer that may be the one that is ill.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from services.runtime.metrics import ClassifierMetrics

log = logging.getLogger(__name__)

_INTERVAL_SECONDS = 2.0
_ANSWER_SECONDS = 20.0
"""How long the broker may take to tell the lag."""
_KNOWN_SECONDS = 30.0
"""How long a lag counts as known; until then the next one should have been measured."""


class Watchdog:
    """Barks when alerts have been waiting for `limit_seconds` and none was finished. Times are monotonic seconds.

    It also barks where for so long nobody could tell whether any wait: the broker does not answer, or the event loop
    that asks it stands still. Whoever looks after it must therefore not be of that loop.
    """

    def __init__(self, *, limit_seconds: float, now: float) -> None:
        self._limit = limit_seconds
        self._moved_at = self._told_at = now
        self._finished = 0
        self.lag = 0
        """Messages that wait, as last known."""

    def look(self, *, finished: int, lag: int | None, now: float) -> None:
        """Note how much is finished and how much waits; `lag` is none where the broker would not tell."""
        waited = self.lag > 0
        if lag is not None:
            self.lag, self._told_at = lag, now
        if finished != self._finished or (lag is not None and not waited):
            self._finished = finished
            self._moved_at = now

    def idle_seconds(self, *, now: float) -> float:
        """Seconds since a message was last finished while others wait, or may for all we know; 0 while none waits."""
        if self.lag:
            return max(0.0, now - self._moved_at)
        unknown = now - max(self._told_at, self._moved_at)
        return unknown if unknown > _KNOWN_SECONDS else 0.0

    def barks(self, *, now: float) -> bool:
        """Whether the stream stands still although it should not."""
        return self.idle_seconds(now=now) > self._limit


class LagMeter:
    """Asks the broker how far the partitions of this process reach, and tells the watchdog and the metrics.

    `assigned` gives the partitions, `position` the offset after the last finished message of one (none before the
    first), `finished` the number of messages finished so far.
    """

    def __init__(
        self,
        consumer: AIOKafkaConsumer,
        *,
        assigned: Callable[[], frozenset[tuple[str, int]]],
        position: Callable[[str, int], int | None],
        finished: Callable[[], int],
        watchdog: Watchdog,
        metrics: ClassifierMetrics,
        monotonic: Callable[[], float],
    ) -> None:
        self._consumer = consumer
        self._assigned = assigned
        self._position = position
        self._finished = finished
        self._watchdog = watchdog
        self._metrics = metrics
        self._monotonic = monotonic

    async def run(self) -> None:
        """Measure until cancelled."""
        while True:
            lags = await self._measured()
            total = None if lags is None else sum(lags.values())
            self._watchdog.look(finished=self._finished(), lag=total, now=self._monotonic())
            self._show(lags)
            await asyncio.sleep(_INTERVAL_SECONDS)

    async def _measured(self) -> Mapping[TopicPartition, int] | None:
        """Messages not yet finished, by partition; none where the broker does not answer."""
        partitions = [TopicPartition(*each) for each in self._assigned()]
        if not partitions:
            return {}
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):  # the library asks for committed offsets until it has them
                return await self._asked(partitions)
        except (KafkaError, TimeoutError) as error:
            log.warning("the lag is not known", extra={"error": type(error).__name__})
            return None

    async def _asked(self, partitions: list[TopicPartition]) -> Mapping[TopicPartition, int]:
        ends = await self._consumer.end_offsets(partitions)
        begins = await self._consumer.beginning_offsets(partitions)
        return {each: max(0, ends[each] - await self._done(each, begins[each])) for each in partitions}

    async def _done(self, partition: TopicPartition, begin: int) -> int:
        finished = self._position(partition.topic, partition.partition)
        committed: Any = await self._consumer.committed(partition)
        return max(begin, finished or 0, committed or 0)

    def _show(self, lags: Mapping[TopicPartition, int] | None) -> None:
        if lags is None:
            return
        self._metrics.lag.clear()
        for partition, lag in lags.items():
            self._metrics.lag.labels(partition.topic, partition.partition).set(lag)
