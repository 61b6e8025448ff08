"""The contexts of one partition, also while its past is being caught up with."""

import asyncio
import logging
from collections import deque

from schemas import ContextV1
from services.classifier.memory import Memory
from services.core.context import Event, Place

log = logging.getLogger(__name__)

_SLICE = 100
"""Alerts learned at once while others wait for their scores: some milliseconds."""


class PartitionContexts:
    """One partition. While its past is being caught up with, a memory that begins now gives partial contexts.

    What that memory sees is kept, so that the caught-up one learns of it before it takes over; what it gave, only as
    far as it remembers that. When this is more than `most` alerts, catching up is to be given up.
    """

    def __init__(self, memory: Memory, *, most: int = 0) -> None:
        self.memory = memory
        self._most = most
        self._given: deque[tuple[Place, Event]] | None = deque() if most else None

    @property
    def catching_up(self) -> bool:
        """Whether another memory is to take over."""
        return self._given is not None

    @property
    def overflows(self) -> bool:
        """Whether more is kept for the memory that is to take over than may be."""
        return self._given is not None and len(self._given) > self._most

    def observe(self, place: Place, event: Event) -> ContextV1:
        """The alert's context."""
        new = place >= self.memory.place
        context = self.memory.observe(place, event)
        if self._given is not None and new:
            self._given.append((place, event))
        return context

    def goes_on_at(self, offset: int) -> bool:
        """Whether it can go on with this message, nothing between unseen. At 0 another topic of its name may begin."""
        return offset != 0 and self.memory.continues_at(offset)

    async def take_over(self, caught_up: Memory) -> None:
        """Let a memory of everything before take over, once it has learned what came since, in slices."""
        while self._given:
            for _ in range(min(_SLICE, len(self._given))):
                place, event = self._given.popleft()
                caught_up.learn(place, event, given=self.memory.given(place))
            await asyncio.sleep(0)
        if self._given is not None:
            caught_up.place = max(caught_up.place, self.memory.place)
            self.memory, self._given = caught_up, None

    def give_up(self) -> None:
        """Go on with what was seen here; its contexts stay partial until that is a day."""
        if self._given is not None:
            log.warning("the past of a partition is not caught up with; its contexts stay partial for a day")
        self._given = None
