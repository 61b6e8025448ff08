"""Retention: alerts nobody judged and reasons of verdicts are forgotten when they are old, beside the stream."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from services.runtime.buffer import BufferWriter, Seen

log = logging.getLogger(__name__)

Look = Callable[[datetime, Seen | None], tuple[int, Seen | None]]
"""Looks at the next rows from before a time, after those seen; how many were forgotten, and where it stands."""


class Retention:
    """Sweeps over old scores, imported alerts and verdicts, a bounded step each time.

    `days` is the age from which they are forgotten, 0 keeps everything; `rows` bounds one step, and with it how long
    storing waits. `clock` gives UTC. Whatever has a verdict that counts is kept, and so is its context. Of verdicts
    only the reason goes, which nothing learns from: what comes later may need all earlier ones to be judged by.
    """

    def __init__(self, writer: BufferWriter, *, days: int, rows: int, clock: Callable[[], datetime]) -> None:
        self._age = timedelta(days=days)
        self._clock = clock
        self._scores = Sweep(lambda before, seen: writer.forget(scored_before=before, after=seen, limit=rows))
        self._imported = Sweep(
            lambda before, seen: writer.forget_imported(raised_before=before, after=seen, limit=rows)
        )
        self._reasons = Sweep(lambda before, seen: writer.forget_reasons(decided_before=before, after=seen, limit=rows))

    def allow(self) -> None:
        """Let each sweep look for what became old; called at equal distances of time."""
        for sweep in (self._scores, self._imported, self._reasons):
            sweep.allow()

    def step(self) -> int:
        """Go a step further with each sweep that has something to look at; returns how many alerts were forgotten.

        Called at each turn of the loop, so that as much may be forgotten as is stored. May raise Unavailable.
        """
        if not self._age:
            return 0
        before = self._clock() - self._age
        scores, imported, reasons = (each.step(before) for each in (self._scores, self._imported, self._reasons))
        if scores or imported or reasons:
            log.info("forgot what is old", extra={"scores": scores, "imported": imported, "reasons": reasons})
        return scores + imported


class Sweep:
    """A way through what is old, from the oldest to the youngest of it, and another behind it.

    Each time it is allowed the first goes on to the end of what is old by then. What stayed it does not look at again:
    that does the second, for verdicts are withdrawn and old rows arrive late. It takes one step each time it is
    allowed, and another at once only where something was forgotten, so that what stays costs no more the more it is.
    """

    def __init__(self, look: Look) -> None:
        self._look = look
        self._first: Seen | None = None
        self._second: Seen | None = None
        self._first_is_due = self._second_is_due = True

    def allow(self) -> None:
        """Let both go on."""
        self._first_is_due = self._second_is_due = True

    def step(self, before: datetime) -> int:
        """Look at some rows from before that time, if it is allowed to; returns how many were forgotten."""
        if self._first_is_due:
            return self._go_on(before)
        return self._look_again(before) if self._second_is_due else 0

    def _go_on(self, before: datetime) -> int:
        forgotten, seen = self._look(before, self._first)
        self._first_is_due = seen is not None
        self._first = seen or self._first  # at the end it stays: there the next ones become old
        return forgotten

    def _look_again(self, before: datetime) -> int:
        forgotten, self._second = self._look(before, self._second)
        self._second_is_due = bool(forgotten) and self._second is not None
        return forgotten
