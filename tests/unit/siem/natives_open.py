"""Alerts of open formats and tools, written for these tests after their documents."""

from typing import Any

OCSF: dict[str, Any] = {
    "class_uid": 2004,
    "category_uid": 2,
    "type_uid": 200401,
    "activity_id": 1,
    "time": 1777895998250,
    "severity_id": 4,
    "severity": "High",
    "status_id": 1,
    "status": "New",
    "metadata": {"version": "1.5.0", "product": {"name": "Falcon Lake", "vendor_name": "Example"}},
    "finding_info": {
        "uid": "f-77",
        "title": "Credential dumping",
        "desc": "A process read the memory of lsass.",
        "created_time": 1777896000000,
        "analytic": {"uid": "an-9", "name": "LSASS access", "type_id": 1},
        "attacks": [
            {
                "tactic": {"uid": "TA0006", "name": "Credential Access"},
                "technique": {"uid": "T1003", "name": "OS Credential Dumping"},
                "sub_technique": {"uid": "T1003.001", "name": "LSASS Memory"},
            }
        ],
    },
    "evidences": [
        {
            "device": {"hostname": "hr-lt-21", "ip": "10.20.9.21", "os": {"name": "Windows"}},
            "actor": {"user": {"name": "ines", "domain": "HR"}},
            "process": {"name": "dump.exe", "cmd_line": "dump.exe lsass", "file": {"path": "C:\\temp\\dump.exe"}},
            "src_endpoint": {"ip": "10.20.9.21", "port": 49000},
            "dst_endpoint": {"ip": "198.51.100.8", "port": 443},
        }
    ],
    "cloud": {"provider": "aws", "account": {"uid": "111122223333"}, "region": "eu-west-1"},
}

INCIDENT: dict[str, Any] = {
    "class_uid": 2005,
    "activity_id": 3,
    "time": 1777899600000,
    "status_id": 5,
    "status": "Closed",
    "verdict_id": 2,
    "verdict": "True Positive",
    "metadata": {"version": "1.5.0", "uid": "inc-3", "product": {"name": "Falcon Lake"}},
    "assignee": {"name": "ines"},
    "comment": "confirmed on the host",
    "finding_info_list": [{"uid": "f-77"}, {"uid": "f-78", "product": {"name": "Other Lake"}}, {"title": "no uid"}],
}

SIGMA: dict[str, Any] = {
    "rule": {
        "id": "6f3e2987-db24-4c78-a860-b4f4095a7095",
        "title": "Encoded PowerShell",
        "description": "Detects encoded commands.",
        "level": "high",
        "tags": ["attack.execution", "attack.defense_evasion", "attack.t1059.001", "cve.2026-0001"],
    },
    "event": {
        "Event": {
            "System": {
                "Provider": {"#attributes": {"Name": "Microsoft-Windows-Sysmon"}},
                "EventID": 1,
                "EventRecordID": 42,
                "Channel": "Microsoft-Windows-Sysmon/Operational",
                "Computer": "hr-lt-21",
                "TimeCreated": {"#attributes": {"SystemTime": "2026-05-04T11:59:58.649150Z"}},
            },
            "EventData": {
                "UtcTime": "2026-05-04 11:59:58.632",
                "Image": "C:\\Windows\\powershell.exe",
                "CommandLine": "powershell.exe -enc SQBFAFgA",
                "ParentImage": "C:\\Windows\\explorer.exe",
                "User": "HR\\ines",
                "Hashes": f"MD5={'0' * 32},SHA256={'A' * 64},IMPHASH={'1' * 32}",
                "OriginalFileName": "PowerShell.EXE",
            },
        }
    },
}

AMINER: dict[str, Any] = {
    "AnalysisComponent": {
        "AnalysisComponentIdentifier": 7,
        "AnalysisComponentType": "NewMatchPathValueDetector",
        "AnalysisComponentName": "New request method in the access log",
        "Message": "New value(s) detected",
        "PersistenceFileName": "request_method",
        "TrainingMode": False,
        "AffectedLogAtomPaths": ["/model/fm/request/method"],
        "AffectedLogAtomValues": ["PROPFIND"],
    },
    "LogData": {
        "RawLogData": ['203.0.113.9 - - [04/May/2026:11:59:58 +0000] "PROPFIND / HTTP/1.1" 405 12 "-" "-"'],
        "Timestamps": [1777895998.5],
        "DetectionTimestamp": [1777895999],
        "LogLinesCount": 1,
        "LogResources": ["/var/log/apache2/access.log"],
    },
    "AMiner": {"ID": "10.20.0.13"},
}

ALERTS = {"ocsf": OCSF, "sigma": SIGMA, "aminer": AMINER}
