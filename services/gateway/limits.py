"""How much one sender, and all together, may ask for."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from services.gateway.errors import Busy, TooOften

Clock = Callable[[], float]
"""Gives seconds."""


class TokenBucket:
    """So many requests a second in the long run, and a burst after a pause."""

    def __init__(self, *, per_second: float, burst: int, clock: Clock) -> None:
        self._per_second = per_second
        self._burst = float(burst)
        self._clock = clock
        self._left = self._burst
        self._at = clock()

    def take(self) -> None:
        """Take one request's worth.

        Raises:
            TooOften: there is none; it says when there will be.
        """
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._at) * self._per_second)
        self._at = now
        if self._left < 1:
            raise TooOften("too many requests of this sender", retry_after=(1 - self._left) / self._per_second)
        self._left -= 1


class Rates:
    """A bucket for each sender; a name that is not among them has none and may not be asked for."""

    def __init__(self, names: Iterable[str], *, per_second: float, burst: int, clock: Clock) -> None:
        self._buckets: Mapping[str, TokenBucket] = {
            name: TokenBucket(per_second=per_second, burst=burst, clock=clock) for name in names
        }

    def take(self, name: str) -> None:
        """Take one request's worth of the sender's.

        Raises:
            TooOften: there is none.
        """
        self._buckets[name].take()


class Slots:
    """How many requests are worked on at once. For use in one event loop."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.taken = 0
        """Requests underway."""

    @contextmanager
    def one(self) -> Iterator[None]:
        """Hold a slot.

        Raises:
            Busy: all are taken.
        """
        if self.taken >= self._most:
            raise Busy(f"{self._most} requests are being worked on", retry_after=1)
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1
