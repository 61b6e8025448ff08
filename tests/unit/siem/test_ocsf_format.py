"""OCSF's Detection Findings as AlertV1; verdicts of findings and incidents as FeedbackV1."""

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas import AlertV1, DeadLetterReason, FeedbackV1, Severity, Verdict, VerdictOrigin
from services.siem.reading import Refusal, read_feedback
from tests.unit.siem.natives_open import INCIDENT, OCSF

Native = dict[str, Any]
ReadAlert = Callable[..., AlertV1]
ReadVerdict = Callable[..., FeedbackV1]
CLOSED = {"status_id": 4, "status": "Resolved"}


@pytest.fixture
def ocsf() -> Native:
    """A fresh Detection Finding."""
    return copy.deepcopy(OCSF)


def verdicts_of(incident: Native, received_at: datetime) -> tuple[FeedbackV1 | Refusal, ...]:
    """Everything an incident says."""
    return read_feedback(json.dumps(incident).encode(), format_name=None, received_at=received_at)


def test_fields_come_from_where_ocsf_puts_them(ocsf: Native, read_alert: ReadAlert) -> None:
    """Who and what stands in the evidences; the product is the instance."""
    alert = read_alert(ocsf)
    assert (alert.alert_id, alert.instance) == ("ocsf:Falcon Lake:f-77", "Falcon Lake")
    assert (alert.title, alert.description) == ("Credential dumping", "A process read the memory of lsass.")
    assert (alert.rule.id, alert.rule.name) == ("an-9", "LSASS access")
    assert (alert.attack.tactics, alert.attack.techniques) == (("TA0006",), ("T1003", "T1003.001"))
    host, user, process = alert.entities.host, alert.entities.user, alert.entities.process
    assert (host.name, host.ip, host.os, user.name, user.domain) == ("hr-lt-21", "10.20.9.21", "Windows", "ines", "HR")
    assert (process.name, process.executable, process.command_line) == (
        "dump.exe",
        "C:\\temp\\dump.exe",
        "dump.exe lsass",
    )
    network = alert.entities.network
    assert (network.source_ip, network.source_port) == ("10.20.9.21", 49000)
    assert (network.destination_ip, network.destination_port) == ("198.51.100.8", 443)
    assert (alert.entities.cloud.provider, alert.entities.cloud.region) == ("aws", "eu-west-1")


def test_what_stands_outside_the_evidences_is_read_as_well(ocsf: Native, read_alert: ReadAlert) -> None:
    """Older versions and profiles put it into the finding itself."""
    evidence = ocsf.pop("evidences")[0]
    assert read_alert(ocsf | evidence).entities == read_alert(OCSF).entities


@pytest.mark.parametrize(
    ("number", "words", "level"),
    [
        (0, "Unknown", Severity.UNKNOWN),
        (1, "Informational", Severity.INFORMATIONAL),
        (2, "Low", Severity.LOW),
        (3, "Medium", Severity.MEDIUM),
        (4, "High", Severity.HIGH),
        (5, "Critical", Severity.CRITICAL),
        (6, "Fatal", Severity.CRITICAL),
        (99, "moderate", Severity.MEDIUM),
        (99, "Sev-7", Severity.UNKNOWN),
        (None, "High", Severity.HIGH),
        ("3", None, Severity.MEDIUM),
    ],
)
def test_severity_is_the_number_else_the_words(
    number: object, words: object, level: Severity, ocsf: Native, read_alert: ReadAlert
) -> None:
    """0 to 6, and what a product says where it has its own."""
    assert read_alert(ocsf | {"severity_id": number, "severity": words}).severity is level


@pytest.mark.parametrize(
    ("time", "moment"),
    [
        (1777895998250, datetime(2026, 5, 4, 11, 59, 58, 250000, tzinfo=UTC)),
        (1777895998, datetime(2026, 5, 4, 11, 59, 58, tzinfo=UTC)),
        ("2026-05-04T13:59:58+02:00", datetime(2026, 5, 4, 11, 59, 58, tzinfo=UTC)),
    ],
)
def test_times_are_milliseconds_but_others_are_understood(
    time: object, moment: datetime, ocsf: Native, read_alert: ReadAlert
) -> None:
    """Some products write seconds, or ISO 8601."""
    alert = read_alert(ocsf | {"time": time})
    assert (alert.observed_at, alert.raised_at) == (moment, datetime(2026, 5, 4, 12, 0, tzinfo=UTC))


def test_without_times_the_receipt_counts(ocsf: Native, read_alert: ReadAlert, received_at: datetime) -> None:
    """Nothing else says when."""
    del ocsf["time"], ocsf["finding_info"]["created_time"]
    assert read_alert(ocsf).observed_at == received_at


def test_the_id_stays_when_the_finding_is_updated(ocsf: Native, read_alert: ReadAlert) -> None:
    """`finding_info.uid` is the finding's, `metadata.uid` the message's."""
    ocsf |= {"activity_id": 2, "time": 1777899999000}
    ocsf["metadata"]["uid"] = "another"
    assert read_alert(ocsf).alert_id == read_alert(OCSF).alert_id


VERDICTS = [
    (0, "Unknown", Verdict.UNDETERMINED),
    (1, "False Positive", Verdict.FALSE_POSITIVE),
    (2, "True Positive", Verdict.TRUE_POSITIVE),
    (3, "Disregard", Verdict.OTHER),
    (4, "Suspicious", Verdict.UNDETERMINED),
    (5, "Benign", Verdict.BENIGN_POSITIVE),
    (6, "Test", Verdict.BENIGN_POSITIVE),
    (7, "Insufficient Data", Verdict.UNDETERMINED),
    (8, "Security Risk", Verdict.OTHER),
    (9, "Managed Externally", Verdict.OTHER),
    (10, "Duplicate", Verdict.DUPLICATE),
    (99, "Other", Verdict.OTHER),
]


@pytest.mark.parametrize(("number", "name", "verdict"), VERDICTS)
def test_every_verdict_is_known_by_number_and_by_name(
    number: int, name: str, verdict: Verdict, ocsf: Native, read_verdict: ReadVerdict
) -> None:
    """The incident profile on a finding that is resolved."""
    read = read_verdict(ocsf | CLOSED | {"verdict_id": number, "verdict": name})
    assert (read.verdict, read.vendor_value, read.retracted) == (verdict, name, False)
    assert (read.alert_id, read.origin) == ("ocsf:Falcon Lake:f-77", VerdictOrigin.HUMAN)
    assert read_verdict(ocsf | CLOSED | {"verdict": name}).verdict is verdict
    assert read_verdict(ocsf | CLOSED | {"verdict_id": number}).verdict is verdict


@pytest.mark.parametrize(
    "said", [{"verdict_id": 42}, {"verdict": "Gut feeling"}, {"verdict_id": 99, "verdict": "Benign"}]
)
def test_what_ocsf_does_not_name_is_kept_as_other(said: Native, ocsf: Native, read_verdict: ReadVerdict) -> None:
    """Under 99 a product's word is its own, whatever it looks like."""
    read = read_verdict(ocsf | CLOSED | said)
    assert (read.verdict, read.vendor_value) == (Verdict.OTHER, str(list(said.values())[-1]))


def test_a_suppressed_finding_says_nothing_of_its_own(ocsf: Native, read_verdict: ReadVerdict) -> None:
    """It may have been false or merely expected."""
    read = read_verdict(ocsf | {"status_id": 3, "status": "Suppressed"})
    assert (read.verdict, read.vendor_value, read.retracted) == (Verdict.OTHER, "Suppressed", False)


@pytest.mark.parametrize(("status_id", "status"), [(1, "New"), (2, "In Progress")])
def test_a_finding_that_is_open_again_takes_every_verdict_back(
    status_id: int, status: str, ocsf: Native, read_verdict: ReadVerdict
) -> None:
    """The verdict may still stand there; it no longer counts."""
    read = read_verdict(ocsf | {"status_id": status_id, "status": status, "verdict_id": 1, "assignee": {"name": "i"}})
    assert (read.verdict, read.retracted, read.analyst, read.vendor_value) == (Verdict.UNDETERMINED, True, "", status)


def test_an_incidents_verdict_goes_to_each_of_its_findings(received_at: datetime) -> None:
    """Under the finding's own product where it is given; one without an id cannot be meant."""
    first, second = verdicts_of(INCIDENT, received_at)
    assert isinstance(first, FeedbackV1)
    assert isinstance(second, FeedbackV1)
    assert (first.alert_id, second.alert_id) == ("ocsf:Falcon Lake:f-77", "ocsf:Other Lake:f-78")
    assert {first.verdict, second.verdict} == {Verdict.TRUE_POSITIVE}
    assert {first.origin, second.origin} == {VerdictOrigin.PROPAGATED}
    assert (first.incident, first.analyst, first.reason) == ("inc-3", "ines", "confirmed on the host")
    assert first.decided_at == datetime(2026, 5, 4, 13, 0, tzinfo=UTC)


@pytest.mark.parametrize("status_id", [1, 2, 3])
def test_an_incident_that_is_open_takes_back_the_verdict_of_each(status_id: int, received_at: datetime) -> None:
    """New, in progress, on hold: 3 is not suppressed here."""
    reopened = INCIDENT | {"activity_id": 2, "status_id": status_id, "status": "Open"}
    for read in verdicts_of(reopened, received_at):
        assert isinstance(read, FeedbackV1)
        assert read.retracted


def test_an_incident_without_findings_is_refused(received_at: datetime) -> None:
    """There is nothing to judge."""
    (refused,) = verdicts_of(INCIDENT | {"finding_info_list": [{"title": "x"}, 5]}, received_at)
    assert isinstance(refused, Refusal)
    assert refused.reason is DeadLetterReason.INVALID_FEEDBACK
    assert "no alert" in refused.detail
