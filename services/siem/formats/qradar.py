"""IBM QRadar: offenses of `/api/siem/offenses`, as they are or with ids resolved to names by whoever forwards them.

After IBM's API reference (offenses, offense_types, offense_closing_reasons).
"""

from schemas import Severity, Verdict
from services.siem.document import Document
from services.siem.identity import alert_id
from services.siem.severity import by_bounds
from services.siem.shape import AlertFormat, FeedbackFormat, Format
from services.siem.verdicts import TAKEN_BACK

LEVELS = (
    (0, Severity.INFORMATIONAL),
    (1, Severity.LOW),
    (4, Severity.MEDIUM),
    (7, Severity.HIGH),
    (9, Severity.CRITICAL),
)
"""From which severity (0 to 10) on. QRadar has numbers without words: these bounds are Winnow's."""

SOURCES = {
    "0": "entities.network.source_ip",
    "source ip": "entities.network.source_ip",
    "1": "entities.network.destination_ip",
    "destination ip": "entities.network.destination_ip",
    "3": "entities.user.name",
    "username": "entities.user.name",
    "7": "entities.host.name",
    "hostname": "entities.host.name",
}
"""What `offense_source` is, by `offense_type`: QRadar's own, by number and by name. A site's are not guessed."""

REASONS = {"false-positive, tuned": Verdict.FALSE_POSITIVE}
"""By the text of the closing reason. Non-Issue and Policy Violation, the other two that QRadar comes with, do not say
whether the rule was right, and the numbers of reasons differ from site to site."""

_REASON = ("closing_reason.text", "closing_reason", "closing_reason_text", "closing_reason_name", "closing_reason_id")


def severity(document: Document) -> Severity:
    """The level of the severity, else of the magnitude."""
    return by_bounds(document.number("severity", "magnitude"), LEVELS)


def decisions(document: Document) -> dict[str, object]:
    """The offense's source where its type says what that is."""
    name = SOURCES.get(document.text("offense_type_name", "offense_type").lower())
    return {name: document.text("offense_source")} if name else {}


def verdict(document: Document) -> dict[str, object]:
    """The reason an offense was closed for; one that is open again takes back what was said of it, by whomever."""
    status, reason, named = document.text("status").upper(), document.text(*_REASON), document.text("id")
    found: dict[str, object] = {
        "alert_id": alert_id(source="qradar", instance="", vendor_id=named),
        "verdict": Verdict.OTHER,
        "vendor_value": status,
    }
    if status == "OPEN":
        return found | TAKEN_BACK
    if status not in ("CLOSED", "") or not reason:
        return found
    return found | {"verdict": REASONS.get(reason.lower(), Verdict.OTHER), "vendor_value": reason}


FORMAT = Format(
    name="qradar",
    alerts=AlertFormat(
        recognised_by=(
            ("offense_source", "offense_type", "magnitude"),
            ("offense_source", "credibility", "relevance"),
        ),
        fields={
            "title": ("description",),
            "rule.id": ("rules.id",),
            "rule.name": ("rules.name",),
            "severity_original": ("severity", "magnitude"),
        },
        vendor_id=lambda document: document.text("id"),
        identity=("description", "offense_source", "start_time", "rules.id"),
        observed_at=("start_time", "first_persisted_time"),
        raised_at=("first_persisted_time", "start_time"),
        severity=severity,
        decide=decisions,
        noise=(
            "id",
            "start_time",
            "first_persisted_time",
            "last_persisted_time",
            "last_updated_time",
            "close_time",
            "closing_reason_id",
            "closing_reason",
            "closing_user",
            "assigned_to",
            "status",
            "follow_up",
            "protected",
            "inactive",
            "rules",
            "log_sources.id",
            "log_sources.type_id",
            "LinkToOffense",
        ),
        leading=("offense_source", "categories", "log_sources", "magnitude", "credibility", "relevance"),
    ),
    feedback=FeedbackFormat(
        recognised_by=(
            ("offense_source", "offense_type", "status"),
            ("offense_source", "closing_reason_id"),
        ),
        fields={"analyst": ("closing_user", "assigned_to")},
        decided_at=("close_time", "last_persisted_time", "last_updated_time"),
        decide=verdict,
    ),
)
