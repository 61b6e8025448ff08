"""DFIR-IRIS's alerts and cases as AlertV1 and FeedbackV1."""

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas import AlertV1, FeedbackV1, Severity, Verdict, VerdictOrigin
from services.siem.reading import Refusal, read_feedback
from tests.unit.siem.natives_cases import IRIS, IRIS_CASE

Native = dict[str, Any]
ReadAlert = Callable[..., AlertV1]
ReadVerdict = Callable[..., FeedbackV1]
UUID = IRIS["alert_uuid"]


@pytest.fixture
def iris() -> Native:
    """A fresh alert, closed."""
    return copy.deepcopy(IRIS)


def verdicts_of(native: Native, received_at: datetime) -> list[FeedbackV1]:
    """All that a message says."""
    read = read_feedback(json.dumps(native).encode(), format_name=None, received_at=received_at)
    return [each for each in read if not isinstance(each, Refusal)]


def test_fields_come_from_where_iris_puts_them(iris: Native, read_alert: ReadAlert) -> None:
    """Assets and indicators by the names of their types; what has none stays evidence."""
    alert = read_alert(iris)
    assert (alert.alert_id, alert.tenant, alert.rule.id) == (f"iris::{UUID}", "Example Org", "edr")
    assert (alert.title, alert.description) == ("Encoded PowerShell", "An encoded command ran on hr-lt-21.")
    host, user, network = alert.entities.host, alert.entities.user, alert.entities.network
    assert (host.name, host.ip, user.name) == ("hr-lt-21", "10.20.9.21", "ines")
    assert (network.source_ip, network.destination_ip) == ("", "198.51.100.8")
    assert alert.entities.file.sha256 == "e" * 64
    assert alert.evidence["alert_source_content.rule"] == "ps-1"
    assert alert.observed_at == datetime(2026, 5, 4, 11, 59, 58, 250000, tzinfo=UTC)
    assert alert.raised_at == datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("severity", "level"),
    [
        ({"severity": {"severity_name": "Unspecified"}}, Severity.UNKNOWN),
        ({"severity": {"severity_name": "Informational"}}, Severity.INFORMATIONAL),
        ({"severity": {"severity_name": "Low"}}, Severity.LOW),
        ({"severity": {"severity_name": "Medium"}}, Severity.MEDIUM),
        ({"severity": {"severity_name": "High"}}, Severity.HIGH),
        ({"severity": {"severity_name": "Critical"}}, Severity.CRITICAL),
        ({"severity": None, "alert_severity": {"severity_name": "Low"}}, Severity.LOW),
        ({"severity": None, "alert_severity": "Low"}, Severity.LOW),
        ({"severity": None}, Severity.UNKNOWN),
    ],
)
def test_severity_is_the_name(severity: Native, level: Severity, iris: Native, read_alert: ReadAlert) -> None:
    """The number alone means something else in every installation; it is kept as it is."""
    alert = read_alert(iris | severity)
    assert alert.severity is level
    assert alert.severity_original


def test_an_alert_not_yet_sent_is_known_by_its_source(iris: Native, read_alert: ReadAlert) -> None:
    """Without a UUID: the source's own reference, title and time."""
    del iris["alert_uuid"]
    first = read_alert(iris).alert_id
    assert read_alert(iris | {"alert_note": "x"}).alert_id == first
    assert read_alert(iris | {"alert_source_ref": "edr-100"}).alert_id != first


def test_an_update_has_the_same_id(iris: Native, read_alert: ReadAlert) -> None:
    """Whatever changed."""
    assert read_alert(iris | {"alert_title": "Renamed"}).alert_id == f"iris::{UUID}"


def test_without_times_the_receipt_counts(iris: Native, read_alert: ReadAlert, received_at: datetime) -> None:
    """Both missing."""
    assert read_alert(iris | {"alert_source_event_time": None, "alert_creation_time": ""}).observed_at == received_at


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("True Positive With Impact", Verdict.TRUE_POSITIVE),
        ("True Positive Without Impact", Verdict.TRUE_POSITIVE),
        ("Legitimate", Verdict.BENIGN_POSITIVE),
        ("False Positive", Verdict.FALSE_POSITIVE),
        ("Not Applicable", Verdict.OTHER),
        ("Unknown", Verdict.UNDETERMINED),
        ("Our own", Verdict.OTHER),
    ],
)
@pytest.mark.parametrize("place", ["resolution_status", "resolution", "alert_resolution_status"])
def test_every_resolution_has_its_verdict(
    place: str, name: str, verdict: Verdict, iris: Native, read_verdict: ReadVerdict
) -> None:
    """By name, under whichever key."""
    read = read_verdict(iris | {"resolution_status": None, place: {"resolution_status_name": name}})
    assert (read.verdict, read.vendor_value, read.retracted) == (verdict, name, False)
    assert (read.alert_id, read.analyst, read.incident) == (f"iris::{UUID}", "ines", "4")
    assert (read.reason, read.origin) == ("confirmed", VerdictOrigin.HUMAN)
    assert read.alert is not None


@pytest.mark.parametrize("status", ["Closed", "Merged", "Escalated"])
def test_a_status_alone_is_no_verdict(status: str, iris: Native, read_verdict: ReadVerdict) -> None:
    """An alert can become a case without a word about it; the number of a resolution says nothing."""
    read = read_verdict(iris | {"resolution_status": None, "status": {"status_name": status}})
    assert (read.verdict, read.vendor_value, read.retracted) == (Verdict.OTHER, status, False)


@pytest.mark.parametrize("status", ["New", "Assigned", "In progress", "Pending"])
def test_an_alert_that_is_open_again_takes_every_verdict_back(
    status: str, iris: Native, read_verdict: ReadVerdict
) -> None:
    """The resolution may still stand there; it no longer counts."""
    read = read_verdict(iris | {"status": {"status_name": status}})
    assert (read.verdict, read.retracted, read.analyst, read.vendor_value) == (Verdict.UNDETERMINED, True, "", status)


@pytest.mark.parametrize(
    ("number", "verdict", "value"),
    [
        (0, Verdict.UNDETERMINED, "unknown"),
        (1, Verdict.FALSE_POSITIVE, "false positive"),
        (2, Verdict.TRUE_POSITIVE, "true positive with impact"),
        (3, Verdict.OTHER, "not applicable"),
        (4, Verdict.TRUE_POSITIVE, "true positive without impact"),
        (5, Verdict.BENIGN_POSITIVE, "legitimate"),
        (6, Verdict.OTHER, "6"),
        (-1, Verdict.OTHER, "-1"),
    ],
)
def test_a_cases_outcome_goes_to_each_of_its_alerts(
    number: int, verdict: Verdict, value: str, received_at: datetime
) -> None:
    """The numbers of outcomes are fixed."""
    read = verdicts_of(IRIS_CASE | {"status_id": number}, received_at)
    assert [each.alert_id for each in read] == ["iris::a-1", "iris::a-2"]
    assert {(each.verdict, each.vendor_value, each.origin) for each in read} == {
        (verdict, value, VerdictOrigin.PROPAGATED)
    }
    assert {each.decided_at for each in read} == {datetime(2026, 5, 4, 13, 0, tzinfo=UTC)}


def test_a_case_that_names_no_alerts_is_kept_under_its_own_id(received_at: datetime) -> None:
    """Nothing is lost, and nothing else is judged."""
    (read,) = verdicts_of(IRIS_CASE | {"alerts": []}, received_at)
    assert read.alert_id == f"iris::case-{IRIS_CASE['case_uuid']}"


def test_a_case_that_is_open_takes_back_the_verdict_of_each(received_at: datetime) -> None:
    """In any state but Closed."""
    for read in verdicts_of(IRIS_CASE | {"state": {"state_name": "Containment"}}, received_at):
        assert (read.retracted, read.verdict) == (True, Verdict.UNDETERMINED)


def test_an_alert_made_from_a_score_is_judged_under_the_scored_alerts_id(
    iris: Native, read_verdict: ReadVerdict
) -> None:
    """So that verdicts come back for alerts of products that have none."""
    iris |= {"alert_source": "Winnow", "alert_source_ref": "wazuh:soc-manager:7"}
    assert read_verdict(iris).alert_id == "wazuh:soc-manager:7"
