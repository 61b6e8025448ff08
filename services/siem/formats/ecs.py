"""Plain ECS: alerts of any product that keeps to the Elastic Common Schema (`event.kind` alert or signal)."""

from schemas import Severity
from services.siem import ecs_fields
from services.siem.document import Document
from services.siem.severity import by_bounds
from services.siem.shape import AlertFormat, Format

RISK_SCORES = (
    (0, Severity.LOW),
    (22, Severity.MEDIUM),
    (48, Severity.HIGH),
    (74, Severity.CRITICAL),
)
"""From which risk score of 0 to 100 on; the ranges of Elastic's own detection rules."""


def severity(document: Document) -> Severity:
    """The level of the risk score: what `event.severity` means is each source's own affair."""
    return by_bounds(document.number("event.risk_score_norm", "event.risk_score"), RISK_SCORES)


FORMAT = Format(
    name="ecs",
    alerts=AlertFormat(
        recognised_by=(("event.kind=alert",), ("event.kind=signal",)),
        general=True,
        fields={
            "instance": ("event.dataset", "event.module", "observer.name"),
            "title": ("rule.name", "message", "event.reason", "event.action"),
            "description": ("rule.description", "event.reason", "message"),
            "rule.id": ("rule.id", "rule.uuid"),
            "rule.name": ("rule.name",),
            "severity_original": ("event.severity", "event.risk_score_norm", "event.risk_score"),
            "attack.actor": ("threat.group.name",),
            **ecs_fields.ENTITIES,
        },
        vendor_id=lambda document: document.text("event.id", "event.hash", "_id"),
        identity=(
            "@timestamp",
            "rule.id",
            "rule.uuid",
            "rule.name",
            "message",
            "host.name",
            "user.name",
            "source.ip",
            "source.port",
            "destination.ip",
            "destination.port",
        ),
        observed_at=("event.start", "@timestamp"),
        raised_at=("event.created", "@timestamp"),
        severity=severity,
        tactics=ecs_fields.tactics("threat"),
        techniques=ecs_fields.techniques("threat"),
        noise=(*ecs_fields.NOISE, "event.hash", "event.original", "event.kind"),
        leading=ecs_fields.LEADING,
    ),
)
