"""Whether the collector moves: what its watchdog and /healthz go by."""

from collections.abc import Callable

from services.runtime.http import State
from services.runtime.metrics import CollectorMetrics

_ANSWER_SECONDS = 15.0
"""How much later than planned the lag may be seen, until it counts as not known."""


class Progress:
    """When something was last done, and how much is waiting. Written by the loop, read by the HTTP threads.

    `clock` gives seconds that never go back. Waiting messages count against the collector only from the moment they
    were first seen waiting, so an idle night does not make the first verdict of the morning look like a stall. The lag
    should be seen every `lag_seconds`; a broker that no longer tells it may hide any number of messages.
    """

    def __init__(self, *, clock: Callable[[], float], limit_seconds: float, lag_seconds: float = 5.0) -> None:
        self._clock = clock
        self._limit = limit_seconds
        self._known = lag_seconds + _ANSWER_SECONDS
        self._stored = self._idle = self._turned = self._told = clock()
        self.lag = 0
        """Messages not yet stored, as last seen."""
        self.joined = False
        """Whether the group has given this collector its partitions, and they were found in the database."""

    def show(self, metrics: CollectorMetrics) -> None:
        """Have metrics say what /healthz and /readyz say, worked out at each scrape."""
        metrics.since_progress.set_function(lambda: self.since_progress)
        metrics.ready.set_function(lambda: float(self.joined))

    def turned(self) -> None:
        """The loop went round once more."""
        self._turned = self._clock()

    def stored(self) -> None:
        """Messages were stored."""
        self._stored = self._clock()

    def saw_lag(self, messages: int) -> None:
        """So many messages are waiting."""
        self.lag, self._told = messages, self._clock()
        if messages == 0:
            self._idle = self._told

    @property
    def waiting(self) -> float:
        """Seconds without a message stored while some wait, or may for all we know; 0 while none waits."""
        is_known = self._clock() - self._told <= self._known
        return 0.0 if is_known and not self.lag else self._clock() - max(self._stored, self._idle)

    @property
    def still(self) -> float:
        """Seconds since the loop last went round."""
        return self._clock() - self._turned

    @property
    def since_progress(self) -> float:
        """Seconds without progress, be it that messages wait or that the loop stands still."""
        return max(self.waiting, self.still)

    def health(self) -> State:
        """Red where messages wait, or may, and none moves, or where the loop itself stands still."""
        return State(
            self.since_progress <= self._limit,
            {"lag": self.lag, "seconds_waiting": round(self.waiting, 1), "seconds_still": round(self.still, 1)},
        )

    def readiness(self) -> State:
        """Whether it takes in messages."""
        return State(self.joined, {"joined": self.joined})
