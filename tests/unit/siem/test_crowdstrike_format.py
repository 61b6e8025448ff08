"""CrowdStrike Falcon's events, alerts and detections as AlertV1 and FeedbackV1."""

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas import AlertV1, FeedbackV1, Severity, Verdict
from tests.unit.siem.natives_endpoint import FALCON_ALERT, FALCON_DETECT, FALCON_EVENT

Native = dict[str, Any]
ReadAlert = Callable[..., AlertV1]
ReadVerdict = Callable[..., FeedbackV1]


@pytest.fixture
def event() -> Native:
    """A fresh detection event."""
    return copy.deepcopy(FALCON_EVENT)


def test_fields_come_from_where_the_event_stream_puts_them(event: Native, read_alert: ReadAlert) -> None:
    """A folder and a name make the path."""
    alert = read_alert(event)
    assert (alert.alert_id, alert.instance) == ("crowdstrike:c1d0:c1d0:ind:a1d0:77-10166", "c1d0")
    assert (alert.title, alert.description) == ("Known Malware", "A known malicious file was written.")
    assert (alert.attack.tactics, alert.attack.techniques) == (("TA0006",), ("T1003",))
    host, user, process = alert.entities.host, alert.entities.user, alert.entities.process
    assert (host.name, host.ip, user.name, user.domain) == ("hr-lt-21", "10.20.9.21", "ines", "HR")
    assert process.executable == "\\Device\\HarddiskVolume1\\temp\\dump.exe"
    assert (process.name, process.command_line, process.sha256) == ("dump.exe", "dump.exe lsass", "b" * 64)
    assert (process.parent, process.parent_command_line) == ("cmd.exe", "cmd.exe /c dump.exe")
    assert alert.observed_at == datetime(2026, 5, 4, 11, 59, 58, tzinfo=UTC)
    assert alert.raised_at == datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
    assert alert.evidence["event.Objective"] == "Gain Access"


@pytest.mark.parametrize(
    "extra",
    [{"ExternalApiType": "Event_EppDetectionSummaryEvent"}, {"ExternalApiType": "Event_DetectionSummaryEvent"}],
)
def test_the_data_replicators_flat_events_are_read(extra: Native, event: Native, read_alert: ReadAlert) -> None:
    """The same fields without the wrapping, and with it but without the metadata."""
    flat = event["event"] | extra | {"CustomerIdString": "c1d0"}
    whole = read_alert(event)
    for other in (flat, {"event": flat, "fdr_event_type": "x"}):
        alert = read_alert(other)
        assert (alert.alert_id, alert.entities, alert.severity) == (whole.alert_id, whole.entities, whole.severity)


def test_an_older_event_has_its_own_names(event: Native, read_alert: ReadAlert) -> None:
    """DetectId, DetectName, ComputerName: before the composite ids."""
    event["metadata"]["eventType"] = "DetectionSummaryEvent"
    old = {"DetectId": "ldt:a1d0:77", "DetectName": "NGAV", "ComputerName": "hr-lt-21", "Severity": 4}
    event["event"] = old | {"SeverityName": "High"}
    alert = read_alert(event)
    assert (alert.alert_id, alert.title) == ("crowdstrike:c1d0:ldt:a1d0:77", "NGAV")
    assert (alert.entities.host.name, alert.severity) == ("hr-lt-21", Severity.HIGH)


def test_an_alert_of_the_api_is_the_same_alert(event: Native, read_alert: ReadAlert) -> None:
    """Polled or streamed, it has one id; Falcon's own tactics stay evidence."""
    alert = read_alert(FALCON_ALERT)
    assert alert.alert_id == read_alert(event).alert_id
    assert (alert.rule.id, alert.title, alert.severity) == ("10166", "Known Malware", Severity.HIGH)
    assert (alert.attack.tactics, alert.attack.techniques) == ((), ("T1003.001",))
    assert alert.evidence["tactic"] == "Malware"
    assert (alert.entities.host.name, alert.entities.user.name) == ("hr-lt-21", "ines")
    assert alert.entities.process.executable == "C:\\temp\\dump.exe"
    assert alert.observed_at == datetime(2026, 5, 4, 11, 59, 58, 112000, tzinfo=UTC)


def test_a_detection_of_the_older_api_is_read(read_alert: ReadAlert) -> None:
    """Its first behaviour says what happened."""
    alert = read_alert(FALCON_DETECT)
    assert (alert.alert_id, alert.title) == ("crowdstrike:c1d0:ldt:a1d0:77", "Known Malware")
    assert (alert.attack.tactics, alert.attack.techniques) == (("TA0006",), ("T1003",))
    assert alert.entities.process.command_line == "dump.exe lsass"


@pytest.mark.parametrize(
    ("name", "number", "level"),
    [
        ("Informational", 10, Severity.INFORMATIONAL),
        ("Low", 2, Severity.LOW),
        ("Medium", 50, Severity.MEDIUM),
        ("High", 4, Severity.HIGH),
        ("Critical", 90, Severity.CRITICAL),
        (None, 10, Severity.INFORMATIONAL),
        (None, 20, Severity.LOW),
        (None, 59, Severity.MEDIUM),
        (None, 60, Severity.HIGH),
        (None, 80, Severity.CRITICAL),
        (None, 3, Severity.UNKNOWN),
        (None, None, Severity.UNKNOWN),
    ],
)
def test_severity_is_the_name_else_the_number(
    name: str | None, number: int | None, level: Severity, event: Native, read_alert: ReadAlert
) -> None:
    """A number up to 5 may be of the older scale, where only the name tells."""
    event["event"] |= {"SeverityName": name, "Severity": number}
    assert read_alert(event).severity is level


def test_an_update_has_the_same_id(read_alert: ReadAlert) -> None:
    """Whatever changed."""
    again = FALCON_ALERT | {"updated_timestamp": "2026-05-05T00:00:00Z", "status": "new"}
    assert read_alert(again).alert_id == read_alert(FALCON_ALERT).alert_id


@pytest.mark.parametrize("time", [None, "then"])
def test_without_times_the_receipt_counts(
    time: object, event: Native, read_alert: ReadAlert, received_at: datetime
) -> None:
    """Missing or unreadable."""
    event["metadata"]["eventCreationTime"] = time
    event["event"] |= {"UTCTimestamp": time, "ProcessStartTime": time}
    assert read_alert(event).observed_at == received_at


@pytest.mark.parametrize(
    ("status", "resolution", "verdict", "value"),
    [
        ("closed", "true_positive", Verdict.TRUE_POSITIVE, "true_positive"),
        ("closed", "false_positive", Verdict.FALSE_POSITIVE, "false_positive"),
        ("closed", "ignored", Verdict.OTHER, "ignored"),
        ("closed", None, Verdict.OTHER, "closed"),
        ("closed", "benign?", Verdict.OTHER, "benign?"),
        ("true_positive", None, Verdict.TRUE_POSITIVE, "true_positive"),
        ("false_positive", None, Verdict.FALSE_POSITIVE, "false_positive"),
        ("ignored", None, Verdict.OTHER, "ignored"),
    ],
)
def test_every_resolution_has_its_verdict(
    status: str, resolution: str | None, verdict: Verdict, value: str, read_verdict: ReadVerdict
) -> None:
    """As a field of its own, or as the status of older alerts."""
    read = read_verdict(FALCON_ALERT | {"status": status, "resolution": resolution})
    assert (read.verdict, read.vendor_value, read.retracted) == (verdict, value, False)
    assert (read.alert_id, read.analyst) == ("crowdstrike:c1d0:c1d0:ind:a1d0:77-10166", "ines@example.org")
    assert read.decided_at == datetime(2026, 5, 4, 12, 30, 0, 112345, tzinfo=UTC)
    assert read.alert is not None


def test_a_detections_status_is_its_verdict(read_verdict: ReadVerdict) -> None:
    """Under the detection's own id."""
    read = read_verdict(FALCON_DETECT)
    assert (read.alert_id, read.verdict) == ("crowdstrike:c1d0:ldt:a1d0:77", Verdict.FALSE_POSITIVE)


@pytest.mark.parametrize("status", ["new", "in_progress", "reopened"])
def test_an_alert_that_is_active_again_takes_every_verdict_back(status: str, read_verdict: ReadVerdict) -> None:
    """The resolution may still stand there; it no longer counts."""
    read = read_verdict(FALCON_ALERT | {"status": status})
    assert (read.verdict, read.retracted, read.analyst) == (Verdict.UNDETERMINED, True, "")
