"""The watchdog, and who tells it the lag."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from aiokafka import TopicPartition
from prometheus_client import CollectorRegistry

from services.classifier import progress
from services.classifier.health import Health
from services.classifier.models import Slot
from services.classifier.progress import LagMeter, Watchdog
from services.classifier.stream import Assignment
from services.runtime.metrics import ClassifierMetrics


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
    for now in range(400, 10_000, 20):
        watchdog.look(finished=4, lag=0, now=now)
        assert watchdog.idle_seconds(now=now + 20) == 0
    watchdog.look(finished=4, lag=1, now=10_001)
    assert not watchdog.barks(now=10_002)


def test_a_lag_that_is_known_goes_on_counting_where_the_broker_will_not_tell() -> None:
    """Who is silent has finished nothing."""
    watchdog = Watchdog(limit_seconds=60, now=0)
    watchdog.look(finished=0, lag=3, now=1)
    watchdog.look(finished=0, lag=None, now=50)
    assert watchdog.barks(now=62)


def test_it_barks_where_nobody_can_tell_whether_anything_waits() -> None:
    """A broker that is away would otherwise look like a quiet night."""
    watchdog = Watchdog(limit_seconds=60, now=0)
    watchdog.look(finished=3, lag=0, now=10)
    for now in range(12, 80, 2):
        watchdog.look(finished=3, lag=None, now=now)
    assert not watchdog.barks(now=70)
    assert watchdog.barks(now=71)


def test_it_barks_where_nobody_looks_any_more() -> None:
    """An event loop that is blocked measures no lag."""
    watchdog = Watchdog(limit_seconds=60, now=0)
    watchdog.look(finished=3, lag=0, now=10)
    assert watchdog.idle_seconds(now=30) == 0
    assert watchdog.idle_seconds(now=71) == 61
    assert watchdog.barks(now=71)


def test_a_start_is_no_standstill() -> None:
    """Nothing has been measured yet, and need not have been."""
    watchdog = Watchdog(limit_seconds=60, now=100)
    assert watchdog.idle_seconds(now=125) == 0
    assert not watchdog.barks(now=159)


def test_while_alerts_are_finished_the_lag_need_not_be_known() -> None:
    """A connection that only looks on may be the one that is ill."""
    watchdog = Watchdog(limit_seconds=60, now=0)
    for now in range(0, 1000, 10):
        watchdog.look(finished=now, lag=None, now=now)
        assert not watchdog.barks(now=now + 9)


class Measured:
    """A meter over a broker that answers what a test says, the watchdog it tells, and a clock that a test moves on."""

    def __init__(self, *, partitions: int, end: int | None) -> None:
        self.now = 0.0
        self.end = end
        self.finished = 0
        self.registry = CollectorRegistry()
        metrics = ClassifierMetrics(self.registry)
        self.assignment = Assignment(cast("Any", None), cast("Any", None))
        self.assignment.partitions = frozenset(("siem.alerts", number) for number in range(partitions))
        self.watchdog = Watchdog(limit_seconds=60, now=0)
        self.health = Health(
            assignment=self.assignment, slot=Slot(metrics), watchdog=self.watchdog, monotonic=lambda: self.now
        )
        self.health.show(metrics)
        self.meter = LagMeter(
            cast("Any", self),
            assigned=self.assignment.known,
            position=lambda *_: None,
            finished=lambda: self.finished,
            watchdog=self.watchdog,
            metrics=metrics,
            monotonic=lambda: self.now,
        )

    async def end_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        """As a consumer's."""
        return dict.fromkeys(partitions, self.end or 0)

    async def beginning_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        """As a consumer's."""
        return dict.fromkeys(partitions, 0)

    async def committed(self, _: TopicPartition) -> int:
        """As a consumer's, which asks for ever where there is no broker."""
        return 0 if self.end is not None else await asyncio.get_running_loop().create_future()

    def gauge(self, name: str) -> float | None:
        """What is exported."""
        return self.registry.get_sample_value(name)

    @asynccontextmanager
    async def for_two_minutes(self, *, finishing: int = 0) -> AsyncIterator[None]:
        """Measure again and again, the clock running fast."""
        task = asyncio.create_task(self.meter.run())
        for _ in range(12):
            await asyncio.sleep(0.02)
            self.now += 10
            self.finished += finishing
        yield
        task.cancel()


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure often, and wait briefly."""
    monkeypatch.setattr(progress, "_INTERVAL_SECONDS", 0.001)
    monkeypatch.setattr(progress, "_ANSWER_SECONDS", 0.005)


@pytest.mark.parametrize("partitions", [0, 2])
async def test_a_quiet_classifier_is_sound(partitions: int) -> None:
    """With its partitions empty, or all of them at others."""
    measured = Measured(partitions=partitions, end=0)
    async with measured.for_two_minutes():
        assert measured.health.sound().ok
        assert measured.gauge("winnow_seconds_since_progress") == 0


async def test_a_broker_that_went_away_on_a_quiet_night_turns_it_red() -> None:
    """Health and metric alike."""
    measured = Measured(partitions=2, end=None)
    async with measured.for_two_minutes():
        assert not measured.health.sound().ok
        assert measured.gauge("winnow_seconds_since_progress") == 120


async def test_while_alerts_are_finished_a_meter_that_gets_no_answer_is_no_standstill() -> None:
    """It gives up waiting, and sees that they are."""
    measured = Measured(partitions=2, end=None)
    async with measured.for_two_minutes(finishing=1):
        assert measured.health.sound().ok


async def test_a_blocked_event_loop_turns_it_red() -> None:
    """Whoever asks is on a thread of its own; nothing runs here meanwhile."""
    measured = Measured(partitions=2, end=0)
    async with measured.for_two_minutes():
        measured.now += 61
        assert not measured.health.sound().ok
        assert measured.gauge("winnow_seconds_since_progress") == pytest.approx(61, abs=11)


def test_it_is_ready_once_the_group_gave_it_its_partitions() -> None:
    """Be they none; the metric says what /readyz says."""
    measured = Measured(partitions=0, end=0)
    assert (measured.health.ready().ok, measured.gauge("winnow_ready")) == (True, 1)
    measured.assignment.partitions = None
    assert (measured.health.ready().ok, measured.gauge("winnow_ready")) == (False, 0)
