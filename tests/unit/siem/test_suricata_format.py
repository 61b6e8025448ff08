"""Suricata EVE alerts as AlertV1."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas import AlertV1, DeadLetterReason, Severity
from schemas.alert import Network
from services.siem.reading import Refusal, read_alerts

Native = dict[str, Any]
Read = Callable[..., AlertV1]


def test_a_suricata_alert_keeps_what_it_says(suricata: Native, read_alert: Read) -> None:
    """Signature, times, connection, request and ATT&CK ids stand where the contract has them."""
    alert = read_alert(suricata)
    assert alert.alert_id == "suricata:mirror0:1984001122334455-9000123-2"
    assert alert.title == alert.rule.name == "LOCAL beacon to a known control server"
    assert alert.rule.id == "9000123"
    assert alert.observed_at == datetime(2026, 5, 4, 11, 30, 0, 125000, tzinfo=UTC)
    assert (alert.severity, alert.severity_original) == (Severity.HIGH, "1")
    assert (alert.attack.tactics, alert.attack.techniques) == (("TA0011",), ("T1071.001",))
    assert alert.entities.network == Network(
        source_ip="10.20.4.7",
        source_port=51544,
        destination_ip="198.51.100.80",
        destination_port=80,
        protocol="tcp",
        application="http",
        domain="updates.example.net",
    )
    assert alert.entities.url.full == "http://updates.example.net/gate.php?id=7"
    assert "payload" not in alert.evidence


@pytest.mark.parametrize(
    ("priority", "marked", "expected"),
    [
        (1, "Critical", Severity.CRITICAL),
        (1, "Major", Severity.HIGH),
        (1, None, Severity.HIGH),
        (2, "Critical", Severity.MEDIUM),
        (2, None, Severity.MEDIUM),
        ("3", None, Severity.LOW),
        (4, None, Severity.INFORMATIONAL),
        (255, None, Severity.INFORMATIONAL),
        (0, None, Severity.UNKNOWN),
        (None, None, Severity.UNKNOWN),
    ],
)
def test_every_priority_has_its_severity(
    priority: object, marked: str | None, expected: Severity, suricata: Native, read_alert: Read
) -> None:
    """The whole scale, 1 the gravest, which only Emerging Threats' mark makes critical."""
    suricata["alert"] |= {"severity": priority, "metadata": {"signature_severity": [marked]}}
    assert read_alert(suricata).severity is expected


def test_the_sensor_is_the_instance(suricata: Native, read_alert: Read) -> None:
    """The sensor's name before its interface."""
    suricata["host"] = "ids-dmz"
    assert read_alert(suricata).instance == "ids-dmz"


def test_an_update_keeps_the_alert_id(suricata: Native, read_alert: Read) -> None:
    """The id is the flow's, the signature's and the transaction's; a flow id may come as a float."""
    first = read_alert(suricata).alert_id
    suricata |= {"flow_id": float(suricata["flow_id"]), "flow": {"pkts_toserver": 9}}
    assert read_alert(suricata).alert_id == first
    suricata["tx_id"] = 3
    assert read_alert(suricata).alert_id != first


def test_an_alert_without_a_flow_gets_a_stable_id(suricata: Native, read_alert: Read) -> None:
    """Time, connection and signature identify it then."""
    del suricata["flow_id"]
    first = read_alert(suricata).alert_id
    suricata["alert"]["rev"] = 4
    assert read_alert(suricata).alert_id == first
    suricata["src_port"] = 1
    assert read_alert(suricata).alert_id != first


def test_an_event_that_is_no_alert_is_refused(suricata: Native, received_at: datetime) -> None:
    """eve.json also has flows, DNS and statistics; nothing there was detected."""
    flow = b'{"timestamp":"2026-05-04T11:30:00Z","event_type":"flow","flow_id":1,"src_ip":"10.0.0.1"}'
    (refusal,) = read_alerts(flow, format_name="suricata", received_at=received_at)
    assert isinstance(refusal, Refusal)
    assert refusal.reason is DeadLetterReason.INVALID_ALERT
