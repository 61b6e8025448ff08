"""Findings of AWS's services, written for these tests after AWS's documents."""

from typing import Any

ASFF: dict[str, Any] = {
    "SchemaVersion": "2018-10-08",
    "Id": "arn:aws:securityhub:eu-west-1:111122223333:finding/0001",
    "ProductArn": "arn:aws:securityhub:eu-west-1::product/aws/inspector",
    "ProductName": "Inspector",
    "GeneratorId": "inspector/unusual-login",
    "AwsAccountId": "111122223333",
    "Region": "eu-west-1",
    "Types": ["TTPs/Initial Access/Unusual login", "Unusual Behaviors/User"],
    "CreatedAt": "2026-05-04T11:40:00.000Z",
    "UpdatedAt": "2026-05-04T11:45:00.000Z",
    "FirstObservedAt": "2026-05-04T13:30:00+02:00",
    "Severity": {"Label": "HIGH", "Normalized": 70},
    "Title": "Console login from a new country",
    "Description": "deploy signed in from 203.0.113.9.",
    "Resources": [
        {
            "Type": "AwsEc2Instance",
            "Id": "arn:aws:ec2:eu-west-1:111122223333:instance/i-0abc",
            "Details": {"AwsEc2Instance": {"IpV4Addresses": ["10.20.0.13"]}},
        },
        {"Type": "AwsIamUser", "Id": "AKIA1", "Details": {"AwsIamUser": {"UserName": "deploy"}}},
    ],
    "Action": {
        "ActionType": "AWS_API_CALL",
        "AwsApiCallAction": {
            "Api": "ConsoleLogin",
            "ServiceName": "signin.amazonaws.com",
            "RemoteIpDetails": {"IpAddressV4": "203.0.113.9"},
        },
    },
    "Process": {"Name": "sshd", "Path": "/usr/sbin/sshd"},
    "Network": {"DestinationPort": 443, "Protocol": "TCP"},
    "VerificationState": "UNKNOWN",
    "Workflow": {"Status": "NEW"},
    "RecordState": "ACTIVE",
}

GUARDDUTY: dict[str, Any] = {
    "schemaVersion": "2.0",
    "accountId": "111122223333",
    "region": "eu-west-1",
    "partition": "aws",
    "id": "aab0c1d2e3f405162738495a6b7c8d9e",
    "arn": "arn:aws:guardduty:eu-west-1:111122223333:detector/d1/finding/aab0",
    "type": "Discovery:S3/AnomalousBehavior",
    "title": "An unusual caller listed buckets",
    "description": "deploy listed the buckets of 111122223333.",
    "severity": 5.3,
    "createdAt": "2026-05-04T11:42:10.316Z",
    "updatedAt": "2026-05-04T11:50:00.000Z",
    "resource": {"resourceType": "AccessKey", "accessKeyDetails": {"userName": "deploy", "accessKeyId": "AKIA1"}},
    "service": {
        "serviceName": "guardduty",
        "detectorId": "d1",
        "action": {
            "actionType": "AWS_API_CALL",
            "awsApiCallAction": {
                "api": "ListBuckets",
                "serviceName": "s3.amazonaws.com",
                "userAgent": "aws-cli/2",
                "remoteIpDetails": {"ipAddressV4": "203.0.113.9"},
            },
        },
        "eventFirstSeen": "2026-05-04T11:30:00Z",
        "count": 3,
        "archived": False,
    },
}

ALERTS = {"asff": ASFF, "guardduty": GUARDDUTY}


def pascal(value: Any) -> Any:
    """A finding as AWS's SDKs for .NET and Go write it: every key with a capital."""
    if isinstance(value, dict):
        return {key[:1].upper() + key[1:]: pascal(item) for key, item in value.items()}
    return [pascal(item) for item in value] if isinstance(value, list) else value
