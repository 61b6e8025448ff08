"""Microsoft Defender XDR: Graph's alerts (`alerts_v2`) and incidents, the streaming API's rows, Endpoint's own alerts.

The streaming API sends a row of `AlertInfo` and one of `AlertEvidence` for each entity. All rows of an alert, and the
alert as Graph has it, are one alert: tenant and id are the same.
"""

from schemas import Verdict, VerdictOrigin
from services.siem.attack import tactic_ids
from services.siem.document import Document
from services.siem.embedded import objects, words
from services.siem.identity import alert_id
from services.siem.severity import by_word
from services.siem.shape import AlertFormat, FeedbackFormat, Format

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
_CALLED_OUT = frozenset({"destination", "commandandcontrol"})
_MARKS_OF_TYPE = (
    ("imageFile", "process"),
    ("processCommandLine", "process"),
    ("fileDetails", "file"),
    ("ipAddress", "ip"),
    ("primaryAddress", "mailbox"),
    ("userAccount", "user"),
)
_INCIDENT = "@odata.type=#microsoft.graph.security.incident"


def decisions(document: Document) -> dict[str, object]:
    """Tactics out of categories, of which some are none, and the entities of whichever shape the alert has."""
    row = document.part("properties")
    categories = [word for value in _categories(document, row) for word in words(value)]
    entities = _of_row(row) if row.fields else _of_evidence(_by_type(document))
    return {"attack.tactics": tactic_ids(categories)} | entities


def _categories(document: Document, row: Document) -> list[object]:
    return [document.fields.get("category"), row.fields.get("Category"), row.fields.get("Categories")]


def _of_row(row: Document) -> dict[str, object]:
    """One entity of an AlertEvidence row: `FileName` is a process's image or a file, by `EntityType`."""
    part, place = ("process", "executable") if row.text("EntityType").lower() == "process" else ("file", "path")
    side = "source" if row.text("EvidenceDirection").lower() == "source" else "destination"
    return {
        f"entities.{part}.name": row.text("FileName"),
        f"entities.{part}.{place}": _path(row.text("FolderPath"), row.text("FileName")),
        f"entities.{part}.sha256": row.text("SHA256"),
        f"entities.network.{side}_ip": row.text("RemoteIP"),
    }


def _by_type(document: Document) -> dict[str, Document]:
    """The first evidence of each type (`process`, `user`)."""
    first: dict[str, Document] = {}
    for each in objects(document.fields.get("evidence")):
        first.setdefault(_type(each), each)
    return first


def _type(one: Document) -> str:
    """By Graph's `@odata.type` or Endpoint's `entityType`; by a field only that type has where annotations are off."""
    named = one.text("@odata.type", "entityType").rpartition(".")[2].removesuffix("Evidence").lower()
    return named or next((kind for mark, kind in _MARKS_OF_TYPE if one.has(mark)), "")


def _of_evidence(by_type: dict[str, Document]) -> dict[str, object]:
    nobody = Document({})
    process, file = by_type.get("process", nobody), by_type.get("file", nobody)
    persons = [by_type[kind] for kind in ("user", "mailbox", "process") if kind in by_type]
    return _process(process) | _file(file) | _address(by_type.get("ip", nobody)) | _person(persons)


def _process(one: Document) -> dict[str, object]:
    name = one.text("imageFile.fileName", "fileName")
    parent = one.text("parentProcessImageFile.fileName", "parentProcessFileName")
    return {
        "entities.process.name": name,
        "entities.process.executable": _path(one.text("imageFile.filePath", "filePath"), name),
        "entities.process.sha256": one.text("imageFile.sha256", "sha256"),
        "entities.process.command_line": one.text("processCommandLine"),
        "entities.process.parent": _path(one.text("parentProcessImageFile.filePath", "parentProcessFilePath"), parent),
    }


def _file(one: Document) -> dict[str, object]:
    name = one.text("fileDetails.fileName", "fileName")
    return {
        "entities.file.name": name,
        "entities.file.path": _path(one.text("fileDetails.filePath", "filePath"), name),
        "entities.file.sha256": one.text("fileDetails.sha256", "sha256"),
    }


def _address(one: Document) -> dict[str, object]:
    """The address something came from, unless its roles say that it was called."""
    roles = {role.lower() for role in one.texts("roles")}
    side = "destination" if roles & _CALLED_OUT else "source"
    return {f"entities.network.{side}_ip": one.text("ipAddress")}


def _person(persons: list[Document]) -> dict[str, object]:
    """The first account that is named: the user's own evidence comes before a process's."""
    for one in persons:
        if name := one.text("userAccount.accountName", "accountName", "userAccount.userPrincipalName"):
            domain = one.text("userAccount.domainName", "domainName")
            return {"entities.user.name": name, "entities.user.domain": domain}
    return {}


def _path(folder: str, name: str) -> str:
    """Folder and file name as one path; some sensors write the whole path into the folder."""
    if not folder or not name or folder.lower().endswith(name.lower()):
        return folder or name
    separator = "\\" if "\\" in folder or ":" in folder else "/"
    return f"{folder.rstrip(separator)}{separator}{name}"


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
    status, said = document.text("status"), document.text("classification")
    about = {"incident": document.text("id")} if _is_incident(document) else {"alert_id": _alert_id(document)}
    if status.lower() in _DECIDED:
        return about | _classified(document, said)
    if status.lower() in ACTIVE and not _is_incident(document):
        return about | {"verdict": Verdict.UNDETERMINED, "retracted": True, "vendor_value": status, "analyst": ""}
    is_open = status.lower() in ACTIVE
    return about | {"verdict": Verdict.UNDETERMINED if is_open else Verdict.OTHER, "vendor_value": status}


def _classified(document: Document, said: str) -> dict[str, object]:
    found: dict[str, object] = {"verdict": CLASSIFICATIONS.get(said.lower(), Verdict.OTHER), "vendor_value": said}
    is_automatic = document.text("assignedTo").lower() == "automation"
    return found | ({"origin": VerdictOrigin.AUTOMATION} if is_automatic else {})


def _alert_id(document: Document) -> str | None:
    named = document.text("id")
    return alert_id(source="defender", instance=_tenant(document), vendor_id=named) if named else None


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
