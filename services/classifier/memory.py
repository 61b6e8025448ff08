"""What is known of one partition: its tracker, how far that has seen, and the contexts it gave last."""

from typing import Self

from schemas import ContextV1
from services.core.context import ContextTracker, Event, Place, Snapshot
from services.core.errors import SnapshotInvalid
from services.siem.envelopes import MOST


def remembered_beside(in_flight: int) -> int:
    """How many contexts to keep for alerts that are delivered again: of those in flight, and of one message more.

    A message is delivered again as a whole, also where only its last alert was in flight. So is what was finished
    behind a slow one and could not be acknowledged yet; where that is more, a day is read again after a kill.
    """
    return in_flight + MOST


class Memory:
    """A tracker that observes no place of its partition twice.

    An alert that is delivered again gets the context it had, if that is among the `remembered` last.
    """

    def __init__(self, tracker: ContextTracker, *, begin: Place, remembered: int) -> None:
        self._tracker = tracker
        self._remembered = remembered
        self._since = begin
        self._recent: dict[Place, ContextV1] = {}
        self.place = begin
        """The next to be observed; everything before it was."""

    @classmethod
    def restored(cls, snapshot: Snapshot, *, topic: str, partition: int, remembered: int) -> Self:
        """What a snapshot of this partition says.

        Raises:
            SnapshotInvalid: it is of another partition, or the state of another kind of tracker.
        """
        if (snapshot.topic, snapshot.partition) != (topic, partition):
            raise SnapshotInvalid(f"the snapshot is of {snapshot.topic} {snapshot.partition}")
        memory = cls(ContextTracker.restored(snapshot.tracker), begin=snapshot.since, remembered=remembered)
        memory.place = snapshot.place
        memory._recent = snapshot.recent.copy()
        return memory

    def snapshot(self, topic: str, partition: int) -> Snapshot:
        """All of it, as it is now: a copy that is quickly made."""
        return Snapshot(
            topic=topic,
            partition=partition,
            place=self.place,
            since=self._since,
            recent=self._recent.copy(),
            tracker=self._tracker.state(),
        )

    def knows_from(self, offset: int) -> bool:
        """Whether every alert from this message on is either still to be observed, or its context remembered."""
        return (offset, 0) >= self._since

    def continues_at(self, offset: int) -> bool:
        """Whether it can go on with this message, nothing between them unseen."""
        return self.knows_from(offset) and offset <= self.place[0]

    def observe(self, place: Place, event: Event) -> ContextV1:
        """An alert's context. One that was observed and is not remembered gets one that knows nothing, and says so."""
        known = self._recent.get(place)
        if known is not None:
            return known
        if place < self.place:
            return ContextTracker(complete=False).take(event)
        return self._keep(place, self._tracker.take(event))

    def given(self, place: Place) -> ContextV1 | None:
        """The context it gave the alert there, as far as that is remembered."""
        return self._recent.get(place)

    def learn(self, place: Place, event: Event, *, given: ContextV1 | None) -> None:
        """Observe an alert that another memory gave a context; one that is not remembered there is not here either."""
        if place < self.place:
            return
        self._tracker.take(event)
        if given is not None:
            self._keep(place, given)
        else:
            self._recent.clear()
            self._since = self.place = _after(place)

    def passed(self, offset: int) -> None:
        """Everything up to and with this message was observed, or is no alert."""
        self.place = max(self.place, (offset + 1, 0))

    def _keep(self, place: Place, context: ContextV1) -> ContextV1:
        self._recent[place] = context
        self.place = _after(place)
        while len(self._recent) > self._remembered:
            oldest = next(iter(self._recent))
            del self._recent[oldest]
            self._since = _after(oldest)
        return context


def fresh(*, begin: int, remembered: int, complete: bool = False, since: float | None = None) -> Memory:
    """A memory of nothing, from an offset on; `complete` and `since` as of ContextTracker, `remembered` of Memory."""
    return Memory(ContextTracker(complete=complete, since=since), begin=(begin, 0), remembered=remembered)


def _after(place: Place) -> Place:
    return place[0], place[1] + 1
