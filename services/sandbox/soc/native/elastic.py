"""Elastic Security 9: a document of `.alerts-security.alerts-default`, as the detection engine writes it."""

from datetime import datetime
from uuid import UUID

from services.sandbox.soc.happening import Happening

SPACE = "default"
_RISK_SCORES = {"low": 21, "medium": 47, "high": 73, "critical": 99}
"""Elastic's defaults."""


def written(happening: Happening, *, at: datetime, serial: int) -> tuple[dict[str, object], str]:
    """A process alert, and `elastic:default:<uuid>`."""
    scene, rule = happening.scene, happening.scene.rule
    uuid, time = str(UUID(int=(0x50C0 << 112) + serial, version=4)), at.isoformat(timespec="milliseconds")
    document: dict[str, object] = {
        "@timestamp": time,
        "kibana.alert.original_time": time,
        "kibana.alert.uuid": uuid,
        "kibana.alert.workflow_status": "open",
        "kibana.alert.severity": rule.level,
        "kibana.alert.risk_score": _RISK_SCORES[str(rule.level)],
        "kibana.alert.rule.name": rule.title,
        "kibana.alert.rule.rule_id": rule.id,
        "kibana.alert.rule.threat": [_threat(rule.tactic, rule.technique)],
        "kibana.space_ids": [SPACE],
        "event": {"kind": "signal", "category": ["process"], "module": "endpoint"},
        "host": {"name": scene.host.name, "ip": [scene.host.address], "os": {"name": scene.host.platform}},
        "user": {"name": scene.account, "domain": "CORP"},
        "process": {
            "command_line": happening.worded.text,
            "pid": 1000 + serial % 30_000,
            "parent": {"executable": happening.worded.companion},
        },
    }
    return document, f"elastic:{SPACE}:{uuid}"


def _threat(tactic: str, technique: str) -> dict[str, object]:
    parent = technique.partition(".")[0]
    whole: dict[str, object] = {"id": parent}
    if parent != technique:
        whole["subtechnique"] = [{"id": technique}]
    return {"framework": "MITRE ATT&CK", "tactic": {"id": tactic}, "technique": [whole]}
