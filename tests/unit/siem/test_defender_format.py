"""Verdicts in Microsoft Defender's alerts as FeedbackV1."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas import FeedbackV1, Verdict, VerdictOrigin

Native = dict[str, Any]
ReadVerdict = Callable[..., FeedbackV1]


def test_a_resolved_alert_is_a_verdict(defender: Native, read_verdict: ReadVerdict) -> None:
    """Tenant and id name the alert; the determination is the reason."""
    read = read_verdict(defender)
    assert read.alert_id == "defender:0f0f0f0f-0000-4000-8000-000000000001:da1777895998_42"
    assert (read.verdict, read.vendor_value, read.reason) == (
        Verdict.FALSE_POSITIVE,
        "falsePositive",
        "notMalicious",
    )
    assert (read.analyst, read.incident, read.origin) == ("ines@example.org", "381", VerdictOrigin.HUMAN)
    assert read.decided_at == datetime(2026, 5, 4, 10, 30, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("classification", "verdict"),
    [
        ("truePositive", Verdict.TRUE_POSITIVE),
        ("TruePositive", Verdict.TRUE_POSITIVE),
        ("informationalExpectedActivity", Verdict.BENIGN_POSITIVE),
        ("InformationalExpectedActivity", Verdict.BENIGN_POSITIVE),
        ("benignPositive", Verdict.BENIGN_POSITIVE),
        ("falsePositive", Verdict.FALSE_POSITIVE),
        ("unknown", Verdict.UNDETERMINED),
        (None, Verdict.UNDETERMINED),
        ("unknownFutureValue", Verdict.OTHER),
        ("somethingNew", Verdict.OTHER),
    ],
)
def test_every_classification_has_its_verdict(
    classification: str | None, verdict: Verdict, defender: Native, read_verdict: ReadVerdict
) -> None:
    """In camel and Pascal case; what cannot be named is kept word for word."""
    read = read_verdict(defender | {"classification": classification})
    assert (read.verdict, read.vendor_value, read.retracted) == (verdict, classification or "", False)


@pytest.mark.parametrize("status", ["new", "inProgress", "InProgress"])
def test_an_alert_made_active_again_takes_every_verdict_back(
    status: str, defender: Native, read_verdict: ReadVerdict
) -> None:
    """The classification may still stand there; it no longer counts."""
    read = read_verdict(defender | {"status": status})
    assert (read.retracted, read.analyst, read.verdict) == (True, "", Verdict.UNDETERMINED)


def test_automation_is_told_apart(defender: Native, read_verdict: ReadVerdict) -> None:
    """What Defender resolved itself is nobody's judgement."""
    assert read_verdict(defender | {"assignedTo": "Automation"}).origin is VerdictOrigin.AUTOMATION


def test_a_graph_page_is_its_alerts(defender: Native, read_verdict: ReadVerdict) -> None:
    """What Graph returns can be sent as it is."""
    page = {"@odata.context": "https://graph.example/$metadata#security/alerts_v2", "value": [defender]}
    assert read_verdict(page) == read_verdict(defender)
