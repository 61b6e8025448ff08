"""Google Security Operations (SOAR): why an alert of a case was closed, as its API's CaseAlert says it.

After the Chronicle API reference (CaseAlert, CloseReason).
"""

from schemas import Verdict
from services.siem.document import Document
from services.siem.identity import alert_id
from services.siem.shape import FeedbackFormat, Format
from services.siem.verdicts import TAKEN_BACK

REASONS = {
    "MALICIOUS": Verdict.TRUE_POSITIVE,
    "NOT_MALICIOUS": Verdict.FALSE_POSITIVE,
    "INCONCLUSIVE": Verdict.UNDETERMINED,
    "UNKNOWN": Verdict.UNDETERMINED,
    "UNSPECIFIED": Verdict.UNDETERMINED,
    "MAINTENANCE": Verdict.OTHER,
}
"""By close reason. Maintenance is about the alert ("under maintenance"), and says nothing about what it found."""

_PREFIXES = ("CLOSE_REASON_", "REASON_")


def verdict(document: Document) -> dict[str, object]:
    """The reason an alert was closed for; one that is open again takes back what was said of it, by whomever."""
    status, said = document.text("status"), document.text("closureDetails.reason")
    named = document.text("identifier", "siemAlertId")
    found: dict[str, object] = {"alert_id": alert_id(source="secops", instance="", vendor_id=named)}
    if "OPEN" in status.upper() or not (status or said):
        return found | TAKEN_BACK | {"vendor_value": status}
    return found | {"verdict": REASONS.get(_plain(said), Verdict.OTHER), "vendor_value": said or status}


def _plain(reason: str) -> str:
    """`CLOSE_REASON_UNSPECIFIED` and `REASON_MALICIOUS` without what the enums' names add."""
    for prefix in _PREFIXES:
        reason = reason.upper().removeprefix(prefix)
    return reason


FORMAT = Format(
    name="secops",
    feedback=FeedbackFormat(
        recognised_by=(("closureDetails.reason", "identifier"), ("ruleGenerator", "identifier", "caseId")),
        fields={
            "analyst": ("closureDetails.user", "closureDetails.closedBy"),
            "reason": ("closureDetails.rootCause", "closureDetails.comment"),
            "incident": ("caseId",),
        },
        decided_at=("updateTime",),
        decide=verdict,
    ),
)
