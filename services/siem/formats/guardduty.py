"""Amazon GuardDuty: findings as EventBridge (in `detail`, an envelope) and the API give them, in camel or Pascal case.

After the GuardDuty user guide (severity levels, finding format) and API reference (Finding).
"""

from functools import cache

from schemas import Severity
from services.siem.attack import tactic_ids
from services.siem.document import Document
from services.siem.severity import by_bounds
from services.siem.shape import AlertFormat, Format, Paths

LEVELS = (
    (1, Severity.LOW),
    (4, Severity.MEDIUM),
    (7, Severity.HIGH),
    (9, Severity.CRITICAL),
)
"""From which severity on: 1.0 to 3.9 is low, 4.0 to 6.9 medium, 7.0 to 8.9 high, 9.0 to 10.0 critical."""

_CALL = "service.action.awsApiCallAction"
_CONNECTION = "service.action.networkConnectionAction"
_PROBE = "service.action.portProbeAction.portProbeDetails"
_KUBERNETES = "service.action.kubernetesApiCallAction"
_PROCESS = "service.runtimeDetails.process"
_INSTANCE = "resource.instanceDetails"
_SEQUENCE = "service.detection.sequence.indicators.values"


@cache
def _at(*names: str) -> Paths:
    """The paths of names in both spellings."""
    spelt = ((name, ".".join(part[:1].upper() + part[1:] for part in name.split("."))) for name in names)
    return tuple(each for both in spelt for each in both)


_LOCAL = {
    "ip": _at(f"{_CONNECTION}.localIpDetails.ipAddressV4", f"{_INSTANCE}.networkInterfaces.privateIpAddress"),
    "port": _at(f"{_CONNECTION}.localPortDetails.port", f"{_PROBE}.localPortDetails.port"),
}
_REMOTE = {
    "ip": _at(*(f"{path}.remoteIpDetails.ipAddressV4" for path in (_CONNECTION, _CALL, _PROBE, _KUBERNETES))),
    "port": _at(f"{_CONNECTION}.remotePortDetails.port"),
}


def severity(document: Document) -> Severity:
    """The level of the number."""
    return by_bounds(document.number(*_at("severity")), LEVELS)


def decisions(document: Document) -> dict[str, object]:
    """The tactic that the type names, which way a connection went, and the cloud's name.

    Most threat purposes, the first part of a type, are ATT&CK's tactics; the others (Backdoor, Recon, Stealth, Trojan
    and the like) are GuardDuty's own.
    """
    purpose = document.text(*_at("type")).partition(":")[0]
    tactics = tactic_ids([purpose, *document.texts(*_at(_SEQUENCE))])
    found: dict[str, object] = {"attack.tactics": tactics, "entities.cloud.provider": "aws"}
    return found | _connection(document)


def _connection(document: Document) -> dict[str, object]:
    """GuardDuty tells local from remote, and which of the two began."""
    sides = ["destination", "source"]
    if document.text(*_at(f"{_CONNECTION}.connectionDirection")).upper() == "OUTBOUND":
        sides.reverse()
    ends = {
        side: {name: document.text(*paths) for name, paths in end.items()}
        for side, end in zip(sides, (_LOCAL, _REMOTE), strict=True)
    }
    if not ends[sides[1]]["ip"]:
        return {}
    return {f"entities.network.{side}_{name}": text for side, end in ends.items() for name, text in end.items() if text}


FORMAT = Format(
    name="guardduty",
    alerts=AlertFormat(
        recognised_by=tuple((f"{path}=guardduty",) for path in _at("service.serviceName")),
        fields={
            "instance": _at("accountId"),
            "title": _at("title"),
            "description": _at("description"),
            "rule.id": _at("type"),
            "severity_original": _at("severity"),
            "entities.host.name": _at(f"{_INSTANCE}.instanceId"),
            "entities.host.ip": _at(f"{_INSTANCE}.networkInterfaces.privateIpAddress"),
            "entities.host.os": _at(f"{_INSTANCE}.platform"),
            "entities.user.name": _at(
                "resource.accessKeyDetails.userName",
                "resource.kubernetesDetails.kubernetesUserDetails.username",
                f"{_PROCESS}.user",
            ),
            "entities.process.name": _at(f"{_PROCESS}.name"),
            "entities.process.executable": _at(f"{_PROCESS}.executablePath"),
            "entities.process.sha256": _at(f"{_PROCESS}.executableSha256"),
            "entities.network.protocol": _at(f"{_CONNECTION}.protocol", "service.action.dnsRequestAction.protocol"),
            "entities.network.domain": _at("service.action.dnsRequestAction.domain", f"{_CALL}.domainDetails.domain"),
            "entities.url.full": _at(f"{_KUBERNETES}.requestUri"),
            "entities.url.method": _at(f"{_KUBERNETES}.verb"),
            "entities.url.user_agent": _at(f"{_KUBERNETES}.userAgent", f"{_CALL}.userAgent"),
            "entities.url.status": _at(f"{_KUBERNETES}.statusCode"),
            "entities.cloud.account": _at("accountId"),
            "entities.cloud.region": _at("region"),
            "entities.cloud.service": _at(f"{_CALL}.serviceName"),
        },
        vendor_id=lambda document: document.text(*_at("id")),
        identity=_at("arn", "type", "createdAt"),
        observed_at=_at("service.eventFirstSeen", "createdAt", "updatedAt"),
        raised_at=_at("createdAt", "service.eventFirstSeen"),
        severity=severity,
        techniques=_at(_SEQUENCE),
        decide=decisions,
        noise=(
            *_at(
                "arn",
                "id",
                "createdAt",
                "updatedAt",
                "partition",
                "schemaVersion",
                "service.archived",
                "service.count",
                "service.detectorId",
                "service.eventFirstSeen",
                "service.eventLastSeen",
                "service.serviceName",
            ),
        ),
        leading=_at("service.action", "resource", "service"),
    ),
)
