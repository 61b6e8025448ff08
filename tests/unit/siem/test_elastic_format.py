"""Elastic Security alerts as AlertV1, and the verdicts in them as FeedbackV1."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas import AlertV1, FeedbackV1, Severity, Verdict, VerdictOrigin

Native = dict[str, Any]
Read = Callable[..., AlertV1]
ReadVerdict = Callable[..., FeedbackV1]


def nested(native: Native) -> Native:
    """The same document with every dotted key opened."""
    whole: Native = {}
    for key, value in native.items():
        first, _, rest = key.partition(".")
        inner = nested({rest: value}) if rest else (nested(value) if isinstance(value, dict) else value)
        both = isinstance(inner, dict) and first in whole
        whole[first] = merged(whole[first], inner) if both else inner
    return whole


def merged(one: Native, other: Native) -> Native:
    """Two nested documents as one."""
    both = {key: merged(one[key], other[key]) for key in one.keys() & other.keys() if isinstance(one[key], dict)}
    return one | other | both


def dotted(native: Native, path: str = "") -> Native:
    """The same document with dotted keys alone."""
    flat: Native = {}
    for key, value in native.items():
        place = f"{path}.{key}" if path else key
        flat |= dotted(value, place) if isinstance(value, dict) else {place: value}
    return flat


def test_an_elastic_alert_keeps_what_it_says(elastic: Native, read_alert: Read) -> None:
    """Rule, reason, times, entities and ATT&CK ids stand where the contract has them."""
    alert = read_alert(elastic)
    assert alert.alert_id == "elastic:secops:6f0f9a2c11d54e7b"
    assert alert.title == "Encoded PowerShell command"
    assert alert.description.startswith("process event by ines")
    assert alert.rule.id == "8b2b0c9e-0d44-4bd6-8a62-000000000001"
    assert alert.observed_at == datetime(2026, 5, 4, 11, 50, 2, 500000, tzinfo=UTC)
    assert alert.raised_at == datetime(2026, 5, 4, 11, 55, 10, tzinfo=UTC)
    assert (alert.severity, alert.severity_original) == (Severity.HIGH, "high")
    assert alert.attack.tactics == ("TA0002",)
    assert alert.attack.techniques == ("T1059", "T1059.001")
    assert (alert.entities.host.name, alert.entities.host.ip) == ("hr-lt-21", "10.20.9.21")
    assert alert.entities.user.name == "ines"
    assert alert.entities.process.parent == "C:\\Windows\\explorer.exe"
    assert alert.evidence == {"event.action": "start", "event.category": "process"}


def test_dotted_nested_and_mixed_keys_read_the_same(elastic: Native, read_alert: Read) -> None:
    """Elasticsearch returns any of them."""
    assert read_alert(dotted(elastic)) == read_alert(nested(elastic)) == read_alert(elastic)


@pytest.mark.parametrize(
    ("word", "score", "expected"),
    [
        ("low", 99, Severity.LOW),
        ("medium", 99, Severity.MEDIUM),
        ("high", 0, Severity.HIGH),
        ("critical", 0, Severity.CRITICAL),
        (None, 21, Severity.LOW),
        (None, 22, Severity.MEDIUM),
        (None, 47, Severity.MEDIUM),
        (None, 48, Severity.HIGH),
        (None, 73, Severity.HIGH),
        (None, 74, Severity.CRITICAL),
        (None, 99.0, Severity.CRITICAL),
        ("strange", 21, Severity.LOW),
        (None, None, Severity.UNKNOWN),
    ],
)
def test_every_word_and_score_has_its_severity(
    word: str | None, score: float | None, expected: Severity, elastic: Native, read_alert: Read
) -> None:
    """The word decides; without one the risk score does."""
    elastic |= {"kibana.alert.severity": word, "kibana.alert.risk_score": score}
    assert read_alert(elastic).severity is expected


@pytest.mark.parametrize(
    ("index", "space"),
    [
        (".alerts-security.alerts-blue", "blue"),
        (".internal.alerts-security.alerts-blue-team-000012", "blue-team"),
        ("somewhere", "default"),
    ],
)
def test_the_space_comes_from_the_index_where_the_alert_is_silent(
    index: str, space: str, elastic: Native, read_alert: Read
) -> None:
    """A search hit carries its index and id around the document."""
    del elastic["kibana.space_ids"], elastic["kibana.alert.uuid"]
    alert = read_alert({"_index": index, "_id": "abc", "_source": elastic})
    assert alert.alert_id == f"elastic:{space}:abc"


def test_a_search_answer_is_its_hits(elastic: Native, read_alert: Read) -> None:
    """What `_search` returns can be sent as it is."""
    assert read_alert({"took": 3, "hits": {"total": 1, "hits": [{"_source": elastic}]}}) == read_alert(elastic)


@pytest.mark.parametrize(
    ("reason", "verdict", "origin"),
    [
        ("true_positive", Verdict.TRUE_POSITIVE, VerdictOrigin.HUMAN),
        ("benign_positive", Verdict.BENIGN_POSITIVE, VerdictOrigin.HUMAN),
        ("false_positive", Verdict.FALSE_POSITIVE, VerdictOrigin.HUMAN),
        ("duplicate", Verdict.DUPLICATE, VerdictOrigin.HUMAN),
        ("other", Verdict.OTHER, VerdictOrigin.HUMAN),
        ("automated_closure", Verdict.OTHER, VerdictOrigin.AUTOMATION),
        ("Closed by our own rule", Verdict.OTHER, VerdictOrigin.HUMAN),
        ("True_Positive", Verdict.OTHER, VerdictOrigin.HUMAN),
    ],
)
def test_every_closing_reason_has_its_verdict(
    reason: str, verdict: Verdict, origin: VerdictOrigin, elastic: Native, read_verdict: ReadVerdict
) -> None:
    """A reason Elastic does not have is kept word for word and never becomes a label."""
    elastic |= {"kibana.alert.workflow_status": "closed", "kibana.alert.workflow_reason": reason}
    read = read_verdict(elastic)
    assert (read.verdict, read.origin, read.vendor_value, read.retracted) == (verdict, origin, reason, False)


@pytest.mark.parametrize(
    ("tags", "verdict"),
    [
        (["False Positive"], Verdict.FALSE_POSITIVE),
        (["Duplicate"], Verdict.DUPLICATE),
        (["Further investigation required"], Verdict.UNDETERMINED),
        (["night shift", "False Positive"], Verdict.FALSE_POSITIVE),
        (["False Positive", "True Positive"], Verdict.OTHER),
        (["night shift"], Verdict.OTHER),
        ([], Verdict.OTHER),
    ],
)
def test_before_reasons_tags_were_the_verdict(
    tags: list[str], verdict: Verdict, elastic: Native, read_verdict: ReadVerdict
) -> None:
    """Tags that contradict one another, or name nothing, are no label."""
    elastic |= {"kibana.alert.workflow_status": "closed", "kibana.alert.workflow_tags": tags}
    read = read_verdict(elastic)
    assert (read.verdict, read.vendor_value) == (verdict, ", ".join(tags) or "closed")


@pytest.mark.parametrize("status", ["open", "acknowledged", "in-progress"])
def test_an_alert_opened_again_takes_every_verdict_back(
    status: str, elastic: Native, read_verdict: ReadVerdict
) -> None:
    """Whoever opened it: the retraction names nobody, so that it counts for all; tags left behind do not count."""
    elastic |= {
        "kibana.alert.workflow_status": status,
        "kibana.alert.workflow_user": "u_1",
        "kibana.alert.workflow_tags": ["False Positive"],
    }
    read = read_verdict(elastic)
    assert (read.retracted, read.analyst, read.verdict) == (True, "", Verdict.UNDETERMINED)


def test_a_verdict_names_its_alert_as_the_alert_does(
    elastic: Native, read_alert: Read, read_verdict: ReadVerdict
) -> None:
    """The same id on both ways, and the alert itself comes along."""
    alert = read_alert(elastic)
    elastic |= {
        "kibana.alert.workflow_status": "closed",
        "kibana.alert.workflow_reason": "false_positive",
        "kibana.alert.workflow_user": "u_1",
        "kibana.alert.workflow_status_updated_at": "2026-05-04T11:58:00.000Z",
        "kibana.alert.case_ids": ["case-9"],
    }
    read = read_verdict(elastic)
    assert read.alert_id == alert.alert_id
    assert read.alert == alert
    assert (read.analyst, read.incident) == ("u_1", "case-9")
    assert read.decided_at == datetime(2026, 5, 4, 11, 58, tzinfo=UTC)


def test_an_update_of_the_workflow_alone_is_a_verdict(read_verdict: ReadVerdict, received_at: datetime) -> None:
    """Without the alert's own fields there is no alert to carry, and without a time the message's counts."""
    read = read_verdict(
        {
            "kibana.alert.uuid": "6f0f",
            "kibana.alert.workflow_status": "closed",
            "kibana.alert.workflow_reason": "true_positive",
        }
    )
    assert (read.alert_id, read.alert, read.decided_at) == ("elastic:default:6f0f", None, received_at)


def test_an_alert_of_a_building_block_is_an_alert(elastic: Native, read_alert: Read) -> None:
    """It says so in its evidence, as it says how many events were suppressed or counted."""
    elastic |= {
        "kibana.alert.building_block_type": "default",
        "kibana.alert.group.id": "g-1",
        "kibana.alert.suppression.docs_count": 12,
        "kibana.alert.suppression.start": "2026-05-04T11:40:00Z",
        "kibana.alert.threshold_result": {"count": 40},
    }
    evidence = read_alert(elastic).evidence
    assert {key: value for key, value in evidence.items() if key.startswith("kibana")} == {
        "kibana.alert.building_block_type": "default",
        "kibana.alert.suppression.docs_count": "12",
        "kibana.alert.threshold_result.count": "40",
    }


def test_what_an_analyst_said_is_no_evidence(elastic: Native, read_alert: Read) -> None:
    """A closed alert sent again reads as it did when it was open: a model must not see the answer."""
    closed = {
        "kibana.alert.workflow_status": "closed",
        "kibana.alert.workflow_reason": "false_positive",
        "kibana.alert.workflow_tags": ["False Positive"],
        "kibana.alert.workflow_user": "u_1",
        "kibana.alert.workflow_assignee_ids": ["u_1"],
        "kibana.alert.case_ids": ["case-9"],
    }
    assert read_alert(elastic | closed) == read_alert(elastic)


LEGACY: Native = {
    "@timestamp": "2026-05-04T11:55:10.000Z",
    "signal": {
        "rule": {
            "id": "11111111-2222-3333-4444-555555555555",
            "rule_id": "8b2b0c9e-0d44-4bd6-8a62-000000000001",
            "name": "Encoded PowerShell command",
            "description": "PowerShell was given its command encoded.",
            "severity": "high",
            "risk_score": 73,
            "threat": [{"tactic": {"id": "TA0002"}, "technique": [{"id": "T1059"}]}],
        },
        "original_time": "2026-05-04T11:50:02.500Z",
        "status": "open",
    },
    "host": {"name": "hr-lt-21"},
    "event": {"kind": "signal"},
}


def test_a_signal_of_elastic_7_is_read(read_alert: Read) -> None:
    """Its fields were called otherwise; its id and its space stand around it."""
    hit = {"_index": ".siem-signals-blue-000003", "_id": "abc", "_source": LEGACY}
    alert = read_alert(hit)
    assert (alert.alert_id, alert.title) == ("elastic:blue:abc", "Encoded PowerShell command")
    assert alert.rule.id == "8b2b0c9e-0d44-4bd6-8a62-000000000001"
    assert alert.description == "PowerShell was given its command encoded."
    assert (alert.severity, alert.severity_original) == (Severity.HIGH, "high")
    assert (alert.attack.tactics, alert.attack.techniques) == (("TA0002",), ("T1059",))
    assert alert.observed_at == datetime(2026, 5, 4, 11, 50, 2, 500000, tzinfo=UTC)
    assert alert.entities.host.name == "hr-lt-21"


@pytest.mark.parametrize(("status", "retracted"), [("closed", False), ("open", True), ("in-progress", True)])
def test_elastic_7_closed_without_a_verdict(status: str, retracted: bool, read_verdict: ReadVerdict) -> None:
    """Closing alone says nothing; opening again takes back what was said elsewhere."""
    signal = {**LEGACY["signal"], "status": status}
    read = read_verdict({"_id": "abc", **LEGACY, "signal": signal})
    assert (read.alert_id, read.retracted, read.vendor_value) == ("elastic:default:abc", retracted, status)
    assert read.verdict is (Verdict.UNDETERMINED if retracted else Verdict.OTHER)
