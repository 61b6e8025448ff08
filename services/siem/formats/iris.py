"""DFIR-IRIS 2: alerts and cases as its API gives them.

After IRIS's API reference and source: the names of severities, statuses and resolutions are fixed, their numbers are
those of each installation's database. Only a case's outcome (`status_id`) is a fixed number.

An alert whose source is `winnow` has the id of the alert it was made from as its `alert_source_ref`, and a verdict on
it is one on that alert. A case's outcome goes to the alerts that the message names (`alerts`), and to the case's own id
where it names none, so that it is at least kept.
"""

from collections.abc import Sequence

from schemas import Verdict
from services.siem.document import Document
from services.siem.identity import alert_id
from services.siem.severity import by_word
from services.siem.shape import AlertFormat, FeedbackFormat, Format
from services.siem.verdicts import TAKEN_BACK

RESOLUTIONS = {
    "true positive with impact": Verdict.TRUE_POSITIVE,
    "true positive without impact": Verdict.TRUE_POSITIVE,
    "legitimate": Verdict.BENIGN_POSITIVE,
    "false positive": Verdict.FALSE_POSITIVE,
    "not applicable": Verdict.OTHER,
    "unknown": Verdict.UNDETERMINED,
}
"""By the name of an alert's resolution, in lower case."""

OUTCOMES = (
    "unknown",
    "false positive",
    "true positive with impact",
    "not applicable",
    "true positive without impact",
    "legitimate",
)
"""A case's outcomes in the order of `status_id`."""

OPEN = frozenset({"new", "assigned", "in progress", "pending"})
"""Statuses of an alert that nobody has closed, or that was opened again."""

INDICATORS = {
    "ip-src": "entities.network.source_ip",
    "ip-dst": "entities.network.destination_ip",
    "domain": "entities.network.domain",
    "hostname": "entities.network.domain",
    "url": "entities.url.full",
    "user-agent": "entities.url.user_agent",
    "filename": "entities.file.name",
    "file-path": "entities.file.path",
    "sha256": "entities.file.sha256",
    "email-src": "entities.email.sender",
    "email-dst": "entities.email.recipient",
    "email-subject": "entities.email.subject",
}
"""By the name of an indicator's type. An address without a direction stays evidence."""

_SEVERITY = ("severity.severity_name", "alert_severity.severity_name", "alert_severity_name", "alert_severity")
_STATUS = ("status.status_name", "alert_status.status_name", "alert_status_name")
_RESOLUTION = (
    "resolution_status.resolution_status_name",
    "resolution.resolution_status_name",
    "alert_resolution_status.resolution_status_name",
    "alert_resolution_status_name",
)
_INDICATORS = ("iocs", "alert_iocs")
_ASSETS = ("assets", "alert_assets")


def decisions(document: Document) -> dict[str, object]:
    """Who and what the assets and indicators are, and the id of the alert this one was made from."""
    found: dict[str, object] = {}
    for each in document.parts(*_ASSETS):
        kind = each.text("asset_type.asset_name", "asset_type").lower()
        if kind and (place := "user.name" if "account" in kind else "host.name"):
            found.setdefault(f"entities.{place}", each.text("asset_name"))
    for each in document.parts(*_INDICATORS):
        if field := INDICATORS.get(each.text("ioc_type.type_name", "ioc_type").lower()):
            found.setdefault(field, each.text("ioc_value"))
    return found | ({"alert_id": made_from} if (made_from := _made_from(document)) else {})


def _made_from(document: Document) -> str:
    return document.text("alert_source_ref") if document.text("alert_source").lower() == "winnow" else ""


def verdict(document: Document) -> dict[str, object]:
    """How an alert was resolved, or a case ended; what is open again takes back what was said of it, by whomever."""
    if _is_case(document):
        return _outcome(document)
    status, said = document.text(*_STATUS), document.text(*_RESOLUTION)
    named = _made_from(document) or _alert_id(document.text("alert_uuid"))
    found: dict[str, object] = {"alert_id": named}
    if status.lower() in OPEN:
        return found | _taken_back(status)
    return found | {"verdict": RESOLUTIONS.get(said.lower(), Verdict.OTHER), "vendor_value": said or status}


def _outcome(document: Document) -> dict[str, object]:
    state, number = document.text("state.state_name", "state_name"), document.number("status_id")
    if state and state.lower() != "closed":
        return _taken_back(state)
    name = OUTCOMES[number] if number is not None and 0 <= number < len(OUTCOMES) else document.text("status_id")
    return {"verdict": RESOLUTIONS.get(name, Verdict.OTHER), "vendor_value": name}


def _taken_back(status: str) -> dict[str, object]:
    return TAKEN_BACK | {"vendor_value": status}


def case_alerts(document: Document) -> Sequence[str] | None:
    """The alerts that a case's message names, else the case itself under its own id."""
    if not _is_case(document):
        return None
    named = [each.text("alert_uuid") for each in document.parts("alerts")]
    case = document.text("case_uuid", "case_id")
    return [_alert_id(each) for each in (*filter(None, named),) or (case and f"case-{case}",) if each]


def _is_case(document: Document) -> bool:
    return not document.has("alert_uuid") and document.has("status_id")


def _alert_id(named: str) -> str:
    return alert_id(source="iris", instance="", vendor_id=named)


FORMAT = Format(
    name="iris",
    alerts=AlertFormat(
        recognised_by=(
            ("alert_title", "alert_uuid"),
            ("alert_title", "alert_source"),
            ("alert_title", "alert_severity_id"),
        ),
        fields={
            "tenant": ("customer.customer_name", "alert_customer_id"),
            "title": ("alert_title",),
            "description": ("alert_description",),
            "rule.id": ("alert_source",),
            "severity_original": (*_SEVERITY, "alert_severity_id"),
            "entities.host.ip": tuple(f"{path}.asset_ip" for path in _ASSETS),
            "entities.user.domain": tuple(f"{path}.asset_domain" for path in _ASSETS),
        },
        vendor_id=lambda document: document.text("alert_uuid"),
        identity=("alert_source", "alert_source_ref", "alert_title", "alert_source_event_time"),
        observed_at=("alert_source_event_time", "alert_creation_time"),
        raised_at=("alert_creation_time", "alert_source_event_time"),
        severity=lambda document: by_word(document.text(*_SEVERITY)),
        decide=decisions,
        noise=(
            "alert_classification_id",
            "alert_creation_time",
            "alert_customer_id",
            "alert_id",
            "alert_owner_id",
            "alert_resolution_status",
            "alert_resolution_status_id",
            "alert_severity",
            "alert_severity_id",
            "alert_source_event_time",
            "alert_source_link",
            "alert_source_ref",
            "alert_status",
            "alert_status_id",
            "alert_uuid",
            "cases",
            "comments",
            "customer",
            "modification_history",
            "owner",
            "resolution",
            "resolution_status",
            "severity",
            "status",
        ),
        leading=("alert_source_content", "alert_context", "alert_tags", *_INDICATORS, *_ASSETS),
    ),
    feedback=FeedbackFormat(
        recognised_by=(
            ("alert_uuid", "alert_status_id"),
            ("alert_uuid", "alert_resolution_status_id"),
            *(("alert_uuid", path) for path in (*_STATUS, *_RESOLUTION)),
            ("case_uuid", "status_id"),
            ("case_id", "case_name", "status_id"),
        ),
        fields={
            "analyst": ("owner.user_login", "owner.user_name", "closing_user", "owner"),
            "reason": ("alert_note", "closing_note"),
            "incident": ("cases.case_id", "cases", "case_uuid", "case_id"),
        },
        decided_at=("resolved_at", "date_update", "close_date", "case_close_date"),
        decide=verdict,
        judges=case_alerts,
    ),
)
