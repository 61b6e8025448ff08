"""Amazon GuardDuty's findings as AlertV1."""

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas import AlertV1, Severity
from tests.unit.siem.natives_aws import GUARDDUTY, pascal

Native = dict[str, Any]
ReadAlert = Callable[..., AlertV1]


@pytest.fixture
def guardduty() -> Native:
    """A fresh finding."""
    return copy.deepcopy(GUARDDUTY)


def test_fields_come_from_where_guardduty_puts_them(guardduty: Native, read_alert: ReadAlert) -> None:
    """The type is the rule; a caller's address is the source."""
    alert = read_alert(guardduty)
    assert (alert.alert_id, alert.source) == (f"guardduty:111122223333:{GUARDDUTY['id']}", "guardduty")
    assert (alert.title, alert.rule.id) == ("An unusual caller listed buckets", "Discovery:S3/AnomalousBehavior")
    assert (alert.severity, alert.severity_original) == (Severity.MEDIUM, "5.3")
    assert alert.attack.tactics == ("TA0007",)
    assert (alert.entities.user.name, alert.entities.network.source_ip) == ("deploy", "203.0.113.9")
    cloud = alert.entities.cloud
    assert (cloud.provider, cloud.account, cloud.region, cloud.service) == (
        "aws",
        "111122223333",
        "eu-west-1",
        "s3.amazonaws.com",
    )
    assert alert.observed_at == datetime(2026, 5, 4, 11, 30, tzinfo=UTC)
    assert alert.raised_at == datetime(2026, 5, 4, 11, 42, 10, 316000, tzinfo=UTC)
    assert alert.evidence["service.action.awsApiCallAction.api"] == "ListBuckets"


def test_pascal_case_and_eventbridge_read_the_same(guardduty: Native, read_alert: ReadAlert) -> None:
    """But for the evidence, whose keys are the vendor's paths. The event's own id is not the finding's."""
    event = {"version": "0", "id": "other", "detail-type": "GuardDuty Finding", "account": "x", "detail": guardduty}
    plain = read_alert(guardduty).model_copy(update={"evidence": {}})
    for other in (pascal(guardduty), event, event | {"detail": pascal(guardduty)}):
        assert read_alert(other).model_copy(update={"evidence": {}}) == plain


@pytest.mark.parametrize(
    ("number", "level"),
    [
        (0, Severity.UNKNOWN),
        (1, Severity.LOW),
        (3.9, Severity.LOW),
        (4.0, Severity.MEDIUM),
        (6.9, Severity.MEDIUM),
        (7, Severity.HIGH),
        (8.9, Severity.HIGH),
        (9, Severity.CRITICAL),
        (10.0, Severity.CRITICAL),
        ("8", Severity.HIGH),
        (None, Severity.UNKNOWN),
    ],
)
def test_severity_follows_guardduties_bands(
    number: object, level: Severity, guardduty: Native, read_alert: ReadAlert
) -> None:
    """Low, medium, high, critical; zero is no severity."""
    assert read_alert(guardduty | {"severity": number}).severity is level


@pytest.mark.parametrize(
    ("type_", "tactics"),
    [
        ("CredentialAccess:IAMUser/AnomalousBehavior", ("TA0006",)),
        ("DefenseEvasion:EC2/UnusualDNSResolver", ("TA0005",)),
        ("Execution:Runtime/NewBinaryExecuted", ("TA0002",)),
        ("Exfiltration:S3/MaliciousIPCaller", ("TA0010",)),
        ("Impact:EC2/PortSweep", ("TA0040",)),
        ("InitialAccess:IAMUser/AnomalousBehavior", ("TA0001",)),
        ("Persistence:IAMUser/AnomalousBehavior", ("TA0003",)),
        ("PrivilegeEscalation:Runtime/DockerSocketAccessed", ("TA0004",)),
        ("Recon:EC2/Portscan", ()),
        ("Stealth:IAMUser/PasswordPolicyChange", ()),
        ("UnauthorizedAccess:EC2/SSHBruteForce", ()),
    ],
)
def test_only_purposes_that_are_tactics_become_tactics(
    type_: str, tactics: tuple[str, ...], guardduty: Native, read_alert: ReadAlert
) -> None:
    """GuardDuty's own purposes are not guessed at."""
    assert read_alert(guardduty | {"type": type_}).attack.tactics == tactics


@pytest.mark.parametrize(
    ("direction", "source", "destination"),
    [("OUTBOUND", ("10.0.0.4", 39000), ("198.51.100.8", 22)), ("INBOUND", ("198.51.100.8", 22), ("10.0.0.4", 39000))],
)
def test_a_connection_has_its_direction(
    direction: str,
    source: tuple[str, int],
    destination: tuple[str, int],
    guardduty: Native,
    read_alert: ReadAlert,
) -> None:
    """Local is the source of what goes out, remote of what comes in."""
    guardduty["service"]["action"] = {
        "networkConnectionAction": {
            "connectionDirection": direction,
            "protocol": "TCP",
            "localIpDetails": {"ipAddressV4": "10.0.0.4"},
            "localPortDetails": {"port": 39000},
            "remoteIpDetails": {"ipAddressV4": "198.51.100.8"},
            "remotePortDetails": {"port": 22},
        }
    }
    network = read_alert(guardduty).entities.network
    assert (network.source_ip, network.source_port) == source
    assert (network.destination_ip, network.destination_port) == destination
    assert network.protocol == "tcp"


def test_an_attack_sequence_names_tactics_and_techniques(guardduty: Native, read_alert: ReadAlert) -> None:
    """Among its indicators, beside addresses and calls that are neither."""
    guardduty["type"] = "AttackSequence:IAM/CompromisedCredentials"
    guardduty["service"]["detection"] = {
        "sequence": {
            "indicators": [
                {"key": "ATTACK_TACTIC", "values": ["Persistence", "Discovery"]},
                {"key": "ATTACK_TECHNIQUE", "values": ["T1098.003 - Additional Cloud Roles"]},
                {"key": "MALICIOUS_IP", "values": ["198.51.100.8"]},
            ]
        }
    }
    attack = read_alert(guardduty).attack
    assert (attack.tactics, attack.techniques) == (("TA0003", "TA0007"), ("T1098.003",))


def test_the_id_stays_when_the_finding_is_updated(guardduty: Native, read_alert: ReadAlert) -> None:
    """GuardDuty counts further events on the same finding."""
    again = guardduty | {"updatedAt": "2026-05-04T12:00:00Z"}
    assert read_alert(again).alert_id == read_alert(guardduty).alert_id


@pytest.mark.parametrize("time", [None, "never"])
def test_without_times_the_receipt_counts(
    time: object, guardduty: Native, read_alert: ReadAlert, received_at: datetime
) -> None:
    """Missing or unreadable."""
    guardduty["service"]["eventFirstSeen"] = time
    alert = read_alert(guardduty | {"createdAt": time, "updatedAt": time})
    assert alert.observed_at == alert.raised_at == received_at
