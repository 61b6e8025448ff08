"""Contexts by partition."""

from schemas import SourceCoordinates
from services.classifier.contexts import Contexts
from services.classifier.handler import Reading
from tests.messages import alert, at


def reading(offset: int, *, partition: int = 0, minutes: float = 0) -> Reading:
    """The same kind of alert at some offset."""
    origin = SourceCoordinates(topic="siem.alerts", partition=partition, offset=offset)
    return Reading(alert=alert(f"winnow:t:{offset}", minutes=minutes), origin=origin)


def test_a_partition_remembers_what_came_before() -> None:
    """The second of its kind has one before it."""
    contexts = Contexts()
    first = contexts.observe(reading(0), produced_at=at(0))
    second = contexts.observe(reading(1, minutes=0.5), produced_at=at(0.5))
    assert first.values[0] == 0
    assert second.values[0] > 0


def test_partitions_do_not_mix() -> None:
    """Each has a tracker of its own."""
    contexts = Contexts()
    contexts.observe(reading(0), produced_at=at(0))
    assert contexts.observe(reading(0, partition=1), produced_at=at(0)).values[0] == 0


def test_an_alert_delivered_again_is_not_counted_again() -> None:
    """It gets the context it had the first time, and leaves no trace in the next one's."""
    contexts = Contexts()
    first = contexts.observe(reading(0), produced_at=at(0))
    assert contexts.observe(reading(0), produced_at=at(0)) == first
    once = Contexts()
    once.observe(reading(0), produced_at=at(0))
    assert contexts.observe(reading(1), produced_at=at(0)) == once.observe(reading(1), produced_at=at(0))


def test_a_tracker_that_begins_later_says_so() -> None:
    """Complete only from the partition's first offset."""
    assert not Contexts().observe(reading(0), produced_at=at(0)).partial
    assert Contexts().observe(reading(5), produced_at=at(0)).partial


def test_a_partition_that_went_elsewhere_begins_anew() -> None:
    """What happened to it meanwhile was not seen here."""
    contexts = Contexts()
    contexts.observe(reading(0), produced_at=at(0))
    contexts.keep(set())
    assert contexts.observe(reading(7), produced_at=at(0)).partial
