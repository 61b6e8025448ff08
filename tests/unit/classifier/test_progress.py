"""The watchdog."""

from services.classifier.progress import Watchdog


def test_it_barks_when_alerts_wait_and_none_is_finished() -> None:
    """After the limit, not before."""
    watchdog = Watchdog(limit_seconds=60, now=0)
    watchdog.look(finished=5, lag=10, now=10)
    watchdog.look(finished=5, lag=10, now=69)
    assert not watchdog.barks(now=69)
    assert watchdog.barks(now=71)
    assert watchdog.idle_seconds(now=71) == 61


def test_it_is_quiet_while_anything_moves_or_nothing_waits() -> None:
    """A long queue that gets shorter is no standstill, and silence is none either."""
    watchdog = Watchdog(limit_seconds=60, now=0)
    for minute in range(5):
        watchdog.look(finished=minute, lag=1000, now=59.0 * minute)
        assert not watchdog.barks(now=59.0 * minute + 50)
    watchdog.look(finished=4, lag=0, now=400)
    assert not watchdog.barks(now=10_000)
    watchdog.look(finished=4, lag=1, now=10_001)
    assert not watchdog.barks(now=10_002)


def test_a_broker_that_will_not_tell_changes_nothing() -> None:
    """What was known before goes on counting: a lag, or that there was none."""
    watchdog = Watchdog(limit_seconds=60, now=0)
    watchdog.look(finished=0, lag=3, now=1)
    watchdog.look(finished=0, lag=None, now=50)
    assert watchdog.barks(now=62)
    idle = Watchdog(limit_seconds=60, now=0)
    idle.look(finished=0, lag=None, now=50)
    assert not idle.barks(now=1000)
