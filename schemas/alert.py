"""AlertV1: one alert of any SIEM, in the field's standard terms (ECS and OCSF names, MITRE ATT&CK ids)."""

from typing import Annotated

from pydantic import Field

from schemas.base import (
    AlertId,
    Contract,
    Line,
    Message,
    Name,
    OpenEnum,
    Slug,
    TacticId,
    TechniqueId,
    Text,
    UtcTime,
)


class Severity(OpenEnum):
    """The five levels every vendor's scale is mapped to; `unknown` where the vendor gives none."""

    INFORMATIONAL = "informational"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"
    UNKNOWN = "unknown"


class Rule(Contract):
    """The detection rule that raised the alert; its id stays the same when the rule is renamed."""

    id: Name = ""
    name: Line = ""


class Attack(Contract):
    """MITRE ATT&CK: tactics (TA0001), techniques (T1059.001), and the actor where the vendor names one."""

    tactics: Annotated[tuple[TacticId, ...], Field(max_length=16)] = ()
    techniques: Annotated[tuple[TechniqueId, ...], Field(max_length=32)] = ()
    actor: Name = ""


class Host(Contract):
    """The machine the alert is about (ECS `host`)."""

    name: Name = ""
    ip: Name = ""
    os: Name = ""


class User(Contract):
    """The account the alert is about (ECS `user`)."""

    name: Name = ""
    domain: Name = ""


class Process(Contract):
    """The process the alert is about (ECS `process`), with its parent's path."""

    name: Name = ""
    executable: Line = ""
    command_line: Text = ""
    parent: Line = ""
    parent_command_line: Text = ""
    sha256: Name = ""


class Network(Contract):
    """The connection the alert is about (ECS `source`, `destination`, `network`). Ports are 0 where unknown."""

    source_ip: Name = ""
    source_port: Annotated[int, Field(ge=0, le=65535)] = 0
    destination_ip: Name = ""
    destination_port: Annotated[int, Field(ge=0, le=65535)] = 0
    protocol: Name = ""
    application: Name = ""
    domain: Line = ""


class File(Contract):
    """The file the alert is about (ECS `file`)."""

    path: Line = ""
    name: Name = ""
    sha256: Name = ""


class Url(Contract):
    """The address requested, with method and client where it was a web request (ECS `url`, `http`)."""

    full: Text = ""
    method: Name = ""
    user_agent: Line = ""
    status: Annotated[int, Field(ge=0, le=999)] = 0


class Email(Contract):
    """The message the alert is about (ECS `email`)."""

    sender: Line = ""
    recipient: Line = ""
    subject: Line = ""


class Cloud(Contract):
    """Where in a cloud it happened (ECS `cloud`)."""

    provider: Name = ""
    account: Name = ""
    region: Name = ""
    service: Name = ""


class Entities(Contract):
    """Who and what the alert is about; a part the alert says nothing of stays empty."""

    host: Host = Host()
    user: User = User()
    process: Process = Process()
    network: Network = Network()
    file: File = File()
    url: Url = Url()
    email: Email = Email()
    cloud: Cloud = Cloud()


EvidenceKey = Annotated[str, Field(max_length=128)]


class AlertV1(Message):
    """One alert.

    `alert_id` is `source:instance:vendor id` and stays the same when the alert is sent again or updated.
    `observed_at` is when the event happened, `raised_at` when the rule fired, both UTC.
    """

    alert_id: AlertId
    source: Slug
    instance: Name = ""
    tenant: Name = ""
    observed_at: UtcTime
    raised_at: UtcTime
    title: Annotated[Line, Field(min_length=1)]
    description: Text = ""
    rule: Rule = Rule()
    severity: Severity = Severity.UNKNOWN
    severity_original: Name = ""
    attack: Attack = Attack()
    entities: Entities = Entities()
    evidence: Annotated[dict[EvidenceKey, Line], Field(max_length=32)] = {}
