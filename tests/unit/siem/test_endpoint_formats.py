"""Carbon Black's alerts and SentinelOne's threats as AlertV1 and FeedbackV1."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas import AlertV1, FeedbackV1, Severity, Verdict, VerdictOrigin
from tests.unit.siem.natives_endpoint import CARBONBLACK, SENTINELONE

Native = dict[str, Any]
ReadAlert = Callable[..., AlertV1]
ReadVerdict = Callable[..., FeedbackV1]


def determined(value: str | None, status: str = "CLOSED", by: str = "USER") -> Native:
    """A Carbon Black alert with a determination."""
    determination = CARBONBLACK["determination"] | {"value": value, "changed_by_type": by}
    workflow = CARBONBLACK["workflow"] | {"status": status}
    return CARBONBLACK | {"determination": determination, "workflow": workflow}


def judged(verdict: str | None, status: str = "resolved", **info: object) -> Native:
    """A SentinelOne threat with an analyst's verdict."""
    changed = {"analystVerdict": verdict, "incidentStatus": status, **info}
    return SENTINELONE | {"threatInfo": SENTINELONE["threatInfo"] | changed}


def test_fields_come_from_where_carbon_black_puts_them(read_alert: ReadAlert) -> None:
    """The report is the rule."""
    alert = read_alert(CARBONBLACK)
    assert alert.alert_id == f"carbonblack:ORG1:{CARBONBLACK['id']}"
    assert (alert.title, alert.rule.id, alert.severity_original) == ("Encoded PowerShell", "r-1", "8")
    assert (alert.attack.tactics, alert.attack.techniques) == (("TA0002",), ("T1059.001",))
    host, process = alert.entities.host, alert.entities.process
    assert (host.name, host.ip, host.os) == ("hr-lt-21", "10.20.9.21", "WINDOWS")
    assert (alert.entities.user.name, alert.entities.user.domain) == ("ines", "HR")
    assert (process.executable, process.sha256) == ("c:\\windows\\powershell.exe", "f" * 64)
    assert alert.observed_at == datetime(2026, 5, 4, 11, 59, 58, 193000, tzinfo=UTC)
    assert alert.raised_at == datetime(2026, 5, 4, 12, 0, 0, 719000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "level"),
    [
        (1, Severity.LOW),
        (3, Severity.LOW),
        (4, Severity.MEDIUM),
        (7, Severity.HIGH),
        (9, Severity.CRITICAL),
        (10, Severity.CRITICAL),
        (0, Severity.UNKNOWN),
        (None, Severity.UNKNOWN),
    ],
)
def test_carbon_blacks_severity_is_a_number(number: int | None, level: Severity, read_alert: ReadAlert) -> None:
    """1 to 10."""
    assert read_alert(CARBONBLACK | {"severity": number}).severity is level


@pytest.mark.parametrize(
    ("value", "status", "said"),
    [
        ("TRUE_POSITIVE", "CLOSED", (Verdict.TRUE_POSITIVE, "TRUE_POSITIVE", False)),
        ("TRUE_POSITIVE", "OPEN", (Verdict.TRUE_POSITIVE, "TRUE_POSITIVE", False)),
        ("FALSE_POSITIVE", "IN_PROGRESS", (Verdict.FALSE_POSITIVE, "FALSE_POSITIVE", False)),
        ("NONE", "CLOSED", (Verdict.UNDETERMINED, "NONE", False)),
        (None, "CLOSED", (Verdict.UNDETERMINED, "CLOSED", False)),
        ("ALERT_CLASSIFICATION_UNKNOWN", "CLOSED", (Verdict.UNDETERMINED, "ALERT_CLASSIFICATION_UNKNOWN", False)),
        ("NONE", "OPEN", (Verdict.UNDETERMINED, "NONE", True)),
        (None, "IN_PROGRESS", (Verdict.UNDETERMINED, "IN_PROGRESS", True)),
        ("PERHAPS", "CLOSED", (Verdict.OTHER, "PERHAPS", False)),
    ],
)
def test_every_determination_has_its_verdict(
    value: str | None, status: str, said: tuple[Verdict, str, bool], read_verdict: ReadVerdict
) -> None:
    """The determination stands beside the workflow; taking it away while the alert is open retracts."""
    read = read_verdict(determined(value, status))
    assert (read.verdict, read.vendor_value, read.retracted) == said
    assert (read.alert_id, read.reason) == (f"carbonblack:ORG1:{CARBONBLACK['id']}", "RESOLVED")
    assert read.analyst == ("" if read.retracted else "ines@example.org")
    assert read.decided_at == datetime(2026, 5, 4, 12, 59, tzinfo=UTC)


def test_a_determination_within_the_workflow_is_read(read_verdict: ReadVerdict) -> None:
    """Where an older answer or a forwarder puts it."""
    workflow = CARBONBLACK["workflow"] | {"determination": "FALSE_POSITIVE"}
    read = read_verdict(CARBONBLACK | {"determination": None, "workflow": workflow})
    assert (read.verdict, read.decided_at) == (Verdict.FALSE_POSITIVE, datetime(2026, 5, 4, 13, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("by", "origin"),
    [("USER", VerdictOrigin.HUMAN), ("SYSTEM", VerdictOrigin.AUTOMATION), ("API", VerdictOrigin.AUTOMATION)],
)
def test_what_a_machine_determined_is_told_apart(by: str, origin: VerdictOrigin, read_verdict: ReadVerdict) -> None:
    """Only a person's verdict can train."""
    assert read_verdict(determined("TRUE_POSITIVE", by=by)).origin is origin


def test_fields_come_from_where_sentinelone_puts_them(read_alert: ReadAlert) -> None:
    """The engine is the rule."""
    alert = read_alert(SENTINELONE)
    assert (alert.alert_id, alert.title) == ("sentinelone:14:1473630109557835817", "dump.exe")
    assert (alert.rule.id, alert.rule.name) == ("pre_execution", "On-Write Static AI")
    assert (alert.attack.tactics, alert.attack.techniques) == (("TA0005",), ("T1070.004",))
    host, file, user = alert.entities.host, alert.entities.file, alert.entities.user
    assert (user.name, user.domain) == ("ines", "HR")
    assert (host.name, host.ip, file.sha256) == ("hr-lt-21", "10.20.9.21", "a" * 64)
    assert alert.evidence["threatInfo.confidenceLevel"] == "malicious"
    assert alert.observed_at == datetime(2026, 5, 4, 11, 59, 58, 560000, tzinfo=UTC)
    assert alert.severity is Severity.UNKNOWN


@pytest.mark.parametrize(
    ("verdict", "status", "said"),
    [
        ("true_positive", "resolved", (Verdict.TRUE_POSITIVE, "true_positive", False)),
        ("true_positive", "in_progress", (Verdict.TRUE_POSITIVE, "true_positive", False)),
        ("false_positive", "resolved", (Verdict.FALSE_POSITIVE, "false_positive", False)),
        ("suspicious", "unresolved", (Verdict.UNDETERMINED, "suspicious", False)),
        ("undefined", "resolved", (Verdict.UNDETERMINED, "undefined", False)),
        ("undefined", "unresolved", (Verdict.UNDETERMINED, "undefined", True)),
        (None, "in_progress", (Verdict.UNDETERMINED, "in_progress", True)),
        ("harmless", "resolved", (Verdict.OTHER, "harmless", False)),
    ],
)
def test_every_analysts_verdict_has_its_verdict(
    verdict: str | None, status: str, said: tuple[Verdict, str, bool], read_verdict: ReadVerdict
) -> None:
    """Set back to undefined while unresolved it takes back what was said."""
    read = read_verdict(judged(verdict, status))
    assert (read.verdict, read.vendor_value, read.retracted) == said
    assert read.alert_id == "sentinelone:14:1473630109557835817"
    assert read.decided_at == datetime(2026, 5, 4, 13, 0, 0, 519915, tzinfo=UTC)
    assert read.alert is not None


def test_a_threat_resolved_by_itself_is_nobodys_judgement(read_verdict: ReadVerdict) -> None:
    """SentinelOne says so."""
    assert read_verdict(judged("true_positive", automaticallyResolved=True)).origin is VerdictOrigin.AUTOMATION


def test_updates_have_the_same_id_and_missing_times_the_receipts(read_alert: ReadAlert, received_at: datetime) -> None:
    """For both vendors."""
    assert read_alert(determined("NONE", "OPEN")).alert_id == read_alert(CARBONBLACK).alert_id
    assert read_alert(judged(None)).alert_id == read_alert(SENTINELONE).alert_id
    timeless = {"first_event_timestamp": "", "detection_timestamp": None, "backend_timestamp": "now"}
    assert read_alert(CARBONBLACK | timeless).observed_at == received_at
    assert read_alert(judged(None, identifiedAt=None, createdAt="")).observed_at == received_at
