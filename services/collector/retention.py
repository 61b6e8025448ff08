"""Retention: alerts nobody judged and reasons of verdicts are forgotten when they are old, beside the stream."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from services.runtime.buffer import BufferWriter, Seen

log = logging.getLogger(__name__)


class Retention:
    """Goes over scores, imported alerts and verdicts again and again, a bounded step each time.

    `days` is the age from which they are forgotten, 0 keeps everything; `rows` bounds one step, and with it how long
    storing waits. `clock` gives UTC. Whatever has a verdict that counts is kept, and so is its context. Of verdicts
    only the reason goes, which nothing learns from: what comes later may need all earlier ones to be judged by.
    """

    def __init__(self, writer: BufferWriter, *, days: int, rows: int, clock: Callable[[], datetime]) -> None:
        self._writer = writer
        self._age = timedelta(days=days)
        self._rows = rows
        self._clock = clock
        self._scores_up_to = self._verdicts_up_to = 0
        self._imported_up_to: Seen | None = None

    def step(self) -> int:
        """Go one step further; returns how many alerts were forgotten. May raise Unavailable."""
        if not self._age:
            return 0
        before = self._clock() - self._age
        scores, self._scores_up_to = self._writer.forget(
            scored_before=before, after_id=self._scores_up_to, limit=self._rows
        )
        imported, self._imported_up_to = self._writer.forget_imported(
            raised_before=before, after=self._imported_up_to, limit=self._rows
        )
        reasons, self._verdicts_up_to = self._writer.forget_reasons(
            decided_before=before, after_id=self._verdicts_up_to, limit=self._rows
        )
        if scores or imported or reasons:
            log.info("forgot what is old", extra={"scores": scores, "imported": imported, "reasons": reasons})
        return scores + imported
