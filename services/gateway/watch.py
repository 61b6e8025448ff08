"""Whether the gateway moves: what /healthz and /readyz go by."""

from services.gateway.limits import Clock
from services.runtime.http import State


class Watch:
    """When the loop last went round, and how publishing last ended. Written by the gateway, read by HTTP threads."""

    def __init__(self, *, clock: Clock, still_seconds: float, failed_seconds: float) -> None:
        self._clock = clock
        self._still = still_seconds
        self._failed = failed_seconds
        self._turned = clock()
        self._failure: float | None = None
        self.open = False
        """Whether requests are taken."""

    def turned(self) -> None:
        """The loop went round once more."""
        self._turned = self._clock()

    def published(self, *, acknowledged: bool) -> None:
        """Kafka has confirmed all of a request's messages, or not."""
        self._failure = None if acknowledged else self._clock()

    def health(self) -> State:
        """Red where the loop stands still."""
        still = self._clock() - self._turned
        return State(still <= self._still, {"seconds_still": round(still, 1)})

    def readiness(self) -> State:
        """Whether it takes requests: red for a while after Kafka did not answer, then it is tried again."""
        failure = self._failure
        since = None if failure is None else self._clock() - failure
        ok = self.open and (since is None or since > self._failed)
        return State(ok, {"open": self.open, "seconds_since_failure": None if since is None else round(since, 1)})
