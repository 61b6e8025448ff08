"""Scores, verdicts and a native alert for tests: small, valid, and different only in what a test names."""

from datetime import UTC, datetime, timedelta
from typing import Any

from schemas import (
    AlertV1,
    ContextV1,
    FeedbackV1,
    Probabilities,
    Rule,
    ScoreStatus,
    ScoreV1,
    SourceCoordinates,
    StageTimes,
    UnscoredReason,
    Verdict,
)
from services.core.context import CONTEXT_VERSION, host_of, rule_of, source_of, user_of

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
WAZUH: dict[str, Any] = {
    "timestamp": "2026-01-05T09:00:00.000+0000",
    "id": "1767603600.1",
    "manager": {"name": "manager-1"},
    "agent": {"id": "003", "name": "web-01"},
    "rule": {"id": "5712", "level": 10, "description": "sshd: brute force", "groups": ["sshd"]},
    "full_log": "Failed password for root from 203.0.113.9 port 4242 ssh2",
    "data": {"srcip": "203.0.113.9"},
    "location": "/var/log/auth.log",
}
"""As Wazuh writes it."""


def at(minutes: float) -> datetime:
    """So many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def kind_of(alert: AlertV1) -> tuple[str, str, str, str]:
    """The same rule on the same entity: host, user and source address."""
    return rule_of(alert), host_of(alert), user_of(alert), source_of(alert)


def alert(alert_id: str = "winnow:test:1", *, minutes: float = 0, **fields: Any) -> AlertV1:
    """An alert raised so many minutes after noon."""
    values: dict[str, Any] = {
        "alert_id": alert_id,
        "source": "winnow",
        "observed_at": at(minutes),
        "raised_at": at(minutes),
        "title": "Login from a new country",
        "rule": Rule(id="R-1"),
    }
    return AlertV1(**values | fields)


def score(
    alert_id: str = "winnow:test:1",
    *,
    minutes: float = 1,
    offset: int = 0,
    model: str | None = "m1",
    shown: bool = True,
    of: AlertV1 | None = None,
    values: tuple[float, ...] = (0.5,),
) -> ScoreV1:
    """A score made so many minutes after noon of the alert that stood at `offset`; unscored without a model."""
    when = at(minutes)
    return ScoreV1(
        alert=of or alert(alert_id),
        context=ContextV1(version=CONTEXT_VERSION, values=values),
        status=ScoreStatus.SCORED if model else ScoreStatus.UNSCORED,
        unscored_reason=None if model else UnscoredReason.NO_MODEL,
        probabilities=Probabilities(true_positive=0.7, benign_positive=0.2, false_positive=0.1) if model else None,
        shown=shown,
        model_version=model,
        origin=SourceCoordinates(topic="siem.alerts", partition=0, offset=offset),
        times=StageTimes(produced_at=when, received_at=when, normalised_at=when, scored_at=when),
    )


def verdict(
    alert_id: str = "winnow:test:1",
    said: Verdict = Verdict.TRUE_POSITIVE,
    *,
    analyst: str = "ana",
    minutes: float = 10,
    **fields: Any,
) -> FeedbackV1:
    """A verdict given so many minutes after noon."""
    return FeedbackV1(alert_id=alert_id, verdict=said, analyst=analyst, decided_at=at(minutes), **fields)
