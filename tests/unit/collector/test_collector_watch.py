"""The collector's watchdog: red when messages wait and none moves, or when the loop stands still."""

from services.collector.watch import Progress


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


def test_it_is_ready_once_it_has_joined() -> None:
    """Not before it has its partitions."""
    progress, _ = watched()
    assert not progress.readiness().ok
    progress.joined = True
    assert progress.readiness().ok
