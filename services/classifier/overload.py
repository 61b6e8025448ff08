"""Overload: when more alerts come than can be scored, which of them still wait, and in what order.

Little is lost by not waiting, as what passes unscored is shown; an alert that waits for hours is not there when it is
needed. So each waits only for a set time, the less severe the shorter: under a lasting overload the queue then grows no
longer than the least severe have patience for, and the severest are scored as long as there is room for them at all.
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
    """Things that wait, the severest first, and before them any whose patience is over: to let it go takes no time.

    Safe to use from several threads. Within a severity they come in the order they were put.
    """

    def __init__(self, is_over: Callable[[WaitingT], bool]) -> None:
        self._is_over = is_over
        self._lines = tuple(deque[WaitingT]() for _ in _SHARES)
        self._lock = Lock()
        self._tickets: SimpleQueue[bool] = SimpleQueue()
        """One for each thing that waits, and a False for each who is to get nothing any more."""

    def __len__(self) -> int:
        """About how many wait."""
        return self._tickets.qsize()

    def put(self, thing: WaitingT, *, rank: int) -> None:
        """Let a thing wait."""
        self._lines[rank].append(thing)
        self._tickets.put(True)  # noqa: FBT003 - a queue's own method

    def close(self) -> None:
        """Let one of those who `take` get nothing."""
        self._tickets.put(False)  # noqa: FBT003

    def take(self, *, at_once: bool = False) -> WaitingT | None:
        """The next, once there is one; none at the end.

        Raises:
            queue.Empty: `at_once`, and there is none.
        """
        return self._next() if self._tickets.get(block=not at_once) else None

    def _next(self) -> WaitingT:
        with self._lock:
            late = (line for line in reversed(self._lines) if line and self._is_over(line[0]))
            line = next(late, None) or next(line for line in self._lines if line)
            return line.popleft()
