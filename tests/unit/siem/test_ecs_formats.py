"""Alerts that keep to the Elastic Common Schema: of no particular product, and of Wazuh 5."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas import AlertV1, DeadLetterReason, Severity
from schemas.alert import Host, Network
from services.siem.reading import Refusal, read_alerts
from tests.unit.siem.natives_ecs import ECS, WAZUH5

Native = dict[str, Any]
Read = Callable[..., AlertV1]


def test_a_plain_ecs_alert_keeps_what_it_says(read_alert: Read) -> None:
    """Rule, times, entities and ATT&CK ids stand where the contract has them."""
    alert = read_alert(ECS)
    assert alert.alert_id == "ecs:example.alerts:evt-1"
    assert (alert.title, alert.rule.id) == ("Beacon", "R-7")
    assert alert.description == "Regular small requests."
    assert alert.observed_at == datetime(2026, 5, 4, 11, 50, tzinfo=UTC)
    assert alert.raised_at == datetime(2026, 5, 4, 11, 50, 30, tzinfo=UTC)
    assert (alert.severity, alert.severity_original) == (Severity.HIGH, "73")
    assert alert.attack.tactics == ("TA0011",)
    assert (alert.attack.techniques, alert.attack.actor) == (("T1071", "T1071.001"), "Example Storm")
    assert alert.entities.host == Host(name="hr-lt-21", ip="10.20.9.21", os="Windows")
    assert alert.entities.network == Network(
        source_ip="10.20.9.21",
        source_port=50000,
        destination_ip="198.51.100.80",
        destination_port=443,
        protocol="tcp",
        application="tls",
        domain="updates.example.net",
    )


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ({"risk_score": 21}, Severity.LOW),
        ({"risk_score": 47}, Severity.MEDIUM),
        ({"risk_score": 73.0}, Severity.HIGH),
        ({"risk_score": 99}, Severity.CRITICAL),
        ({"risk_score": 900, "risk_score_norm": 10}, Severity.LOW),
        ({"severity": 4}, Severity.UNKNOWN),
        ({}, Severity.UNKNOWN),
    ],
)
def test_only_a_risk_score_is_a_severity(scores: Native, expected: Severity, read_alert: Read) -> None:
    """What `event.severity` means is each source's own affair: it is kept as it came."""
    alert = read_alert(ECS | {"event": {"kind": "alert", "id": "e"} | scores})
    assert alert.severity is expected
    assert alert.severity_original == str(
        scores.get("severity", scores.get("risk_score_norm", scores.get("risk_score", "")))
    ).removesuffix(".0")


@pytest.mark.parametrize("kind", ["event", "metric", "state", "pipeline_error", None])
def test_an_ecs_event_is_no_alert(kind: str | None, received_at: datetime) -> None:
    """Only `event.kind` alert and signal are."""
    value = json.dumps(ECS | {"event": ECS["event"] | {"kind": kind}}).encode()
    (outcome,) = read_alerts(value, format_name=None, received_at=received_at)
    assert isinstance(outcome, Refusal)
    assert outcome.reason is DeadLetterReason.UNKNOWN_FORMAT


def test_a_vendors_own_fields_come_before_the_common_schema(read_alert: Read, elastic: Native) -> None:
    """Elastic's alerts and Wazuh's findings keep to ECS as well."""
    assert read_alert(elastic | {"event.kind": "signal"}).source == "elastic"
    assert read_alert(WAZUH5 | {"event": WAZUH5["event"] | {"kind": "alert"}}).source == "wazuh5"


def test_an_ecs_alert_without_an_id_gets_a_stable_one(read_alert: Read) -> None:
    """Sent again it has the same id, another host has another."""
    native = ECS | {"event": {"kind": "signal"}}
    first = read_alert(native).alert_id
    assert read_alert(native | {"tags": ["later"]}).alert_id == first
    assert read_alert(native | {"host": {"name": "other"}}).alert_id != first


def test_a_wazuh_5_finding_keeps_what_it_says(read_alert: Read) -> None:
    """The Sigma rule at `wazuh.rule`, the event in ECS around it, the agent where the event names no host."""
    alert = read_alert(WAZUH5)
    assert alert.alert_id == "wazuh5:soc:Zx81-24242424-0000-4000-8000-000000000001"
    assert (alert.title, alert.rule.id) == ("Failed authentication attempt", WAZUH5["wazuh"]["rule"]["sigma_id"])
    assert alert.description.startswith("Failed password for deploy")
    assert alert.observed_at == alert.raised_at == datetime(2026, 5, 4, 11, 59, 58, 250000, tzinfo=UTC)
    assert (alert.severity, alert.severity_original) == (Severity.MEDIUM, "medium")
    assert (alert.attack.tactics, alert.attack.techniques) == (("TA0006",), ("T1110", "T1110.001"))
    assert alert.entities.host == Host(name="web-03.example.org", os="Debian")
    assert alert.entities.user.name == "deploy"
    assert alert.entities.network == Network(source_ip="203.0.113.9", source_port=40022)
    assert alert.evidence["wazuh.integration.category"] == "access-management"


@pytest.mark.parametrize("level", [*Severity, "odd", 10, None])
def test_every_wazuh_5_level_is_its_word(level: object, read_alert: Read) -> None:
    """Sigma's words; the numbers of version 4 are gone."""
    rule = WAZUH5["wazuh"]["rule"] | {"level": level}
    found = read_alert(WAZUH5 | {"wazuh": WAZUH5["wazuh"] | {"rule": rule}}).severity
    assert found is (level if isinstance(level, Severity) else Severity.UNKNOWN)


def test_a_finding_fetched_by_a_search_has_its_documents_id(read_alert: Read) -> None:
    """Without it the event and the rule together are as unique."""
    hit = {"_id": "f-1", "_index": ".ds-wazuh-findings-v5-access-management-000001", "_source": WAZUH5}
    assert read_alert({"hits": {"hits": [hit]}}).alert_id == "wazuh5:soc:f-1"
