"""SentinelOne: threats of the management console's API (2.1), which carry the analyst's verdict.

A threat has a confidence (malicious, suspicious) and no severity, and none is made up.
"""

from schemas import Severity, Verdict, VerdictOrigin
from services.siem.accounts import account
from services.siem.document import Document
from services.siem.identity import alert_id
from services.siem.shape import AlertFormat, FeedbackFormat, Format
from services.siem.verdicts import TAKEN_BACK

VERDICTS = {
    "true_positive": Verdict.TRUE_POSITIVE,
    "false_positive": Verdict.FALSE_POSITIVE,
    "suspicious": Verdict.UNDETERMINED,
    "undefined": Verdict.UNDETERMINED,
}
"""By `analystVerdict`, which stands beside the incident's status."""

OPEN = frozenset({"unresolved", "in_progress"})
"""Incident statuses of a threat that nobody has resolved, or that was opened again."""

_ACCOUNT = ("agentRealtimeInfo.accountId", "agentDetectionInfo.accountId")
_ID = ("id", "threatInfo.threatId")


def verdict(document: Document) -> dict[str, object]:
    """What the analyst said; unresolved and without a verdict a threat takes back what was said."""
    said, status = document.text("threatInfo.analystVerdict"), document.text("threatInfo.incidentStatus")
    named = document.text(*_ID)
    account = document.text(*_ACCOUNT)
    is_automatic = document.has("threatInfo.automaticallyResolved=true")
    found: dict[str, object] = {
        "alert_id": alert_id(source="sentinelone", instance=account, vendor_id=named),
        "verdict": VERDICTS.get(said.lower() or "undefined", Verdict.OTHER),
        "vendor_value": said or status,
        "origin": VerdictOrigin.AUTOMATION if is_automatic else VerdictOrigin.HUMAN,
    }
    is_taken_back = said.lower() in ("", "undefined") and status.lower() in OPEN
    return found | (TAKEN_BACK if is_taken_back else {})


FORMAT = Format(
    name="sentinelone",
    alerts=AlertFormat(
        recognised_by=(
            ("threatInfo.threatId", "agentRealtimeInfo"),
            ("threatInfo.threatName", "threatInfo.confidenceLevel"),
        ),
        fields={
            "instance": _ACCOUNT,
            "title": ("threatInfo.threatName", "threatInfo.classification"),
            "description": ("indicators.description", "threatInfo.classification"),
            "rule.id": ("threatInfo.detectionEngines.key", "threatInfo.engines"),
            "rule.name": ("threatInfo.detectionEngines.title", "threatInfo.engines"),
            "entities.host.name": ("agentRealtimeInfo.agentComputerName",),
            "entities.host.ip": ("agentDetectionInfo.agentIpV4", "agentRealtimeInfo.networkInterfaces.inet"),
            "entities.host.os": ("agentDetectionInfo.agentOsName", "agentRealtimeInfo.agentOsName"),
            "entities.user.name": ("threatInfo.processUser", "agentDetectionInfo.agentLastLoggedInUserName"),
            "entities.user.domain": ("agentDetectionInfo.agentDomain", "agentRealtimeInfo.agentDomain"),
            "entities.process.command_line": ("threatInfo.maliciousProcessArguments",),
            "entities.process.parent": ("threatInfo.originatorProcess",),
            "entities.file.path": ("threatInfo.filePath",),
            "entities.file.sha256": ("threatInfo.sha256",),
        },
        vendor_id=lambda document: document.text(*_ID),
        identity=("threatInfo.storyline", "threatInfo.threatName", "threatInfo.identifiedAt"),
        observed_at=("threatInfo.identifiedAt", "threatInfo.createdAt"),
        raised_at=("threatInfo.createdAt", "threatInfo.identifiedAt"),
        severity=lambda _: Severity.UNKNOWN,
        tactics=("indicators.tactics.name",),
        techniques=("indicators.tactics.techniques.name",),
        decide=lambda document: account(document.text("threatInfo.processUser")),
        noise=(
            "id",
            "agentRealtimeInfo",
            "agentDetectionInfo",
            "mitigationStatus",
            "whiteningOptions",
            "threatInfo.analystVerdict",
            "threatInfo.analystVerdictDescription",
            "threatInfo.automaticallyResolved",
            "threatInfo.incidentStatus",
            "threatInfo.incidentStatusDescription",
            "threatInfo.collectionId",
            "threatInfo.createdAt",
            "threatInfo.identifiedAt",
            "threatInfo.updatedAt",
            "threatInfo.threatId",
            "threatInfo.storyline",
        ),
        leading=("threatInfo", "indicators"),
    ),
    feedback=FeedbackFormat(
        recognised_by=(("threatInfo.analystVerdict",), ("threatInfo.threatId", "threatInfo.incidentStatus")),
        decided_at=("threatInfo.updatedAt",),
        decide=verdict,
    ),
)
