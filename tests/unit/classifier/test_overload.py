"""Overload: who still waits, and who is let go first."""

from datetime import timedelta
from queue import Empty
from threading import Thread

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


def _is_over(severity: Severity) -> bool:
    """Whether patience with an alert of that severity, sent 70 seconds ago, is over: a critical one waits for 100."""
    patience = Patience(seconds=100, crowd=10, clock=lambda: NOON)
    return patience.is_over(_alert(severity), sent_at=NOON - timedelta(seconds=70), waiting=10)


def _alert(severity: Severity) -> AlertV1:
    return alert("winnow:t:1").model_copy(update={"severity": severity})


def test_the_less_severe_wait_the_shorter() -> None:
    """After 70 seconds those of low severity go, and those of medium stay."""
    assert [_is_over(each) for each in _FROM_THE_SEVEREST] == [False, False, False, False, True, True]


@pytest.mark.parametrize(("seconds", "waiting"), [(0, 1_000_000), (100, 9)])
def test_patience_has_no_end_if_it_is_so_set_or_there_is_no_crowd(seconds: float, waiting: int) -> None:
    """A sender whose clock is a day slow is no overload."""
    patience = Patience(seconds=seconds, crowd=10, clock=lambda: NOON)
    sent_at = NOON - timedelta(days=1)
    assert not patience.is_over(_alert(Severity.INFORMATIONAL), sent_at=sent_at, waiting=waiting)


def test_every_severity_has_its_rank() -> None:
    """In the order of what they may wait."""
    assert [rank_of(_alert(each)) for each in _FROM_THE_SEVEREST] == list(range(len(Severity)))


class _Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def _line(clock: _Clock | None = None, *, crowd: int = 1_000) -> WaitingLine[str]:
    """A line in which whoever is called late has no patience left where a crowd waits."""
    return WaitingLine[str](
        lambda thing, waiting: "late" in thing and waiting >= crowd, monotonic=clock or (lambda: 0.0)
    )


def test_the_severest_come_first_and_equals_in_their_order() -> None:
    """Whatever order they were put in; late or not, where no crowd waits."""
    line = _line()
    for thing, rank in (("low", 4), ("late high", 1), ("low too", 4), ("critical", 0), ("high too", 1)):
        line.put(thing, rank=rank)
    taken = [line.take() for _ in range(5)]
    assert taken == [(thing, False) for thing in ("critical", "late high", "high too", "low", "low too")]


def test_where_a_crowd_waits_the_late_are_let_go_the_least_severe_first() -> None:
    """Until it is none: whoever is left is then taken, not let go. Only who came first of a severity is looked at."""
    line = _line(crowd=3)
    for thing, rank in (("late critical", 0), ("late low", 4), ("medium", 3), ("late but behind", 3), ("late too", 4)):
        line.put(thing, rank=rank)
    taken = [line.take() for _ in range(5)]
    assert taken[:3] == [("late low", True), ("late too", True), ("late critical", True)]
    assert taken[3:] == [("medium", False), ("late but behind", False)]


def test_nobody_is_overtaken_for_long() -> None:
    """An alert that waits holds back the acknowledgement of all behind it."""
    clock = _Clock()
    line = _line(clock)
    line.put("low", rank=4)
    clock.now = 1.0
    line.put("critical", rank=0)
    line.put("critical too", rank=0)
    assert line.take() == ("critical", False)
    clock.now = 2.5
    assert line.take() == ("low", False)


def test_several_threads_take_each_once() -> None:
    """And none of them waits for ever at the end."""
    line, taken = _line(crowd=500), list[str]()

    def work() -> None:
        while (found := line.take()) is not None:
            taken.append(found[0])

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(4_000):
        line.put(f"{'late ' * (number % 2)}{number}", rank=number % 6)
    for _ in threads:
        line.close()
    for thread in threads:
        thread.join(timeout=10)
    assert sorted(taken) == sorted(f"{'late ' * (number % 2)}{number}" for number in range(4_000))
    assert len(line) == 0


def test_who_will_not_wait_is_told_that_there_is_nothing() -> None:
    """And who is to get nothing any more, gets nothing."""
    line = _line()
    with pytest.raises(Empty):
        line.take(at_once=True)
    line.close()
    assert line.take() is None
