"""CrowdStrike Falcon: detection events of the event stream and the data replicator; alerts and detections of the APIs.

After CrowdStrike's event streams dictionary (…DetectionSummaryEvent), the Alerts API (v2) and the older Detects API.
"""

from schemas import Severity, Verdict
from services.siem.attack import tactic_ids, technique_ids
from services.siem.document import Document
from services.siem.identity import alert_id
from services.siem.severity import by_bounds, by_word
from services.siem.shape import AlertFormat, FeedbackFormat, Format, Paths
from services.siem.verdicts import TAKEN_BACK

LEVELS = (
    (6, Severity.INFORMATIONAL),
    (20, Severity.LOW),
    (40, Severity.MEDIUM),
    (60, Severity.HIGH),
    (80, Severity.CRITICAL),
)
"""From which severity (1 to 100) on. Older events count from 1 to 5: there only the name tells."""

ACTIVE = frozenset({"new", "in_progress", "reopened"})
"""Statuses of an alert that nobody has closed, or that was opened again."""

RESOLUTIONS = {
    "true_positive": Verdict.TRUE_POSITIVE,
    "false_positive": Verdict.FALSE_POSITIVE,
    "ignored": Verdict.OTHER,
}
"""By `resolution`, which in the Detects API is the status itself."""

_EVENTS = ("EppDetectionSummaryEvent", "DetectionSummaryEvent")


def _event(*names: str) -> Paths:
    """Paths into an event, wrapped as the stream has it or flat as the replicator has it."""
    return (*(f"event.{name}" for name in names), *names)


_SEVERITY = (*_event("SeverityName"), "severity_name", "max_severity_displayname")
_NUMBER = (*_event("Severity"), "severity", "max_severity")
_INSTANCE = ("metadata.customerIDString", "cid", *_event("CustomerIdString", "cid"))
_TACTIC = (*_event("Tactic"), "tactic_id", "tactic", "behaviors.tactic_id", "behaviors.tactic")
_TECHNIQUE = (*_event("Technique"), "technique_id", "technique", "behaviors.technique_id", "behaviors.technique")
_ID = (*_event("CompositeId", "DetectId"), "composite_id", "detection_id")


def severity(document: Document) -> Severity:
    """The level of the name, else of the number."""
    level = by_word(document.text(*_SEVERITY))
    return by_bounds(document.number(*_NUMBER), LEVELS) if level is Severity.UNKNOWN else level


def decisions(document: Document) -> dict[str, object]:
    """ATT&CK where Falcon means it, and the whole path where it gives the folder alone.

    Tactic and technique stay evidence as well: Falcon has some of its own ("Malware", "Cloud-based ML").
    """
    found: dict[str, object] = {
        "attack.tactics": tactic_ids(document.texts(*_TACTIC)),
        "attack.techniques": technique_ids(document.texts(*_TECHNIQUE)),
    }
    folder, name = document.text(*_event("FilePath")), document.text(*_event("FileName"))
    is_folder = folder.endswith(("/", "\\")) and name
    return found | ({"entities.process.executable": f"{folder}{name}"} if is_folder else {})


def verdict(document: Document) -> dict[str, object]:
    """How an alert was resolved; one that is active again takes back what was said of it, by whomever."""
    status, named = document.text("status"), document.text(*_ID)
    said = document.text("resolution") or status
    alert = alert_id(source="crowdstrike", instance=document.text(*_INSTANCE), vendor_id=named)
    if status.lower() in ACTIVE:
        return TAKEN_BACK | {"alert_id": alert, "vendor_value": status}
    return {"alert_id": alert, "vendor_value": said, "verdict": RESOLUTIONS.get(said.lower(), Verdict.OTHER)}


FORMAT = Format(
    name="crowdstrike",
    alerts=AlertFormat(
        recognised_by=(
            ("metadata.customerIDString", "event.SeverityName"),
            *((f"metadata.eventType={kind}",) for kind in _EVENTS),
            *((f"{path}=Event_{kind}",) for kind in _EVENTS for path in _event("ExternalApiType")),
            ("composite_id", "cid", "severity_name"),
            ("detection_id", "cid", "max_severity"),
        ),
        fields={
            "instance": _INSTANCE,
            "title": (*_event("DetectName", "Name"), "display_name", "name", "behaviors.display_name", "scenario"),
            "description": (*_event("DetectDescription", "Description"), "description", "behaviors.description"),
            "rule.id": ("pattern_id", "behaviors.behavior_id", *_event("PatternId", "Name", "DetectName")),
            "rule.name": (*_event("Name", "DetectName"), "name", "display_name", "behaviors.display_name"),
            "severity_original": (*_SEVERITY, *_NUMBER),
            "entities.host.name": (*_event("Hostname", "ComputerName"), "device.hostname", "host_names"),
            "entities.host.ip": (*_event("LocalIP"), "device.local_ip"),
            "entities.host.os": ("device.os_version", "device.platform_name", "platform"),
            "entities.user.name": (*_event("UserName"), "user_name", "behaviors.user_name"),
            "entities.user.domain": (*_event("MachineDomain"), "logon_domain", "device.machine_domain"),
            "entities.process.name": (*_event("FileName"), "filename", "behaviors.filename"),
            "entities.process.executable": (*_event("FilePath"), "filepath", "behaviors.filepath"),
            "entities.process.command_line": (*_event("CommandLine"), "cmdline", "behaviors.cmdline"),
            "entities.process.parent": (
                *_event("ParentImageFilePath", "ParentImageFileName"),
                "parent_details.filepath",
                "parent_details.filename",
            ),
            "entities.process.parent_command_line": (
                *_event("ParentCommandLine"),
                "parent_details.cmdline",
                "behaviors.parent_details.parent_cmdline",
            ),
            "entities.process.sha256": (*_event("SHA256String"), "sha256", "behaviors.sha256"),
            "entities.network.source_ip": ("network_accesses.local_address", *_event("NetworkAccesses.LocalAddress")),
            "entities.network.destination_ip": (
                "network_accesses.remote_address",
                *_event("NetworkAccesses.RemoteAddress"),
            ),
        },
        vendor_id=lambda document: document.text(*_ID),
        identity=(
            *_event("FalconHostLink", "SensorId", "ProcessId", "ProcessStartTime", "Name"),
            "metadata.offset",
            "metadata.eventCreationTime",
        ),
        observed_at=(
            *_event("UTCTimestamp", "timestamp"),
            "context_timestamp",
            "first_behavior",
            "behaviors.timestamp",
            "metadata.eventCreationTime",
            *_event("ProcessStartTime"),
        ),
        raised_at=("created_timestamp", "metadata.eventCreationTime", *_event("UTCTimestamp", "timestamp")),
        severity=severity,
        decide=decisions,
        noise=(
            "aid",
            "cid",
            "metadata",
            "id",
            "composite_id",
            "aggregate_id",
            "detection_id",
            "status",
            "resolution",
            "assigned_to_name",
            "assigned_to_uid",
            "assigned_to_uuid",
            "created_timestamp",
            "updated_timestamp",
            "crawled_timestamp",
            "context_timestamp",
            "timestamp",
            "seconds_to_resolved",
            "seconds_to_triaged",
            "falcon_host_link",
            "device.device_id",
            "device.cid",
            *_event(
                "AgentIdString",
                "CompositeId",
                "CustomerIdString",
                "EventType",
                "EventUUID",
                "ExternalApiType",
                "FalconHostLink",
                "MACAddress",
                "Nonce",
                "PatternDispositionFlags",
                "PatternDispositionValue",
                "ParentProcessId",
                "ProcessId",
                "ProcessEndTime",
                "ProcessStartTime",
                "SensorId",
                "UTCTimestamp",
                "cid",
                "eid",
                "timestamp",
            ),
        ),
        leading=(
            *_event("Objective", "Tactic", "Technique", "PatternDispositionDescription"),
            "objective",
            "scenario",
            "tactic",
            "technique",
            "pattern_disposition_description",
            "event",
        ),
    ),
    feedback=FeedbackFormat(
        recognised_by=(
            ("composite_id", "cid", "status"),
            ("detection_id", "cid", "status"),
        ),
        fields={
            "analyst": ("assigned_to_uid", "assigned_to_name"),
            "reason": ("comment", "comments.value"),
            "incident": ("incident.id",),
        },
        decided_at=("updated_timestamp", "date_updated"),
        decide=verdict,
    ),
)
