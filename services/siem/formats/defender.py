"""Microsoft Defender XDR: the verdict in a Graph security alert (`alerts_v2`), and in its legacy spellings."""

from schemas import Verdict, VerdictOrigin
from services.siem.document import Document
from services.siem.identity import alert_id
from services.siem.shape import FeedbackFormat, Format

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


def verdict(document: Document) -> dict[str, object]:
    """The classification of a resolved alert; one that is active again takes back what was said of it, by whomever."""
    status, said = document.text("status"), document.text("classification")
    alert: dict[str, object] = {"alert_id": _alert_id(document), "vendor_value": said}
    if status.lower() in ACTIVE:
        return alert | {"verdict": Verdict.UNDETERMINED, "retracted": True, "vendor_value": status, "analyst": ""}
    is_automatic = document.text("assignedTo").lower() == "automation"
    origin = VerdictOrigin.AUTOMATION if is_automatic else VerdictOrigin.HUMAN
    return alert | {"verdict": CLASSIFICATIONS.get(said.lower(), Verdict.OTHER), "origin": origin}


def _alert_id(document: Document) -> str | None:
    named = document.text("id")
    return alert_id(source="defender", instance=document.text("tenantId"), vendor_id=named) if named else None


FORMAT = Format(
    name="defender",
    feedback=FeedbackFormat(
        recognised_by=(
            ("@odata.type=#microsoft.graph.security.alert", "id"),
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
    ),
)
