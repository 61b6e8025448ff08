"""Wazuh 4: the objects of alerts.json, also those that wrap a Suricata or Windows event."""

import re

from schemas import Severity
from services.siem.document import Document
from services.siem.formats import suricata
from services.siem.severity import by_bounds
from services.siem.shape import AlertFormat, Format, Paths

LEVELS = (
    (0, Severity.INFORMATIONAL),
    (4, Severity.LOW),
    (7, Severity.MEDIUM),
    (12, Severity.HIGH),
    (15, Severity.CRITICAL),
)
"""From which `rule.level` on; Wazuh's levels go to 15, 16 is a local rule's."""

_WINDOWS = "data.win.eventdata"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "TRACE", "PROPFIND"})
_WITH_PORT = re.compile(r"([0-9.]+):([0-9]{1,5})")
_SHA256 = re.compile(r"(?:SHA256=|^)([0-9A-Fa-f]{64})")

_OWN_FIELDS: dict[str, Paths] = {
    "instance": ("manager.name",),
    "title": ("rule.description",),
    "description": ("full_log", "data.win.system.message"),
    "rule.id": ("rule.id",),
    "rule.name": ("rule.description",),
    "severity_original": ("rule.level",),
    # The line's own host first: behind a syslog relay, or where all agents share a name, only that tells hosts apart.
    "entities.host.name": ("predecoder.hostname", "data.win.system.computer", "agent.name"),
    "entities.host.ip": ("agent.ip",),
    "entities.user.name": (
        "data.srcuser",
        "data.dstuser",
        f"{_WINDOWS}.targetUserName",
        f"{_WINDOWS}.user",
        f"{_WINDOWS}.subjectUserName",
        "syscheck.audit.user.name",
    ),
    "entities.user.domain": (f"{_WINDOWS}.targetDomainName", f"{_WINDOWS}.subjectDomainName"),
    "entities.process.name": ("predecoder.program_name",),
    "entities.process.executable": (f"{_WINDOWS}.image", f"{_WINDOWS}.newProcessName", "data.audit.exe"),
    "entities.process.command_line": (f"{_WINDOWS}.commandLine", "data.command", "data.audit.command"),
    "entities.process.parent": (f"{_WINDOWS}.parentImage", f"{_WINDOWS}.parentProcessName"),
    "entities.process.parent_command_line": (f"{_WINDOWS}.parentCommandLine",),
    "entities.network.source_ip": ("data.srcip", f"{_WINDOWS}.sourceIp", f"{_WINDOWS}.ipAddress"),
    "entities.network.source_port": ("data.srcport", f"{_WINDOWS}.sourcePort", f"{_WINDOWS}.ipPort"),
    "entities.network.destination_ip": ("data.dstip", f"{_WINDOWS}.destinationIp"),
    "entities.network.destination_port": ("data.dstport", f"{_WINDOWS}.destinationPort"),
    "entities.network.protocol": ("data.protocol", f"{_WINDOWS}.protocol"),
    "entities.network.domain": (f"{_WINDOWS}.queryName", f"{_WINDOWS}.destinationHostname"),
    "entities.file.path": ("syscheck.path", f"{_WINDOWS}.targetFilename"),
    "entities.file.sha256": ("syscheck.sha256_after",),
    "entities.url.full": ("data.url",),
}


def _fields() -> dict[str, Paths]:
    """Wazuh's own paths, then those of a Suricata event, which Wazuh keeps under `data`."""
    wrapped = {name: tuple(f"data.{path}" for path in paths) for name, paths in suricata.ENTITIES.items()}
    names = _OWN_FIELDS | wrapped
    return {name: _OWN_FIELDS.get(name, ()) + wrapped.get(name, ()) for name in names}


def severity(document: Document) -> Severity:
    """The level of `rule.level`."""
    return by_bounds(document.number("rule.level"), LEVELS)


def decisions(document: Document) -> dict[str, object]:
    """What Wazuh's decoders put where another meaning is expected."""
    return _signature(document) | _web(document) | _ports(document) | _hash(document)


def _signature(document: Document) -> dict[str, object]:
    """One Wazuh rule stands for all Suricata signatures: the rule that fired is both."""
    signature = document.text("data.alert.signature_id")
    if not signature:
        return {}
    rule = {"rule.id": f"{document.text('rule.id')}:{signature}", "rule.name": document.text("data.alert.signature")}
    return rule | suricata.decisions(document.part("data"))


def _web(document: Document) -> dict[str, object]:
    """Web access logs: the method stands in `data.protocol`, the status in `data.id`."""
    method, status = document.text("data.protocol"), document.text("data.id")
    if method not in _METHODS:
        return {}
    found: dict[str, object] = {"entities.url.method": method, "entities.network.protocol": ""}
    return found | ({"entities.url.status": status} if re.fullmatch("[1-5][0-9]{2}", status) else {})


def _ports(document: Document) -> dict[str, object]:
    """Snort's fast log: the port stands behind the address."""
    found: dict[str, object] = {}
    for side, path in (("source", "data.srcip"), ("destination", "data.dstip")):
        if both := _WITH_PORT.fullmatch(document.text(path)):
            found |= {f"entities.network.{side}_ip": both[1], f"entities.network.{side}_port": both[2]}
    return found


def _hash(document: Document) -> dict[str, object]:
    """Sysmon writes all hashes into one text (`SHA1=…,MD5=…,SHA256=…`)."""
    found = _SHA256.search(document.text(f"{_WINDOWS}.hashes"))
    return {"entities.process.sha256": found[1].lower()} if found else {}


FORMAT = Format(
    name="wazuh",
    alerts=AlertFormat(
        recognised_by=(
            ("rule.level", "rule.id", "manager.name"),
            ("rule.level", "rule.id", "agent.id"),
            ("rule.level", "rule.id", "decoder"),
        ),
        fields=_fields(),
        vendor_id=lambda document: document.text("id"),
        identity=("timestamp", "@timestamp", "rule.id", "agent.id", "location", "full_log"),
        observed_at=("data.timestamp", "data.win.system.systemTime", "timestamp", "@timestamp"),
        raised_at=("timestamp", "@timestamp"),
        severity=severity,
        tactics=("rule.mitre.tactic", *(f"data.{path}" for path in suricata.TACTICS)),
        techniques=("rule.mitre.id", *(f"data.{path}" for path in suricata.TECHNIQUES)),
        decide=decisions,
        noise=(
            "id",
            "timestamp",
            "@timestamp",
            "manager",
            "input",
            "rule.id",
            "rule.mail",
            "rule.mitre",
            "rule.pci_dss",
            "rule.gdpr",
            "rule.gpg13",
            "rule.hipaa",
            "rule.nist_800_53",
            "rule.tsc",
            "rule.firedtimes",
            "rule.frequency",
            "rule.info",
            "predecoder.timestamp",
            "previous_log",
            "previous_output",
            *(f"data.{path}" for path in suricata.NOISE),
        ),
        leading=("rule.groups", "location", "decoder", "agent", "data", "syscheck"),
    ),
)
