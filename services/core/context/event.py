"""What the tracker takes of an alert: when it was, and the names it counts by."""

from datetime import datetime, timedelta
from typing import NamedTuple

from schemas import AlertV1
from services.core.context.naming import host_of, rule_of, source_of, user_of

CLAMP = timedelta(minutes=5)
"""How far an alert's own time may lie from Kafka's: a sensor's wrong clock must not move everybody's counts."""


class Event(NamedTuple):
    """An alert as the tracker sees it; `at` is in epoch seconds."""

    at: float
    rule: str
    host: str
    user: str
    source: str


def event_of(alert: AlertV1, *, received_at: datetime) -> Event:
    """The alert's names, and its own time clamped to Kafka's, `received_at` (UTC)."""
    at = min(max(alert.observed_at, received_at - CLAMP), received_at + CLAMP).timestamp()
    return Event(at, rule_of(alert), host_of(alert), user_of(alert), source_of(alert))
