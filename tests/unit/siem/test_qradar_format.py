"""QRadar's offenses as AlertV1 and FeedbackV1."""

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas import AlertV1, FeedbackV1, Severity, Verdict
from tests.unit.siem.natives_cases import QRADAR

Native = dict[str, Any]
ReadAlert = Callable[..., AlertV1]
ReadVerdict = Callable[..., FeedbackV1]


@pytest.fixture
def qradar() -> Native:
    """A fresh offense."""
    return copy.deepcopy(QRADAR)


@pytest.fixture
def closed(qradar: Native) -> Native:
    """The offense after an analyst has closed it."""
    return qradar | {"status": "CLOSED", "close_time": 1777899600000, "closing_user": "ines", "closing_reason_id": 1}


def test_fields_come_from_where_qradar_puts_them(qradar: Native, read_alert: ReadAlert) -> None:
    """The description names the offense."""
    alert = read_alert(qradar)
    assert (alert.alert_id, alert.title) == ("qradar::15", "Multiple login failures for the same user")
    assert (alert.rule.id, alert.severity_original) == ("100056", "5")
    assert alert.evidence["categories"] == "User Login Failure"
    assert alert.evidence["log_sources.name"] == "dc-1"
    assert alert.observed_at == datetime(2026, 5, 4, 11, 59, 58, 250000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        (0, "network.source_ip"),
        ("Source IP", "network.source_ip"),
        (1, "network.destination_ip"),
        (3, "user.name"),
        ("Username", "user.name"),
        (7, "host.name"),
        (4711, None),
        ("Our own", None),
    ],
)
def test_the_source_is_what_the_offenses_type_says(
    kind: object, place: str | None, qradar: Native, read_alert: ReadAlert
) -> None:
    """By number or by name; a site's own types are not guessed at, and the source is always evidence."""
    alert = read_alert(qradar | {"offense_type": kind})
    found = {
        "network.source_ip": alert.entities.network.source_ip,
        "network.destination_ip": alert.entities.network.destination_ip,
        "user.name": alert.entities.user.name,
        "host.name": alert.entities.host.name,
    }
    assert {name for name, value in found.items() if value} == ({place} if place else set())
    assert alert.evidence["offense_source"] == "ines"


@pytest.mark.parametrize(
    ("severity", "magnitude", "level"),
    [
        (0, 9, Severity.INFORMATIONAL),
        (1, 9, Severity.LOW),
        (3, 9, Severity.LOW),
        (4, 0, Severity.MEDIUM),
        (7, 0, Severity.HIGH),
        (9, 0, Severity.CRITICAL),
        (10, 0, Severity.CRITICAL),
        (None, 7, Severity.HIGH),
        (None, None, Severity.UNKNOWN),
    ],
)
def test_severity_is_the_number_else_the_magnitude(
    severity: int | None, magnitude: int | None, level: Severity, qradar: Native, read_alert: ReadAlert
) -> None:
    """0 to 10."""
    assert read_alert(qradar | {"severity": severity, "magnitude": magnitude}, "qradar").severity is level


def test_more_events_do_not_make_another_alert(qradar: Native, closed: Native, read_alert: ReadAlert) -> None:
    """Nor does closing it."""
    more = qradar | {"event_count": 99, "last_updated_time": 1777899999000}
    assert {read_alert(one).alert_id for one in (qradar, more, closed)} == {"qradar::15"}


def test_without_times_the_receipt_counts(qradar: Native, read_alert: ReadAlert, received_at: datetime) -> None:
    """`start_time` is all an offense has."""
    assert read_alert(qradar | {"start_time": None}).observed_at == received_at


@pytest.mark.parametrize(
    ("reason", "verdict", "value"),
    [
        ({"closing_reason": "False-Positive, Tuned"}, Verdict.FALSE_POSITIVE, "False-Positive, Tuned"),
        (
            {"closing_reason": {"id": 1, "text": "False-Positive, Tuned"}},
            Verdict.FALSE_POSITIVE,
            "False-Positive, Tuned",
        ),
        ({"closing_reason_id": "False-Positive, Tuned"}, Verdict.FALSE_POSITIVE, "False-Positive, Tuned"),
        ({"closing_reason": "Non-Issue"}, Verdict.OTHER, "Non-Issue"),
        ({"closing_reason": "Policy Violation"}, Verdict.OTHER, "Policy Violation"),
        ({"closing_reason": "We looked"}, Verdict.OTHER, "We looked"),
        ({"closing_reason_id": 2}, Verdict.OTHER, "2"),
        ({"closing_reason_id": None}, Verdict.OTHER, "CLOSED"),
    ],
)
def test_only_a_false_positive_is_called_one(
    reason: Native, verdict: Verdict, value: str, closed: Native, read_verdict: ReadVerdict
) -> None:
    """By text, wherever a forwarder puts it; numbers mean something else on every console."""
    read = read_verdict(closed | reason)
    assert (read.verdict, read.vendor_value, read.retracted) == (verdict, value, False)
    assert (read.alert_id, read.analyst) == ("qradar::15", "ines")
    assert read.decided_at == datetime(2026, 5, 4, 13, 0, tzinfo=UTC)


def test_a_hidden_offense_is_not_judged(closed: Native, read_verdict: ReadVerdict) -> None:
    """Hiding says nothing."""
    read = read_verdict(closed | {"status": "HIDDEN", "closing_reason": "False-Positive, Tuned"})
    assert (read.verdict, read.vendor_value, read.retracted) == (Verdict.OTHER, "HIDDEN", False)


def test_an_offense_that_is_open_takes_every_verdict_back(closed: Native, read_verdict: ReadVerdict) -> None:
    """By whomever."""
    read = read_verdict(closed | {"status": "OPEN"})
    assert (read.verdict, read.retracted, read.analyst) == (Verdict.UNDETERMINED, True, "")
