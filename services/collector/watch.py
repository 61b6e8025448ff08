"""Whether the collector moves: what its watchdog and /healthz go by."""

from collections.abc import Callable

from services.runtime.http import State


class Progress:
    """When something was last done, and how much is waiting. Written by the loop, read by the HTTP threads.

    `clock` gives seconds that never go back. Waiting messages count against the collector only from the moment they
    were first seen waiting, so an idle night does not make the first verdict of the morning look like a stall.
    """

    def __init__(self, *, clock: Callable[[], float], limit_seconds: float) -> None:
        self._clock = clock
        self._limit = limit_seconds
        self._stored = self._idle = self._turned = clock()
        self.lag = 0
        """Messages not yet stored, as last seen."""
        self.joined = False
        """Whether the group has given this collector its partitions, and they were found in the database."""

    def turned(self) -> None:
        """The loop went round once more."""
        self._turned = self._clock()

    def stored(self) -> None:
        """Messages were stored."""
        self._stored = self._clock()

    def saw_lag(self, messages: int) -> None:
        """So many messages are waiting."""
        self.lag = messages
        if messages == 0:
            self._idle = self._clock()

    @property
    def waiting(self) -> float:
        """Seconds without a message stored while some wait; 0 while none waits."""
        return self._clock() - max(self._stored, self._idle) if self.lag else 0.0

    def health(self) -> State:
        """Red where messages wait and none moves, or where the loop itself stands still."""
        waiting, still = self.waiting, self._clock() - self._turned
        return State(
            max(waiting, still) <= self._limit,
            {"lag": self.lag, "seconds_waiting": round(waiting, 1), "seconds_still": round(still, 1)},
        )

    def readiness(self) -> State:
        """Whether it takes in messages."""
        return State(self.joined, {"joined": self.joined})
