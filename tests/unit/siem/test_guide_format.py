"""GUIDE's alerts, put together from their rows, as AlertV1 and FeedbackV1."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas import AlertV1, FeedbackV1, Verdict, VerdictOrigin
from services.siem.reading import Refusal, read_alerts, read_feedback
from tests.unit.siem.conftest import GUIDE

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def guide(**fields: Any) -> dict[str, Any]:
    """An alert with three rows: an address, a user known by one of four names, and a machine nothing is known of."""
    return (
        GUIDE
        | {
            "Evidence": [
                {"EntityType": "Ip", "EvidenceRole": "Related", "IpAddress": "27", "AccountUpn": "673934"},
                {"EntityType": "User", "EvidenceRole": "Impacted", "AccountUpn": "673934", "AccountName": "88"},
                {"EntityType": "Machine", "EvidenceRole": "Impacted", "DeviceName": "153085", "DeviceId": "98799"},
            ],
        }
        | fields
    )


def read(**fields: Any) -> FeedbackV1:
    """The one verdict of such an alert."""
    (outcome,) = read_feedback(json.dumps(guide(**fields)).encode(), format_name=None, received_at=NOW)
    assert isinstance(outcome, FeedbackV1)
    return outcome


def alert_of(**fields: Any) -> AlertV1:
    """The alert inside it."""
    inside = read(**fields).alert
    assert inside is not None
    return inside


@pytest.mark.parametrize(
    ("grade", "verdict"),
    [
        ("TruePositive", Verdict.TRUE_POSITIVE),
        ("BenignPositive", Verdict.BENIGN_POSITIVE),
        ("FalsePositive", Verdict.FALSE_POSITIVE),
        ("Something", Verdict.OTHER),
    ],
)
def test_the_incidents_grade_is_passed_on_to_the_alert(grade: str, verdict: Verdict) -> None:
    """As propagated: nobody looked at this alert alone."""
    said = read(IncidentGrade=grade)
    assert (said.verdict, said.vendor_value, said.origin) == (verdict, grade, VerdictOrigin.PROPAGATED)
    assert (said.alert_id, said.incident) == ("guide:7:31-5", "7:31")


def test_the_alert_has_what_its_rows_know() -> None:
    """The first entity of each kind; the number for nothing is no name."""
    read_alert = alert_of()
    assert (read_alert.title, read_alert.rule.id) == ("Alert title 45", "12")
    assert (read_alert.attack.tactics, read_alert.attack.techniques) == (("TA0011",), ("T1071", "T1071.001"))
    assert read_alert.raised_at == datetime(2024, 6, 4, 6, 5, 15, tzinfo=UTC)
    entities = read_alert.entities
    assert (entities.network.source_ip, entities.user.name, entities.host.name) == ("27", "88", "")
    assert read_alert.evidence == {
        "EvidenceRole.Ip": "Related",
        "EvidenceRole.User": "Impacted",
        "EvidenceRole.Machine": "Impacted",
    }


def test_what_was_found_out_afterwards_is_not_in_the_alert() -> None:
    """A model must not learn from what no alert has when it is raised."""
    later = {"LastVerdict": "Malicious", "SuspicionLevel": "Incriminated", "ActionGrouped": "ContainAccount"}
    row = {"EntityType": "Ip", "EvidenceRole": "Related", "IpAddress": "27"}
    assert alert_of(Evidence=[row | later]) == alert_of(Evidence=[row])


def test_a_single_row_is_an_alert_too() -> None:
    """As it stands in the file."""
    row = {key: value for key, value in guide().items() if key != "Evidence"}
    (outcome,) = read_alerts(
        json.dumps(row | {"EntityType": "Ip", "IpAddress": "27"}).encode(), format_name="guide", received_at=NOW
    )
    assert isinstance(outcome, AlertV1)
    assert outcome.entities.network.source_ip == "27"


@pytest.mark.parametrize("evidence", [None, [], "text", [1, None, "x"], [{"EntityType": ["Ip"]}], {"a": 1}])
def test_rows_that_are_none_are_passed_over(evidence: Any) -> None:
    """The alert stays."""
    assert alert_of(Evidence=evidence).alert_id == "guide:7:31-5"


def test_an_alert_without_its_incident_is_refused() -> None:
    """Its number is not its own without one."""
    (outcome,) = read_feedback(json.dumps(guide(IncidentId="")).encode(), format_name="guide", received_at=NOW)
    assert isinstance(outcome, Refusal)
    assert "alert_id" in outcome.detail
