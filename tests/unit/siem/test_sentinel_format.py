"""Microsoft Sentinel's alerts and incidents as AlertV1, and the verdicts of incidents as FeedbackV1."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas import AlertV1, FeedbackV1, Severity, Verdict, VerdictOrigin
from schemas.alert import File, Host, Network, Process, User
from services.siem.reading import Refusal, read_feedback
from tests.unit.siem.natives_microsoft import (
    SENTINEL_ALERT,
    SENTINEL_INCIDENT,
    SENTINEL_REST_ALERT,
    SENTINEL_REST_INCIDENT,
)

Native = dict[str, Any]
Read = Callable[..., AlertV1]
ReadVerdict = Callable[..., FeedbackV1]

ALERT_ID = "sentinel::7d7d7d7d-0000-4000-8000-000000000004"
INCIDENT_ID = "sentinel::8f8f8f8f-0000-4000-8000-000000000006"


def read_all(native: Native) -> list[FeedbackV1]:
    """Every verdict of a message, none refused."""
    now = datetime(2026, 5, 4, 13, 0, tzinfo=UTC)
    outcomes = read_feedback(json.dumps(native).encode(), format_name=None, received_at=now)
    found = [one for one in outcomes if not isinstance(one, Refusal)]
    assert len(found) == len(outcomes)
    return found


def wrapped(incident: Native) -> Native:
    """An incident as an automation rule sends it."""
    return {"objectSchemaType": "Incident", "objectEventType": "Update", "object": incident}


def test_a_row_of_the_table_keeps_what_it_says(read_alert: Read) -> None:
    """Title, rule, times and ATT&CK ids stand where the contract has them, out of texts with commas or JSON in them."""
    alert = read_alert(SENTINEL_ALERT)
    assert (alert.alert_id, alert.instance) == (ALERT_ID, SENTINEL_ALERT["TenantId"])
    assert (alert.title, alert.rule.id) == ("Many failed sign-ins", "9e9e9e9e-0000-4000-8000-000000000005")
    assert (alert.severity, alert.severity_original) == (Severity.MEDIUM, "Medium")
    assert alert.attack.tactics == ("TA0006", "TA0001")
    assert alert.attack.techniques == ("T1110", "T1078", "T1110.003")
    assert alert.observed_at == datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
    assert alert.raised_at == datetime(2026, 5, 4, 10, 5, 0, 500000, tzinfo=UTC)


def test_entities_are_found_by_type_and_reference(read_alert: Read) -> None:
    """They are JSON in a text, and point at one another."""
    entities = read_alert(SENTINEL_ALERT).entities
    assert entities.host == Host(name="fin-ws-4", os="Windows")
    assert entities.user == User(name="ines", domain="example.org")
    assert entities.process == Process(
        name="tool.exe",
        executable="C:\\Tools\\tool.exe",
        command_line="tool.exe /x",
        parent="C:\\Windows\\cmd.exe",
        parent_command_line="cmd.exe /c tool.exe",
        sha256="d" * 64,
    )
    assert entities.file == File(path="C:\\Tools\\tool.exe", name="tool.exe", sha256="d" * 64)
    assert entities.network == Network(
        source_ip="203.0.113.9", destination_ip="198.51.100.7", destination_port=443, protocol="tcp"
    )
    assert entities.url.full == "https://portal.example.org/"


def test_custom_details_lead_the_evidence(read_alert: Read) -> None:
    """They are what the rule's author thought worth seeing; the query is the rule's, not the alert's."""
    evidence = read_alert(SENTINEL_ALERT).evidence
    assert next(iter(evidence)) == "ExtendedProperties.Custom Details.Application"
    assert evidence["ExtendedProperties.Trigger Threshold"] == "10"
    assert not any("Query" in key for key in evidence)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "no json",
        "5",
        "{}",
        "[1, null]",
        '[{"$id": "1", "$ref": "1", "Type": "host"}]',
        '[{"Type": "process", "ImageFile": {"$ref": "9"}, "ParentProcess": []}]',
        '[{"Type": {"a": 1}, "HostName": ["\\u0000", {}]}]',
        "[" * 500 + "]" * 500,
        '[{"Type": "file", "FileHashes": "x"}, {"Type": "ip", "Address": NaN}]',
    ],
)
def test_odd_entities_do_not_cost_the_alert(text: str | None, read_alert: Read) -> None:
    """Broken JSON, references to themselves and to nothing: nobody is named, and the alert is kept."""
    alert = read_alert(SENTINEL_ALERT | {"Entities": text, "ExtendedProperties": text})
    assert alert.alert_id == ALERT_ID
    assert (alert.entities.host.name, alert.rule.id) == ("", SENTINEL_ALERT["AlertType"])


def test_control_characters_do_not_come_back_through_json_in_a_text(read_alert: Read) -> None:
    """They were harmless while they were escaped."""
    hosts = json.dumps([{"Type": "host", "HostName": "web\u0000-\u001b[31m1"}])
    assert read_alert(SENTINEL_ALERT | {"Entities": hosts}).entities.host.name == "web-[31m1"


def test_rest_and_table_name_the_same_alert(read_alert: Read) -> None:
    """Though only one of them knows the workspace."""
    alert = read_alert(SENTINEL_REST_ALERT)
    assert (alert.alert_id, alert.title) == (ALERT_ID, "Many failed sign-ins")
    assert (alert.severity, alert.attack.tactics) == (Severity.HIGH, ("TA0006",))
    assert alert.observed_at == datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("native", [SENTINEL_INCIDENT, SENTINEL_REST_INCIDENT, wrapped(SENTINEL_REST_INCIDENT)])
def test_an_incident_can_be_the_alert_that_is_sent(native: Native, read_alert: Read) -> None:
    """In each of its shapes, and without what an analyst said of it."""
    alert = read_alert(native)
    assert (alert.alert_id, alert.title) == (INCIDENT_ID, "Many failed sign-ins")
    assert alert.rule.id == "9e9e9e9e-0000-4000-8000-000000000005"
    assert (alert.attack.tactics, alert.attack.techniques) == (("TA0006",), ("T1110",))
    assert alert.observed_at == datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
    assert alert.raised_at == datetime(2026, 5, 4, 10, 6, tzinfo=UTC)
    assert alert.severity in {Severity.MEDIUM, Severity.LOW}
    assert not any("lassification" in key for key in alert.evidence)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Informational", Severity.INFORMATIONAL),
        ("Low", Severity.LOW),
        ("Medium", Severity.MEDIUM),
        ("High", Severity.HIGH),
        ("Extreme", Severity.UNKNOWN),
        ("", Severity.UNKNOWN),
    ],
)
def test_every_severity_has_its_level(word: str, expected: Severity, read_alert: Read) -> None:
    """Sentinel has no critical."""
    assert read_alert(SENTINEL_ALERT | {"AlertSeverity": word}, "sentinel").severity is expected


def test_a_closed_incident_judges_each_of_its_alerts() -> None:
    """Passed on, under the ids the alerts have; ids are written in either case."""
    read = read_all(SENTINEL_INCIDENT)
    assert [one.alert_id for one in read] == [ALERT_ID, ALERT_ID[:-1] + "7"]
    assert {(one.verdict, one.vendor_value, one.origin) for one in read} == {
        (Verdict.FALSE_POSITIVE, "FalsePositive", VerdictOrigin.PROPAGATED)
    }
    assert {one.reason for one in read} == {"InaccurateData: The scanner of the month"}
    assert {(one.analyst, one.incident) for one in read} == {
        ("ines@example.org", "8f8f8f8f-0000-4000-8000-000000000006")
    }
    assert {one.decided_at for one in read} == {datetime(2026, 5, 4, 12, 30, tzinfo=UTC)}


def test_the_ids_of_alerts_may_be_a_list_and_many() -> None:
    """As the table's interface returns them; none is left out."""
    ids = [f"id-{number}" for number in range(150)]
    assert [one.alert_id for one in read_all(SENTINEL_INCIDENT | {"AlertIds": ids})] == [
        f"sentinel::{id_}" for id_ in ids
    ]


def test_an_automation_rule_sends_the_alerts_along() -> None:
    """Within the incident."""
    properties = SENTINEL_REST_INCIDENT["properties"] | {"alerts": [SENTINEL_REST_ALERT]}
    (read,) = read_all(wrapped(SENTINEL_REST_INCIDENT | {"properties": properties}))
    assert (read.alert_id, read.origin) == (ALERT_ID, VerdictOrigin.PROPAGATED)


@pytest.mark.parametrize("native", [SENTINEL_REST_INCIDENT, wrapped(SENTINEL_REST_INCIDENT)])
def test_an_incident_that_names_no_alerts_is_judged_itself(native: Native, read_alert: Read) -> None:
    """It is the alert that was sent, and the verdict is about nothing else."""
    (read,) = read_all(native)
    assert (read.alert_id, read.origin) == (INCIDENT_ID, VerdictOrigin.HUMAN)
    assert (read.verdict, read.reason) == (Verdict.TRUE_POSITIVE, "SuspiciousActivity")
    assert (read.analyst, read.incident) == ("ines@example.org", "8f8f8f8f-0000-4000-8000-000000000006")
    assert read.alert == read_alert(native)


@pytest.mark.parametrize(
    ("classification", "verdict"),
    [
        ("TruePositive", Verdict.TRUE_POSITIVE),
        ("truePositive", Verdict.TRUE_POSITIVE),
        ("BenignPositive", Verdict.BENIGN_POSITIVE),
        ("FalsePositive", Verdict.FALSE_POSITIVE),
        ("Undetermined", Verdict.UNDETERMINED),
        (None, Verdict.UNDETERMINED),
        ("MostlyHarmless", Verdict.OTHER),
    ],
)
def test_every_classification_has_its_verdict(classification: str | None, verdict: Verdict) -> None:
    """What cannot be named is kept word for word."""
    read = read_all(SENTINEL_INCIDENT | {"Classification": classification})[0]
    assert (read.verdict, read.vendor_value, read.retracted) == (verdict, classification or "", False)


@pytest.mark.parametrize("status", ["New", "Active"])
def test_an_incident_opened_again_takes_every_verdict_back(status: str) -> None:
    """From all of its alerts, by whomever it was given."""
    for one in read_all(SENTINEL_INCIDENT | {"Status": status}):
        assert (one.retracted, one.analyst, one.verdict) == (True, "", Verdict.UNDETERMINED)


def test_a_status_that_is_not_known_is_no_verdict() -> None:
    """Whether it is decided is not guessed."""
    read = read_all(SENTINEL_INCIDENT | {"Status": "Parked"})[0]
    assert (read.verdict, read.vendor_value, read.retracted) == (Verdict.OTHER, "Parked", False)


def test_automation_is_told_apart() -> None:
    """An automation rule in the table, an application in REST."""
    by_rule = read_all(SENTINEL_INCIDENT | {"ModifiedBy": "Automation rule - close known scans"})
    by_application = read_all(SENTINEL_REST_INCIDENT | {"systemData": {"lastModifiedByType": "ManagedIdentity"}})
    by_user = read_all(SENTINEL_REST_INCIDENT | {"systemData": {"lastModifiedByType": "User"}})
    assert {one.origin for one in by_rule + by_application} == {VerdictOrigin.AUTOMATION}
    assert {one.origin for one in by_user} == {VerdictOrigin.HUMAN}
