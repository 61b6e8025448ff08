"""Wazuh 4: an object of alerts.json, from its decoders for log-ons, Sysmon, sudo and file integrity."""

from datetime import datetime

from services.sandbox.soc.happening import Happening

MANAGER = "soc-manager-1"
_TACTICS = {
    "TA0001": "Initial Access",
    "TA0002": "Execution",
    "TA0003": "Persistence",
    "TA0004": "Privilege Escalation",
    "TA0005": "Defense Evasion",
    "TA0006": "Credential Access",
    "TA0007": "Discovery",
    "TA0008": "Lateral Movement",
    "TA0009": "Collection",
    "TA0010": "Exfiltration",
    "TA0011": "Command and Control",
    "TA0040": "Impact",
}


def written(happening: Happening, *, at: datetime, serial: int) -> tuple[dict[str, object], str]:
    """An alert of one of the decoders, and `wazuh:<manager>:<id>`."""
    scene, rule = happening.scene, happening.scene.rule
    vendor_id = f"{int(at.timestamp())}.{serial}"
    document: dict[str, object] = {
        "timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "+0000"),
        "rule": {
            "level": rule.level,
            "description": rule.title,
            "id": rule.id,
            "mitre": {"id": [rule.technique], "tactic": [_TACTICS[rule.tactic]]},
            "firedtimes": 1 + serial % 50,
            "groups": [rule.surface, "soc"],
        },
        "agent": {
            "id": scene.host.address.rpartition(".")[2].zfill(3),
            "name": scene.host.name,
            "ip": scene.host.address,
        },
        "manager": {"name": MANAGER},
        "id": vendor_id,
        **_DECODED[rule.surface](happening),
    }
    return document, f"wazuh:{MANAGER}:{vendor_id}"


def _logon(happening: Happening) -> dict[str, object]:
    scene = happening.scene
    return {
        "decoder": {"name": "pam"},
        "location": "/var/log/auth.log",
        "full_log": happening.worded.text,
        "data": {"srcuser": scene.account, "srcip": scene.source},
    }


def _file(happening: Happening) -> dict[str, object]:
    audit = {"user": {"name": happening.scene.account}}
    return {
        "decoder": {"name": "syscheck_integrity_changed"},
        "location": "syscheck",
        "full_log": f"{happening.worded.text}",
        "syscheck": {"path": happening.worded.companion, "mode": "whodata", "event": "modified", "audit": audit},
    }


def _windows(happening: Happening) -> dict[str, object]:
    event = {
        "commandLine": happening.worded.text,
        "parentImage": happening.worded.companion,
        "user": happening.scene.account,
    }
    return {
        "decoder": {"name": "windows_eventchannel"},
        "location": "EventChannel",
        "data": {"win": {"system": {"eventID": "1", "computer": happening.scene.host.name}, "eventdata": event}},
    }


def _linux(happening: Happening) -> dict[str, object]:
    return {
        "decoder": {"name": "sudo"},
        "location": "/var/log/auth.log",
        "full_log": f"started by {happening.worded.companion}",
        "data": {"srcuser": happening.scene.account, "command": happening.worded.text},
    }


_DECODED = {"logon": _logon, "file": _file, "windows": _windows, "linux": _linux}
