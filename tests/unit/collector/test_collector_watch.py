"""The collector's watchdog: red when messages wait and none moves, or when the loop stands still."""

import pytest
from prometheus_client import CollectorRegistry

from services.collector.watch import Progress
from services.runtime.metrics import CollectorMetrics


class Clock:
    """Seconds that go on when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def watched() -> tuple[Progress, Clock]:
    """A watchdog with a limit of ten seconds."""
    clock = Clock()
    return Progress(clock=clock, limit_seconds=10), clock


def exported(progress: Progress) -> CollectorRegistry:
    """What it shows in metrics."""
    registry = CollectorRegistry()
    progress.show(CollectorMetrics(registry))
    return registry


def test_an_idle_collector_is_healthy() -> None:
    """Nothing waits, the loop goes round."""
    progress, clock = watched()
    clock.now += 3600
    progress.saw_lag(0)
    progress.turned()
    assert progress.health().ok
    assert progress.waiting == 0


def test_messages_that_wait_while_none_moves_turn_it_red() -> None:
    """The loop goes round, and yet nothing is stored."""
    progress, clock = watched()
    progress.saw_lag(5)
    clock.now += 11
    progress.saw_lag(5)
    progress.turned()
    assert not progress.health().ok
    assert (progress.health().facts["lag"], progress.waiting) == (5, 11)


def test_storing_keeps_it_green_however_much_waits() -> None:
    """A long backlog is no stall."""
    progress, clock = watched()
    for _ in range(5):
        clock.now += 8
        progress.saw_lag(1_000_000)
        progress.stored()
        progress.turned()
        assert progress.health().ok


def test_the_first_message_after_an_idle_night_is_no_stall() -> None:
    """It counts from when it was first seen waiting."""
    progress, clock = watched()
    clock.now += 30_000
    progress.saw_lag(0)
    clock.now += 5
    progress.saw_lag(1)
    progress.turned()
    assert progress.health().ok


def test_a_loop_that_hangs_turns_it_red_even_without_lag() -> None:
    """A hung loop sees no lag."""
    progress, clock = watched()
    progress.saw_lag(0)
    clock.now += 11
    assert not progress.health().ok


def test_a_broker_that_does_not_tell_the_lag_turns_it_red() -> None:
    """The loop goes round, and the last that was heard is that none waits."""
    progress, clock = watched()
    progress.saw_lag(0)
    clock.now += 20
    progress.turned()
    assert progress.health().ok, "the next answer is only just due"
    clock.now += 1
    progress.turned()
    assert not progress.health().ok
    progress.stored()
    assert progress.health().ok, "what is stored is progress, whatever waits"


def test_a_lag_that_is_seldom_looked_at_is_known_for_longer() -> None:
    """As long as the next look is not due."""
    clock = Clock()
    progress = Progress(clock=clock, limit_seconds=10, lag_seconds=600)
    progress.saw_lag(0)
    clock.now += 601
    progress.turned()
    assert progress.health().ok


@pytest.mark.parametrize("lag", [0, 5])
def test_the_metric_says_what_health_says(lag: int) -> None:
    """While the loop hangs, no lag is seen, and nothing is set by it."""
    progress, clock = watched()
    registry = exported(progress)
    progress.saw_lag(lag)
    clock.now += 11
    assert not progress.health().ok
    assert registry.get_sample_value("winnow_seconds_since_progress") == 11


def test_it_is_ready_once_it_has_joined() -> None:
    """Not before it has its partitions; the metric says the same."""
    progress, _ = watched()
    registry = exported(progress)
    assert (progress.readiness().ok, registry.get_sample_value("winnow_ready")) == (False, 0)
    progress.joined = True
    assert (progress.readiness().ok, registry.get_sample_value("winnow_ready")) == (True, 1)
