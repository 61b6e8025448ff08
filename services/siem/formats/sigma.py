"""Sigma: a rule and the event it matched, `{"rule": …, "event": …}`, as detection pipelines write them.

The rule is Sigma's own (specification 2.1: id, title, level, tags). The event is one of Windows' (Sysmon's among them),
in whichever shape: converted from EVTX (`Event.System`, `Event.EventData`), by Winlogbeat (`winlog.event_data`), or
flat.
"""

import json
import re

from services.siem.accounts import account
from services.siem.attack import tactic_ids, technique_ids
from services.siem.document import Document
from services.siem.identity import fingerprint
from services.siem.severity import by_word
from services.siem.shape import AlertFormat, Format, Paths

_SYSTEM = ("event.Event.System", "event.System", "event.winlog", "event")
_SHA256 = re.compile(r"SHA256=([0-9A-Fa-f]{64})")
_TIMES = ("SystemTime", "#attributes.SystemTime", "@SystemTime")


def _data(*names: str) -> Paths:
    """The paths of an event's fields in every shape."""
    wrappers = ("event.Event.EventData", "event.EventData", "event.winlog.event_data", "event")
    return tuple(f"{wrapper}.{name}" for name in names for wrapper in wrappers)


def _system(*names: str) -> Paths:
    return tuple(f"{wrapper}.{name}" for name in names for wrapper in _SYSTEM)


_HOST = _system("Computer", "computer_name", "Hostname")
_RECORD = _system("EventRecordID", "record_id", "RecordNumber")
_WRITTEN = (*_system("TimeCreated", *(f"TimeCreated.{name}" for name in _TIMES)), "event.@timestamp", "event.timestamp")


def vendor_id(document: Document) -> str:
    """The rule's id and the event's record, or the whole event's hash where it has no record number."""
    rule, record = document.text("rule.id", "rule.title"), document.text(*_RECORD)
    if not record:
        return f"{rule}-{fingerprint(json.dumps(document.fields.get('event'), sort_keys=True))}"
    log = (document.text(*_HOST), document.text(*_system("Channel", "channel")), record, document.text(*_WRITTEN))
    return f"{rule}-{fingerprint(*log)}"


def decisions(document: Document) -> dict[str, object]:
    """ATT&CK out of the tags, account and domain apart, and the hash out of all hashes."""
    tags = [tag[len("attack.") :] for tag in document.texts("rule.tags") if tag.lower().startswith("attack.")]
    found: dict[str, object] = {"attack.tactics": tactic_ids(tags), "attack.techniques": technique_ids(tags)}
    found |= account(document.text(*_data("User")))
    if sha256 := _SHA256.search(document.text(*_data("Hashes"))):
        found["entities.process.sha256"] = sha256[1].lower()
    return found


FORMAT = Format(
    name="sigma",
    alerts=AlertFormat(
        recognised_by=(
            ("rule.title", "rule.level", "event"),
            ("rule.title", "rule.tags", "event"),
            ("rule.title", "rule.logsource", "event"),
        ),
        fields={
            "title": ("rule.title",),
            "description": ("rule.description",),
            "rule.id": ("rule.id", "rule.title"),
            "rule.name": ("rule.title",),
            "severity_original": ("rule.level",),
            "entities.host.name": _HOST,
            "entities.user.name": _data("User", "TargetUserName", "SubjectUserName"),
            "entities.user.domain": _data("TargetDomainName", "SubjectDomainName"),
            "entities.process.executable": _data("Image", "NewProcessName", "ProcessName", "SourceImage"),
            "entities.process.command_line": _data("CommandLine"),
            "entities.process.parent": _data("ParentImage", "ParentProcessName"),
            "entities.process.parent_command_line": _data("ParentCommandLine"),
            "entities.network.source_ip": _data("SourceIp", "IpAddress"),
            "entities.network.source_port": _data("SourcePort", "IpPort"),
            "entities.network.destination_ip": _data("DestinationIp"),
            "entities.network.destination_port": _data("DestinationPort"),
            "entities.network.protocol": _data("Protocol"),
            "entities.network.domain": _data("QueryName", "DestinationHostname"),
            "entities.file.path": _data("TargetFilename", "ImageLoaded"),
        },
        vendor_id=vendor_id,
        identity=(),
        observed_at=(*_data("UtcTime"), *_WRITTEN),
        raised_at=_WRITTEN,
        severity=lambda document: by_word(document.text("rule.level")),
        decide=decisions,
        noise=(
            "rule.id",
            "rule.path",
            "rule.author",
            "rule.date",
            "rule.modified",
            "rule.references",
            "rule.related",
            "rule.status",
            "rule.license",
            "rule.level",
            "rule.detection",
            "rule.fields",
            "event.Event.#attributes",
            *_system("Correlation", "Execution", "Keywords", "Opcode", "Security", "Task", "Version", "Level"),
            *_RECORD,
            *_WRITTEN,
            *_system("TimeCreated", "Provider.#attributes.Guid"),
            *_data("UtcTime", "ProcessGuid", "ParentProcessGuid", "LogonGuid", "ProcessId", "ParentProcessId"),
        ),
        leading=(*_data("OriginalFileName", "TargetObject", "Details"), *_system("EventID"), "event", "rule"),
    ),
)
