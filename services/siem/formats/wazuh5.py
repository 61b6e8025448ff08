"""Wazuh 5: findings of `wazuh-findings-v5-*`, each an event in ECS with the Sigma rule it matched at `wazuh.rule`."""

from services.siem import ecs_fields
from services.siem.document import Document
from services.siem.severity import by_word
from services.siem.shape import AlertFormat, Format


def vendor_id(document: Document) -> str:
    """The finding's document id; without it the event's and the rule's, which together are as unique."""
    event, rule = document.text("event.doc_id"), document.text("wazuh.rule.id")
    return document.text("_id") or (f"{event}-{rule}" if event and rule else "")


FORMAT = Format(
    name="wazuh5",
    alerts=AlertFormat(
        recognised_by=(("wazuh.rule.id",), ("wazuh.rule.title",)),
        fields={
            **ecs_fields.ENTITIES,
            "instance": ("wazuh.cluster.name",),
            "title": ("wazuh.rule.title",),
            "description": ("event.original", "message"),
            "rule.id": ("wazuh.rule.sigma_id", "wazuh.rule.id"),
            "rule.name": ("wazuh.rule.title",),
            "severity_original": ("wazuh.rule.level",),
            "attack.actor": ("threat.group.name",),
            "entities.host.name": ("host.name", "host.hostname", "wazuh.agent.host.hostname", "wazuh.agent.name"),
            "entities.host.ip": ("host.ip", "wazuh.agent.host.ip"),
            "entities.host.os": ("host.os.name", "wazuh.agent.host.os.name", "wazuh.agent.host.os.platform"),
            "entities.user.name": ("user.name", "source.user.name", "user.email"),
        },
        vendor_id=vendor_id,
        identity=(
            "@timestamp",
            "wazuh.rule.id",
            "wazuh.rule.title",
            "wazuh.agent.id",
            "event.doc_id",
            "event.original",
        ),
        observed_at=("@timestamp",),
        raised_at=("@timestamp",),
        severity=lambda document: by_word(document.text("wazuh.rule.level")),
        tactics=ecs_fields.tactics("wazuh.rule.mitre", "threat"),
        techniques=(*ecs_fields.techniques("wazuh.rule.mitre", "threat"), "wazuh.rule.tags"),
        noise=(
            *ecs_fields.NOISE,
            "event.doc_id",
            "event.index",
            "wazuh.agent",
            "wazuh.cluster",
            "wazuh.rule.compliance",
            "wazuh.rule.id",
            "wazuh.rule.mitre",
            "wazuh.rule.status",
        ),
        leading=("wazuh.integration", "wazuh.rule.tags", *ecs_fields.LEADING),
    ),
)
