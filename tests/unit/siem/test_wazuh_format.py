"""Wazuh alerts as AlertV1."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas import AlertV1, Severity
from schemas.alert import Host, Network

Native = dict[str, Any]
Read = Callable[..., AlertV1]


def test_a_wazuh_alert_keeps_what_it_says(wazuh: Native, read_alert: Read) -> None:
    """Title, rule, times, entities and ATT&CK ids stand where the contract has them."""
    alert = read_alert(wazuh)
    assert alert.alert_id == "wazuh:soc-manager:1777895998.1042"
    assert (alert.source, alert.instance) == ("wazuh", "soc-manager")
    assert alert.title == "sshd: brute force trying to get access to the system."
    assert alert.rule.id == "5712"
    assert alert.observed_at == alert.raised_at == datetime(2026, 5, 4, 11, 59, 58, 250000, tzinfo=UTC)
    assert (alert.severity, alert.severity_original) == (Severity.MEDIUM, "10")
    assert (alert.attack.tactics, alert.attack.techniques) == (("TA0006",), ("T1110",))
    assert alert.entities.host == Host(name="web-03", ip="10.20.0.13")
    assert alert.entities.user.name == "deploy"
    assert alert.entities.network == Network(source_ip="203.0.113.9", source_port=40022)
    assert alert.evidence["rule.groups"] == "syslog, sshd, authentication_failures"
    assert "rule.pci_dss" not in alert.evidence


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        *((level, Severity.INFORMATIONAL) for level in range(4)),
        *((level, Severity.LOW) for level in range(4, 7)),
        *((level, Severity.MEDIUM) for level in range(7, 12)),
        *((level, Severity.HIGH) for level in range(12, 15)),
        *((level, Severity.CRITICAL) for level in (15, 16)),
        ("12", Severity.HIGH),
        (-1, Severity.UNKNOWN),
        ("high", Severity.UNKNOWN),
    ],
)
def test_every_wazuh_level_has_its_severity(level: object, expected: Severity, wazuh: Native, read_alert: Read) -> None:
    """The whole scale, as a number and as text."""
    wazuh["rule"]["level"] = level
    alert = read_alert(wazuh)
    assert (alert.severity, alert.severity_original) == (expected, str(level))


def test_a_wrapped_suricata_event_fills_the_network(wazuh: Native, suricata: Native, read_alert: Read) -> None:
    """Wazuh keeps Suricata's event under `data`, numbers as text; the rule that fired is both rules."""
    wazuh["rule"] |= {"id": "86601", "description": "Suricata: Alert - LOCAL beacon to a known control server"}
    wazuh["data"] = suricata | {"src_port": "51544", "dest_port": "80", "flow_id": "1984001122334455.000000"}
    alert = read_alert(wazuh)
    native = read_alert(suricata)
    assert alert.entities.network == native.entities.network
    assert alert.entities.url == native.entities.url
    assert alert.entities.url.full == "http://updates.example.net/gate.php?id=7"
    assert (alert.rule.id, alert.rule.name) == ("86601:9000123", "LOCAL beacon to a known control server")
    assert alert.observed_at == native.observed_at != alert.raised_at
    assert alert.attack.techniques == ("T1110", "T1071.001")


def test_a_wrapped_windows_event_fills_the_process(wazuh: Native, read_alert: Read) -> None:
    """Sysmon's process, its parent, and the hash out of its text of hashes."""
    del wazuh["predecoder"]
    wazuh["data"] = {
        "win": {
            "system": {"computer": "fin-ws-4", "systemTime": "2026-05-04T11:59:50.1234567Z"},
            "eventdata": {
                "image": "C:\\Tools\\dump.exe",
                "commandLine": "dump.exe -all",
                "parentImage": "C:\\Windows\\explorer.exe",
                "hashes": f"SHA1=00,MD5=11,SHA256={'AB' * 32},IMPHASH=22",
                "user": "CORP\\kai",
            },
        }
    }
    alert = read_alert(wazuh)
    process = alert.entities.process
    assert (process.executable, process.command_line) == ("C:\\Tools\\dump.exe", "dump.exe -all")
    assert (process.parent, process.sha256) == ("C:\\Windows\\explorer.exe", "ab" * 32)
    assert (alert.entities.host.name, alert.entities.user.name) == ("fin-ws-4", "CORP\\kai")
    assert alert.observed_at == datetime(2026, 5, 4, 11, 59, 50, 123456, tzinfo=UTC)


def test_a_web_access_log_has_method_and_status(wazuh: Native, read_alert: Read) -> None:
    """Wazuh's decoder calls the method `protocol` and the status `id`."""
    wazuh["data"] = {"protocol": "HEAD", "srcip": "203.0.113.9", "id": "404", "url": "/wp-login.php"}
    alert = read_alert(wazuh)
    assert (alert.entities.url.method, alert.entities.url.status) == ("HEAD", 404)
    assert (alert.entities.url.full, alert.entities.network.protocol) == ("/wp-login.php", "")


def test_a_port_behind_an_address_is_taken_apart(wazuh: Native, read_alert: Read) -> None:
    """Snort's fast log decoder leaves address and port in one text."""
    wazuh["data"] = {"srcip": "10.0.0.1", "dstip": "198.51.100.7:8443"}
    network = read_alert(wazuh).entities.network
    assert (network.destination_ip, network.destination_port) == ("198.51.100.7", 8443)


def test_an_alert_without_an_id_gets_a_stable_one(wazuh: Native, read_alert: Read) -> None:
    """Sent again it has the same id, whatever changed that does not identify it; another line has another."""
    del wazuh["id"]
    first = read_alert(wazuh).alert_id
    wazuh["rule"]["firedtimes"] = 5
    assert read_alert(wazuh).alert_id == first
    wazuh["full_log"] += "."
    assert read_alert(wazuh).alert_id != first
