"""GUIDE, Microsoft's public collection of labelled incidents (Kaggle: microsoft-security-incident-prediction).

Its CSV has a row for each entity of an alert, every name in it a number. Here an alert is one object: the columns of
the alert, and under `Evidence` a list of its rows, as an import of history puts them together. The grade is an
incident's, passed on to each of its alerts. Described in S. Freitas et al., "AI-Driven Guided Response for Security
Operation Centers with Microsoft Copilot for Security" (2024). What Defender or an analyst found or did afterwards
(`LastVerdict`, `SuspicionLevel`, the actions) is left out: no alert has it when it is raised.
"""

import re
from collections.abc import Iterator, Mapping

from schemas import Severity, Verdict, VerdictOrigin
from services.siem.attack import tactic_ids, technique_ids
from services.siem.document import MANY, Document
from services.siem.identity import alert_id
from services.siem.shape import AlertFormat, FeedbackFormat, Format

GRADES = {
    "TruePositive": Verdict.TRUE_POSITIVE,
    "BenignPositive": Verdict.BENIGN_POSITIVE,
    "FalsePositive": Verdict.FALSE_POSITIVE,
}

UNKNOWN = {
    "DeviceName": "153085",
    "DeviceId": "98799",
    "AccountUpn": "673934",
    "AccountName": "453297",
    "AccountSid": "441377",
    "AccountObjectId": "425863",
    "Sha256": "138268",
    "FileName": "289573",
    "FolderPath": "117668",
    "Url": "160396",
    "ApplicationName": "3421",
    "ResourceIdName": "3586",
}
"""The number that each column has where nothing is known: the one all rows about other kinds of entities have."""

_USER = ("AccountUpn", "AccountName", "AccountSid", "AccountObjectId")
_FILE = {
    "entities.file.sha256": ("Sha256",),
    "entities.file.name": ("FileName",),
    "entities.file.path": ("FolderPath",),
}
ENTITIES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "Ip": {"entities.network.source_ip": ("IpAddress",)},
    "User": {"entities.user.name": _USER},
    "Machine": {"entities.host.name": ("DeviceName", "DeviceId")},
    "File": _FILE,
    "Process": {"entities.process.sha256": ("Sha256",), "entities.process.name": ("FileName",)},
    "Url": {"entities.url.full": ("Url",)},
    "Mailbox": {"entities.email.recipient": _USER},
    "CloudApplication": {"entities.cloud.service": ("ApplicationName",)},
    "AzureResource": {"entities.cloud.account": ("ResourceIdName",)},
}
"""By `EntityType`: which columns name such an entity; the first that is known counts."""


def vendor_id(document: Document) -> str:
    """An alert's number is its own only within the incident."""
    incident, alert = document.text("IncidentId"), document.text("AlertId")
    return f"{incident}-{alert}" if incident and alert else ""


def alert(document: Document) -> dict[str, object]:
    """Title, ATT&CK, and the first entity of each kind."""
    category = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", document.text("Category"))
    title = document.text("AlertTitle")
    found: dict[str, object] = {
        "instance": document.text("OrgId"),
        "title": f"Alert title {title}" if title else "",
        "attack.tactics": tactic_ids([category]),
        "attack.techniques": technique_ids(document.text("MitreTechniques").split(";")),
        "evidence": _evidence(document),
    }
    for row in _rows(document):
        for name, columns in ENTITIES.get(row.text("EntityType"), {}).items():
            if (value := _known(row, columns)) and name not in found:
                found[name] = value
    return found


def verdict(document: Document) -> dict[str, object]:
    """The incident's grade."""
    said, named = document.text("IncidentGrade"), vendor_id(document)
    organisation = document.text("OrgId")
    return {
        "alert_id": alert_id(source="guide", instance=organisation, vendor_id=named),
        "verdict": GRADES.get(said, Verdict.OTHER),
        "vendor_value": said,
        "origin": VerdictOrigin.PROPAGATED,
        "incident": f"{organisation}:{document.text('IncidentId')}",
    }


def _rows(document: Document) -> Iterator[Document]:
    rows = document.fields.get("Evidence")
    listed = rows[:MANY] if isinstance(rows, list) else [document.fields]
    yield from (Document(row) for row in listed if isinstance(row, dict))


def _known(row: Document, columns: tuple[str, ...]) -> str:
    return next((text for one in columns if (text := row.text(one)) and text != UNKNOWN.get(one)), "")


def _evidence(document: Document) -> dict[str, str]:
    """Which kinds of entities there are, and in what roles."""
    roles: dict[str, list[str]] = {}
    for row in _rows(document):
        for name, value in (("EvidenceRole", row.text("EntityType")), ("ThreatFamily", "")):
            key = f"{name}.{value}" if value else name
            if text := row.text(name):
                roles.setdefault(key, []).append(text)
    return {key: ", ".join(dict.fromkeys(values)) for key, values in roles.items()}


FORMAT = Format(
    name="guide",
    alerts=AlertFormat(
        recognised_by=(("OrgId", "IncidentId", "AlertId", "DetectorId"),),
        fields={"rule.id": ("DetectorId",)},
        vendor_id=vendor_id,
        identity=("OrgId", "IncidentId", "AlertId"),
        observed_at=("Timestamp",),
        raised_at=("Timestamp",),
        severity=lambda _: Severity.UNKNOWN,
        decide=alert,
    ),
    feedback=FeedbackFormat(
        recognised_by=(("OrgId", "IncidentId", "AlertId", "IncidentGrade"),),
        decided_at=(),
        decide=verdict,
    ),
)
