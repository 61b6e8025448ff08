"""AWS Security Hub's findings as AlertV1 and FeedbackV1."""

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas import AlertV1, FeedbackV1, Severity, Verdict
from tests.unit.siem.natives_aws import ASFF

Native = dict[str, Any]
ReadAlert = Callable[..., AlertV1]
ReadVerdict = Callable[..., FeedbackV1]


@pytest.fixture
def asff() -> Native:
    """A fresh finding."""
    return copy.deepcopy(ASFF)


def test_fields_come_from_where_asff_puts_them(asff: Native, read_alert: ReadAlert) -> None:
    """Who, what, where and when."""
    alert = read_alert(asff)
    assert (alert.source, alert.instance, alert.title) == ("asff", "111122223333", "Console login from a new country")
    assert (alert.rule.id, alert.attack.tactics) == ("inspector/unusual-login", ("TA0001",))
    host, user, network = alert.entities.host, alert.entities.user, alert.entities.network
    assert (host.name, host.ip, user.name) == ("i-0abc", "10.20.0.13", "deploy")
    assert (network.source_ip, network.destination_port, network.protocol) == ("203.0.113.9", 443, "tcp")
    assert (alert.entities.process.name, alert.entities.process.executable) == ("sshd", "/usr/sbin/sshd")
    cloud = alert.entities.cloud
    assert (cloud.provider, cloud.account, cloud.region) == ("aws", "111122223333", "eu-west-1")
    assert cloud.service == "signin.amazonaws.com"
    assert alert.observed_at == datetime(2026, 5, 4, 11, 30, tzinfo=UTC)
    assert alert.raised_at == datetime(2026, 5, 4, 11, 40, tzinfo=UTC)
    assert alert.evidence["Action.AwsApiCallAction.Api"] == "ConsoleLogin"


@pytest.mark.parametrize(
    ("severity", "level"),
    [
        ({"Label": "INFORMATIONAL"}, Severity.INFORMATIONAL),
        ({"Label": "LOW"}, Severity.LOW),
        ({"Label": "MEDIUM"}, Severity.MEDIUM),
        ({"Label": "HIGH"}, Severity.HIGH),
        ({"Label": "CRITICAL"}, Severity.CRITICAL),
        ({"Normalized": 0}, Severity.INFORMATIONAL),
        ({"Normalized": 39}, Severity.LOW),
        ({"Normalized": 69}, Severity.MEDIUM),
        ({"Normalized": 89}, Severity.HIGH),
        ({"Normalized": 90}, Severity.CRITICAL),
        ({}, Severity.UNKNOWN),
    ],
)
def test_severity_is_the_label_else_the_number(
    severity: Native, level: Severity, asff: Native, read_alert: ReadAlert
) -> None:
    """By AWS's own bounds."""
    assert read_alert(asff | {"Severity": severity}).severity is level


def test_the_id_stays_and_is_unique_across_products(asff: Native, read_alert: ReadAlert) -> None:
    """An update has the same id; an id that is no ARN belongs to its product alone."""
    first = read_alert(asff)
    assert first.alert_id == f"asff:111122223333:{ASFF['Id']}"
    assert read_alert(asff | {"UpdatedAt": "2026-05-05T00:00:00Z"}).alert_id == first.alert_id
    own = asff | {"Id": "7", "ProductArn": "arn:aws:securityhub:eu-west-1:111122223333:product/111122223333/default"}
    assert read_alert(own).alert_id == "asff:111122223333:111122223333/default/7"


def test_a_guardduty_finding_has_its_type_as_the_rule(asff: Native, read_alert: ReadAlert) -> None:
    """Its generator is the detector, the same for everything."""
    asff |= {"GeneratorId": "arn:aws:guardduty:eu-west-1:111122223333:detector/d1"}
    assert read_alert(asff).rule.id == "TTPs/Initial Access/Unusual login"


@pytest.mark.parametrize("time", [None, "soon", ""])
def test_a_missing_time_is_replaced_by_the_other(time: object, asff: Native, read_alert: ReadAlert) -> None:
    """When it was first observed stands in for when it was created, and the other way round."""
    assert read_alert(asff | {"FirstObservedAt": time}).observed_at == datetime(2026, 5, 4, 11, 40, tzinfo=UTC)
    assert read_alert(asff | {"CreatedAt": time}).raised_at == datetime(2026, 5, 4, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "workflow", "said"),
    [
        ("TRUE_POSITIVE", "RESOLVED", (Verdict.TRUE_POSITIVE, "TRUE_POSITIVE", False)),
        ("TRUE_POSITIVE", "NEW", (Verdict.TRUE_POSITIVE, "TRUE_POSITIVE", False)),
        ("BENIGN_POSITIVE", "NOTIFIED", (Verdict.BENIGN_POSITIVE, "BENIGN_POSITIVE", False)),
        ("FALSE_POSITIVE", "SUPPRESSED", (Verdict.FALSE_POSITIVE, "FALSE_POSITIVE", False)),
        ("UNKNOWN", "RESOLVED", (Verdict.UNDETERMINED, "UNKNOWN", False)),
        (None, "RESOLVED", (Verdict.UNDETERMINED, "RESOLVED", False)),
        (None, "SUPPRESSED", (Verdict.UNDETERMINED, "SUPPRESSED", False)),
        ("UNKNOWN", "NEW", (Verdict.UNDETERMINED, "UNKNOWN", True)),
        (None, "NOTIFIED", (Verdict.UNDETERMINED, "NOTIFIED", True)),
        ("SOMETHING_NEW", "RESOLVED", (Verdict.OTHER, "SOMETHING_NEW", False)),
    ],
)
def test_every_verification_has_its_verdict(
    state: str | None, workflow: str, said: tuple[Verdict, str, bool], asff: Native, read_verdict: ReadVerdict
) -> None:
    """Resolved or suppressed alone says nothing; set back to unknown takes back."""
    read = read_verdict(asff | {"VerificationState": state, "Workflow": {"Status": workflow}})
    assert (read.verdict, read.vendor_value, read.retracted) == said


def test_a_verdict_names_its_alert_analyst_and_time(
    asff: Native, read_verdict: ReadVerdict, received_at: datetime
) -> None:
    """The finding comes along; the time is the note's, or that of receipt: UpdatedAt is the finding provider's."""
    asff |= {"VerificationState": "FALSE_POSITIVE"}
    assert read_verdict(asff).decided_at == received_at
    note = {"Text": "our scanner", "UpdatedBy": "ines", "UpdatedAt": "2026-05-04T11:59:00Z"}
    read = read_verdict(asff | {"Note": note})
    assert (read.analyst, read.reason) == ("ines", "our scanner")
    assert read.decided_at == datetime(2026, 5, 4, 11, 59, tzinfo=UTC)
    assert read.alert is not None
    assert read.alert.alert_id == read.alert_id
