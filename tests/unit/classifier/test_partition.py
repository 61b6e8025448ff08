"""The contexts of one partition while its past is being caught up with."""

from weakref import ref

from services.classifier.memory import fresh
from services.classifier.partition import PartitionContexts
from services.core.context import Event

REMEMBERED = 20
EVENT = Event(1e9, "rule", "host", "user", "10.0.0.1")


async def test_what_was_given_meanwhile_is_kept_only_as_far_as_it_is_remembered() -> None:
    """Contexts are large, and alerts meanwhile may be half a million; what one was given stays its own all the same."""
    partition = PartitionContexts(fresh(begin=1, remembered=REMEMBERED), most=2 * REMEMBERED)
    caught_up = fresh(begin=0, remembered=REMEMBERED, complete=True)
    caught_up.observe((0, 0), EVENT)
    forgotten = ref(partition.observe((1, 0), EVENT))
    given = {offset: partition.observe((offset, 0), EVENT) for offset in range(2, REMEMBERED + 2)}
    assert forgotten() is None
    await partition.take_over(caught_up)
    assert partition.memory is caught_up
    assert not caught_up.knows_from(1)
    assert caught_up.knows_from(2)
    assert {offset: partition.observe((offset, 0), EVENT) for offset in given} == given
    complete = partition.observe((REMEMBERED + 2, 0), EVENT)
    assert not complete.partial
