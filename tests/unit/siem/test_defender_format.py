"""Microsoft Defender's alerts as AlertV1, and the verdicts in alerts and incidents as FeedbackV1."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas import AlertV1, DeadLetterReason, FeedbackV1, Severity, Verdict, VerdictOrigin
from schemas.alert import Email, File, Host, Process, User
from services.siem.reading import Refusal, read_feedback
from tests.unit.siem.natives_microsoft import (
    DEFENDER_ALERT,
    DEFENDER_EVIDENCE_ROW,
    DEFENDER_INCIDENT,
    DEFENDER_INFO_ROW,
    ENDPOINT_ALERT,
    TENANT,
)

Native = dict[str, Any]
Read = Callable[..., AlertV1]
ReadVerdict = Callable[..., FeedbackV1]

ARCHIVER = Process(
    name="7z.exe",
    executable="C:\\Tools\\7z.exe",
    command_line="7z.exe a out.7z C:\\share",
    parent="C:\\Office\\winword.exe",
    sha256="b" * 64,
)


def test_a_graph_alert_keeps_what_it_says(read_alert: Read) -> None:
    """Title, detector, times and ATT&CK ids stand where the contract has them; the tactic's words are run together."""
    alert = read_alert(DEFENDER_ALERT)
    assert alert.alert_id == f"defender:{TENANT}:da1777895998_42"
    assert (alert.title, alert.rule.id) == (DEFENDER_ALERT["title"], DEFENDER_ALERT["detectorId"])
    assert (alert.severity, alert.severity_original) == (Severity.HIGH, "high")
    assert alert.attack.tactics == ("TA0008",)
    assert alert.attack.techniques == ("T1021.002", "T1560")
    assert alert.attack.actor == "Example Storm"
    assert alert.observed_at == datetime(2026, 5, 4, 9, 58, tzinfo=UTC)
    assert alert.raised_at == datetime(2026, 5, 4, 10, 0, 5, 123456, tzinfo=UTC)


def test_graphs_typed_evidence_becomes_entities(read_alert: Read) -> None:
    """The user's own evidence comes before the account of a process; the rest of a file's path is joined."""
    entities = read_alert(DEFENDER_ALERT).entities
    assert entities.host == Host(name="fin-ws-4.example.org", ip="10.20.0.4", os="Windows11")
    assert entities.user == User(name="ines", domain="CORP")
    assert entities.process == ARCHIVER
    assert entities.file == File(path="C:\\Users\\ines\\out.7z", name="out.7z", sha256="c" * 64)
    assert (entities.network.source_ip, entities.network.destination_ip) == ("", "203.0.113.9")
    assert entities.url.full == "https://drop.example.net/x"
    assert entities.email == Email(sender="boss@example.net", recipient="ines@example.org", subject="Invoice")


def test_evidence_is_told_apart_without_its_annotations(read_alert: Read) -> None:
    """Graph leaves `@odata.type` out where a client asks for no metadata."""
    bare = [{key: value for key, value in one.items() if "@" not in key} for one in DEFENDER_ALERT["evidence"]]
    assert read_alert(DEFENDER_ALERT | {"evidence": bare}).entities == read_alert(DEFENDER_ALERT).entities


def test_what_an_analyst_said_is_no_evidence(read_alert: Read) -> None:
    """A resolved alert sent again reads as it did when it was new: a model must not see the answer."""
    decided = {"status": "resolved", "classification": "truePositive", "determination": "malware"}
    assert read_alert(DEFENDER_ALERT | decided | {"customTags": ["phish"]}) == read_alert(DEFENDER_ALERT)


def test_all_rows_of_the_stream_are_the_graphs_alert(read_alert: Read) -> None:
    """One id, whichever way an alert came: each further row is an update of it."""
    info, evidence, graph = map(read_alert, (DEFENDER_INFO_ROW, DEFENDER_EVIDENCE_ROW, DEFENDER_ALERT))
    assert info.alert_id == evidence.alert_id == graph.alert_id
    assert info.title == evidence.title == graph.title
    assert info.severity is evidence.severity is Severity.HIGH
    assert info.observed_at == evidence.observed_at == graph.observed_at
    assert info.attack.techniques == graph.attack.techniques


def test_an_evidence_row_names_its_entity(read_alert: Read) -> None:
    """Categories and techniques are JSON in a text; a category that is no tactic is none."""
    alert = read_alert(DEFENDER_EVIDENCE_ROW)
    assert alert.attack.tactics == ("TA0008", "TA0009")
    assert alert.entities.host == Host(name="fin-ws-4.example.org", ip="10.20.0.4")
    assert alert.entities.user == User(name="ines", domain="CORP")
    assert alert.entities.process == ARCHIVER.model_copy(update={"parent": ""})
    assert alert.entities.network.destination_ip == "203.0.113.9"
    assert alert.entities.email.subject == "Invoice"
    assert alert.evidence["properties.EntityType"] == "Process"


def test_a_file_row_names_a_file_and_a_sources_address_is_a_source(read_alert: Read) -> None:
    """The same columns mean another thing in a row about another entity."""
    row = DEFENDER_EVIDENCE_ROW["properties"] | {"EntityType": "File", "EvidenceDirection": "Source"}
    entities = read_alert(DEFENDER_EVIDENCE_ROW | {"properties": row}).entities
    assert entities.file == File(path="C:\\Tools\\7z.exe", name="7z.exe", sha256="b" * 64)
    assert (entities.process.name, entities.network.source_ip) == ("", "203.0.113.9")


def test_an_endpoint_alert_is_alert_and_verdict(read_alert: Read, read_verdict: ReadVerdict) -> None:
    """Defender for Endpoint's own interface calls things by other names, the same id among them."""
    alert, verdict = read_alert(ENDPOINT_ALERT), read_verdict(ENDPOINT_ALERT)
    assert alert.alert_id == verdict.alert_id == f"defender:{TENANT}:da1777895998_42"
    assert (alert.severity, alert.attack.tactics) == (Severity.MEDIUM, ("TA0002",))
    assert alert.entities.host.name == "fin-ws-4.example.org"
    assert alert.entities.user == User(name="ines", domain="CORP")
    assert alert.entities.process.parent == "C:\\Windows\\System32\\cmd.exe"
    assert alert.observed_at == datetime(2026, 5, 4, 9, 58, tzinfo=UTC)
    assert (verdict.verdict, verdict.reason, verdict.alert) == (Verdict.TRUE_POSITIVE, "Malware", alert)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("informational", Severity.INFORMATIONAL),
        ("low", Severity.LOW),
        ("medium", Severity.MEDIUM),
        ("High", Severity.HIGH),
        ("unknown", Severity.UNKNOWN),
        ("UnSpecified", Severity.UNKNOWN),
        ("unknownFutureValue", Severity.UNKNOWN),
        (None, Severity.UNKNOWN),
    ],
)
def test_every_severity_has_its_level(word: str | None, expected: Severity, read_alert: Read) -> None:
    """Graph's words in either case; there is no critical."""
    alert = read_alert(DEFENDER_ALERT | {"severity": word})
    assert (alert.severity, alert.severity_original) == (expected, word or "")


@pytest.mark.parametrize(
    ("roles", "side"),
    [
        (["destination"], "destination_ip"),
        (["suspicious", "commandAndControl"], "destination_ip"),
        (["attacked"], "destination_ip"),
        (["scanned"], "destination_ip"),
        (["source", "attacker"], "source_ip"),
        (["contextual"], "source_ip"),
        ([], "source_ip"),
    ],
)
def test_an_addresss_roles_say_which_side_it_was(roles: list[str], side: str, read_alert: Read) -> None:
    """Without one it is where something came from, as with sign-ins."""
    evidence = [{"@odata.type": "#microsoft.graph.security.ipEvidence", "ipAddress": "203.0.113.9", "roles": roles}]
    network = read_alert(DEFENDER_ALERT | {"evidence": evidence}).entities.network
    assert {name: value for name, value in network if value} == {side: "203.0.113.9"}


@pytest.mark.parametrize("evidence", [None, [], "text", [None, 5, "x"], {"a": 1}, [{"@odata.type": 7}]])
def test_odd_evidence_does_not_cost_the_alert(evidence: object, read_alert: Read) -> None:
    """Nothing is named, nothing is lost."""
    assert read_alert(DEFENDER_ALERT | {"evidence": evidence}).entities.process == Process()


def test_an_incident_judges_each_of_its_alerts() -> None:
    """Passed on, so that it can be told from what somebody said of the alert itself."""
    read = read_all(DEFENDER_INCIDENT)
    assert [one.alert_id for one in read] == [f"defender:{TENANT}:da1777895998_4{n}" for n in (2, 3)]
    assert {one.origin for one in read} == {VerdictOrigin.PROPAGATED}
    assert {(one.verdict, one.vendor_value, one.reason) for one in read} == {
        (Verdict.TRUE_POSITIVE, "truePositive", "malware")
    }
    assert {(one.incident, one.analyst, one.alert) for one in read} == {("381", "ines@example.org", None)}


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        ("active", Verdict.UNDETERMINED),
        ("inProgress", Verdict.UNDETERMINED),
        ("redirected", Verdict.OTHER),
        ("awaitingAction", Verdict.OTHER),
        ("unknownFutureValue", Verdict.OTHER),
    ],
)
def test_an_incident_that_is_not_resolved_takes_nothing_back(status: str, verdict: Verdict) -> None:
    """Its alerts carry a status of their own; what somebody said of one of them stays."""
    for one in read_all(DEFENDER_INCIDENT | {"status": status}):
        assert (one.verdict, one.vendor_value, one.retracted) == (verdict, status, False)


def test_an_incident_of_many_alerts_judges_all() -> None:
    """More than a list of values is otherwise looked at."""
    alerts = [{"id": f"da{number}"} for number in range(150)]
    assert len(read_all(DEFENDER_INCIDENT | {"alerts": alerts})) == 150


@pytest.mark.parametrize("alerts", [None, [], [{"title": "no id"}]])
def test_an_incident_fetched_without_its_alerts_is_refused(alerts: object, received_at: datetime) -> None:
    """It cannot be said whom the verdict is about."""
    value = json.dumps(DEFENDER_INCIDENT | {"alerts": alerts}).encode()
    (outcome,) = read_feedback(value, format_name=None, received_at=received_at)
    assert isinstance(outcome, Refusal)
    assert outcome.reason is DeadLetterReason.INVALID_FEEDBACK
    assert "names no alert" in outcome.detail


def read_all(native: Native) -> list[FeedbackV1]:
    """Every verdict of a message, none refused."""
    now = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
    outcomes = read_feedback(json.dumps(native).encode(), format_name=None, received_at=now)
    return [one for one in outcomes if not isinstance(one, Refusal)]


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


@pytest.mark.parametrize("status", ["unknown", "unknownFutureValue", "paused"])
def test_a_status_that_is_not_known_is_no_verdict(status: str, defender: Native, read_verdict: ReadVerdict) -> None:
    """Whether it is decided is not guessed."""
    read = read_verdict(defender | {"status": status})
    assert (read.verdict, read.vendor_value, read.retracted) == (Verdict.OTHER, status, False)


def test_automation_is_told_apart(defender: Native, read_verdict: ReadVerdict) -> None:
    """What Defender resolved itself is nobody's judgement."""
    assert read_verdict(defender | {"assignedTo": "Automation"}).origin is VerdictOrigin.AUTOMATION


def test_a_graph_page_is_its_alerts(defender: Native, read_verdict: ReadVerdict) -> None:
    """What Graph returns can be sent as it is."""
    page = {"@odata.context": "https://graph.example/$metadata#security/alerts_v2", "value": [defender]}
    assert read_verdict(page) == read_verdict(defender)
