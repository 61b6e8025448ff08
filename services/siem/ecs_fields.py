"""Where the Elastic Common Schema (8, 9) keeps who and what an alert is about; several vendors' alerts follow it."""

from services.siem.shape import Paths

ENTITIES: dict[str, Paths] = {
    "entities.host.name": ("host.name", "host.hostname", "agent.name"),
    "entities.host.ip": ("host.ip",),
    "entities.host.os": ("host.os.name", "host.os.type"),
    "entities.user.name": ("user.name", "user.email"),
    "entities.user.domain": ("user.domain",),
    "entities.process.name": ("process.name",),
    "entities.process.executable": ("process.executable",),
    "entities.process.command_line": ("process.command_line",),
    "entities.process.parent": ("process.parent.executable", "process.parent.name"),
    "entities.process.parent_command_line": ("process.parent.command_line",),
    "entities.process.sha256": ("process.hash.sha256",),
    "entities.network.source_ip": ("source.ip",),
    "entities.network.source_port": ("source.port",),
    "entities.network.destination_ip": ("destination.ip",),
    "entities.network.destination_port": ("destination.port",),
    "entities.network.protocol": ("network.transport",),
    "entities.network.application": ("network.protocol",),
    "entities.network.domain": ("dns.question.name", "destination.domain", "tls.client.server_name", "url.domain"),
    "entities.file.path": ("file.path",),
    "entities.file.name": ("file.name",),
    "entities.file.sha256": ("file.hash.sha256",),
    "entities.url.full": ("url.full", "url.original"),
    "entities.url.method": ("http.request.method",),
    "entities.url.user_agent": ("user_agent.original",),
    "entities.url.status": ("http.response.status_code",),
    "entities.email.sender": ("email.from.address",),
    "entities.email.recipient": ("email.to.address",),
    "entities.email.subject": ("email.subject",),
    "entities.cloud.provider": ("cloud.provider",),
    "entities.cloud.account": ("cloud.account.id",),
    "entities.cloud.region": ("cloud.region",),
    "entities.cloud.service": ("cloud.service.name",),
}

NOISE = (
    "_id",
    "_index",
    "@timestamp",
    "agent",
    "data_stream",
    "ecs",
    "elastic",
    "event.agent_id_status",
    "event.created",
    "event.end",
    "event.id",
    "event.ingested",
    "event.sequence",
    "event.start",
    "host",
    "log",
    "process.entity_id",
    "process.parent.entity_id",
    "threat",
)
"""Numbers, times and names of the collection that say nothing about what happened."""

LEADING = ("event", "process", "file", "registry", "dns", "winlog", "user", "rule")
"""What says most beside the entities."""


def tactics(*threats: str) -> Paths:
    """Paths of the tactics below each `threat` object, ids before names."""
    return tuple(f"{threat}.tactic.{part}" for part in ("id", "name") for threat in threats)


def techniques(*threats: str) -> Paths:
    """Paths of the techniques below each `threat` object."""
    return tuple(f"{threat}.technique.{part}" for threat in threats for part in ("id", "subtechnique.id"))
