"""What the demo counts: the witness' tally, live figures, latencies."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sandbox.demo.live import latency, live
from services.sandbox.demo.report import _in_crash
from services.sandbox.demo.stage import Span
from services.sandbox.demo.witness import DEAD_LETTERED, Answer, Place, tally


def place(offset: int) -> Place:
    """Where an alert stood."""
    return Place("alerts", 0, offset, 0)


def answered(offset: int, *, at: float, status: str = "scored") -> Answer:
    """An answer to it."""
    return Answer(place=place(offset), status=status, at=at)


KILL = datetime.fromtimestamp(100, UTC)


def test_an_alert_without_an_answer_is_lost() -> None:
    """Neither a score nor a dead letter has its coordinates."""
    counted = tally({place(0): 1.0, place(1): 1.0}, [answered(0, at=1.5)], kills=[])
    assert (counted.produced, counted.scored, counted.lost) == (2, 1, 1)


def test_each_kind_of_answer_is_counted_once() -> None:
    """Scored, unscored and dead-lettered add up to what was produced."""
    sent = {place(number): 1.0 for number in range(3)}
    answers = [answered(0, at=2), answered(1, at=2, status="unscored"), answered(2, at=2, status=DEAD_LETTERED)]
    counted = tally(sent, answers, kills=[])
    assert (counted.scored, counted.unscored, counted.dead_lettered, counted.lost, counted.repeated) == (1, 1, 1, 0, 0)


def test_a_repeat_around_the_kill_is_the_kills() -> None:
    """Answered before the kill and again after the restart."""
    counted = tally({place(0): 98.0}, [answered(0, at=99), answered(0, at=110)], kills=[KILL])
    assert (counted.repeated, counted.repeated_outside_kill) == (1, 0)


@pytest.mark.parametrize("times", [(10.0, 20.0), (110.0, 120.0)])
def test_a_repeat_away_from_the_kill_is_nobodys_excuse(times: tuple[float, float]) -> None:
    """Both answers on the same side of the kill."""
    counted = tally({place(0): 5.0}, [answered(0, at=at) for at in times], kills=[KILL])
    assert (counted.repeated, counted.repeated_outside_kill) == (1, 1)


def test_latency_is_that_of_the_first_answer() -> None:
    """A repeat after a crash does not make an answered alert late."""
    counted = tally({place(0): 10.0}, [answered(0, at=30.0), answered(0, at=10.25)], kills=[])
    assert [seconds for _, seconds in counted.latencies] == [0.25]


def test_answers_to_strangers_do_not_count() -> None:
    """Coordinates nobody sent hide no loss."""
    counted = tally({place(0): 1.0}, [answered(7, at=2.0)], kills=[])
    assert (counted.scored, counted.lost) == (0, 1)


def test_live_figures_are_those_of_showing_attacks() -> None:
    """Two of three attacks shown, one false alarm, which stands second in the order."""
    shown = [(True, True, 0.9), (False, True, 0.8), (True, True, 0.7)]
    figures = live([*shown, (True, False, 0.2), (False, False, 0.1)])
    assert figures.average_precision == pytest.approx((1 + 2 / 3 + 3 / 4) / 3)
    assert (figures.precision, figures.recall, figures.f1) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert (figures.false_positives_shown, figures.missed, figures.attacks, figures.support) == (1, 1, 3, 5)


def test_live_figures_of_nothing_are_zero() -> None:
    """No alert in the span."""
    assert live([]).f1 == 0.0


@given(st.lists(st.floats(min_value=0, max_value=1e6), min_size=1, max_size=300))
def test_percentiles_are_ordered_values_of_the_sample(seconds: list[float]) -> None:
    """Nearest rank invents no value."""
    measured = latency(seconds)
    assert measured.p50 <= measured.p95 <= measured.p99 <= measured.max == max(seconds)
    assert {measured.p50, measured.p95, measured.p99} <= set(seconds)
    assert sum(value <= measured.p99 for value in seconds) >= 0.99 * len(seconds)


@pytest.mark.parametrize(
    ("sent", "seconds", "in_crash"),
    [(-5.0, 1.0, False), (-0.5, 6.0, True), (3.0, 0.1, True), (21.0, 0.1, False)],
    ids=["answered before the kill", "underway at the kill", "sent while it was down", "sent after it caught up"],
)
def test_latency_is_told_apart_from_what_the_kill_cost(sent: float, seconds: float, in_crash: bool) -> None:
    """Alerts that were underway at the kill waited for the restart."""
    crash = Span(name="5", start=KILL, end=KILL + timedelta(seconds=20))
    assert _in_crash(KILL + timedelta(seconds=sent), seconds, crash) is in_crash
