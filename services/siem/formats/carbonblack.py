"""VMware Carbon Black Cloud: alerts of the Alerts API v7 and of the data forwarder, which carry the determination."""

from schemas import Severity, Verdict, VerdictOrigin
from services.siem.accounts import account
from services.siem.document import Document
from services.siem.identity import alert_id
from services.siem.severity import by_bounds
from services.siem.shape import AlertFormat, FeedbackFormat, Format
from services.siem.verdicts import TAKEN_BACK

LEVELS = (
    (1, Severity.LOW),
    (4, Severity.MEDIUM),
    (7, Severity.HIGH),
    (9, Severity.CRITICAL),
)
"""From which severity (1 to 10) on. Carbon Black has numbers without words: these bounds are Winnow's."""

DETERMINATIONS = {
    "TRUE_POSITIVE": Verdict.TRUE_POSITIVE,
    "FALSE_POSITIVE": Verdict.FALSE_POSITIVE,
    "NONE": Verdict.UNDETERMINED,
    "ALERT_CLASSIFICATION_UNKNOWN": Verdict.UNDETERMINED,
}
"""By determination, which stands beside the workflow: an alert can be determined and still be worked on."""

OPEN = frozenset({"OPEN", "IN_PROGRESS"})
"""Workflow statuses of an alert that nobody has closed, or that was opened again."""

_DETERMINATION = ("determination.value", "determination_value", "workflow.determination")


def decisions(document: Document) -> dict[str, object]:
    """Account and host without their domain, which stands in front of both."""
    host = document.text("device_name").rpartition("\\")[2]
    return {"entities.host.name": host} | account(document.text("process_username", "device_username"))


def verdict(document: Document) -> dict[str, object]:
    """What the alert was determined to be; open and without a determination it takes back what was said."""
    said, status = document.text(*_DETERMINATION), document.text("workflow.status").upper()
    by = document.text("determination.changed_by_type", "determination_changed_by_type", "workflow.changed_by_type")
    found: dict[str, object] = {
        "alert_id": alert_id(source="carbonblack", instance=document.text("org_key"), vendor_id=document.text("id")),
        "verdict": DETERMINATIONS.get(said.upper() or "NONE", Verdict.OTHER),
        "vendor_value": said or status,
        "origin": VerdictOrigin.HUMAN if by in ("", "USER") else VerdictOrigin.AUTOMATION,
    }
    is_taken_back = found["verdict"] is Verdict.UNDETERMINED and status in OPEN
    return found | (TAKEN_BACK if is_taken_back else {})


FORMAT = Format(
    name="carbonblack",
    alerts=AlertFormat(
        recognised_by=(
            ("org_key", "threat_id", "backend_timestamp"),
            ("org_key", "reason_code", "backend_timestamp"),
        ),
        fields={
            "instance": ("org_key",),
            "title": ("report_name", "reason"),
            "description": ("reason", "report_description"),
            "rule.id": ("report_id", "rule_id", "reason_code"),
            "rule.name": ("report_name",),
            "severity_original": ("severity",),
            "entities.host.name": ("device_name",),
            "entities.host.ip": ("device_internal_ip", "device_external_ip"),
            "entities.host.os": ("device_os_version", "device_os"),
            "entities.user.name": ("process_username", "device_username"),
            "entities.process.executable": ("process_name",),
            "entities.process.command_line": ("process_cmdline",),
            "entities.process.sha256": ("process_sha256",),
            "entities.process.parent": ("parent_name",),
            "entities.process.parent_command_line": ("parent_cmdline",),
            "entities.network.source_ip": ("netconn_local_ip", "netconn_local_ipv4"),
            "entities.network.source_port": ("netconn_local_port",),
            "entities.network.destination_ip": ("netconn_remote_ip", "netconn_remote_ipv4"),
            "entities.network.destination_port": ("netconn_remote_port",),
            "entities.network.protocol": ("netconn_protocol",),
            "entities.network.domain": ("netconn_remote_domain",),
            "entities.file.sha256": ("blocked_sha256",),
            "entities.file.name": ("blocked_name",),
        },
        vendor_id=lambda document: document.text("id"),
        identity=("threat_id", "primary_event_id", "device_id", "first_event_timestamp"),
        observed_at=("first_event_timestamp", "detection_timestamp", "backend_timestamp"),
        raised_at=("detection_timestamp", "backend_timestamp"),
        severity=lambda document: by_bounds(document.number("severity"), LEVELS),
        tactics=("attack_tactic",),
        techniques=("attack_technique", "ttps"),
        decide=decisions,
        noise=(
            "id",
            "alert_url",
            "backend_timestamp",
            "backend_update_timestamp",
            "detection_timestamp",
            "first_event_timestamp",
            "last_event_timestamp",
            "user_update_timestamp",
            "alert_notes_present",
            "threat_notes_present",
            "determination",
            "workflow",
            "mdr_determination",
            "mdr_workflow",
            "device_id",
            "device_policy_id",
            "primary_event_id",
            "process_guid",
            "process_pid",
            "parent_guid",
            "parent_pid",
            "report_id",
            "report_link",
            "ioc_id",
            "version",
            "is_updated",
        ),
        leading=("type", "ioc_hit", "report_tags", "watchlists", "sensor_action", "policy_applied", "run_state"),
    ),
    feedback=FeedbackFormat(
        recognised_by=(
            ("org_key", "threat_id", "workflow.status"),
            *(("org_key", "threat_id", path) for path in _DETERMINATION),
            *(("org_key", "id", path) for path in _DETERMINATION),
        ),
        fields={
            "analyst": ("determination.changed_by", "workflow.changed_by"),
            "reason": ("workflow.closure_reason",),
            "incident": ("threat_id",),
        },
        decided_at=("determination.change_timestamp", "workflow.change_timestamp", "user_update_timestamp"),
        decide=verdict,
    ),
)
