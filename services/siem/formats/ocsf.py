"""OCSF: Detection Findings (class 2004) as alerts; verdicts in Incident Findings (2005) and in the incident profile.

After the Open Cybersecurity Schema Framework 1.0 to 1.9, on which Amazon Security Lake and Security Hub build.
"""

from collections.abc import Sequence

from schemas import Severity, Verdict
from services.siem.document import Document
from services.siem.identity import alert_id
from services.siem.severity import by_word
from services.siem.shape import AlertFormat, FeedbackFormat, Format, Paths
from services.siem.verdicts import TAKEN_BACK

LEVELS = {
    1: Severity.INFORMATIONAL,
    2: Severity.LOW,
    3: Severity.MEDIUM,
    4: Severity.HIGH,
    5: Severity.CRITICAL,
    6: Severity.CRITICAL,
}
"""By `severity_id`; 6 is Fatal, 0 is Unknown, and 99 (Other) leaves it to the words of `severity`."""

VERDICTS = {
    0: ("unknown", Verdict.UNDETERMINED),
    1: ("false positive", Verdict.FALSE_POSITIVE),
    2: ("true positive", Verdict.TRUE_POSITIVE),
    3: ("disregard", Verdict.OTHER),
    4: ("suspicious", Verdict.UNDETERMINED),
    5: ("benign", Verdict.BENIGN_POSITIVE),
    6: ("test", Verdict.BENIGN_POSITIVE),
    7: ("insufficient data", Verdict.UNDETERMINED),
    8: ("security risk", Verdict.OTHER),
    9: ("managed externally", Verdict.OTHER),
    10: ("duplicate", Verdict.DUPLICATE),
    99: ("other", Verdict.OTHER),
}
"""By `verdict_id`, with the name that `verdict` has for it. A disregarded incident may be any of them."""

CLOSE = 3
"""The `activity_id` of a closure."""
OPEN = {"2004": frozenset({1, 2}), "2005": frozenset({1, 2, 3})}
"""By class, the `status_id` of what is not closed: new, in progress, and of incidents on hold. The same number 3 means
suppressed in a Detection Finding."""

_NAMES = dict(VERDICTS.values())
_PRODUCT = ("metadata.product.name", "metadata.product.uid", "metadata.product.vendor_name")
_ATTACKS = ("finding_info.attacks", "attacks")


def _of(*names: str) -> Paths:
    """Paths into the first evidence, else into the finding itself."""
    return (*(f"evidences.{name}" for name in names), *names)


def severity(document: Document) -> Severity:
    """The level of the number, else of the words."""
    number = document.number("severity_id")
    return LEVELS.get(number, Severity.UNKNOWN) if number in LEVELS else by_word(document.text("severity"))


def verdict(document: Document) -> dict[str, object]:
    """The verdict of what is closed; what is open again takes back what was said of it, by whomever."""
    status, said = document.number("status_id"), document.text("verdict", "verdict_id")
    found = _judged(document) | {"vendor_value": said}
    is_open = status in OPEN.get(document.text("class_uid"), ()) and document.number("activity_id") != CLOSE
    if is_open or not said:
        found["vendor_value"] = document.text("status", "status_id")
        return found | (TAKEN_BACK if is_open else {"verdict": Verdict.OTHER})
    return found | {"verdict": _named(document.number("verdict_id"), said)}


def _named(number: int | None, name: str) -> Verdict:
    """By the number; the name counts only where there is none."""
    if number is None:
        return _NAMES.get(name.lower(), Verdict.OTHER)
    return VERDICTS[number][1] if number in VERDICTS else Verdict.OTHER


def _judged(document: Document) -> dict[str, object]:
    """A finding's alert; an incident's alerts are named by `incident_alerts`, and its time is its own."""
    if document.has("class_uid=2005"):
        return {"decided_at": at} if (at := document.time("time", "time_dt")) else {}
    return {"alert_id": _alert_id(document.text(*_PRODUCT), document.text("finding_info.uid"))}


def incident_alerts(document: Document) -> Sequence[str] | None:
    """The findings an incident is made of, under their own products' names where given, else under the incident's."""
    if not document.has("class_uid=2005"):
        return None
    findings, product = document.parts("finding_info_list"), document.text(*_PRODUCT)
    return [_alert_id(each.text("product.name") or product, uid) for each in findings if (uid := each.text("uid"))]


def _alert_id(product: str, uid: str) -> str:
    return alert_id(source="ocsf", instance=product, vendor_id=uid)


FORMAT = Format(
    name="ocsf",
    alerts=AlertFormat(
        recognised_by=(("class_uid=2004", "finding_info"),),
        fields={
            "instance": _PRODUCT,
            "tenant": ("metadata.tenant_uid",),
            "title": ("finding_info.title", "message"),
            "description": ("finding_info.desc", "message"),
            "rule.id": ("finding_info.analytic.uid", "finding_info.analytic.name", "metadata.event_code"),
            "rule.name": ("finding_info.analytic.name",),
            "severity_original": ("severity", "severity_id"),
            "attack.actor": ("osint.threat_actor.name",),
            "entities.host.name": _of("device.hostname", "device.name"),
            "entities.host.ip": _of("device.ip"),
            "entities.host.os": _of("device.os.name"),
            "entities.user.name": _of("actor.user.name", "user.name", "actor.user.email_addr", "actor.user.uid"),
            "entities.user.domain": _of("actor.user.domain", "user.domain"),
            "entities.process.name": _of("process.name", "actor.process.name"),
            "entities.process.executable": _of("process.file.path", "actor.process.file.path"),
            "entities.process.command_line": _of("process.cmd_line", "actor.process.cmd_line"),
            "entities.process.parent": _of("process.parent_process.file.path", "process.parent_process.name"),
            "entities.process.parent_command_line": _of("process.parent_process.cmd_line"),
            "entities.network.source_ip": _of("src_endpoint.ip"),
            "entities.network.source_port": _of("src_endpoint.port"),
            "entities.network.destination_ip": _of("dst_endpoint.ip"),
            "entities.network.destination_port": _of("dst_endpoint.port"),
            "entities.network.protocol": _of("connection_info.protocol_name"),
            "entities.network.domain": _of("query.hostname", "dst_endpoint.domain", "dst_endpoint.hostname"),
            "entities.file.path": _of("file.path"),
            "entities.file.name": _of("file.name"),
            "entities.url.full": _of("url.url_string", "http_request.url.url_string"),
            "entities.url.method": _of("http_request.http_method"),
            "entities.url.user_agent": _of("http_request.user_agent"),
            "entities.url.status": _of("http_response.code"),
            "entities.email.sender": _of("email.from", "email.smtp_from"),
            "entities.email.recipient": _of("email.to", "email.smtp_to"),
            "entities.email.subject": _of("email.subject"),
            "entities.cloud.provider": ("cloud.provider",),
            "entities.cloud.account": ("cloud.account.uid",),
            "entities.cloud.region": ("cloud.region", "resources.region"),
            "entities.cloud.service": _of("api.service.name"),
        },
        vendor_id=lambda document: document.text("finding_info.uid", "metadata.uid"),
        identity=("finding_info.title", "finding_info.analytic.uid", "time", "resources.uid", "message"),
        observed_at=(
            "start_time",
            "start_time_dt",
            "finding_info.first_seen_time",
            "finding_info.first_seen_time_dt",
            "time",
            "time_dt",
        ),
        raised_at=("finding_info.created_time", "finding_info.created_time_dt", "time", "time_dt"),
        severity=severity,
        tactics=tuple(f"{path}.{name}" for path in _ATTACKS for name in ("tactic.uid", "tactic.name", "tactics.uid")),
        techniques=tuple(
            f"{path}.{name}" for path in _ATTACKS for name in ("technique.uid", "sub_technique.uid", "technique.name")
        ),
        noise=(
            "metadata",
            "class_uid",
            "class_name",
            "category_uid",
            "category_name",
            "type_uid",
            "type_name",
            "activity_id",
            "activity_name",
            "severity",
            "severity_id",
            "status",
            "status_id",
            "verdict",
            "verdict_id",
            "assignee",
            "comment",
            "time",
            "time_dt",
            "start_time",
            "start_time_dt",
            "end_time",
            "end_time_dt",
            "timezone_offset",
            "finding_info.uid",
            "finding_info.created_time",
            "finding_info.created_time_dt",
            "finding_info.modified_time",
            "finding_info.modified_time_dt",
            "finding_info.attacks",
            "attacks",
            "remediation",
            "vendor_attributes",
            "cloud.org",
        ),
        leading=("evidences", "resources", "finding_info", "api", "status_detail", "status_code"),
    ),
    feedback=FeedbackFormat(
        recognised_by=(
            ("class_uid=2005", "finding_info_list"),
            ("class_uid=2005", "status_id"),
            ("class_uid=2004", "verdict_id"),
            ("class_uid=2004", "verdict"),
            ("class_uid=2004", "status_id"),
        ),
        fields={
            "analyst": ("assignee.name", "assignee.email_addr", "assignee.uid"),
            "reason": ("comment", "status_detail"),
            "incident": ("tickets.uid", "ticket.uid", "metadata.correlation_uid", "metadata.uid"),
        },
        # Not `time`: a finding's is that of its creation, before its score.
        decided_at=("finding_info.modified_time", "finding_info.modified_time_dt", "metadata.modified_time"),
        decide=verdict,
        judges=incident_alerts,
    ),
)
