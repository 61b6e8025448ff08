"""The simulated world's time: behind at first, then ours."""

from datetime import UTC, datetime, timedelta

import pytest

from services.sandbox.demo.world_clock import WorldClock

BEGAN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
CLOCK = WorldClock(began=BEGAN, behind=timedelta(seconds=90), pace=4.0)


def test_it_begins_behind_runs_faster_and_catches_up() -> None:
    """Ninety seconds behind at four times the pace: caught up after thirty, and from then on the same."""
    assert CLOCK.at(BEGAN) == CLOCK.start == BEGAN - timedelta(seconds=90)
    assert CLOCK.at(BEGAN + timedelta(seconds=10)) == BEGAN - timedelta(seconds=50)
    assert CLOCK.at(BEGAN + timedelta(seconds=30)) == BEGAN + timedelta(seconds=30)
    assert CLOCK.at(BEGAN + timedelta(seconds=31)) == BEGAN + timedelta(seconds=31)


def test_one_that_is_not_behind_is_ours_at_once() -> None:
    """Then its pace does not matter."""
    clock = WorldClock(began=BEGAN, behind=timedelta(0), pace=1.0)
    assert clock.at(BEGAN + timedelta(seconds=5)) == BEGAN + timedelta(seconds=5)


def test_one_that_would_never_catch_up_is_refused() -> None:
    """Alerts would stay old for ever."""
    with pytest.raises(ValueError, match="must run faster"):
        WorldClock(began=BEGAN, behind=timedelta(seconds=1), pace=1.0)
