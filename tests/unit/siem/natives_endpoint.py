"""Alerts of endpoint products, written for these tests after their vendors' documents."""

from typing import Any

FALCON_EVENT: dict[str, Any] = {
    "metadata": {
        "customerIDString": "c1d0",
        "offset": 12,
        "eventType": "EppDetectionSummaryEvent",
        "eventCreationTime": 1777896000000,
        "version": "1.0",
    },
    "event": {
        "CompositeId": "c1d0:ind:a1d0:77-10166",
        "Name": "Known Malware",
        "Description": "A known malicious file was written.",
        "Severity": 70,
        "SeverityName": "High",
        "Hostname": "hr-lt-21",
        "LocalIP": "10.20.9.21",
        "UserName": "ines",
        "MachineDomain": "HR",
        "FileName": "dump.exe",
        "FilePath": "\\Device\\HarddiskVolume1\\temp\\",
        "CommandLine": "dump.exe lsass",
        "ParentImageFileName": "cmd.exe",
        "ParentCommandLine": "cmd.exe /c dump.exe",
        "SHA256String": "b" * 64,
        "Tactic": "Credential Access",
        "Technique": "OS Credential Dumping",
        "Objective": "Gain Access",
        "UTCTimestamp": 1777895998,
        "ProcessStartTime": 1777895000,
        "PatternDispositionDescription": "Detection, standard detection.",
    },
}

FALCON_ALERT: dict[str, Any] = {
    "composite_id": "c1d0:ind:a1d0:77-10166",
    "cid": "c1d0",
    "product": "epp",
    "display_name": "Known Malware",
    "description": "A known malicious file was written.",
    "pattern_id": 10166,
    "severity": 70,
    "severity_name": "High",
    "tactic_id": "CSTA0004",
    "tactic": "Malware",
    "technique_id": "T1003.001",
    "technique": "LSASS Memory",
    "device": {"hostname": "hr-lt-21", "local_ip": "10.20.9.21", "platform_name": "Windows"},
    "user_name": "ines",
    "filename": "dump.exe",
    "filepath": "C:\\temp\\dump.exe",
    "cmdline": "dump.exe lsass",
    "sha256": "b" * 64,
    "timestamp": "2026-05-04T11:59:58.112Z",
    "created_timestamp": "2026-05-04T12:00:58.112345678Z",
    "updated_timestamp": "2026-05-04T12:30:00.112345678Z",
    "status": "closed",
    "resolution": "true_positive",
    "assigned_to_uid": "ines@example.org",
}

FALCON_DETECT: dict[str, Any] = {
    "detection_id": "ldt:a1d0:77",
    "cid": "c1d0",
    "created_timestamp": "2026-05-04T12:00:58Z",
    "first_behavior": "2026-05-04T11:59:58Z",
    "max_severity": 70,
    "max_severity_displayname": "High",
    "status": "false_positive",
    "date_updated": "2026-05-04T12:30:00Z",
    "device": {"hostname": "hr-lt-21"},
    "behaviors": [
        {
            "behavior_id": "10166",
            "display_name": "Known Malware",
            "filename": "dump.exe",
            "cmdline": "dump.exe lsass",
            "tactic_id": "TA0006",
            "technique_id": "T1003",
            "timestamp": "2026-05-04T11:59:58Z",
        }
    ],
}

ALERTS = {"crowdstrike": FALCON_EVENT}
