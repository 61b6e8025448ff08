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

CARBONBLACK: dict[str, Any] = {
    "org_key": "ORG1",
    "id": "52fa009d-0000-4000-8000-000000000001",
    "type": "WATCHLIST",
    "threat_id": "05696200",
    "primary_event_id": "ev-0",
    "backend_timestamp": "2026-05-04T12:01:00.000Z",
    "detection_timestamp": "2026-05-04T12:00:00.719Z",
    "first_event_timestamp": "2026-05-04T11:59:58.193Z",
    "severity": 8,
    "reason": "Process powershell.exe was detected by a report",
    "reason_code": "a:b",
    "report_id": "r-1",
    "report_name": "Encoded PowerShell",
    "ioc_hit": "process_name:powershell.exe",
    "attack_tactic": "TA0002",
    "attack_technique": "T1059.001",
    "device_name": "HR\\hr-lt-21",
    "device_internal_ip": "10.20.9.21",
    "device_os": "WINDOWS",
    "process_name": "c:\\windows\\powershell.exe",
    "process_cmdline": "powershell.exe -enc SQBFAFgA",
    "process_sha256": "f" * 64,
    "process_username": "HR\\ines",
    "parent_name": "c:\\windows\\explorer.exe",
    "workflow": {
        "status": "CLOSED",
        "closure_reason": "RESOLVED",
        "changed_by": "ines@example.org",
        "changed_by_type": "USER",
        "change_timestamp": "2026-05-04T13:00:00Z",
    },
    "determination": {
        "value": "TRUE_POSITIVE",
        "changed_by": "ines@example.org",
        "changed_by_type": "USER",
        "change_timestamp": "2026-05-04T12:59:00Z",
    },
}

SENTINELONE: dict[str, Any] = {
    "id": "1473630109557835817",
    "agentRealtimeInfo": {"accountId": "14", "agentComputerName": "hr-lt-21", "agentOsName": "Windows 11"},
    "agentDetectionInfo": {"accountId": "14", "agentIpV4": "10.20.9.21", "agentDomain": "HR"},
    "indicators": [
        {
            "category": "Evasion",
            "description": "Hid the tracks of a process",
            "tactics": [
                {"name": "Defense Evasion", "source": "MITRE", "techniques": [{"name": "T1070.004", "link": "x"}]}
            ],
        }
    ],
    "threatInfo": {
        "threatId": "1473630109557835817",
        "threatName": "dump.exe",
        "classification": "Malware",
        "confidenceLevel": "malicious",
        "detectionEngines": [{"key": "pre_execution", "title": "On-Write Static AI"}],
        "filePath": "\\Device\\HarddiskVolume3\\temp\\dump.exe",
        "sha256": "a" * 64,
        "processUser": "HR\\ines",
        "originatorProcess": "cmd.exe",
        "identifiedAt": "2026-05-04T11:59:58.560000Z",
        "createdAt": "2026-05-04T12:00:00.420530Z",
        "updatedAt": "2026-05-04T13:00:00.519915Z",
        "analystVerdict": "false_positive",
        "incidentStatus": "resolved",
        "automaticallyResolved": False,
    },
}

ALERTS = {"crowdstrike": FALCON_EVENT, "carbonblack": CARBONBLACK, "sentinelone": SENTINELONE}
