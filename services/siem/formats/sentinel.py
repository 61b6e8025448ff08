"""Microsoft Sentinel: SecurityAlert and SecurityIncident, as rows of a table, from REST and from automation rules.

Ids are GUIDs, the same in the table, in REST and in an incident's list of alerts. So the workspace, which only some of
these name, is no part of an alert's id.
"""

from collections.abc import Sequence

from schemas import Verdict, VerdictOrigin
from services.siem.attack import tactic_ids, technique_ids
from services.siem.document import Document
from services.siem.embedded import objects, opened, words
from services.siem.evidence import evidence_of
from services.siem.identity import alert_id
from services.siem.sentinel_entities import entities_of
from services.siem.severity import by_word
from services.siem.shape import AlertFormat, FeedbackFormat, Format, Paths
from services.siem.verdicts import TAKEN_BACK

CLASSIFICATIONS = {
    "truepositive": Verdict.TRUE_POSITIVE,
    "benignpositive": Verdict.BENIGN_POSITIVE,
    "falsepositive": Verdict.FALSE_POSITIVE,
    "undetermined": Verdict.UNDETERMINED,
    "": Verdict.UNDETERMINED,
}
"""By `Classification` in lower case."""

OPEN = frozenset({"new", "active"})
"""Statuses, in lower case, of an incident that nobody has closed, or that was opened again."""

_NOT_PEOPLE = frozenset({"application", "managedidentity"})


def _paths(column: str, *properties: str) -> Paths:
    """A table's column, then REST's properties, also where an automation rule wraps the resource as `object`."""
    return (column, *(f"{where}properties.{name}" for name in properties for where in ("", "object.")))


FIELDS: dict[str, Paths] = {
    "instance": ("TenantId", "properties.resourceIdentifiers.workspaceId", "workspaceId"),
    "title": (
        *_paths("DisplayName", "alertDisplayName"),
        *_paths("AlertName", "friendlyName"),
        *_paths("Title", "title"),
    ),
    "description": _paths("Description", "description"),
    "rule.name": (*_paths("AlertName", "alertDisplayName"), *_paths("Title", "title")),
    "severity_original": (*_paths("AlertSeverity", "severity"), "Severity"),
}
_SEVERITY = FIELDS["severity_original"]
_ALERT_ID = _paths("SystemAlertId", "systemAlertId")
_RULE = (*_paths("AlertType", "alertType"), *_paths("RelatedAnalyticRuleIds", "relatedAnalyticRuleIds"))
_STATUS = _paths("Status", "status")
_NOISE = (
    "AdditionalData",
    "AlertIds",
    "AlertLink",
    "BookmarkIds",
    "Classification",
    "ClassificationComment",
    "ClassificationReason",
    "ClosedTime",
    "Comments",
    "CreatedTime",
    "EndTime",
    "Entities",
    "ExtendedLinks",
    "ExtendedProperties.Analytic Rule Ids",
    "ExtendedProperties.Analytic Rule Name",
    "ExtendedProperties.ProcessedBySentinel",
    "ExtendedProperties.Query",
    "ExtendedProperties.Query End Time UTC",
    "ExtendedProperties.Query Start Time UTC",
    "FirstActivityTime",
    "FirstModifiedTime",
    "IncidentName",
    "IncidentNumber",
    "IncidentUrl",
    "Labels",
    "LastActivityTime",
    "LastModifiedTime",
    "ModifiedBy",
    "Owner",
    "ProcessingEndTime",
    "ProviderIncidentId",
    "RemediationSteps",
    "SourceComputerId",
    "SourceSystem",
    "StartTime",
    "Status",
    "SystemAlertId",
    "TimeGenerated",
    "Type",
    "VendorOriginalId",
    "WorkspaceResourceGroup",
    "WorkspaceSubscriptionId",
    "etag",
    "eventUniqueId",
    "id",
    "kind",
    "name",
    "object",
    "objectEventType",
    "objectSchemaType",
    "properties.additionalData.AlertMessageEnqueueTime",
    "properties.additionalData.alertsCount",
    "properties.additionalData.bookmarksCount",
    "properties.additionalData.commentsCount",
    "properties.additionalData.tactics",
    "properties.additionalData.techniques",
    "properties.alerts",
    "properties.classification",
    "properties.classificationComment",
    "properties.classificationReason",
    "properties.createdTimeUtc",
    "properties.endTimeUtc",
    "properties.firstActivityTimeUtc",
    "properties.incidentNumber",
    "properties.incidentUrl",
    "properties.labels",
    "properties.lastActivityTimeUtc",
    "properties.lastModifiedTimeUtc",
    "properties.owner",
    "properties.processingEndTime",
    "properties.providerAlertId",
    "properties.resourceIdentifiers",
    "properties.startTimeUtc",
    "properties.status",
    "properties.systemAlertId",
    "properties.timeGenerated",
    "systemData",
    "type",
    "workspaceInfo",
)
"""Ids, times and links; and what analysts wrote, which must not reach a model that predicts it."""

_LEADING = (
    "ExtendedProperties.Custom Details",
    "CompromisedEntity",
    "ProductName",
    "ProviderName",
    "ExtendedProperties",
)
_USED = {path for paths in FIELDS.values() for path in paths}.union(_RULE, ("Tactics", "Techniques", "SubTechniques"))


def guid(document: Document) -> str:
    """The alert's id, or the incident's where the incident is the alert; '' where neither is named."""
    return (document.text(*_ALERT_ID) or _incident(document)).lower()


def _incident(document: Document) -> str:
    is_incident = document.has("properties.incidentNumber") or document.has("object.properties.incidentNumber")
    return document.text("IncidentName") or (document.text("object.name", "name") if is_incident else "")


def decisions(document: Document) -> dict[str, object]:
    """What stands in JSON inside a text: tactics, entities, the rule, and further properties for the evidence."""
    extended = next(iter(objects(document.fields.get("ExtendedProperties"))), Document({}))
    named = guid(document)
    return {
        "attack.tactics": tactic_ids(_attack(document, "Tactics", "tactics")),
        "attack.techniques": technique_ids(
            _attack(document, "Techniques", "techniques") + words(document.fields.get("SubTechniques"))
        ),
        "rule.id": _rule(document, extended),
        "evidence": _evidence(document, extended),
        **entities_of(document.fields.get("Entities")),
        **({"alert_id": _alert_id(named)} if named else {}),
    }


def _attack(document: Document, column: str, name: str) -> list[str]:
    """A column's words, REST's list, and an incident's own summary of its alerts."""
    summary = objects(document.fields.get("AdditionalData"))
    listed = document.texts(*_paths(name, name, f"additionalData.{name}"))
    return words(document.fields.get(column)) + listed + [text for one in summary for text in one.texts(name)]


def _rule(document: Document, extended: Document) -> str:
    """The analytics rule, of which `AlertType` is a longer spelling; REST names rules by their whole resource path."""
    listed = words(extended.fields.get("Analytic Rule Ids")) or words(document.text(*_RULE))
    return listed[0].rpartition("/")[2] if listed else ""


def _evidence(document: Document, extended: Document) -> dict[str, str]:
    details = {"Custom Details": opened(extended.fields.get("Custom Details"))}
    whole = Document({**document.fields, "ExtendedProperties": extended.fields | details})
    return evidence_of(whole, used=_USED, noise=_NOISE, leading=_LEADING)


def _alert_id(vendor_id: str) -> str:
    return alert_id(source="sentinel", instance="", vendor_id=vendor_id.lower())


def judged(document: Document) -> Sequence[str] | None:
    """The alerts an incident is made of; None where it names none, and is itself the alert that was sent."""
    resource = document.part("object") if document.has("object.properties") else document
    alerts = objects(resource.part("properties").fields.get("alerts"))
    ids = words(document.fields.get("AlertIds")) + [alert.text("properties.systemAlertId", "name") for alert in alerts]
    return [_alert_id(id_) for id_ in ids if id_] or None


def verdict(document: Document) -> dict[str, object]:
    """The classification of a closed incident; one that is open again takes back what was said of it, by whomever."""
    status, said = document.text(*_STATUS), document.text(*_paths("Classification", "classification"))
    about: dict[str, object] = {"alert_id": _alert_id(guid(document)), "incident": _incident(document)}
    if status.lower() in OPEN:
        return about | TAKEN_BACK | {"vendor_value": status}
    about |= {"analyst": _owner(document), "reason": _reason(document)} | _origin(document)
    if status.lower() != "closed":
        return about | {"verdict": Verdict.OTHER, "vendor_value": status}
    return about | {"verdict": CLASSIFICATIONS.get(said.lower(), Verdict.OTHER), "vendor_value": said}


def _owner(document: Document) -> str:
    """Whom the incident was assigned to: an object, in the table as text."""
    resource = (document.part("properties.owner"), document.part("object.properties.owner"))
    inner = (*objects(document.fields.get("Owner")), *resource)
    return next((name for one in inner if (name := one.text("userPrincipalName", "email", "assignedTo"))), "")


def _reason(document: Document) -> str:
    reason = document.text(*_paths("ClassificationReason", "classificationReason"))
    comment = document.text(*_paths("ClassificationComment", "classificationComment"))
    return ": ".join(text for text in (reason, comment) if text)


def _origin(document: Document) -> dict[str, object]:
    """Automation, where an automation rule or an application made the last change."""
    is_rule = "automation" in document.text("ModifiedBy").lower()
    is_application = document.text("systemData.lastModifiedByType").lower() in _NOT_PEOPLE
    return {"origin": VerdictOrigin.AUTOMATION} if is_rule or is_application else {}


FORMAT = Format(
    name="sentinel",
    alerts=AlertFormat(
        recognised_by=(
            ("SystemAlertId", "AlertSeverity"),
            ("Type=SecurityAlert", "SystemAlertId"),
            ("kind=SecurityAlert", "properties.systemAlertId"),
            ("IncidentName", "IncidentNumber", "Title"),
            ("properties.incidentNumber", "properties.title"),
            ("object.properties.incidentNumber", "object.properties.title"),
        ),
        fields=FIELDS,
        vendor_id=guid,
        identity=("TimeGenerated", "StartTime", "AlertName", "DisplayName", "Title", "properties.title"),
        observed_at=(
            *_paths("StartTime", "startTimeUtc"),
            *_paths("FirstActivityTime", "firstActivityTimeUtc"),
            *_paths("TimeGenerated", "timeGenerated"),
        ),
        raised_at=(*_paths("CreatedTime", "createdTimeUtc"), *_paths("TimeGenerated", "timeGenerated")),
        severity=lambda document: by_word(document.text(*_SEVERITY)),
        decide=decisions,
    ),
    feedback=FeedbackFormat(
        recognised_by=(
            ("IncidentName", "IncidentNumber", "Status"),
            ("properties.incidentNumber", "properties.status"),
            ("object.properties.incidentNumber", "object.properties.status"),
        ),
        decided_at=(
            *_paths("LastModifiedTime", "lastModifiedTimeUtc"),
            *_paths("ClosedTime", "closedTimeUtc"),
            "TimeGenerated",
        ),
        decide=verdict,
        judges=judged,
    ),
)
