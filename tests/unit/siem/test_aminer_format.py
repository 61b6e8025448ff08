"""AMiner's anomalies as AlertV1."""

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas import AlertV1, Severity
from tests.unit.siem.natives_open import AMINER

Native = dict[str, Any]
ReadAlert = Callable[..., AlertV1]


@pytest.fixture
def aminer() -> Native:
    """A fresh anomaly."""
    return copy.deepcopy(AMINER)


def test_fields_come_from_where_aminer_puts_them(aminer: Native, read_alert: ReadAlert) -> None:
    """The component is the rule; the log line is the description."""
    alert = read_alert(aminer)
    assert (alert.title, alert.rule.id) == ("New request method in the access log", "7")
    assert alert.description.startswith("203.0.113.9 - - ")
    assert (alert.instance, alert.entities.host.ip) == ("10.20.0.13", "10.20.0.13")
    assert alert.evidence["AnalysisComponent.AffectedLogAtomValues"] == "PROPFIND"
    assert alert.observed_at == datetime(2026, 5, 4, 11, 59, 58, 500000, tzinfo=UTC)
    assert alert.raised_at == datetime(2026, 5, 4, 11, 59, 59, tzinfo=UTC)


def test_a_named_miner_is_a_host_by_name(aminer: Native, read_alert: ReadAlert) -> None:
    """Its id is an address only by custom."""
    host = read_alert(aminer | {"AMiner": {"ID": "web-03"}}).entities.host
    assert (host.name, host.ip) == ("web-03", "")


def test_no_severity_is_made_up(aminer: Native, read_alert: ReadAlert) -> None:
    """AMiner grades nothing."""
    alert = read_alert(aminer)
    assert (alert.severity, alert.severity_original) == (Severity.UNKNOWN, "")


def test_the_same_anomaly_has_the_same_id(aminer: Native, read_alert: ReadAlert) -> None:
    """Another value, or another line at the same time, is another anomaly."""
    first = read_alert(aminer).alert_id
    assert read_alert(dict(reversed(aminer.items()))).alert_id == first
    other_value, other_line = copy.deepcopy(aminer), copy.deepcopy(aminer)
    other_value["AnalysisComponent"]["AffectedLogAtomValues"] = ["TRACE"]
    other_line["LogData"]["RawLogData"] = ["another"]
    assert len({first, read_alert(other_value).alert_id, read_alert(other_line).alert_id}) == 3


@pytest.mark.parametrize("times", [None, [], ["soon"]])
def test_without_times_the_receipt_counts(
    times: object, aminer: Native, read_alert: ReadAlert, received_at: datetime
) -> None:
    """Missing or unreadable."""
    aminer["LogData"] |= {"Timestamps": times, "DetectionTimestamp": times}
    assert read_alert(aminer).observed_at == received_at
