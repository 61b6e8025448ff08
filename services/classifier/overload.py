"""Overload: when more alerts come than can be scored, which of them still wait, and in what order.

Little is lost by not waiting, as what passes unscored is shown; an alert that waits for hours is not there when it is
needed. So each waits only for a set time, the less severe the shorter: under a lasting overload the queue then grows no
longer than the least severe that must be let go have patience for, and those above them are scored, as far as they are
read in time.
"""

import sys
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from queue import SimpleQueue
from threading import Lock
from typing import Generic, TypeVar

from schemas import AlertV1, Severity

_SHARES = {
    Severity.CRITICAL: 1.0,
    Severity.HIGH: 0.9,
    Severity.UNKNOWN: 0.9,
    Severity.MEDIUM: 0.75,
    Severity.LOW: 0.6,
    Severity.INFORMATIONAL: 0.5,
}
"""Of the longest patience, from the severest to the least; an alert of unknown severity may be anything."""
_RANKS = {severity: rank for rank, severity in enumerate(_SHARES)}
_OVERTAKEN_SECONDS = 2.0
"""About what all that may be in flight takes on two cores."""
WaitingT = TypeVar("WaitingT")


class Patience:
    """How long after it was sent an alert may still wait; `seconds` is the severest's, 0 for ever.

    It only ends where `crowd` wait: that tells an overload from a sender whose clock is slow, whose alerts all seem
    to be late.
    """

    def __init__(self, *, seconds: float, crowd: int, clock: Callable[[], datetime]) -> None:
        self._longest = {severity: timedelta(seconds=share * seconds) for severity, share in _SHARES.items()}
        self._crowd = crowd if seconds else sys.maxsize
        self._clock = clock

    def is_over(self, alert: AlertV1, *, sent_at: datetime, waiting: int) -> bool:
        """Whether an alert sent then (UTC) has waited longer than it should, beside so many."""
        return waiting >= self._crowd and self._clock() - sent_at > self._longest[alert.severity]


def rank_of(alert: AlertV1) -> int:
    """Where an alert stands by its severity, 0 for the severest."""
    return _RANKS[alert.severity]


class WaitingLine(Generic[WaitingT]):
    """Things that wait, the severest first; safe to use from several threads.

    Severity only goes before age for `_OVERTAKEN_SECONDS`: what is overtaken holds back the acknowledgement of all that
    came after it. Where a crowd waits, those whose patience is over are let go before anything else, the least severe
    first: that takes no time. Of each severity only who came first is looked at; later ones may have been sent before.
    """

    def __init__(self, is_over: Callable[[WaitingT, int], bool], *, monotonic: Callable[[], float]) -> None:
        self._is_over = is_over
        self._monotonic = monotonic
        self._lines = tuple(deque[tuple[float, WaitingT]]() for _ in _SHARES)
        self._lock = Lock()
        self._tickets: SimpleQueue[bool] = SimpleQueue()
        """One for each thing that waits, and a False for each who is to get nothing any more."""

    def __len__(self) -> int:
        """How many wait."""
        return sum(map(len, self._lines))

    def put(self, thing: WaitingT, *, rank: int) -> None:
        """Let a thing wait."""
        self._lines[rank].append((self._monotonic(), thing))
        self._tickets.put(True)  # noqa: FBT003 - a queue's own method

    def close(self) -> None:
        """Let one of those who `take` get nothing."""
        self._tickets.put(False)  # noqa: FBT003

    def take(self, *, at_once: bool = False) -> tuple[WaitingT, bool] | None:
        """The next, once there is one, and whether it is let go; none at the end.

        Raises:
            queue.Empty: `at_once`, and there is none.
        """
        if not self._tickets.get(block=not at_once):
            return None
        with self._lock:
            late = self._late()
            line = self._next() if late is None else late
            return line.popleft()[1], late is not None

    def _late(self) -> deque[tuple[float, WaitingT]] | None:
        """The line of the least severe whose patience is over."""
        waiting = len(self)
        return next((line for line in reversed(self._lines) if line and self._is_over(line[0][1], waiting)), None)

    def _next(self) -> deque[tuple[float, WaitingT]]:
        """The line of whoever was overtaken for too long, else of the severest."""
        lines = [line for line in self._lines if line]
        oldest = min(lines, key=lambda line: line[0][0])
        return oldest if self._monotonic() - oldest[0][0] > _OVERTAKEN_SECONDS else lines[0]
