"""Alerts that keep to the Elastic Common Schema, written for these tests: of no particular product, and of Wazuh 5."""

from typing import Any

ECS: dict[str, Any] = {
    "@timestamp": "2026-05-04T11:50:00.000Z",
    "message": "beacon to a known control server",
    "event": {
        "kind": "alert",
        "id": "evt-1",
        "dataset": "example.alerts",
        "action": "detected",
        "severity": 73,
        "risk_score": 73,
        "created": "2026-05-04T11:50:30Z",
    },
    "rule": {"id": "R-7", "name": "Beacon", "description": "Regular small requests."},
    "threat": {
        "tactic": {"id": ["TA0011"], "name": ["Command and Control"]},
        "technique": [{"id": "T1071", "subtechnique": [{"id": "T1071.001"}]}],
        "group": {"name": "Example Storm"},
    },
    "host": {"name": "hr-lt-21", "ip": ["10.20.9.21"], "os": {"name": "Windows"}},
    "user": {"name": "ines", "domain": "CORP"},
    "source": {"ip": "10.20.9.21", "port": 50000},
    "destination": {"ip": "198.51.100.80", "port": 443, "domain": "updates.example.net"},
    "network": {"transport": "TCP", "protocol": "tls"},
}

WAZUH5: dict[str, Any] = {
    "@timestamp": "2026-05-04T11:59:58.250Z",
    "event": {
        "doc_id": "Zx81",
        "index": "wazuh-events-v5-access-management-000001",
        "action": "ssh-login",
        "outcome": "failure",
        "original": "Failed password for deploy from 203.0.113.9 port 40022 ssh2",
    },
    "source": {"ip": "203.0.113.9", "port": 40022},
    "user": {"name": "deploy"},
    "process": {"name": "sshd"},
    "wazuh": {
        "cluster": {"name": "soc", "node": "node-1"},
        "agent": {"id": "017", "name": "web-03", "host": {"hostname": "web-03.example.org", "os": {"name": "Debian"}}},
        "integration": {"category": "access-management", "name": "sshd"},
        "rule": {
            "id": "24242424-0000-4000-8000-000000000001",
            "sigma_id": "25252525-0000-4000-8000-000000000002",
            "title": "Failed authentication attempt",
            "level": "medium",
            "tags": ["attack.credential-access", "attack.t1110.001"],
            "mitre": {"tactic": {"id": ["TA0006"], "name": ["Credential Access"]}, "technique": {"id": ["T1110"]}},
            "compliance": {"pci_dss": ["8.3"]},
        },
    },
}
