"""TheHive 5 (and 4): alerts and cases of the API, and the audits that its webhook, HTTP and Kafka notifiers send.

An audit wraps the alert or case after the change as `object`. After StrangeBee's documents and TheHive4py's types.

An alert whose source is `winnow` has the id of the alert it was made from as its `sourceRef`, and a verdict on it is
one on that alert. A case's verdict goes to the alerts that the message names (`alerts`, which a forwarder may add), and
to the case's own id where it names none, so that it is at least kept.
"""

import re
from collections.abc import Sequence

from schemas import Severity, Verdict
from services.siem.document import Document, text_of
from services.siem.identity import alert_id
from services.siem.severity import by_word
from services.siem.shape import AlertFormat, FeedbackFormat, Format, Paths
from services.siem.verdicts import TAKEN_BACK

LEVELS = {1: Severity.LOW, 2: Severity.MEDIUM, 3: Severity.HIGH, 4: Severity.CRITICAL}
"""By `severity`."""

VERDICTS = {
    "truepositive": Verdict.TRUE_POSITIVE,
    "falsepositive": Verdict.FALSE_POSITIVE,
    "indeterminate": Verdict.UNDETERMINED,
    "duplicated": Verdict.DUPLICATE,
    "duplicate": Verdict.DUPLICATE,
    "other": Verdict.OTHER,
    "ignored": Verdict.OTHER,
    "imported": Verdict.OTHER,
}
"""By status, or TheHive 4's resolution status, in lower case. A site's own statuses are kept, not guessed. A true
positive without impact stays one: nothing says that it was expected."""

OPEN = frozenset({"new", "inprogress", "updated", "open"})
"""Stages, or statuses where there is no stage, of what nobody has closed, or what was opened again."""

OBSERVABLES = {
    "hostname": "entities.host.name",
    "domain": "entities.network.domain",
    "fqdn": "entities.network.domain",
    "url": "entities.url.full",
    "user-agent": "entities.url.user_agent",
    "filename": "entities.file.name",
    "mail": "entities.email.sender",
    "mail-subject": "entities.email.subject",
}
"""By `dataType`. An address without a direction in its tags stays evidence."""

_DIRECTIONS = {"source-ip": "entities.network.source_ip", "destination-ip": "entities.network.destination_ip"}
_SHA256 = re.compile("[0-9A-Fa-f]{64}")


def _of(*names: str) -> Paths:
    """Paths into an audit's object, else into the object itself: an audit's own `_id` is not the alert's."""
    return (*(f"object.{name}" for name in names), *names)


_ID = _of("_id", "id")


def severity(document: Document) -> Severity:
    """The level of the number, else of its label."""
    level = LEVELS.get(document.number(*_of("severity")) or 0, Severity.UNKNOWN)
    return by_word(document.text(*_of("severityLabel"))) if level is Severity.UNKNOWN else level


def decisions(document: Document) -> dict[str, object]:
    """What the observables are, and the id of the alert this one was made from."""
    found: dict[str, object] = {}
    for each in document.parts(*_of("observables", "artifacts")):
        if place := _place(each):
            found.setdefault(place, each.text("data"))
    return found | ({"alert_id": made_from} if (made_from := _made_from(document)) else {})


def _place(observable: Document) -> str:
    kind, data = observable.text("dataType"), observable.text("data")
    if kind == "ip":
        return next((_DIRECTIONS[tag] for tag in observable.texts("tags") if tag in _DIRECTIONS), "")
    if kind == "hash":
        return "entities.file.sha256" if _SHA256.fullmatch(data) else ""
    return OBSERVABLES.get(kind, "") if data else ""


def _made_from(document: Document) -> str:
    return document.text(*_of("sourceRef")) if document.text(*_of("source")).lower() == "winnow" else ""


def verdict(document: Document) -> dict[str, object]:
    """The status of what is closed; what is open again takes back what was said of it, by whomever."""
    status, stage = document.text(*_of("status")), document.text(*_of("stage"))
    said = document.text(*_of("resolutionStatus")) if status == "Resolved" else status
    named = _made_from(document) or _alert_id(document.text(*_ID))
    found: dict[str, object] = {"alert_id": named, "vendor_value": said or status}
    if _is_case(document):
        found["incident"] = document.text(*_ID)
    if (stage or status).lower() in OPEN:
        return found | TAKEN_BACK
    return found | {"verdict": VERDICTS.get(said.lower(), Verdict.OTHER)}


def case_alerts(document: Document) -> Sequence[str] | None:
    """The alerts that a case's message names, else the case itself under its own id."""
    if not _is_case(document):
        return None
    items = document.items(*_of("alerts"))
    named = [Document(each).text("_id", "id") if isinstance(each, dict) else text_of(each) for each in items]
    return [_alert_id(each) for each in (*filter(None, named),) or document.texts(*_ID)[:1]]


def _is_case(document: Document) -> bool:
    return document.text("objectType", "_type").lower() == "case"


def _alert_id(named: str) -> str:
    return alert_id(source="thehive", instance="", vendor_id=named)


FORMAT = Format(
    name="thehive",
    alerts=AlertFormat(
        recognised_by=(
            *(("sourceRef", f"_type={kind}") for kind in ("Alert", "alert")),
            *(("object.sourceRef", f"objectType={kind}") for kind in ("Alert", "alert")),
            ("sourceRef", "source", "title", "tlp"),
        ),
        fields={
            "title": _of("title"),
            "description": _of("description"),
            "rule.id": _of("type"),
            "severity_original": _of("severityLabel", "severity"),
        },
        vendor_id=lambda document: document.text(*_ID),
        identity=_of("type", "source", "sourceRef"),
        observed_at=_of("date", "newDate", "_createdAt", "createdAt"),
        raised_at=_of("newDate", "_createdAt", "createdAt", "date"),
        severity=severity,
        techniques=_of("procedures.patternId"),
        decide=decisions,
        noise=(
            "_id",
            "_type",
            "_createdAt",
            "_createdBy",
            "action",
            "operation",
            "context",
            "details",
            "objectId",
            "objectType",
            "organisation",
            "organisationId",
            "requestId",
            "rootId",
            "startDate",
            "base",
            *_of(
                "_id",
                "id",
                "_type",
                "_routing",
                "_createdAt",
                "_createdBy",
                "_updatedAt",
                "_updatedBy",
                "createdAt",
                "createdBy",
                "updatedAt",
                "updatedBy",
                "assignee",
                "caseId",
                "caseTemplate",
                "closedDate",
                "date",
                "extraData",
                "follow",
                "importedDate",
                "inProgressDate",
                "lastSyncDate",
                "newDate",
                "observableCount",
                "pap",
                "papLabel",
                "severity",
                "severityLabel",
                "stage",
                "status",
                "summary",
                "timeToAcknowledge",
                "timeToDetect",
                "timeToQualify",
                "timeToTriage",
                "tlp",
                "tlpLabel",
            ),
        ),
        leading=_of("source", "tags", "observables.data", "observables.dataType", "artifacts", "customFields"),
    ),
    feedback=FeedbackFormat(
        recognised_by=(
            *(("status", f"_type={kind}") for kind in ("Alert", "alert", "Case", "case")),
            *(("object.status", f"objectType={kind}") for kind in ("Alert", "alert", "Case", "case")),
            ("sourceRef", "source", "tlp", "status"),
        ),
        fields={
            "analyst": _of("_updatedBy", "updatedBy", "assignee", "owner"),
            "reason": _of("summary"),
            "incident": _of("caseId", "case"),
        },
        decided_at=_of("_updatedAt", "updatedAt", "closedDate", "endDate"),
        decide=verdict,
        judges=case_alerts,
    ),
)
