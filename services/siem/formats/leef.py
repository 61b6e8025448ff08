"""IBM QRadar Log Event Extended Format, as `services.siem.leef` takes a line apart.

Attributes are those the QRadar LEEF guide, version 2, predefines.
"""

from schemas import Severity
from services.siem.document import Document
from services.siem.log_times import log_time
from services.siem.severity import by_bounds
from services.siem.shape import AlertFormat, Format, Paths

LEVELS = (
    (0, Severity.INFORMATIONAL),
    (2, Severity.LOW),
    (4, Severity.MEDIUM),
    (7, Severity.HIGH),
    (9, Severity.CRITICAL),
)
"""From which `sev` on; it goes from 1, the lowest, to 10, and IBM gives its steps no names."""


def _attributes(*names: str) -> Paths:
    return tuple(f"leef.attributes.{name}" for name in names)


FIELDS: dict[str, Paths] = {
    "instance": (*_attributes("identHostName", "devName"), "syslog.host"),
    "title": (*_attributes("name"), "leef.event_id"),
    "description": _attributes("msg", "reason"),
    "rule.id": ("leef.event_id",),
    "rule.name": _attributes("name", "policy"),
    "severity_original": _attributes("sev"),
    "entities.host.name": _attributes("dstHost", "hostName", "srcHost", "identHostName"),
    "entities.host.ip": _attributes("identSrc"),
    "entities.user.name": _attributes("usrName", "accountName", "userName"),
    "entities.user.domain": _attributes("domain"),
    "entities.process.name": _attributes("proc", "process"),
    "entities.network.source_ip": _attributes("src"),
    "entities.network.source_port": _attributes("srcPort"),
    "entities.network.destination_ip": _attributes("dst"),
    "entities.network.destination_port": _attributes("dstPort"),
    "entities.network.protocol": _attributes("proto"),
    "entities.file.path": _attributes("filePath"),
    "entities.file.name": _attributes("fileName", "fname"),
    "entities.url.full": _attributes("url"),
    "entities.url.method": _attributes("method"),
    "entities.url.user_agent": _attributes("userAgent"),
}
_TIMES = (*_attributes("devTime"), "syslog.timestamp")


def severity(document: Document) -> Severity:
    """The level of `sev`."""
    return by_bounds(document.number(*_attributes("sev")), LEVELS)


def vendor_id(document: Document) -> str:
    """An id of the event, which LEEF does not predefine, under its vendor and product; '' without one."""
    named = document.text(*_attributes("externalId", "uuid", "eventUuid"))
    return ":".join([*document.texts("leef.vendor", "leef.product"), named]) if named else ""


def decisions(document: Document) -> dict[str, object]:
    """The device's time, in the form that it names itself; and a title, where all there is is a number."""
    java_format = document.text(*_attributes("devTimeFormat"))
    time = log_time(document.texts(*_TIMES), java_format=java_format)
    found: dict[str, object] = {"observed_at": time, "raised_at": time} if time else {}
    event_id = document.text("leef.event_id")
    if event_id.isdigit() and not document.text(*_attributes("name")):
        found["title"] = f"{document.text('leef.product', 'leef.vendor')} {event_id}".strip()
    return found


FORMAT = Format(
    name="leef",
    alerts=AlertFormat(
        recognised_by=(("leef.vendor", "leef.event_id"), ("leef.product", "leef.event_id")),
        fields=FIELDS,
        vendor_id=vendor_id,
        identity=(
            "leef.vendor",
            "leef.product",
            "leef.event_id",
            *_TIMES,
            *(path for name, paths in FIELDS.items() if name.startswith("entities.") for path in paths),
            *_attributes("cat", "msg"),
        ),
        observed_at=(),
        raised_at=(),
        severity=severity,
        decide=decisions,
        noise=("leef.version", "leef.product_version", *_attributes("devTime", "devTimeFormat"), "syslog"),
        leading=("leef.vendor", "leef.product", "leef.attributes.cat", "leef.attributes"),
    ),
)
