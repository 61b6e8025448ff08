"""Alerts, rows and incidents of Microsoft Defender and Sentinel, written for these tests after the vendor's pages."""

import json
from typing import Any

Native = dict[str, Any]

TENANT = "0f0f0f0f-0000-4000-8000-000000000001"

DEFENDER_ALERT: Native = {
    "@odata.type": "#microsoft.graph.security.alert",
    "id": "da1777895998_42",
    "providerAlertId": "1777895998_42",
    "incidentId": "381",
    "tenantId": TENANT,
    "status": "new",
    "severity": "high",
    "classification": None,
    "determination": None,
    "serviceSource": "microsoftDefenderForEndpoint",
    "detectionSource": "microsoftDefenderForEndpoint",
    "detectorId": "5a5a5a5a-0000-4000-8000-000000000002",
    "title": "Suspicious use of an archiver",
    "description": "An archiver was started by an office program.",
    "category": "LateralMovement",
    "mitreTechniques": ["T1021.002", "T1560"],
    "actorDisplayName": "Example Storm",
    "createdDateTime": "2026-05-04T10:00:05.1234567Z",
    "firstActivityDateTime": "2026-05-04T09:58:00+00:00",
    "lastUpdateDateTime": "2026-05-04T10:01:00Z",
    "evidence": [
        {
            "@odata.type": "#microsoft.graph.security.deviceEvidence",
            "verdict": "suspicious",
            "deviceDnsName": "fin-ws-4.example.org",
            "osPlatform": "Windows11",
            "ipInterfaces": ["10.20.0.4", "fe80::1"],
        },
        {
            "@odata.type": "#microsoft.graph.security.processEvidence",
            "processId": 4711,
            "processCommandLine": "7z.exe a out.7z C:\\share",
            "imageFile": {"fileName": "7z.exe", "filePath": "C:\\Tools", "sha256": "b" * 64},
            "parentProcessImageFile": {"fileName": "winword.exe", "filePath": "C:\\Office"},
            "userAccount": {"accountName": "SYSTEM", "domainName": "NT AUTHORITY"},
        },
        {
            "@odata.type": "#microsoft.graph.security.userEvidence",
            "userAccount": {"accountName": "ines", "domainName": "CORP"},
        },
        {"@odata.type": "#microsoft.graph.security.ipEvidence", "ipAddress": "203.0.113.9", "roles": ["destination"]},
        {
            "@odata.type": "#microsoft.graph.security.fileEvidence",
            "fileDetails": {"fileName": "out.7z", "filePath": "C:\\Users\\ines", "sha256": "c" * 64},
        },
        {"@odata.type": "#microsoft.graph.security.urlEvidence", "url": "https://drop.example.net/x"},
        {
            "@odata.type": "#microsoft.graph.security.analyzedMessageEvidence",
            "p1Sender": {"emailAddress": "bounce@example.net"},
            "p2Sender": {"emailAddress": "boss@example.net"},
            "recipientEmailAddress": "ines@example.org",
            "subject": "Invoice",
        },
        {"@odata.type": "#microsoft.graph.security.registryKeyEvidence", "registryKey": "SOFTWARE\\Example\\Run"},
    ],
}

DEFENDER_INFO_ROW: Native = {
    "time": "2026-05-04T10:00:09Z",
    "tenantId": TENANT,
    "operationName": "Publish",
    "category": "AdvancedHunting-AlertInfo",
    "properties": {
        "Timestamp": "2026-05-04T09:58:00Z",
        "AlertId": "da1777895998_42",
        "Title": "Suspicious use of an archiver",
        "Category": "LateralMovement",
        "Severity": "High",
        "ServiceSource": "Microsoft Defender for Endpoint",
        "DetectionSource": "EDR",
        "AttackTechniques": '["SMB/Windows Admin Shares (T1021.002)","Archive Collected Data (T1560)"]',
    },
}

DEFENDER_EVIDENCE_ROW: Native = {
    "time": "2026-05-04T10:00:10Z",
    "tenantId": TENANT,
    "operationName": "Publish",
    "category": "AdvancedHunting-AlertEvidence",
    "properties": {
        "Timestamp": "2026-05-04T09:58:00Z",
        "AlertId": "da1777895998_42",
        "Title": "Suspicious use of an archiver",
        "Categories": '["LateralMovement","Collection","Malware"]',
        "AttackTechniques": '["Archive Collected Data (T1560)"]',
        "Severity": "High",
        "ServiceSource": "Microsoft Defender for Endpoint",
        "DetectionSource": "EDR",
        "EntityType": "Process",
        "EvidenceRole": "Impacted",
        "FileName": "7z.exe",
        "FolderPath": "C:\\Tools",
        "SHA256": "b" * 64,
        "ProcessCommandLine": "7z.exe a out.7z C:\\share",
        "AccountName": "ines",
        "AccountDomain": "CORP",
        "DeviceName": "fin-ws-4.example.org",
        "LocalIP": "10.20.0.4",
        "RemoteIP": "203.0.113.9",
        "RemoteUrl": "https://drop.example.net/x",
        "EmailSubject": "Invoice",
        "AdditionalFields": '{"ProcessId":"4711"}',
    },
}

ENDPOINT_ALERT: Native = {
    "id": "da1777895998_42",
    "incidentId": 381,
    "assignedTo": "ines@example.org",
    "severity": "Medium",
    "status": "Resolved",
    "classification": "TruePositive",
    "determination": "Malware",
    "detectionSource": "WindowsDefenderAv",
    "category": "Execution",
    "title": "A tool was blocked",
    "alertCreationTime": "2026-05-04T10:00:05.12Z",
    "firstEventTime": "2026-05-04T09:58:00Z",
    "lastUpdateTime": "2026-05-04T11:00:00Z",
    "machineId": "e" * 40,
    "computerDnsName": "fin-ws-4.example.org",
    "aadTenantId": TENANT,
    "mitreTechniques": ["T1059"],
    "relatedUser": {"userName": "ines", "domainName": "CORP"},
    "evidence": [
        {
            "entityType": "Process",
            "fileName": "tool.exe",
            "filePath": "C:\\Tools",
            "sha256": "d" * 64,
            "processCommandLine": "tool.exe /x",
            "parentProcessFileName": "cmd.exe",
            "parentProcessFilePath": "C:\\Windows\\System32",
        }
    ],
}

DEFENDER_INCIDENT: Native = {
    "@odata.type": "#microsoft.graph.security.incident",
    "id": "381",
    "tenantId": TENANT,
    "displayName": "Multi-stage incident on fin-ws-4",
    "status": "resolved",
    "classification": "truePositive",
    "determination": "malware",
    "assignedTo": "ines@example.org",
    "lastUpdateDateTime": "2026-05-04T12:00:00Z",
    "alerts": [DEFENDER_ALERT, {"id": "da1777895998_43", "title": "Another"}],
}

SENTINEL_ALERT: Native = {
    "TenantId": "3c3c3c3c-0000-4000-8000-000000000003",
    "TimeGenerated": "2026-05-04T10:05:00.5Z",
    "StartTime": "2026-05-04T11:00:00+02:00",
    "EndTime": "2026-05-04T10:00:00Z",
    "DisplayName": "Many failed sign-ins",
    "AlertName": "Many failed sign-ins",
    "AlertSeverity": "Medium",
    "Description": "One address failed to sign in to many accounts.",
    "ProviderName": "ASI Scheduled Alerts",
    "VendorName": "Microsoft",
    "ProductName": "Azure Sentinel",
    "SystemAlertId": "7d7d7d7d-0000-4000-8000-000000000004",
    "AlertType": "3c3c3c3c_9e9e9e9e-0000-4000-8000-000000000005",
    "CompromisedEntity": "ines@example.org",
    "Tactics": "CredentialAccess, InitialAccess, PreAttack",
    "Techniques": '["T1110","T1078"]',
    "SubTechniques": '["T1110.003"]',
    "Status": "New",
    "Type": "SecurityAlert",
    "ExtendedProperties": json.dumps(
        {
            "Query": "SigninLogs | where ResultType != 0",
            "Analytic Rule Ids": '["9e9e9e9e-0000-4000-8000-000000000005"]',
            "Trigger Threshold": "10",
            "Custom Details": '{"Application":["Portal"]}',
        }
    ),
    "Entities": json.dumps(
        [
            {"$id": "2", "Name": "ines", "UPNSuffix": "example.org", "Type": "account"},
            {"$id": "3", "HostName": "fin-ws-4", "OSFamily": "Windows", "Type": "host"},
            {"$id": "4", "Address": "203.0.113.9", "Type": "ip"},
            {"$id": "6", "Address": "198.51.100.7", "Type": "ip"},
            {
                "$id": "7",
                "SourceAddress": {"$ref": "4"},
                "DestinationAddress": {"$ref": "6"},
                "DestinationPort": 443,
                "Protocol": "TCP",
                "Type": "network-connection",
            },
            {
                "$id": "8",
                "CommandLine": "tool.exe /x",
                "ImageFile": {"$ref": "9"},
                "ParentProcess": {
                    "$id": "10",
                    "CommandLine": "cmd.exe /c tool.exe",
                    "ImageFile": {"$id": "11", "Directory": "C:\\Windows", "Name": "cmd.exe", "Type": "file"},
                    "Type": "process",
                },
                "Type": "process",
            },
            {
                "$id": "9",
                "Directory": "C:\\Tools",
                "Name": "tool.exe",
                "FileHashes": [
                    {"$id": "12", "Algorithm": "MD5", "Value": "a" * 32, "Type": "filehash"},
                    {"$ref": "13"},
                ],
                "Type": "file",
            },
            {"$id": "13", "Algorithm": "SHA256", "Value": "d" * 64, "Type": "filehash"},
            {"$id": "14", "Url": "https://portal.example.org/", "Type": "url"},
        ]
    ),
}

SENTINEL_REST_ALERT: Native = {
    "id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.SecurityInsights/Entities/7d7d7d7d",
    "name": "7d7d7d7d-0000-4000-8000-000000000004",
    "type": "Microsoft.SecurityInsights/Entities",
    "kind": "SecurityAlert",
    "properties": {
        "systemAlertId": "7d7d7d7d-0000-4000-8000-000000000004",
        "alertDisplayName": "Many failed sign-ins",
        "severity": "High",
        "tactics": ["CredentialAccess"],
        "alertType": "3c3c3c3c_9e9e9e9e-0000-4000-8000-000000000005",
        "productName": "Azure Sentinel",
        "startTimeUtc": "2026-05-04T09:00:00Z",
        "timeGenerated": "2026-05-04T10:05:00Z",
        "status": "New",
    },
}

SENTINEL_INCIDENT: Native = {
    "TenantId": "3c3c3c3c-0000-4000-8000-000000000003",
    "TimeGenerated": "2026-05-04T12:30:01Z",
    "IncidentName": "8f8f8f8f-0000-4000-8000-000000000006",
    "IncidentNumber": 77,
    "Title": "Many failed sign-ins",
    "Description": "Several alerts about one account.",
    "Severity": "Medium",
    "Status": "Closed",
    "Classification": "FalsePositive",
    "ClassificationReason": "InaccurateData",
    "ClassificationComment": "The scanner of the month",
    "Owner": '{"objectId":"o","email":"ines@example.org","assignedTo":"Ines","userPrincipalName":"ines@example.org"}',
    "ModifiedBy": "Ines",
    "FirstActivityTime": "2026-05-04T09:00:00Z",
    "CreatedTime": "2026-05-04T10:06:00Z",
    "LastModifiedTime": "2026-05-04T12:30:00Z",
    "ClosedTime": "2026-05-04T12:29:00Z",
    "RelatedAnalyticRuleIds": '["9e9e9e9e-0000-4000-8000-000000000005"]',
    "AdditionalData": '{"alertsCount":2,"tactics":["CredentialAccess"],"techniques":["T1110"]}',
    "AlertIds": '["7D7D7D7D-0000-4000-8000-000000000004","7d7d7d7d-0000-4000-8000-000000000007"]',
}

SENTINEL_REST_INCIDENT: Native = {
    "id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.SecurityInsights/Incidents/8f8f8f8f",
    "name": "8f8f8f8f-0000-4000-8000-000000000006",
    "type": "Microsoft.SecurityInsights/Incidents",
    "properties": {
        "incidentNumber": 77,
        "title": "Many failed sign-ins",
        "severity": "Low",
        "status": "Closed",
        "classification": "TruePositive",
        "classificationReason": "SuspiciousActivity",
        "owner": {"assignedTo": "Ines", "email": "ines@example.org", "userPrincipalName": None},
        "createdTimeUtc": "2026-05-04T10:06:00Z",
        "firstActivityTimeUtc": "2026-05-04T09:00:00Z",
        "lastModifiedTimeUtc": "2026-05-04T12:30:00Z",
        "relatedAnalyticRuleIds": ["/subscriptions/s/alertRules/9e9e9e9e-0000-4000-8000-000000000005"],
        "additionalData": {"alertsCount": 1, "tactics": ["CredentialAccess"], "techniques": ["T1110"]},
    },
}
