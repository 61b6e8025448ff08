"""One context tracker for each source partition, fed in the partition's order and never twice with one offset."""

from collections import OrderedDict
from datetime import datetime

from schemas import ContextV1
from services.classifier.handler import Reading
from services.core.context import ContextTracker

_REMEMBERED = 2048
"""Contexts kept for alerts that are delivered again: above what can be in flight and uncommitted in a partition."""


class PartitionContexts:
    """The tracker of one partition. An alert delivered again gets the context it had, and is not counted twice."""

    def __init__(self, *, first_offset: int) -> None:
        self._tracker = ContextTracker(complete=first_offset == 0)
        self._recent: OrderedDict[tuple[int, int], ContextV1] = OrderedDict()

    def observe(self, reading: Reading, *, produced_at: datetime) -> ContextV1:
        """The alert's context; `produced_at` is Kafka's time of it (UTC)."""
        place = (reading.origin.offset, reading.origin.index)
        known = self._recent.get(place)
        if known is not None:
            return known
        context = self._recent[place] = self._tracker.observe(reading.alert, received_at=produced_at)
        if len(self._recent) > _REMEMBERED:
            self._recent.popitem(last=False)
        return context


class Contexts:
    """The trackers of the partitions this process reads."""

    def __init__(self) -> None:
        self._partitions: dict[tuple[str, int], PartitionContexts] = {}

    def observe(self, reading: Reading, *, produced_at: datetime) -> ContextV1:
        """The alert's context within its partition."""
        place = (reading.origin.topic, reading.origin.partition)
        if place not in self._partitions:
            self._partitions[place] = PartitionContexts(first_offset=reading.origin.offset)
        return self._partitions[place].observe(reading, produced_at=produced_at)

    def keep(self, partitions: set[tuple[str, int]]) -> None:
        """Forget the partitions that another process reads now: what happens there is no longer seen here."""
        self._partitions = {place: kept for place, kept in self._partitions.items() if place in partitions}
