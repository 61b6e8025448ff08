"""Sigma's rules with the events they matched as AlertV1."""

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas import AlertV1, Severity
from tests.unit.siem.natives_open import SIGMA

Native = dict[str, Any]
ReadAlert = Callable[..., AlertV1]


@pytest.fixture
def sigma() -> Native:
    """A fresh detection."""
    return copy.deepcopy(SIGMA)


def shapes() -> dict[str, Native]:
    """The same Windows event as four tools write it."""
    event = SIGMA["event"]["Event"]
    system, data = event["System"], event["EventData"]
    time = system["TimeCreated"]["#attributes"]["SystemTime"]
    winlog = {"computer_name": "hr-lt-21", "record_id": 42, "channel": system["Channel"], "event_data": data}
    return {
        "EVTX": {"Event": event},
        "EVTX, unwrapped": event,
        "Winlogbeat": {"@timestamp": time, "winlog": winlog},
        "flat": {"Computer": "hr-lt-21", "EventRecordID": 42, "Channel": system["Channel"], "timestamp": time, **data},
    }


def test_the_rule_gives_title_severity_and_techniques(sigma: Native, read_alert: ReadAlert) -> None:
    """Tags of other kinds are not ATT&CK's."""
    alert = read_alert(sigma)
    assert (alert.title, alert.description) == ("Encoded PowerShell", "Detects encoded commands.")
    assert (alert.rule.id, alert.severity) == (SIGMA["rule"]["id"], Severity.HIGH)
    assert alert.attack.tactics == ("TA0002", "TA0005")
    assert alert.attack.techniques == ("T1059.001",)
    assert "PowerShell.EXE" in alert.evidence.values()


@pytest.mark.parametrize("shape", shapes())
def test_the_event_is_read_in_every_shape(shape: str, sigma: Native, read_alert: ReadAlert) -> None:
    """Host, account, process and times, and the same alert id."""
    alert = read_alert(sigma | {"event": shapes()[shape]})
    host, user, process = alert.entities.host, alert.entities.user, alert.entities.process
    assert (host.name, user.name, user.domain) == ("hr-lt-21", "ines", "HR")
    assert (process.executable, process.parent) == ("C:\\Windows\\powershell.exe", "C:\\Windows\\explorer.exe")
    assert (process.command_line, process.sha256) == ("powershell.exe -enc SQBFAFgA", "a" * 64)
    assert alert.observed_at == datetime(2026, 5, 4, 11, 59, 58, 632000, tzinfo=UTC)
    assert alert.raised_at == datetime(2026, 5, 4, 11, 59, 58, 649150, tzinfo=UTC)
    assert alert.alert_id == read_alert(sigma).alert_id


@pytest.mark.parametrize(
    ("level", "severity"),
    [
        ("informational", Severity.INFORMATIONAL),
        ("low", Severity.LOW),
        ("medium", Severity.MEDIUM),
        ("high", Severity.HIGH),
        ("critical", Severity.CRITICAL),
        ("apocalyptic", Severity.UNKNOWN),
        (None, Severity.UNKNOWN),
    ],
)
def test_severity_is_the_rules_level(
    level: str | None, severity: Severity, sigma: Native, read_alert: ReadAlert
) -> None:
    """Sigma's five words are ours."""
    sigma["rule"]["level"] = level
    assert read_alert(sigma).severity is severity


def test_another_rule_or_another_record_is_another_alert(sigma: Native, read_alert: ReadAlert) -> None:
    """And the same one sent again is the same."""
    first = read_alert(sigma).alert_id
    assert read_alert(copy.deepcopy(sigma)).alert_id == first
    other_rule = sigma | {"rule": sigma["rule"] | {"id": "another"}}
    sigma["event"]["Event"]["System"]["EventRecordID"] = 43
    assert len({first, read_alert(other_rule).alert_id, read_alert(sigma).alert_id}) == 3


def test_an_event_without_a_record_number_is_known_by_all_it_says(sigma: Native, read_alert: ReadAlert) -> None:
    """Linux and cloud events have none."""
    event = {"timestamp": "2026-05-04T11:00:00Z", "CommandLine": "id", "User": "deploy"}
    first = read_alert(sigma | {"event": event})
    assert first.entities.user.name == "deploy"
    assert read_alert(sigma | {"event": dict(reversed(event.items()))}).alert_id == first.alert_id
    assert read_alert(sigma | {"event": event | {"CommandLine": "whoami"}}).alert_id != first.alert_id


def test_without_times_the_receipt_counts(sigma: Native, read_alert: ReadAlert, received_at: datetime) -> None:
    """An event need not say when."""
    assert read_alert(sigma | {"event": {"CommandLine": "id"}}).observed_at == received_at
