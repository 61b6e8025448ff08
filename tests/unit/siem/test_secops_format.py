"""Google SecOps's closure reasons as FeedbackV1."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas import FeedbackV1, Verdict

ReadVerdict = Callable[..., FeedbackV1]

ALERT: dict[str, Any] = {
    "name": "projects/p/locations/eu/instances/i/cases/12/caseAlerts/7",
    "identifier": "alert-7",
    "caseId": 12,
    "displayName": "Encoded PowerShell",
    "ruleGenerator": "Encoded PowerShell",
    "status": "CLOSED",
    "updateTime": "2026-05-04T13:00:00Z",
    "closureDetails": {"reason": "NOT_MALICIOUS", "rootCause": "Normal behavior", "comment": "seen before"},
}


@pytest.mark.parametrize(
    ("reason", "verdict"),
    [
        ("MALICIOUS", Verdict.TRUE_POSITIVE),
        ("NOT_MALICIOUS", Verdict.FALSE_POSITIVE),
        ("MAINTENANCE", Verdict.OTHER),
        ("INCONCLUSIVE", Verdict.UNDETERMINED),
        ("UNKNOWN", Verdict.UNDETERMINED),
        ("CLOSE_REASON_UNSPECIFIED", Verdict.UNDETERMINED),
        ("REASON_MALICIOUS", Verdict.TRUE_POSITIVE),
        ("BORED", Verdict.OTHER),
    ],
)
def test_every_reason_has_its_verdict(reason: str, verdict: Verdict, read_verdict: ReadVerdict) -> None:
    """Maintenance says nothing about what was found; a word nobody knows is kept."""
    read = read_verdict(ALERT | {"closureDetails": ALERT["closureDetails"] | {"reason": reason}})
    assert (read.verdict, read.vendor_value, read.retracted) == (verdict, reason, False)
    assert (read.alert_id, read.incident, read.reason) == ("secops::alert-7", "12", "Normal behavior")
    assert read.decided_at == datetime(2026, 5, 4, 13, 0, tzinfo=UTC)


@pytest.mark.parametrize("status", ["OPEN", "ALERT_STATUS_OPEN", "Reopened"])
def test_an_alert_that_is_open_again_takes_every_verdict_back(status: str, read_verdict: ReadVerdict) -> None:
    """The reason may still stand there; it no longer counts."""
    read = read_verdict(ALERT | {"status": status})
    assert (read.verdict, read.retracted, read.analyst) == (Verdict.UNDETERMINED, True, "")


def test_closed_without_a_reason_says_nothing(read_verdict: ReadVerdict) -> None:
    """Kept as what it is."""
    read = read_verdict(ALERT | {"closureDetails": None})
    assert (read.verdict, read.vendor_value, read.retracted) == (Verdict.OTHER, "CLOSED", False)
