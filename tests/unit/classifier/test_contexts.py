"""Contexts by partition, nothing known of what was before this process."""

from dataclasses import replace
from math import log1p

import pytest

from schemas import ContextV1, SourceCoordinates
from services.classifier.contexts import Contexts
from services.classifier.handler import Incoming, Reading, time_of
from services.classifier.memory import Memory, fresh, remembered_beside
from services.classifier.partition import PartitionContexts
from services.core.context import CONTEXT_VERSION, FEATURES, ContextTracker, event_of
from tests.messages import alert, at
from tests.pasts import message, worker


def seen(contexts: Contexts, incoming: Incoming) -> ContextV1:
    """The context of a message's one alert, which is then done with."""
    contexts.arrived(incoming)
    origin = SourceCoordinates(topic=incoming.topic, partition=incoming.partition, offset=incoming.offset)
    one = alert(f"winnow:t:{incoming.offset}").model_copy(update={"observed_at": incoming.produced_at})
    context = contexts.observe(Reading(alert=one, origin=origin), incoming)
    contexts.passed(incoming)
    return context


def test_a_partition_remembers_what_came_before() -> None:
    """The second of its kind has one before it."""
    contexts = worker()
    assert seen(contexts, message(0)).values[0] == 0
    assert seen(contexts, message(1, minutes=0.5)).values[0] > 0


def test_partitions_do_not_mix() -> None:
    """Each has a tracker of its own."""
    contexts = worker()
    seen(contexts, message(0))
    assert seen(contexts, message(0, partition=1)).values[0] == 0


def test_an_alert_delivered_again_is_not_counted_again() -> None:
    """It gets the context it had the first time, and leaves no trace in the next one's."""
    contexts = worker()
    first = seen(contexts, message(0))
    assert seen(contexts, message(0)) == first
    once = worker()
    seen(once, message(0))
    assert seen(contexts, message(1)) == seen(once, message(1))


def test_an_alert_delivered_again_so_late_that_its_context_is_forgotten_is_not_counted_either() -> None:
    """Its context then knows nothing, and says so."""
    memory = Memory(ContextTracker(), begin=(0, 0), remembered=20)
    event = event_of(alert(), received_at=at(0))
    for offset in range(21):
        memory.observe((offset, 0), event)
    before = memory.snapshot("t", 0)
    again = memory.observe((0, 0), event)
    assert again.partial
    assert memory.snapshot("t", 0) == before
    assert not memory.knows_from(0)
    assert memory.knows_from(1)


def test_no_alert_in_flight_is_forgotten_however_many_there_are() -> None:
    """Nor one of the message before them, which may hold many."""
    memory = fresh(begin=0, remembered=remembered_beside(5000), complete=True)
    event = event_of(alert(), received_at=at(0))
    first = memory.observe((0, 0), event)
    for place in (*((0, index) for index in range(1, 4096)), *((offset, 0) for offset in range(1, 5001))):
        memory.observe(place, event)
    assert memory.observe((0, 0), event) == first


async def test_a_tracker_that_begins_later_says_so() -> None:
    """Complete only from the partition's first offset, whether or not an alert stands there."""
    assert not seen(worker(), message(0)).partial
    later = worker()
    assert seen(later, message(5)).partial
    await later.close()
    after_rubbish = worker()
    after_rubbish.arrived(message(0))
    after_rubbish.passed(message(0))
    assert not seen(after_rubbish, message(1)).partial


def test_a_timestamp_of_a_time_that_is_not_yet_stops_nobodys_clock() -> None:
    """Alerts after it are as old as they are, not of the same moment until that year has come."""
    contexts, ages = worker(), FEATURES[CONTEXT_VERSION].index("minutes_since_rule_on_host")
    given = []
    for offset, stamp in enumerate((at(0), at(10 * 365 * 24 * 60), at(7))):
        now = at(offset)
        given.append(seen(contexts, replace(message(offset), produced_at=time_of(stamp.timestamp(), now=now))))
    assert [each.values[ages] for each in given[1:]] == pytest.approx([log1p(1), log1p(6)])


def test_a_partition_may_come_while_they_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Metrics are asked for in a thread of their own."""
    contexts, more = worker(), iter(range(1, 10))
    contexts.arrived(message(0))

    def meanwhile(_: PartitionContexts) -> bool:
        contexts.arrived(message(0, partition=next(more)))
        return False

    monkeypatch.setattr(PartitionContexts, "catching_up", property(meanwhile))
    assert contexts.catching_up == 0
    assert contexts.partitions == {("siem.alerts", 0), ("siem.alerts", 1)}


async def test_a_partition_that_went_elsewhere_begins_anew() -> None:
    """What happened to it meanwhile was not seen here, also where it comes back."""
    contexts = worker()
    await contexts.assign({("siem.alerts", 0)})
    seen(contexts, message(0))
    await contexts.assign(set())
    await contexts.assign({("siem.alerts", 0)})
    assert seen(contexts, message(7)).partial


async def test_a_partition_that_stays_goes_on() -> None:
    """What is delivered again after a rebalance gets the context it had."""
    contexts = worker()
    await contexts.assign({("siem.alerts", 0)})
    given = [seen(contexts, message(offset)) for offset in range(3)]
    await contexts.assign({("siem.alerts", 0)})
    assert [seen(contexts, message(offset)) for offset in (1, 2)] == given[1:]
    assert not seen(contexts, message(3)).partial


async def test_a_partition_that_stays_but_was_elsewhere_meanwhile_is_not_gone_on_with() -> None:
    """A rebalance that this process slept through: others have seen what lies between."""
    contexts = worker()
    await contexts.assign({("siem.alerts", 0)})
    seen(contexts, message(0))
    await contexts.assign({("siem.alerts", 0)})
    assert seen(contexts, message(9)).partial
