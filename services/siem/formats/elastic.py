"""Elastic Security 8 and 9: documents of `.alerts-security.alerts-<space>`, which carry the verdict as well.

Elasticsearch returns dotted keys, nested objects, or both in one document. Elastic 7 wrote `signal.*` to
`.siem-signals-<space>`. Alerts of building-block rules are alerts like others: what they are stands in the evidence.
"""

import re

from schemas import Severity, Verdict, VerdictOrigin
from services.siem import ecs_fields
from services.siem.document import Document
from services.siem.identity import alert_id
from services.siem.severity import by_bounds, by_word
from services.siem.shape import AlertFormat, FeedbackFormat, Format
from services.siem.verdicts import TAKEN_BACK

RISK_SCORES = (
    (0, Severity.LOW),
    (22, Severity.MEDIUM),
    (48, Severity.HIGH),
    (74, Severity.CRITICAL),
)
"""From which risk score on; Elastic's defaults are 21, 47, 73 and 99."""

REASONS = {
    "true_positive": Verdict.TRUE_POSITIVE,
    "benign_positive": Verdict.BENIGN_POSITIVE,
    "false_positive": Verdict.FALSE_POSITIVE,
    "duplicate": Verdict.DUPLICATE,
    "other": Verdict.OTHER,
    "automated_closure": Verdict.OTHER,
}
"""Closing reasons, from 9.2 on. From 9.4 on a site may add its own: those are kept, not guessed."""

TAGS = {
    "true positive": Verdict.TRUE_POSITIVE,
    "benign positive": Verdict.BENIGN_POSITIVE,
    "false positive": Verdict.FALSE_POSITIVE,
    "duplicate": Verdict.DUPLICATE,
    "further investigation required": Verdict.UNDETERMINED,
}
"""Workflow tags, the verdict before 9.2: Elastic's three defaults, and the other two verdicts in the same words."""

REOPENED = frozenset({"open", "acknowledged", "in-progress"})
"""Statuses of an alert that nobody has closed, or that was opened again."""

_THREATS = ("kibana.alert.rule.parameters.threat", "kibana.alert.rule.threat", "signal.rule.threat", "threat")
_INDEX = re.compile(r"(?:(?:\.internal)?\.alerts-security\.alerts|\.siem-signals)-(.+?)(?:-[0-9]{6})?")
_NOISE = (
    "kibana.space_ids",
    "kibana.version",
    *(
        f"kibana.alert.{part}"
        for part in (
            "ancestors",
            "case_ids",
            "depth",
            "group",
            "instance",
            "intended_timestamp",
            "last_detected",
            "original_event",
            "original_time",
            "reason",
            "risk_score",
            "rule",
            "severity",
            "start",
            "status",
            "suppression.end",
            "suppression.start",
            "url",
            "uuid",
            "workflow_assignee_ids",
            "workflow_reason",
            "workflow_status",
            "workflow_status_updated_at",
            "workflow_tags",
            "workflow_user",
        )
    ),
    "signal",
)
"""What Kibana keeps for itself, and what it repeats. How many events were suppressed or counted is left."""


def space(document: Document) -> str:
    """The Kibana space of an alert, by its own word or its index's name; `default` where neither tells."""
    index = _INDEX.fullmatch(document.text("_index"))
    return document.text("kibana.space_ids") or (index[1] if index else "default")


def vendor_id(document: Document) -> str:
    """The alert's UUID, which is also the id of its document."""
    return document.text("kibana.alert.uuid", "_id")


def severity(document: Document) -> Severity:
    """The level in words, else that of the risk score."""
    level = by_word(document.text("kibana.alert.severity", "kibana.alert.rule.severity", "signal.rule.severity"))
    score = document.number("kibana.alert.risk_score", "kibana.alert.rule.risk_score", "signal.rule.risk_score")
    return by_bounds(score, RISK_SCORES) if level is Severity.UNKNOWN else level


def verdict(document: Document) -> dict[str, object]:
    """The verdict of a closed alert; one that is open again takes back what was said of it, by whomever."""
    status = document.text("kibana.alert.workflow_status", "signal.status")
    reason = document.text("kibana.alert.workflow_reason")
    tags = document.texts("kibana.alert.workflow_tags")
    if status in REOPENED:
        return _alert(document) | TAKEN_BACK | {"vendor_value": status}
    if reason:
        return _alert(document) | _by_reason(reason)
    return _alert(document) | (_by_tags(tags) if tags else {"verdict": Verdict.OTHER, "vendor_value": status})


def _alert(document: Document) -> dict[str, object]:
    return {"alert_id": alert_id(source="elastic", instance=space(document), vendor_id=vendor_id(document))}


def _by_reason(reason: str) -> dict[str, object]:
    is_automatic = reason == "automated_closure"
    origin = VerdictOrigin.AUTOMATION if is_automatic else VerdictOrigin.HUMAN
    return {"verdict": REASONS.get(reason, Verdict.OTHER), "vendor_value": reason, "origin": origin}


def _by_tags(tags: list[str]) -> dict[str, object]:
    """The verdict all tags that name one agree on."""
    named = {TAGS[tag.lower()] for tag in tags if tag.lower() in TAGS}
    return {"verdict": named.pop() if len(named) == 1 else Verdict.OTHER, "vendor_value": ", ".join(tags)}


FORMAT = Format(
    name="elastic",
    alerts=AlertFormat(
        recognised_by=(
            ("kibana.alert.uuid",),
            ("kibana.alert.rule.uuid",),
            ("kibana.alert.rule.name",),
            ("signal.rule.id", "signal.rule.name"),
        ),
        fields={
            "title": ("kibana.alert.rule.name", "signal.rule.name"),
            "description": (
                "kibana.alert.reason",
                "kibana.alert.rule.description",
                "signal.reason",
                "signal.rule.description",
                "message",
            ),
            "rule.id": (
                "kibana.alert.rule.rule_id",
                "kibana.alert.rule.parameters.rule_id",
                "kibana.alert.rule.uuid",
                "signal.rule.rule_id",
                "signal.rule.id",
            ),
            "rule.name": ("kibana.alert.rule.name", "signal.rule.name"),
            "severity_original": (
                "kibana.alert.severity",
                "kibana.alert.rule.severity",
                "kibana.alert.risk_score",
                "signal.rule.severity",
                "signal.rule.risk_score",
            ),
            "attack.actor": ("threat.group.name",),
            **ecs_fields.ENTITIES,
        },
        vendor_id=vendor_id,
        identity=(
            "kibana.alert.rule.uuid",
            "kibana.alert.original_time",
            "kibana.alert.ancestors.id",
            "signal.rule.id",
            "signal.original_time",
            "signal.ancestors.id",
            "@timestamp",
        ),
        observed_at=("kibana.alert.original_time", "kibana.alert.start", "signal.original_time", "@timestamp"),
        raised_at=("kibana.alert.start", "@timestamp"),
        severity=severity,
        tactics=ecs_fields.tactics(*_THREATS),
        techniques=ecs_fields.techniques(*_THREATS),
        decide=lambda document: {"instance": space(document)},
        noise=(*ecs_fields.NOISE, *_NOISE),
        leading=ecs_fields.LEADING,
    ),
    feedback=FeedbackFormat(
        recognised_by=(
            ("kibana.alert.uuid", "kibana.alert.workflow_status"),
            ("_id", "kibana.alert.workflow_status"),
            ("_id", "signal.status", "signal.rule.id"),
        ),
        fields={"analyst": ("kibana.alert.workflow_user",), "incident": ("kibana.alert.case_ids",)},
        decided_at=("kibana.alert.workflow_status_updated_at",),
        decide=verdict,
    ),
)
