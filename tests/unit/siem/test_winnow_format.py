"""AlertV1 and FeedbackV1 as other programs write them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas import AlertV1, DeadLetterReason, FeedbackV1, Severity, Verdict, VerdictOrigin
from services.siem.reading import Refusal, read_alerts, read_feedback

Native = dict[str, Any]
Read = Callable[..., AlertV1]
ReadVerdict = Callable[..., FeedbackV1]

VERDICT: Native = {
    "alert_id": "waf:edge-1:77",
    "verdict": "benign_positive",
    "analyst": "kai",
    "reason": "load test",
    "decided_at": "2026-05-04T11:30:00Z",
}


def test_an_alert_that_keeps_to_the_contract_passes_unchanged(winnow: Native, read_alert: Read) -> None:
    """Field for field."""
    assert read_alert(winnow) == AlertV1.model_validate(winnow)


def test_what_nearly_fits_is_made_to_fit(winnow: Native, read_alert: Read, received_at: datetime) -> None:
    """A source that is no slug, a level of another scale, ports and ids that cannot be, times that are missing."""
    del winnow["observed_at"], winnow["raised_at"]
    winnow |= {"source": "Edge WAF!", "severity": "Severe", "severity_original": None, "title": "x" * 5000}
    winnow["attack"] = {"techniques": ["t1190", "nonsense"]}
    winnow["entities"] = {"network": {"source_port": "443", "destination_port": 99999}, "host": 5}
    alert = read_alert(winnow)
    assert alert.source == "edge-waf"
    assert (alert.severity, alert.severity_original) == (Severity.UNKNOWN, "Severe")
    assert alert.observed_at == alert.raised_at == received_at
    assert len(alert.title) == 1024
    assert alert.attack.techniques == ("T1190",)
    assert (alert.entities.network.source_port, alert.entities.network.destination_port) == (443, 0)


def test_a_very_long_alert_id_stays_different_from_its_neighbour(winnow: Native, read_alert: Read) -> None:
    """Clipping alone would make two alerts one."""
    one, other = (read_alert(winnow | {"alert_id": "a" * 600 + end}).alert_id for end in "xy")
    assert one != other
    assert len(one) <= 512


def test_a_version_not_known_here_is_refused(winnow: Native, received_at: datetime) -> None:
    """A next version may mean something else by the same names."""
    (refusal,) = read_alerts(
        json.dumps(winnow | {"schema_version": 2}).encode(), format_name=None, received_at=received_at
    )
    assert isinstance(refusal, Refusal)
    assert refusal.reason is DeadLetterReason.INVALID_ALERT


def test_a_verdict_that_keeps_to_the_contract_passes_unchanged(winnow: Native, read_verdict: ReadVerdict) -> None:
    """Field for field, the alert it carries too."""
    whole = VERDICT | {"source": "console", "severity": "high", "techniques": ["T1190"], "alert": winnow}
    assert read_verdict(whole) == FeedbackV1.model_validate(whole)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_is_read_by_its_name(verdict: Verdict, read_verdict: ReadVerdict) -> None:
    """The canonical names, without a vendor's value beside them."""
    read = read_verdict(VERDICT | {"verdict": verdict.value})
    assert (read.verdict, read.vendor_value) == (verdict, "")


def test_a_verdict_winnow_does_not_have_is_kept_word_for_word(read_verdict: ReadVerdict) -> None:
    """It is stored, never guessed."""
    read = read_verdict(VERDICT | {"verdict": "Probably Fine"})
    assert (read.verdict, read.vendor_value) == (Verdict.OTHER, "Probably Fine")


def test_an_unknown_origin_is_not_taken_for_a_person(read_verdict: ReadVerdict) -> None:
    """Only people's verdicts train."""
    assert read_verdict(VERDICT | {"origin": "robot"}).origin is VerdictOrigin.AUTOMATION


def test_a_retraction_is_read(read_verdict: ReadVerdict) -> None:
    """With and without a name."""
    assert read_verdict(VERDICT | {"retracted": True}).retracted


@pytest.mark.parametrize("said", [True, "TRUE", "True", 1, "yes"])
def test_a_retraction_is_read_as_others_write_it(said: object, read_verdict: ReadVerdict) -> None:
    """Spreadsheets write TRUE; read as no it would train."""
    assert read_verdict({"alert_id": "a", "verdict": "true_positive", "retracted": said}).retracted


def test_what_is_neither_yes_nor_no_is_refused(received_at: datetime) -> None:
    """It could be a verdict taken back."""
    value = json.dumps({"alert_id": "a", "verdict": "true_positive", "retracted": "perhaps"}).encode()
    (refused,) = read_feedback(value, format_name=None, received_at=received_at)
    assert isinstance(refused, Refusal)
    assert "retracted" in refused.detail


def test_a_broken_alert_within_does_not_cost_the_verdict(read_verdict: ReadVerdict) -> None:
    """The verdict is what was sent; the alert beside it is a help."""
    read = read_verdict(VERDICT | {"alert": {"severity": "high"}})
    assert (read.verdict, read.alert) == (Verdict.BENIGN_POSITIVE, None)


def test_a_verdict_without_a_time_was_given_when_it_came(read_verdict: ReadVerdict, received_at: datetime) -> None:
    """Also where the time cannot be read."""
    assert read_verdict(VERDICT | {"decided_at": "yesterday"}).decided_at == received_at
    assert read_verdict(VERDICT).decided_at == datetime(2026, 5, 4, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize("missing", ["alert_id", "verdict"])
def test_a_verdict_without_its_alert_or_its_word_is_refused(missing: str, received_at: datetime) -> None:
    """There is nothing to join or nothing to learn."""
    native = {key: value for key, value in VERDICT.items() if key != missing}
    (refusal,) = read_feedback(json.dumps(native).encode(), format_name="winnow", received_at=received_at)
    assert isinstance(refusal, Refusal)
    assert refusal.reason is DeadLetterReason.INVALID_FEEDBACK
    assert missing in refusal.detail
