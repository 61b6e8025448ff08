"""Microsoft Defender XDR: Graph's alerts (`alerts_v2`) and incidents, the streaming API's rows, Endpoint's own alerts.

The streaming API sends a row of `AlertInfo` and one of `AlertEvidence` for each entity. All rows of an alert, and the
alert as Graph has it, are one alert: tenant and id are the same.
"""

from schemas import Verdict, VerdictOrigin
from services.siem.attack import tactic_ids
from services.siem.defender_entities import entities_of, entities_of_row
from services.siem.document import Document
from services.siem.embedded import objects, words
from services.siem.identity import alert_id
from services.siem.severity import by_word
from services.siem.shape import AlertFormat, FeedbackFormat, Format
from services.siem.verdicts import TAKEN_BACK

CLASSIFICATIONS = {
    "truepositive": Verdict.TRUE_POSITIVE,
    "informationalexpectedactivity": Verdict.BENIGN_POSITIVE,
    "benignpositive": Verdict.BENIGN_POSITIVE,
    "falsepositive": Verdict.FALSE_POSITIVE,
    "unknown": Verdict.UNDETERMINED,
    "": Verdict.UNDETERMINED,
}
"""By `classification` in lower case (Graph writes camel case, Defender's own interface Pascal case)."""

ACTIVE = frozenset({"new", "active", "inprogress"})
"""Statuses, in lower case, of an alert that nobody has resolved, or that was made active again."""

_DECIDED = frozenset({"resolved", ""})
_INCIDENT = "@odata.type=#microsoft.graph.security.incident"


def decisions(document: Document) -> dict[str, object]:
    """Tactics out of categories, of which some are none, and the entities of whichever shape the alert has."""
    row = document.part("properties")
    categories = [word for value in _categories(document, row) for word in words(value)]
    entities = entities_of_row(row) if row.fields else entities_of(document.fields.get("evidence"))
    return {"attack.tactics": tactic_ids(categories)} | entities


def _categories(document: Document, row: Document) -> list[object]:
    return [document.fields.get("category"), row.fields.get("Category"), row.fields.get("Categories")]


def _tenant(document: Document) -> str:
    return document.text("tenantId", "aadTenantId")


def _is_incident(document: Document) -> bool:
    return document.has(_INCIDENT) or (document.has("displayName") and not document.has("title"))


def judged(document: Document) -> list[str] | None:
    """The alerts of an incident, where it was fetched with them (`$expand=alerts`); None for a single alert."""
    if not _is_incident(document):
        return None
    alerts = objects(document.fields.get("alerts"))
    tenant = _tenant(document)
    ids = ((_tenant(alert) or tenant, alert.text("id")) for alert in alerts)
    return [alert_id(source="defender", instance=instance, vendor_id=id_) for instance, id_ in ids if id_]


def verdict(document: Document) -> dict[str, object]:
    """The classification of what is resolved; an alert that is active again takes back what anybody said of it.

    An incident that is not resolved says nothing of its alerts: each carries a status of its own.
    """
    status, is_incident = document.text("status"), _is_incident(document)
    about: dict[str, object] = {"incident": document.text("id")} if is_incident else {"alert_id": _alert_id(document)}
    if status.lower() in _DECIDED:
        return about | _classified(document)
    about["vendor_value"] = status
    if status.lower() not in ACTIVE:
        return about | {"verdict": Verdict.OTHER}
    return about | ({"verdict": Verdict.UNDETERMINED} if is_incident else TAKEN_BACK)


def _classified(document: Document) -> dict[str, object]:
    said = document.text("classification")
    found: dict[str, object] = {"verdict": CLASSIFICATIONS.get(said.lower(), Verdict.OTHER), "vendor_value": said}
    is_automatic = document.text("assignedTo").lower() == "automation"
    return found | ({"origin": VerdictOrigin.AUTOMATION} if is_automatic else {})


def _alert_id(document: Document) -> str:
    return alert_id(source="defender", instance=_tenant(document), vendor_id=document.text("id"))


FORMAT = Format(
    name="defender",
    alerts=AlertFormat(
        recognised_by=(
            ("@odata.type=#microsoft.graph.security.alert", "id"),
            ("id", "serviceSource", "createdDateTime"),
            ("category=AdvancedHunting-AlertInfo", "properties.AlertId"),
            ("category=AdvancedHunting-AlertEvidence", "properties.AlertId"),
            ("id", "alertCreationTime", "machineId"),
        ),
        fields={
            "instance": ("tenantId", "aadTenantId"),
            "title": ("title", "properties.Title"),
            "description": ("description",),
            "rule.id": ("detectorId", "alertPolicyId"),
            "rule.name": ("title", "properties.Title"),
            "severity_original": ("severity", "properties.Severity"),
            "attack.actor": ("actorDisplayName",),
            "entities.host.name": ("evidence.deviceDnsName", "computerDnsName", "properties.DeviceName"),
            "entities.host.ip": ("evidence.lastIpAddress", "evidence.ipInterfaces", "properties.LocalIP"),
            "entities.host.os": ("evidence.osPlatform",),
            "entities.user.name": ("relatedUser.userName", "properties.AccountName", "properties.AccountUpn"),
            "entities.user.domain": ("relatedUser.domainName", "properties.AccountDomain"),
            "entities.process.command_line": ("properties.ProcessCommandLine",),
            "entities.url.full": ("evidence.url", "properties.RemoteUrl"),
            "entities.email.sender": ("evidence.p2Sender.emailAddress", "evidence.p1Sender.emailAddress"),
            "entities.email.recipient": ("evidence.recipientEmailAddress", "evidence.primaryAddress"),
            "entities.email.subject": ("evidence.subject", "properties.EmailSubject"),
            "entities.cloud.provider": ("properties.CloudPlatform",),
        },
        vendor_id=lambda document: document.text("id", "properties.AlertId"),
        identity=("createdDateTime", "alertCreationTime", "properties.Timestamp", "title", "properties.Title"),
        observed_at=("firstActivityDateTime", "firstEventTime", "properties.Timestamp"),
        raised_at=("createdDateTime", "alertCreationTime", "properties.Timestamp", "time"),
        severity=lambda document: by_word(document.text("severity", "properties.Severity")),
        techniques=("mitreTechniques", "properties.AttackTechniques"),
        decide=decisions,
        noise=(
            "@odata.type",
            "_TimeReceivedBySvc",
            "aadTenantId",
            "alertCreationTime",
            "alertWebUrl",
            "assignedTo",
            "classification",
            "comments",
            "createdDateTime",
            "customTags",
            "determination",
            "evidence.@odata.type",
            "evidence.accountName",
            "evidence.createdDateTime",
            "evidence.domainName",
            "evidence.entityType",
            "evidence.evidenceCreationTime",
            "evidence.fileDetails",
            "evidence.fileName",
            "evidence.filePath",
            "evidence.firstSeenDateTime",
            "evidence.imageFile",
            "evidence.ipAddress",
            "evidence.lastExternalIpAddress",
            "evidence.mdeDeviceId",
            "evidence.parentProcessCreationDateTime",
            "evidence.parentProcessId",
            "evidence.parentProcessImageFile",
            "evidence.processCommandLine",
            "evidence.processCreationDateTime",
            "evidence.processId",
            "evidence.remediationStatus",
            "evidence.remediationStatusDetails",
            "evidence.sha1",
            "evidence.sha256",
            "evidence.userAccount",
            "evidence.verdict",
            "firstActivityDateTime",
            "firstEventTime",
            "id",
            "incidentId",
            "incidentWebUrl",
            "lastActivityDateTime",
            "lastEventTime",
            "lastUpdateDateTime",
            "lastUpdateTime",
            "machineId",
            "operationName",
            "properties.AdditionalFields",
            "properties.AlertId",
            "properties.FileName",
            "properties.FolderPath",
            "properties.RemoteIP",
            "properties.SHA1",
            "properties.SHA256",
            "properties.Timestamp",
            "providerAlertId",
            "recommendedActions",
            "resolvedDateTime",
            "resolvedTime",
            "status",
            "time",
        ),
        leading=(
            "category",
            "properties.Category",
            "properties.Categories",
            "serviceSource",
            "properties.ServiceSource",
            "detectionSource",
            "properties.DetectionSource",
            "threatDisplayName",
            "threatFamilyName",
            "properties",
        ),
    ),
    feedback=FeedbackFormat(
        recognised_by=(
            ("@odata.type=#microsoft.graph.security.alert", "id"),
            (_INCIDENT, "id"),
            ("id", "serviceSource", "status"),
            ("id", "classification", "determination"),
        ),
        fields={
            "analyst": ("assignedTo",),
            "reason": ("determination",),
            "incident": ("incidentId",),
        },
        decided_at=("lastUpdateDateTime", "resolvedDateTime", "lastUpdateTime", "resolvedTime"),
        decide=verdict,
        judges=judged,
    ),
)
