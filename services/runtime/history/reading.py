"""What an item of history says: the alert, the verdict, or both, by the same readers as on Kafka.

Live, the time a message came stands in for times that are missing. History has no such time, and one taken from the
clock would make every import of a file another verdict: so the alert's own time stands in, and without it nothing does.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from schemas import AlertV1, DeadLetterReason, FeedbackV1
from services.siem.reading import Reader, Refusal

_UNTIMED = datetime(1, 1, 2, tzinfo=UTC)
"""Stands where a time is missing; no alert was raised then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Historic:
    """An alert, a verdict with its alert inside, or a verdict alone."""

    alert: AlertV1 | None = None
    verdict: FeedbackV1 | None = None


def read_historic(value: bytes, *, reader: Reader, format_name: str | None) -> Iterator[Historic | Refusal]:
    """Every alert and verdict of an item. What is no verdict is read as an alert: it is context for the others."""
    for outcome in reader.read_either(value, format_name=format_name, received_at=_UNTIMED):
        match outcome:
            case FeedbackV1():
                yield _timed_verdict(outcome)
            case AlertV1():
                yield _timed_alert(outcome)
            case Refusal():
                yield outcome


def _timed_alert(alert: AlertV1) -> Historic | Refusal:
    if alert.raised_at == _UNTIMED:
        return Refusal(reason=DeadLetterReason.INVALID_ALERT, detail="no time says when it was raised")
    return Historic(alert=alert)


def _timed_verdict(verdict: FeedbackV1) -> Historic | Refusal:
    """A verdict without a time was given when its alert was raised; one that takes back needs a time of its own."""
    alert = verdict.alert
    if alert is not None and alert.raised_at == _UNTIMED:
        alert = None
        verdict = verdict.model_copy(update={"alert": None})
    if verdict.decided_at != _UNTIMED:
        return Historic(verdict=verdict)
    if alert is None:
        return Refusal(reason=DeadLetterReason.INVALID_FEEDBACK, detail="no time says when it was decided, or raised")
    if verdict.retracted:
        return Historic(alert=alert)
    return Historic(verdict=verdict.model_copy(update={"decided_at": alert.raised_at}))
