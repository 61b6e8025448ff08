"""TheHive's alerts and cases as AlertV1 and FeedbackV1."""

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas import AlertV1, FeedbackV1, Severity, Verdict, VerdictOrigin
from services.siem.reading import Refusal, read_feedback
from tests.unit.siem.natives_cases import THEHIVE, THEHIVE_CASE

Native = dict[str, Any]
ReadAlert = Callable[..., AlertV1]
ReadVerdict = Callable[..., FeedbackV1]


@pytest.fixture
def thehive() -> Native:
    """A fresh alert, closed."""
    return copy.deepcopy(THEHIVE)


def audit(of: Native, kind: str, **changed: object) -> Native:
    """What TheHive's notifiers send when something is changed: the object afterwards, and its context."""
    return {
        "_id": "~28712",
        "_type": "Audit",
        "_createdAt": 1777899600001,
        "_createdBy": "ines@example.org",
        "action": "update",
        "objectId": of["_id"],
        "objectType": kind,
        "object": of,
        "context": of,
        "details": changed,
        "organisation": {"organisation": "soc", "organisationId": "~1"},
        "requestId": "r-1",
        "rootId": of["_id"],
    }


def verdicts_of(native: Native, received_at: datetime) -> list[FeedbackV1]:
    """All that a message says."""
    read = read_feedback(json.dumps(native).encode(), format_name=None, received_at=received_at)
    return [each for each in read if not isinstance(each, Refusal)]


def test_fields_come_from_where_thehive_puts_them(thehive: Native, read_alert: ReadAlert) -> None:
    """The first observable of each kind; an address only with a direction, a hash only if it is SHA-256."""
    alert = read_alert(thehive)
    assert (alert.alert_id, alert.rule.id, alert.title) == ("thehive::~40993016", "siem", "Phishing reported")
    assert (alert.severity, alert.severity_original) == (Severity.HIGH, "HIGH")
    assert alert.attack.techniques == ("T1566.002",)
    entities = alert.entities
    assert (entities.url.full, entities.email.sender) == ("https://login.example.net/x", "boss@example.net")
    assert (entities.network.source_ip, entities.network.destination_ip) == ("", "198.51.100.8")
    assert entities.file.sha256 == "c" * 64
    assert alert.observed_at == datetime(2026, 5, 4, 11, 59, 58, 250000, tzinfo=UTC)
    assert alert.raised_at == datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
    assert "198.51.100.9" in alert.evidence["observables.data"]


@pytest.mark.parametrize("kind", ["Alert", "alert"])
def test_an_audit_is_read_like_its_object(kind: str, thehive: Native, read_alert: ReadAlert) -> None:
    """But for the evidence, whose keys are the vendor's paths. The audit's own id is not the alert's."""
    whole = read_alert(thehive).model_copy(update={"evidence": {}})
    assert read_alert(audit(thehive, kind)).model_copy(update={"evidence": {}}) == whole


@pytest.mark.parametrize(
    ("number", "label", "level"),
    [
        (1, "LOW", Severity.LOW),
        (2, "MEDIUM", Severity.MEDIUM),
        (3, "HIGH", Severity.HIGH),
        (4, "CRITICAL", Severity.CRITICAL),
        (None, "CRITICAL", Severity.CRITICAL),
        (5, None, Severity.UNKNOWN),
        (None, None, Severity.UNKNOWN),
    ],
)
def test_severity_is_the_number_else_the_label(
    number: int | None, label: str | None, level: Severity, thehive: Native, read_alert: ReadAlert
) -> None:
    """1 to 4."""
    assert read_alert(thehive | {"severity": number, "severityLabel": label}).severity is level


def test_an_update_has_the_same_id(thehive: Native, read_alert: ReadAlert) -> None:
    """Without TheHive's own id, type, source and reference are unique together."""
    assert read_alert(thehive | {"title": "Renamed", "_updatedAt": 1}).alert_id == "thehive::~40993016"
    del thehive["_id"]
    assert read_alert(thehive).alert_id == read_alert(thehive | {"title": "Renamed"}).alert_id
    assert read_alert(thehive).alert_id != read_alert(thehive | {"sourceRef": "mg-78"}).alert_id


def test_without_times_the_receipt_counts(thehive: Native, read_alert: ReadAlert, received_at: datetime) -> None:
    """All of them missing."""
    assert read_alert(thehive | {"date": None, "newDate": None, "_createdAt": None}).observed_at == received_at


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        ("TruePositive", Verdict.TRUE_POSITIVE),
        ("FalsePositive", Verdict.FALSE_POSITIVE),
        ("Indeterminate", Verdict.UNDETERMINED),
        ("Duplicated", Verdict.DUPLICATE),
        ("Duplicate", Verdict.DUPLICATE),
        ("Other", Verdict.OTHER),
        ("Ignored", Verdict.OTHER),
        ("BenignByPolicy", Verdict.OTHER),
    ],
)
def test_every_status_of_a_closed_alert_has_its_verdict(
    status: str, verdict: Verdict, thehive: Native, read_verdict: ReadVerdict
) -> None:
    """A site's own status is kept word for word."""
    for native in (thehive | {"status": status}, audit(thehive | {"status": status}, "Alert", status=status)):
        read = read_verdict(native)
        assert (read.verdict, read.vendor_value, read.retracted) == (verdict, status, False)
        assert (read.alert_id, read.analyst, read.incident) == ("thehive::~40993016", "ines@example.org", "~512")
        assert (read.reason, read.origin) == ("our own campaign", VerdictOrigin.HUMAN)
        assert read.decided_at == datetime(2026, 5, 4, 13, 0, tzinfo=UTC)
        assert read.alert is not None


def test_an_imported_alert_is_not_judged_yet(thehive: Native, read_verdict: ReadVerdict) -> None:
    """It has become part of a case."""
    read = read_verdict(thehive | {"status": "Imported", "stage": "Imported"})
    assert (read.verdict, read.vendor_value, read.retracted) == (Verdict.OTHER, "Imported", False)


@pytest.mark.parametrize(
    ("stage", "status"), [("New", "New"), ("InProgress", "InProgress"), ("InProgress", "Waiting"), (None, "New")]
)
def test_an_alert_that_is_open_again_takes_every_verdict_back(
    stage: str | None, status: str, thehive: Native, read_verdict: ReadVerdict
) -> None:
    """Whatever the site calls the status: the stage tells."""
    read = read_verdict(thehive | {"stage": stage, "status": status})
    assert (read.verdict, read.retracted, read.analyst) == (Verdict.UNDETERMINED, True, "")


@pytest.mark.parametrize("alerts", [["~1", "~2"], [{"_id": "~1"}, {"_id": "~2"}]])
def test_a_cases_verdict_goes_to_each_alert_the_message_names(alerts: list[object], received_at: datetime) -> None:
    """No impact does not make a true positive a benign one."""
    case = THEHIVE_CASE | {"alerts": alerts}
    for native in (case, audit(case, "Case", status="TruePositive")):
        read = verdicts_of(native, received_at)
        assert [each.alert_id for each in read] == ["thehive::~1", "thehive::~2"]
        assert {each.verdict for each in read} == {Verdict.TRUE_POSITIVE}
        assert {(each.origin, each.incident) for each in read} == {(VerdictOrigin.PROPAGATED, "~512")}


def test_a_large_case_loses_none_of_its_alerts(received_at: datetime) -> None:
    """However many there are."""
    case = THEHIVE_CASE | {"alerts": [f"~{number}" for number in range(300)]}
    assert len({each.alert_id for each in verdicts_of(case, received_at)}) == 300


def test_a_case_that_names_no_alerts_is_kept_under_its_own_id(received_at: datetime) -> None:
    """Nothing is lost, and nothing else is judged."""
    (read,) = verdicts_of(audit(THEHIVE_CASE, "Case"), received_at)
    assert (read.alert_id, read.verdict) == ("thehive::~512", Verdict.TRUE_POSITIVE)


@pytest.mark.parametrize(
    ("case", "verdict", "retracted"),
    [
        ({"status": "Resolved", "resolutionStatus": "FalsePositive"}, Verdict.FALSE_POSITIVE, False),
        ({"status": "Resolved", "resolutionStatus": "Indeterminate"}, Verdict.UNDETERMINED, False),
        ({"status": "Resolved", "resolutionStatus": None}, Verdict.OTHER, False),
        ({"status": "Duplicated", "resolutionStatus": None}, Verdict.DUPLICATE, False),
        ({"status": "Deleted", "resolutionStatus": None}, Verdict.OTHER, False),
        ({"status": "Open", "resolutionStatus": "FalsePositive"}, Verdict.UNDETERMINED, True),
    ],
)
def test_a_case_of_thehive_4_says_it_in_its_resolution(
    case: Native, verdict: Verdict, retracted: bool, received_at: datetime
) -> None:
    """`status` is Open, Resolved, Duplicated or Deleted; re-opening takes back."""
    native = {"id": "~9", "_type": "case", "caseId": 3, "owner": "ines", **case}
    (read,) = verdicts_of({"objectType": "case", "operation": "Update", "object": native}, received_at)
    assert (read.alert_id, read.verdict, read.retracted) == ("thehive::~9", verdict, retracted)


def test_an_alert_made_from_a_score_is_judged_under_the_scored_alerts_id(
    thehive: Native, read_alert: ReadAlert, read_verdict: ReadVerdict
) -> None:
    """So that verdicts come back for alerts of products that have none."""
    thehive |= {"source": "winnow", "sourceRef": "wazuh:soc-manager:1777895998.1042"}
    assert read_verdict(thehive).alert_id == "wazuh:soc-manager:1777895998.1042"
    assert read_alert(thehive).alert_id == "wazuh:soc-manager:1777895998.1042"


def test_a_deletion_says_nothing(thehive: Native, received_at: datetime) -> None:
    """The audit has no object left; neither an observable's is an alert."""
    gone = audit(thehive, "Alert") | {"action": "delete", "object": None}
    observable = audit({"_id": "~3", "_type": "Observable", "data": "x", "alert": thehive}, "Observable")
    for native in (gone, observable):
        assert verdicts_of(native, received_at) == []
