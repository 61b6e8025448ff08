"""A Splunk notable as a search returns it, written for these tests after Splunk's documents."""

from typing import Any

SPLUNK: dict[str, Any] = {
    "event_id": "AAAAAAAA-0000-4000-8000-000000000001@@notable@@0123456789abcdef",
    "rule_id": "AAAAAAAA-0000-4000-8000-000000000001@@notable@@0123456789abcdef",
    "search_name": "Access - Brute Force Access - Rule",
    "rule_name": "Brute Force Access",
    "rule_title": "Brute force against web-03",
    "rule_description": "More failures than usual, then a success.",
    "security_domain": "access",
    "urgency": "high",
    "severity": "medium",
    "_time": "2026-05-04T12:01:00.000+02:00",
    "orig_time": "1777888000.500",
    "status": "1",
    "status_label": "New",
    "owner": "unassigned",
    "dest": ["web-03", "web-04"],
    "dest_ip": "10.20.0.13",
    "src": "203.0.113.9",
    "src_port": "40022",
    "user": "deploy",
    "app": "sshd",
    "action": "success",
    "process_name": "sshd",
    "annotations.mitre_attack": ["T1110", "T1078"],
    "annotations.mitre_attack.mitre_tactic": ["credential-access", "initial-access"],
    "risk_score": "80",
    "_raw": "1777888860, search_name=x",
}
