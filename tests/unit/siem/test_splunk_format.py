"""Splunk's notables as AlertV1, and their dispositions as FeedbackV1."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas import AlertV1, FeedbackV1, Severity, Verdict, VerdictOrigin
from schemas.alert import Host, Network
from tests.unit.siem.natives_splunk import SPLUNK

Native = dict[str, Any]
Read = Callable[..., AlertV1]
ReadVerdict = Callable[..., FeedbackV1]

CLOSED = SPLUNK | {
    "status": "5",
    "status_label": "Closed",
    "disposition": "disposition:3",
    "reviewer": "ines",
    "review_time": "1777896000.000",
    "comment": "The rule counts retries.",
}


def webhook(result: Native) -> Native:
    """What the webhook action posts: the search's own name, app and owner around its first result."""
    return {"sid": "s_1", "search_name": "Some search", "app": "SplunkES", "owner": "admin", "result": result}


def test_a_notable_keeps_what_it_says(read_alert: Read) -> None:
    """Title, rule, times, entities and ATT&CK ids stand where the contract has them."""
    alert = read_alert(SPLUNK)
    assert alert.alert_id == "splunk::AAAAAAAA-0000-4000-8000-000000000001@@notable@@0123456789abcdef"
    assert (alert.title, alert.rule.name) == ("Brute force against web-03", "Brute Force Access")
    assert alert.rule.id == "Access - Brute Force Access - Rule"
    assert (alert.severity, alert.severity_original) == (Severity.HIGH, "high")
    assert alert.attack.tactics == ("TA0006", "TA0001")
    assert alert.attack.techniques == ("T1110", "T1078")
    assert alert.observed_at == datetime(2026, 5, 4, 9, 46, 40, 500000, tzinfo=UTC)
    assert alert.raised_at == datetime(2026, 5, 4, 10, 1, tzinfo=UTC)
    assert alert.entities.host == Host(name="web-03", ip="10.20.0.13")
    assert alert.entities.user.name == "deploy"
    assert alert.entities.network == Network(
        source_ip="203.0.113.9", source_port=40022, destination_ip="10.20.0.13", application="sshd"
    )
    assert alert.evidence == {"security_domain": "access", "action": "success", "risk_score": "80"}


def test_a_webhooks_result_is_the_notable(read_alert: Read) -> None:
    """What stands around it does not get into it."""
    alert, wrapped = read_alert(SPLUNK), read_alert(webhook(SPLUNK))
    evidence = {key.removeprefix("result."): value for key, value in wrapped.evidence.items()}
    assert wrapped.model_copy(update={"evidence": evidence}) == alert
    bare = {key: value for key, value in SPLUNK.items() if key != "app"}
    assert read_alert(webhook(bare)).entities.network.application == ""


def test_a_plain_alert_action_is_an_alert(read_alert: Read) -> None:
    """Outside Enterprise Security the search's name says what was found, not the log's source."""
    alert = read_alert(webhook({"_time": "1777888860", "source": "/var/log/auth.log", "dest": "web-03"}))
    assert (alert.title, alert.entities.host.name) == ("Some search", "web-03")
    assert alert.raised_at == datetime(2026, 5, 4, 10, 1, tzinfo=UTC)


def test_values_joined_by_line_breaks_are_told_apart(read_alert: Read) -> None:
    """As the search's own exports write fields with several values; a user's name may have a space."""
    joined = {
        "dest": "web-03\nweb-04",
        "dest_ip": "10.20.0.13\n10.20.0.14",
        "user": "NT AUTHORITY\\SYSTEM",
        "annotations.mitre_attack": "T1110.001\nT1078",
        "urgency": "unknown",
        "severity": "unknown\nlow",
    }
    alert = read_alert(SPLUNK | joined)
    assert alert.entities.host == Host(name="web-03", ip="10.20.0.13")
    assert alert.entities.user.name == "NT AUTHORITY\\SYSTEM"
    assert alert.attack.techniques == ("T1110.001", "T1078")
    assert alert.severity is Severity.LOW


def test_annotations_may_be_json_in_a_text(read_alert: Read) -> None:
    """As the rule's author wrote them."""
    native = {key: value for key, value in SPLUNK.items() if not key.startswith("annotations")}
    alert = read_alert(native | {"annotations": '{"mitre_attack":["T1110.003"],"cis20":["CIS 16"]}'})
    assert alert.attack.techniques == ("T1110.003",)


@pytest.mark.parametrize(
    ("kind", "host", "user"), [("system", "hr-lt-21", ""), ("user", "", "hr-lt-21"), ("x", "", "")]
)
def test_the_object_of_risk_is_whom_it_is_about(kind: str, host: str, user: str, read_alert: Read) -> None:
    """Notables of risk name neither a destination nor a user."""
    native = {key: value for key, value in SPLUNK.items() if key not in {"dest", "dest_ip", "src", "user"}}
    entities = read_alert(native | {"risk_object": "hr-lt-21", "risk_object_type": kind}).entities
    assert (entities.host.name, entities.user.name) == (host, user)


@pytest.mark.parametrize(
    ("urgency", "severity", "expected"),
    [
        ("informational", "high", Severity.INFORMATIONAL),
        ("low", "high", Severity.LOW),
        ("medium", "high", Severity.MEDIUM),
        ("High", "low", Severity.HIGH),
        ("critical", "low", Severity.CRITICAL),
        ("unknown", "critical", Severity.CRITICAL),
        (None, "informational", Severity.INFORMATIONAL),
        ("unknown", "unknown", Severity.UNKNOWN),
        ("urgent", None, Severity.UNKNOWN),
    ],
)
def test_every_urgency_has_its_level(
    urgency: str | None, severity: str | None, expected: Severity, read_alert: Read
) -> None:
    """The urgency decides; where it says nothing the severity does."""
    assert read_alert(SPLUNK | {"urgency": urgency, "severity": severity}).severity is expected


def test_a_notable_without_an_id_gets_a_stable_one(read_alert: Read) -> None:
    """Sent again it has the same id, whatever its review changed; another result of the search has another."""
    native = {key: value for key, value in SPLUNK.items() if key not in {"event_id", "rule_id"}}
    first = read_alert(native).alert_id
    assert read_alert(native | {"urgency": "low", "owner": "ines"}).alert_id == first
    assert read_alert(native | {"dest": "web-09"}).alert_id != first


@pytest.mark.parametrize("id_field", ["event_id", "finding_id", "rule_id"])
def test_an_id_is_the_same_under_each_of_its_names(id_field: str, read_alert: Read, read_verdict: ReadVerdict) -> None:
    """A version 8 finding, and a review that calls it `rule_id`; the verdict names it as the alert does."""
    native = {key: value for key, value in CLOSED.items() if key not in {"event_id", "rule_id"}}
    native[id_field] = SPLUNK["event_id"]
    assert read_alert(native).alert_id == read_verdict(native).alert_id == read_alert(SPLUNK).alert_id


def test_a_closed_notable_is_a_verdict(read_alert: Read, read_verdict: ReadVerdict) -> None:
    """Reviewer, comment and time of the review; the alert comes along as it was."""
    for native in (CLOSED, webhook(CLOSED)):
        read = read_verdict(native)
        assert (read.verdict, read.vendor_value) == (Verdict.FALSE_POSITIVE, "disposition:3")
        assert (read.analyst, read.reason, read.origin) == ("ines", "The rule counts retries.", VerdictOrigin.HUMAN)
        assert read.decided_at == datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
        assert (read.retracted, read.alert) == (False, read_alert(native))
    assert read_alert(CLOSED) == read_alert(SPLUNK)


@pytest.mark.parametrize(
    ("disposition", "verdict"),
    [
        ("disposition:0", Verdict.UNDETERMINED),
        ("disposition:1", Verdict.TRUE_POSITIVE),
        ("disposition:2", Verdict.BENIGN_POSITIVE),
        ("disposition:3", Verdict.FALSE_POSITIVE),
        ("disposition:4", Verdict.FALSE_POSITIVE),
        ("disposition:5", Verdict.OTHER),
        ("disposition:6", Verdict.UNDETERMINED),
        ("disposition:7", Verdict.OTHER),
        ("disposition:12", Verdict.OTHER),
        ("1", Verdict.TRUE_POSITIVE),
        (2, Verdict.BENIGN_POSITIVE),
        ("Unassigned", Verdict.UNDETERMINED),
        ("True Positive - Suspicious Activity", Verdict.TRUE_POSITIVE),
        ("Benign Positive - Suspicious But Expected", Verdict.BENIGN_POSITIVE),
        ("False Positive - Incorrect Analytic Logic", Verdict.FALSE_POSITIVE),
        ("False Positive - Inaccurate Data", Verdict.FALSE_POSITIVE),
        ("Other", Verdict.OTHER),
        ("Undetermined", Verdict.UNDETERMINED),
        ("Testing", Verdict.OTHER),
        ("True Positive - our own", Verdict.OTHER),
    ],
)
def test_every_disposition_has_its_verdict(disposition: object, verdict: Verdict, read_verdict: ReadVerdict) -> None:
    """By number or label; a site's own is kept word for word."""
    read = read_verdict(CLOSED | {"disposition": disposition})
    assert (read.verdict, read.vendor_value, read.retracted) == (verdict, str(disposition), False)


@pytest.mark.parametrize(
    ("status", "label"), [("0", "Unassigned"), ("1", "New"), (2, "In Progress"), ("3", None), (None, "Pending")]
)
def test_a_notable_opened_again_takes_every_verdict_back(
    status: object, label: str | None, read_verdict: ReadVerdict
) -> None:
    """Whoever opened it: the disposition left behind does not count."""
    read = read_verdict(CLOSED | {"status": status, "status_label": label})
    assert (read.retracted, read.analyst, read.verdict) == (True, "", Verdict.UNDETERMINED)
    assert read.vendor_value == (label or str(status))


@pytest.mark.parametrize(
    ("status", "verdict", "retracted"),
    [
        ({"status": "4", "status_label": "Resolved"}, Verdict.FALSE_POSITIVE, False),
        ({"status": None, "status_label": None}, Verdict.FALSE_POSITIVE, False),
        ({"status": "9", "status_label": "Done", "status_end": "true"}, Verdict.FALSE_POSITIVE, False),
        ({"status": "9", "status_label": "Done", "status_group": "Closed"}, Verdict.FALSE_POSITIVE, False),
        ({"status": "9", "status_label": "With IT", "status_end": "false"}, Verdict.UNDETERMINED, True),
        ({"status": "9", "status_label": "With IT"}, Verdict.OTHER, False),
    ],
)
def test_a_sites_own_status_says_whether_it_ends(
    status: Native, verdict: Verdict, retracted: bool, read_verdict: ReadVerdict
) -> None:
    """Where it does not, nothing is guessed; an update of the disposition alone has no status."""
    read = read_verdict(CLOSED | status)
    assert (read.verdict, read.retracted) == (verdict, retracted)


def test_who_decided_is_told_apart(read_verdict: ReadVerdict) -> None:
    """The owner stands in for a reviewer; Splunk's own user is no person, `unassigned` nobody."""
    unreviewed = {key: value for key, value in CLOSED.items() if key != "reviewer"}
    assert read_verdict(unreviewed | {"owner": "kai"}).analyst == "kai"
    assert read_verdict(unreviewed).analyst == ""
    assert read_verdict(webhook(unreviewed)).analyst == ""
    assert read_verdict(CLOSED | {"reviewer": "splunk-system-user"}).origin is VerdictOrigin.AUTOMATION
