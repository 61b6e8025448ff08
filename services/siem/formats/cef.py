"""ArcSight Common Event Format, as `services.siem.cef` takes a line apart, or Filebeat's `decode_cef` does.

CEF's short keys and their full names are those of "Implementing ArcSight Common Event Format", version 26. Filebeat
writes the full names.
"""

import re

from schemas import Severity
from services.siem.document import Document
from services.siem.log_times import log_time
from services.siem.severity import by_bounds, by_word
from services.siem.shape import AlertFormat, Format, Paths

LEVELS = (
    (0, Severity.LOW),
    (4, Severity.MEDIUM),
    (7, Severity.HIGH),
    (9, Severity.CRITICAL),
)
"""From which severity on: 0 to 3 is Low, 4 to 6 Medium, 7 and 8 High, 9 and 10 Very-High."""
_VERY_HIGH = frozenset({"very-high", "very high"})
_SHA256 = re.compile("[0-9A-Fa-f]{64}")


def _extensions(*names: str) -> Paths:
    return tuple(f"cef.extensions.{name}" for name in names)


FIELDS: dict[str, Paths] = {
    "instance": (*_extensions("deviceExternalId", "dvchost", "deviceHostName", "dvc", "deviceAddress"), "syslog.host"),
    "title": ("cef.name",),
    "description": _extensions("msg", "message", "reason"),
    "rule.id": ("cef.device.event_class_id",),
    "rule.name": ("cef.name",),
    "severity_original": ("cef.severity",),
    "entities.host.name": _extensions(
        "dhost", "destinationHostName", "shost", "sourceHostName", "dvchost", "deviceHostName"
    ),
    "entities.user.name": _extensions("suser", "sourceUserName", "duser", "destinationUserName"),
    "entities.user.domain": _extensions("sntdom", "sourceNtDomain", "dntdom", "destinationNtDomain"),
    "entities.process.name": _extensions(
        "dproc", "destinationProcessName", "sproc", "sourceProcessName", "deviceProcessName"
    ),
    "entities.network.source_ip": _extensions("src", "sourceAddress"),
    "entities.network.source_port": _extensions("spt", "sourcePort"),
    "entities.network.destination_ip": _extensions("dst", "destinationAddress"),
    "entities.network.destination_port": _extensions("dpt", "destinationPort"),
    "entities.network.protocol": _extensions("proto", "transportProtocol"),
    "entities.network.application": _extensions("app", "applicationProtocol"),
    "entities.network.domain": _extensions("destinationDnsDomain"),
    "entities.file.path": _extensions("filePath"),
    "entities.file.name": _extensions("fname", "filename", "fileName"),
    "entities.url.full": _extensions("request", "requestUrl"),
    "entities.url.method": _extensions("requestMethod"),
    "entities.url.user_agent": _extensions("requestClientApplication"),
}
_STARTED = _extensions("start", "startTime")
_RECEIVED = _extensions("rt", "deviceReceiptTime")
_ENDED = _extensions("end", "endTime")
_SENT = ("syslog.timestamp",)


def severity(document: Document) -> Severity:
    """The level of a number from 0 to 10, or of a word."""
    word = document.text("cef.severity").lower()
    if word in _VERY_HIGH:
        return Severity.CRITICAL
    return by_word(word) if word.isalpha() else by_bounds(document.number("cef.severity"), LEVELS)


def vendor_id(document: Document) -> str:
    """The device's own id of the event, under its vendor and product: those count apart. '' without one."""
    named = document.text(*_extensions("externalId"))
    return ":".join([*document.texts("cef.device.vendor", "cef.device.product"), named]) if named else ""


def decisions(document: Document) -> dict[str, object]:
    """Times in CEF's own forms, and the file's hash where it is a SHA-256."""
    observed = log_time(document.texts(*_STARTED, *_RECEIVED, *_ENDED, *_SENT))
    raised = log_time(document.texts(*_RECEIVED, *_ENDED, *_STARTED, *_SENT))
    found: dict[str, object] = {"observed_at": observed, "raised_at": raised} if observed and raised else {}
    digest = document.text(*_extensions("fileHash"))
    return found | ({"entities.file.sha256": digest.lower()} if _SHA256.fullmatch(digest) else {})


FORMAT = Format(
    name="cef",
    alerts=AlertFormat(
        recognised_by=(("cef.device.vendor", "cef.device.event_class_id"), ("cef.device.product", "cef.name")),
        fields=FIELDS,
        vendor_id=vendor_id,
        identity=(
            "cef.device.vendor",
            "cef.device.product",
            "cef.device.event_class_id",
            "cef.name",
            *_STARTED,
            *_RECEIVED,
            *_ENDED,
            *_SENT,
            *(path for name, paths in FIELDS.items() if name.startswith("entities.") for path in paths),
            *_extensions("act", "msg"),
        ),
        observed_at=(),
        raised_at=(),
        severity=severity,
        decide=decisions,
        noise=(
            "cef.version",
            "cef.device.version",
            *_STARTED,
            *_RECEIVED,
            *_ENDED,
            *_extensions("externalId"),
            "syslog",
            "@timestamp",
            "agent",
            "ecs",
            "event.original",
            "message",
        ),
        leading=("cef.device", "cef.extensions.cat", "cef.extensions.act", "cef.custom", "cef.extensions"),
    ),
)
