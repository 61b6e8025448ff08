"""Suricata 7: an EVE line with `event_type` alert."""

from datetime import datetime

from services.sandbox.soc.happening import Happening

SENSOR = "soc-sensor-1"
_FIRST_FLOW = 1_700_000_000_000_000


def written(happening: Happening, *, at: datetime, serial: int) -> tuple[dict[str, object], str]:
    """A web, DNS or TLS alert, and `suricata:<sensor>:<flow>-<signature>-<transaction>`."""
    scene, rule = happening.scene, happening.scene.rule
    flow = _FIRST_FLOW + serial
    document: dict[str, object] = {
        "timestamp": at.strftime("%Y-%m-%dT%H:%M:%S.%f+0000"),
        "flow_id": flow,
        "host": SENSOR,
        "event_type": "alert",
        "src_ip": scene.source,
        "src_port": 32_768 + serial % 28_000,
        "dest_ip": scene.host.address,
        "proto": "TCP",
        "tx_id": 0,
        "alert": {
            "action": "allowed",
            "gid": 1,
            "signature_id": int(rule.id),
            "rev": 1,
            "signature": rule.title,
            "severity": rule.level,
            "source": {"ip": scene.source},
            "target": {"ip": scene.host.address},
            "metadata": {"mitre_tactic_id": [rule.tactic], "mitre_technique_id": [rule.technique]},
        },
        **_application(happening),
    }
    return document, f"suricata:{SENSOR}:{flow}-{rule.id}-0"


def _application(happening: Happening) -> dict[str, object]:
    worded, rule = happening.worded, happening.scene.rule
    if rule.surface == "web":
        request = {
            "url": worded.text,
            "http_method": "GET",
            "http_user_agent": worded.companion,
            "protocol": "HTTP/1.1",
        }
        return {"app_proto": "http", "dest_port": 80, "http": request}
    if " DNS " in rule.title:
        return {"app_proto": "dns", "dest_port": 53, "dns": {"query": [{"rrname": worded.text, "rrtype": "A"}]}}
    return {"app_proto": "tls", "dest_port": 443, "tls": {"sni": worded.text, "version": "TLS 1.3"}}
