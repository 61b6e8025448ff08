"""One alert of each vendor, written for these tests after the vendors' documents."""

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas import AlertV1, FeedbackV1
from services.siem.reading import Refusal, read_alerts, read_feedback
from tests.unit.siem import natives_aws, natives_cases, natives_endpoint, natives_open
from tests.unit.siem.natives_ecs import ECS, WAZUH5
from tests.unit.siem.natives_microsoft import DEFENDER_ALERT, SENTINEL_ALERT
from tests.unit.siem.natives_splunk import SPLUNK

RECEIVED = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)

WAZUH = {
    "timestamp": "2026-05-04T11:59:58.250+0000",
    "rule": {
        "level": 10,
        "description": "sshd: brute force trying to get access to the system.",
        "id": "5712",
        "mitre": {"id": ["T1110"], "tactic": ["Credential Access"], "technique": ["Brute Force"]},
        "firedtimes": 4,
        "groups": ["syslog", "sshd", "authentication_failures"],
        "pci_dss": ["11.4"],
    },
    "agent": {"id": "017", "name": "web-03", "ip": "10.20.0.13"},
    "manager": {"name": "soc-manager"},
    "id": "1777895998.1042",
    "full_log": "May  4 11:59:58 web-03 sshd[811]: Failed password for deploy from 203.0.113.9 port 40022 ssh2",
    "predecoder": {"program_name": "sshd", "timestamp": "May  4 11:59:58", "hostname": "web-03"},
    "decoder": {"parent": "sshd", "name": "sshd"},
    "data": {"srcip": "203.0.113.9", "srcport": "40022", "dstuser": "deploy"},
    "location": "/var/log/auth.log",
}

SURICATA = {
    "timestamp": "2026-05-04T13:30:00.125000+0200",
    "flow_id": 1984001122334455,
    "in_iface": "mirror0",
    "event_type": "alert",
    "src_ip": "10.20.4.7",
    "src_port": 51544,
    "dest_ip": "198.51.100.80",
    "dest_port": 80,
    "proto": "TCP",
    "tx_id": 2,
    "alert": {
        "action": "allowed",
        "gid": 1,
        "signature_id": 9000123,
        "rev": 3,
        "signature": "LOCAL beacon to a known control server",
        "category": "A Network Trojan was detected",
        "severity": 1,
        "metadata": {
            "signature_severity": ["Major"],
            "mitre_tactic_id": ["TA0011"],
            "mitre_technique_id": ["T1071.001"],
        },
    },
    "http": {
        "hostname": "updates.example.net",
        "url": "/gate.php?id=7",
        "http_method": "POST",
        "http_user_agent": "agent/1.0",
        "status": 200,
    },
    "app_proto": "http",
    "payload": "R0VUIC8=",
}

ELASTIC = {
    "@timestamp": "2026-05-04T11:55:10.000Z",
    "kibana.space_ids": ["secops"],
    "kibana.alert.uuid": "6f0f9a2c11d54e7b",
    "kibana.alert.rule.name": "Encoded PowerShell command",
    "kibana.alert.rule.rule_id": "8b2b0c9e-0d44-4bd6-8a62-000000000001",
    "kibana.alert.rule.uuid": "11111111-2222-3333-4444-555555555555",
    "kibana.alert.reason": "process event by ines on hr-lt-21 created high alert Encoded PowerShell command.",
    "kibana.alert.severity": "high",
    "kibana.alert.risk_score": 73,
    "kibana.alert.workflow_status": "open",
    "kibana.alert.original_time": "2026-05-04T11:50:02.500Z",
    "kibana.alert.rule.parameters": {
        "threat": [
            {
                "framework": "MITRE ATT&CK",
                "tactic": {"id": "TA0002", "name": "Execution"},
                "technique": [{"id": "T1059", "subtechnique": [{"id": "T1059.001", "name": "PowerShell"}]}],
            }
        ]
    },
    "host": {"name": "hr-lt-21", "ip": ["10.20.9.21", "fe80::1"], "os": {"name": "Windows"}},
    "user.name": "ines",
    "process": {
        "name": "powershell.exe",
        "executable": "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe",
        "command_line": "powershell.exe -enc SQBFAFgA",
        "parent.executable": "C:\\Windows\\explorer.exe",
        "hash": {"sha256": "a" * 64},
    },
    "event": {"action": "start", "category": ["process"]},
}

WINNOW = {
    "schema_version": 1,
    "alert_id": "waf:edge-1:77",
    "source": "waf",
    "instance": "edge-1",
    "observed_at": "2026-05-04T11:00:00Z",
    "raised_at": "2026-05-04T11:00:01Z",
    "title": "SQL injection blocked",
    "rule": {"id": "942100", "name": "SQL injection"},
    "severity": "medium",
    "severity_original": "warning",
    "attack": {"techniques": ["T1190"]},
    "entities": {"url": {"full": "https://shop.example.org/?q=1", "status": 403}},
    "evidence": {"matched": "1' or '1'='1"},
}

DEFENDER = {
    "@odata.type": "#microsoft.graph.security.alert",
    "id": "da1777895998_42",
    "tenantId": "0f0f0f0f-0000-4000-8000-000000000001",
    "incidentId": "381",
    "status": "resolved",
    "classification": "falsePositive",
    "determination": "notMalicious",
    "assignedTo": "ines@example.org",
    "serviceSource": "microsoftDefenderForEndpoint",
    "lastUpdateDateTime": "2026-05-04T10:30:00.1234567Z",
}

CEF = {
    "cef": {
        "version": "0",
        "device": {
            "vendor": "Example Networks",
            "product": "Gatekeeper",
            "version": "4.2",
            "event_class_id": "IPS-2041",
        },
        "name": "Directory traversal blocked",
        "severity": "8",
        "extensions": {
            "rt": "May 04 2026 11:58:00",
            "externalId": "88123",
            "dvchost": "gate-1",
            "src": "203.0.113.40",
            "spt": "40110",
            "dst": "10.20.4.8",
            "dpt": "443",
            "proto": "TCP",
            "act": "blocked",
            "request": "https://shop.example.org/../etc/passwd",
        },
        "custom": {"Policy": "outer"},
    },
}

LEEF = {
    "leef": {
        "version": "2.0",
        "vendor": "Example Networks",
        "product": "Watchman",
        "product_version": "1.0",
        "event_id": "MalwareFound",
        "attributes": {
            "devTime": "1777895880000",
            "sev": "9",
            "cat": "Malware",
            "src": "10.20.9.30",
            "usrName": "ines",
            "dstPort": "445",
            "proto": "TCP",
        },
    },
}

GUIDE = {
    "OrgId": "7",
    "IncidentId": "31",
    "AlertId": "5",
    "Timestamp": "2024-06-04T06:05:15.000Z",
    "DetectorId": "12",
    "AlertTitle": "45",
    "Category": "CommandAndControl",
    "MitreTechniques": "T1071;T1071.001",
    "IncidentGrade": "TruePositive",
    "Evidence": [
        {"EntityType": "Ip", "EvidenceRole": "Related", "IpAddress": "27"},
        {"EntityType": "User", "EvidenceRole": "Impacted", "AccountName": "88"},
    ],
}

ALERTS: dict[str, dict[str, Any]] = {
    "cef": CEF,
    "defender": DEFENDER_ALERT,
    "ecs": ECS,
    "elastic": ELASTIC,
    "guide": GUIDE,
    "leef": LEEF,
    "sentinel": SENTINEL_ALERT,
    "splunk": SPLUNK,
    "suricata": SURICATA,
    "wazuh": WAZUH,
    "wazuh5": WAZUH5,
    "winnow": WINNOW,
    **natives_aws.ALERTS,
    **natives_cases.ALERTS,
    **natives_endpoint.ALERTS,
    **natives_open.ALERTS,
}

ReadAlert = Callable[..., AlertV1]
ReadVerdict = Callable[..., FeedbackV1]


@pytest.fixture
def native() -> dict[str, dict[str, Any]]:
    """A fresh alert of every format, by the format's name."""
    return copy.deepcopy(ALERTS)


@pytest.fixture
def wazuh(native: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A Wazuh alert."""
    return native["wazuh"]


@pytest.fixture
def suricata(native: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A Suricata alert."""
    return native["suricata"]


@pytest.fixture
def elastic(native: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """An Elastic Security alert, its keys both dotted and nested."""
    return native["elastic"]


@pytest.fixture
def winnow(native: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """An AlertV1 as another program would write it."""
    return native["winnow"]


@pytest.fixture
def defender() -> dict[str, Any]:
    """A resolved Defender alert."""
    return copy.deepcopy(DEFENDER)


@pytest.fixture
def received_at() -> datetime:
    """When the message came."""
    return RECEIVED


@pytest.fixture
def read_alert() -> ReadAlert:
    """Read one alert that must not be refused."""

    def read(native: dict[str, Any], format_name: str | None = None) -> AlertV1:
        (alert,) = read_alerts(json.dumps(native).encode(), format_name=format_name, received_at=RECEIVED)
        assert not isinstance(alert, Refusal), alert
        return alert

    return read


@pytest.fixture
def read_verdict() -> ReadVerdict:
    """Read one verdict that must not be refused."""

    def read(native: dict[str, Any], format_name: str | None = None) -> FeedbackV1:
        (verdict,) = read_feedback(json.dumps(native).encode(), format_name=format_name, received_at=RECEIVED)
        assert not isinstance(verdict, Refusal), verdict
        return verdict

    return read
