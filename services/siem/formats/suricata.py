"""Suricata: EVE events with `event_type` alert (eve.json, Suricata 4 to 8)."""

from schemas import Severity
from services.siem.document import Document
from services.siem.severity import by_bounds
from services.siem.shape import AlertFormat, Format

ENTITIES = {
    "entities.host.ip": ("alert.target.ip",),
    "entities.network.source_ip": ("src_ip",),
    "entities.network.source_port": ("src_port",),
    "entities.network.destination_ip": ("dest_ip",),
    "entities.network.destination_port": ("dest_port",),
    "entities.network.protocol": ("proto",),
    "entities.network.application": ("app_proto",),
    "entities.network.domain": (
        "dns.query.rrname",
        "dns.queries.rrname",
        "dns.rrname",
        "tls.sni",
        "quic.sni",
        "http.hostname",
    ),
    "entities.file.name": ("fileinfo.filename", "files.filename"),
    "entities.file.sha256": ("fileinfo.sha256", "files.sha256"),
    "entities.url.full": ("http.url",),
    "entities.url.method": ("http.http_method",),
    "entities.url.user_agent": ("http.http_user_agent",),
    "entities.url.status": ("http.status",),
    "entities.email.sender": ("email.from", "smtp.mail_from"),
    "entities.email.recipient": ("email.to", "smtp.rcpt_to"),
    "entities.email.subject": ("email.subject",),
}
"""Where EVE keeps who and what an alert is about; Wazuh wraps the same object."""

TACTICS = ("alert.metadata.mitre_tactic_id", "alert.metadata.mitre_tactic_name")
TECHNIQUES = ("alert.metadata.mitre_technique_id",)

NOISE = (
    "event_type",
    "timestamp",
    "flow_id",
    "pcap_cnt",
    "tx_id",
    "flow.start",
    "alert.rev",
    "alert.gid",
    "alert.metadata.created_at",
    "alert.metadata.updated_at",
    "alert.metadata.reviewed_at",
    "tls.serial",
    "tls.notbefore",
    "tls.notafter",
    "http.request_headers",  # name and value apart, so that a cookie's value cannot be told by its path
    "http.response_headers",
)
"""Numbers and times that say nothing about what happened, and headers."""

LEVELS = (
    (1, Severity.HIGH),
    (2, Severity.MEDIUM),
    (3, Severity.LOW),
    (4, Severity.INFORMATIONAL),
)
"""A signature's priority, 1 the gravest."""


def severity(document: Document) -> Severity:
    """The level of a signature; Emerging Threats marks the gravest of priority 1 as Critical."""
    level = by_bounds(document.number("alert.severity"), LEVELS)
    is_critical = document.has("alert.metadata.signature_severity=Critical")
    return Severity.CRITICAL if level is Severity.HIGH and is_critical else level


def decisions(document: Document) -> dict[str, object]:
    """The URL in full: EVE has the host and the path apart."""
    host, url = document.text("http.hostname"), document.text("http.url")
    return {"entities.url.full": f"http://{host}{url}"} if host and url.startswith("/") else {}


def vendor_id(document: Document) -> str:
    """Flow, signature and transaction: an alert has no id of its own. '' without a flow."""
    flow = document.text("flow_id")
    return "-".join([flow, document.text("alert.signature_id"), document.text("tx_id") or "0"]) if flow else ""


FORMAT = Format(
    name="suricata",
    alerts=AlertFormat(
        recognised_by=(("event_type=alert", "alert.signature_id"),),
        fields={
            "instance": ("host", "in_iface"),
            "title": ("alert.signature",),
            "description": ("alert.category",),
            "rule.id": ("alert.signature_id",),
            "rule.name": ("alert.signature",),
            "severity_original": ("alert.severity",),
            **ENTITIES,
        },
        vendor_id=vendor_id,
        identity=(
            "timestamp",
            "src_ip",
            "src_port",
            "dest_ip",
            "dest_port",
            "proto",
            "alert.signature_id",
            "alert.signature",
            "tx_id",
        ),
        observed_at=("timestamp",),
        raised_at=("timestamp",),
        severity=severity,
        tactics=TACTICS,
        techniques=TECHNIQUES,
        decide=decisions,
        noise=NOISE,
        leading=("alert", "http", "dns", "tls", "smb", "smtp", "files", "fileinfo"),
    ),
)
