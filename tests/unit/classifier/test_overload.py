"""Overload: who still waits, and who is let go first."""

from datetime import timedelta
from queue import Empty

import pytest

from schemas import AlertV1, Severity
from services.classifier.overload import Patience, WaitingLine, rank_of
from tests.messages import NOON, alert

_FROM_THE_SEVEREST = (
    Severity.CRITICAL,
    Severity.HIGH,
    Severity.UNKNOWN,
    Severity.MEDIUM,
    Severity.LOW,
    Severity.INFORMATIONAL,
)


def _severe(severity: Severity) -> bool:
    """Whether patience with an alert of that severity, sent 70 seconds ago, is over: a critical one waits for 100."""
    patience = Patience(seconds=100, crowd=10, clock=lambda: NOON)
    return patience.is_over(_alert(severity), sent_at=NOON - timedelta(seconds=70), waiting=10)


def _alert(severity: Severity) -> AlertV1:
    return alert("winnow:t:1").model_copy(update={"severity": severity})


def test_the_less_severe_wait_the_shorter() -> None:
    """After 70 seconds those of low severity go, and those of medium stay."""
    assert [_severe(each) for each in _FROM_THE_SEVEREST] == [False, False, False, False, True, True]


@pytest.mark.parametrize(("seconds", "waiting"), [(0, 1_000_000), (100, 9)])
def test_patience_has_no_end_if_it_is_so_set_or_there_is_no_crowd(seconds: float, waiting: int) -> None:
    """A sender whose clock is a day slow is no overload."""
    patience = Patience(seconds=seconds, crowd=10, clock=lambda: NOON)
    sent_at = NOON - timedelta(days=1)
    assert not patience.is_over(_alert(Severity.INFORMATIONAL), sent_at=sent_at, waiting=waiting)


def test_every_severity_has_its_rank() -> None:
    """In the order of what they may wait."""
    assert [rank_of(_alert(each)) for each in _FROM_THE_SEVEREST] == list(range(len(Severity)))


def test_the_severest_come_first_and_equals_in_their_order() -> None:
    """Whatever order they were put in."""
    line = WaitingLine[str](lambda _: False)
    for thing, rank in (("low", 4), ("high", 1), ("low too", 4), ("critical", 0), ("high too", 1)):
        line.put(thing, rank=rank)
    assert [line.take() for _ in range(len(line))] == ["critical", "high", "high too", "low", "low too"]


def test_those_whose_patience_is_over_come_before_all() -> None:
    """Of a severity only the first is looked at: who came later has waited no longer."""
    line = WaitingLine[str](lambda thing: "late" in thing)
    for thing, rank in (("late low", 4), ("low", 4), ("late but behind", 4), ("critical", 0)):
        line.put(thing, rank=rank)
    assert [line.take() for _ in range(4)] == ["late low", "critical", "low", "late but behind"]


def test_who_will_not_wait_is_told_that_there_is_nothing() -> None:
    """And who is to get nothing any more, gets nothing."""
    line = WaitingLine[str](lambda _: False)
    with pytest.raises(Empty):
        line.take(at_once=True)
    line.close()
    assert line.take() is None
