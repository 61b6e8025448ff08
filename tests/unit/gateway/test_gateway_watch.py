"""What /healthz and /readyz of the gateway say."""

from dataclasses import dataclass

import pytest

from services.gateway.watch import Watch


@dataclass
class Clock:
    """Time that a test moves."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Nought."""
    return Clock()


@pytest.fixture
def watch(clock: Clock) -> Watch:
    """Of a gateway that just began."""
    return Watch(clock=clock, still_seconds=30, failed_seconds=10)


def test_a_loop_that_stands_still_is_not_sound(watch: Watch, clock: Clock) -> None:
    """Until it goes round again."""
    clock.now = 30
    assert watch.health().ok
    clock.now = 31
    assert not watch.health().ok
    watch.turned()
    assert watch.health().ok


def test_it_is_ready_only_while_requests_are_taken(watch: Watch) -> None:
    """Neither before the start nor after the stop."""
    assert not watch.readiness().ok
    watch.open = True
    assert watch.readiness().ok


def test_after_a_failure_it_is_ready_again_in_time(watch: Watch, clock: Clock) -> None:
    """Else a balancer would never send the request that finds Kafka back."""
    watch.open = True
    watch.published(acknowledged=False)
    clock.now = 10
    assert not watch.readiness().ok
    clock.now = 11
    assert watch.readiness().ok


def test_a_success_ends_the_failure(watch: Watch) -> None:
    """At once."""
    watch.open = True
    watch.published(acknowledged=False)
    watch.published(acknowledged=True)
    assert watch.readiness().ok
