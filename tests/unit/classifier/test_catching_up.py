"""After a restart: contexts go on from a snapshot and the partition's own past, as if nothing had happened."""

import asyncio
from collections.abc import Sequence
from itertools import pairwise
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import ContextV1
from services.classifier import history as module
from services.classifier.contexts import Contexts
from services.classifier.handler import Incoming, Reading, handle
from services.core.context import read_snapshot, written
from services.runtime.snapshot_files import SnapshotFiles
from services.siem.reading import BUILT_IN
from tests.messages import alert, at
from tests.pasts import TOPIC, ListedPast, carried, keeps_to_the_port, message, worker

PLACE = (TOPIC, 0)
DAY_MINUTES = 24 * 60
STREAM = [message(offset, minutes=offset / 4) for offset in range(40)]


@pytest.fixture
def files() -> SnapshotFiles:
    """An empty store."""
    return SnapshotFiles(f"memory://{uuid4()}", group="g")


def seen(contexts: Contexts, *messages: Incoming) -> list[ContextV1]:
    """What a worker gives the alerts of these messages, as the pipeline asks."""
    given = []
    for each in messages:
        contexts.arrived(each)
        found = [one for one in handle(each, reader=BUILT_IN, now=at(0)) if isinstance(one, Reading)]
        given += [contexts.observe(one, each) for one in found]
        contexts.passed(each)
    return given


async def caught_up(contexts: Contexts) -> None:
    """Return when no partition is behind any more."""
    async with asyncio.timeout(5):
        while contexts.catching_up:  # noqa: ASYNC110 - as an operator sees it, in a metric
            await asyncio.sleep(0.001)


def keep(files: SnapshotFiles, contexts: Contexts) -> None:
    """Write the one partition's snapshot."""
    snapshot = contexts.snapshot(PLACE)
    assert snapshot is not None
    files.write(TOPIC, 0, written(snapshot), place=snapshot.place)


def undisturbed(stream: Sequence[Incoming] = STREAM) -> list[ContextV1]:
    """What a worker gives that reads all of it."""
    return seen(worker(), *stream)


async def test_a_list_keeps_to_the_port_of_pasts() -> None:
    """Kafka's own does too (tests/integration/test_classifier_contexts.py)."""
    await keeps_to_the_port(ListedPast(STREAM[3:9], begin=3), STREAM[3:9])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 39), min_size=4, max_size=4).map(sorted))
async def test_killed_anywhere_the_contexts_are_those_of_an_undisturbed_run_once_caught_up(cuts: list[int]) -> None:
    """Snapshot, commit, kill and takeover wherever they fall: partial before, the very same after."""
    snapshot, committed, killed, ready = cuts
    files, past, whole = SnapshotFiles(f"memory://{uuid4()}", group="g"), ListedPast(STREAM), undisturbed()
    first = worker(past, files=files)
    seen(first, *STREAM[:snapshot])
    if snapshot:
        keep(files, first)
    seen(first, *STREAM[snapshot:killed])
    second = worker(past, files=files)
    await second.assign({PLACE})
    before = seen(second, *STREAM[committed : ready + 1])
    exact = not committed or (snapshot == committed)
    assert all(context.partial != exact for context in before)
    await caught_up(second)
    assert seen(second, *STREAM[ready + 1 :]) == whole[ready + 1 :]
    assert sorted(past.read) == list(range(snapshot, committed if committed else snapshot))
    await second.close()


async def test_what_is_delivered_again_gets_the_context_it_had(files: SnapshotFiles) -> None:
    """The snapshot stands further than the committed offset: nothing to catch up with, nothing counted twice."""
    past, whole = ListedPast(STREAM), undisturbed()
    first = worker(past, files=files)
    seen(first, *STREAM[:20])
    keep(files, first)
    second = worker(past, files=files)
    await second.assign({PLACE})
    assert seen(second, *STREAM[12:]) == whole[12:]
    assert past.read == []


async def test_a_message_cut_in_its_middle_is_gone_on_with_there(files: SnapshotFiles) -> None:
    """Some of its alerts were observed when the snapshot was taken, the others were not."""
    two = b"".join(alert(f"winnow:t:{name}", title=name).to_bytes() + b"\n" for name in "ab")
    stream = [message(0), carried(two, offset=1, produced_at=at(1)), message(2)]
    whole = undisturbed(stream)
    assert len(whole) == 4
    first = worker(ListedPast(stream), files=files)
    seen(first, stream[0])
    one, _ = (each for each in handle(stream[1], reader=BUILT_IN, now=at(0)) if isinstance(each, Reading))
    first.observe(one, stream[1])
    keep(files, first)
    for begin, expected in ((1, whole[1:]), (2, [whole[3]])):
        second = worker(ListedPast(stream), files=files)
        await second.assign({PLACE})
        given = seen(second, *stream[begin:])
        await caught_up(second)
        assert [each.values for each in given] == [each.values for each in expected] or given[0].partial
        assert seen(second, message(3)) == seen(_all_of(stream), message(3))


def _all_of(stream: Sequence[Incoming]) -> Contexts:
    contexts = worker()
    seen(contexts, *stream)
    return contexts


async def test_without_a_snapshot_a_day_is_read_again(files: SnapshotFiles) -> None:
    """And a little more, for clocks; after that nothing is partial, though the stream is older."""
    stream = [message(offset, minutes=10 * offset) for offset in range(300)]
    past = ListedPast(stream)
    contexts = worker(past, files=files)
    (before,) = seen(contexts, stream[200])
    await caught_up(contexts)
    (after,) = seen(contexts, stream[201])
    assert before.partial
    assert not after.partial
    assert past.read == list(range(200 - DAY_MINUTES // 10 - 1, 200))
    assert after.values[0] > before.values[0]


async def test_without_a_snapshot_and_with_all_of_the_stream_it_is_complete(files: SnapshotFiles) -> None:
    """The stream is younger than a day."""
    contexts = worker(ListedPast(STREAM), files=files)
    seen(contexts, STREAM[20])
    await caught_up(contexts)
    assert seen(contexts, *STREAM[21:]) == undisturbed()[21:]


async def test_a_day_is_known_also_where_little_came_in_it(files: SnapshotFiles) -> None:
    """The first alert of that day came late, and that is known too."""
    stream = [message(offset, minutes=minutes) for offset, minutes in enumerate((0, 3000, 3100, 3200, 3201))]
    contexts = worker(ListedPast(stream), files=files)
    seen(contexts, stream[3])
    await caught_up(contexts)
    (context,) = seen(contexts, stream[4])
    assert not context.partial


async def test_a_snapshot_of_another_partition_is_passed_over(files: SnapshotFiles) -> None:
    """Somebody moved files about."""
    other = worker()
    seen(other, *(message(offset, partition=1) for offset in range(10)))
    snapshot = other.snapshot((TOPIC, 1))
    assert snapshot is not None
    files.write(TOPIC, 0, written(snapshot), place=snapshot.place)
    contexts = worker(ListedPast(STREAM), files=files)
    await contexts.assign({PLACE})
    (context,) = seen(contexts, STREAM[10])
    assert context.partial
    await contexts.close()


async def test_what_was_partial_stays_so_when_it_is_delivered_again(files: SnapshotFiles) -> None:
    """Also after another memory took over, and from its snapshot."""
    contexts = worker(ListedPast(STREAM), files=files)
    await contexts.assign({PLACE})
    given = seen(contexts, *STREAM[20:25])
    await caught_up(contexts)
    keep(files, contexts)
    another = worker(ListedPast(STREAM), files=files)
    for each in (contexts, another):
        await each.assign({PLACE})
        assert seen(each, *STREAM[20:25]) == given
        assert seen(each, *STREAM[25:]) == undisturbed()[25:]


@pytest.mark.parametrize(("begin", "most"), [(150, 1000), (0, 50)])
async def test_a_past_that_is_not_all_there_leaves_contexts_partial(
    files: SnapshotFiles, begin: int, most: int
) -> None:
    """The broker has deleted some of it, or it is more than may be read again."""
    stream = [message(offset, minutes=10 * offset) for offset in range(400)]
    past = ListedPast(stream, begin=begin)
    contexts = worker(past, files=files, most=most)
    seen(contexts, stream[200])
    await caught_up(contexts)
    assert past.read == list(range(150, 200))
    given = seen(contexts, *stream[201:])
    assert given[0].values[0] > 0
    assert given[0].partial
    assert not given[-1].partial  # a day was seen since


async def test_a_snapshot_from_which_something_is_lost_is_not_gone_on_from(files: SnapshotFiles) -> None:
    """Alerts between it and the first that is still there were never observed."""
    first = worker(ListedPast(STREAM), files=files)
    seen(first, *STREAM[:5])
    keep(files, first)
    second = worker(ListedPast(STREAM, begin=10), files=files)
    await second.assign({PLACE})
    seen(second, STREAM[20])
    await caught_up(second)
    (context,) = seen(second, STREAM[21])
    assert context.partial


async def test_a_snapshot_of_another_life_of_the_topic_is_thrown_away(files: SnapshotFiles) -> None:
    """The topic was made anew, or its offsets set back: what stands beyond keeps no newer one from being written."""
    long = [message(offset) for offset in range(50)]
    first = worker(ListedPast(long), files=files, remembered=10)
    seen(first, *long)
    keep(files, first)
    for begin in (0, 3):
        second = worker(ListedPast(STREAM), files=files, remembered=10)
        await second.assign({PLACE})
        seen(second, STREAM[begin])
        await caught_up(second)
        await asyncio.sleep(0.05)
        assert seen(second, *STREAM[begin + 1 :]) == undisturbed()[begin + 1 :]
        keep(files, second)
        files.forget(TOPIC, 0)
        keep(files, first)


async def test_a_damaged_snapshot_is_passed_over_for_the_one_before(files: SnapshotFiles) -> None:
    """And read again from there."""
    past = ListedPast(STREAM)
    first = worker(past, files=files)
    seen(first, *STREAM[:10])
    keep(files, first)
    files.write(TOPIC, 0, b"winnow-contexts 1\nrubbish", place=(15, 0))
    second = worker(past, files=files)
    await second.assign({PLACE})
    seen(second, STREAM[15])
    await caught_up(second)
    assert past.read == [10, 11, 12, 13, 14]
    assert seen(second, *STREAM[16:]) == undisturbed()[16:]


async def test_a_broker_that_goes_away_meanwhile_is_asked_again(
    files: SnapshotFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read is not read, or counted, again."""
    monkeypatch.setattr(module, "_FIRST_WAIT", 0.01)
    past = ListedPast(STREAM, failures=3)
    contexts = worker(past, files=files)
    seen(contexts, *STREAM[20:25])
    await caught_up(contexts)
    assert past.read == list(range(20))
    assert seen(contexts, *STREAM[25:]) == undisturbed()[25:]


async def test_what_comes_while_it_catches_up_is_bounded(files: SnapshotFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then it goes on with what it has, partial for a day, and the stream is never held up."""
    monkeypatch.setattr(module, "_FIRST_WAIT", 1000)
    contexts = worker(ListedPast(STREAM, failures=1), files=files, most=10)
    given = seen(contexts, *STREAM[20:31])
    assert not contexts.catching_up
    assert all(context.partial for context in given)
    assert all(one.values[0] < two.values[0] for one, two in pairwise(given))
    await contexts.close()


async def test_what_is_given_up_is_not_read_further_nor_said_to_be_caught_up_with(
    files: SnapshotFiles, caplog: pytest.LogCaptureFixture
) -> None:
    """It would cost the processor, and an operator would believe it."""
    caplog.set_level("INFO")
    past = ListedPast(STREAM)
    past.open.clear()
    contexts = worker(past, files=files, most=20)
    seen(contexts, STREAM[19])
    await asyncio.sleep(0.05)
    seen(contexts, *STREAM[20:])
    assert not contexts.catching_up
    past.open.set()
    await asyncio.sleep(0.05)
    assert past.read == []
    assert [record.message for record in caplog.records] == [
        "the past of a partition is not caught up with; its contexts stay partial for a day"
    ]
    assert contexts.place(PLACE) == (40, 0)


async def test_while_it_catches_up_there_is_nothing_to_write_down(files: SnapshotFiles) -> None:
    """A snapshot says only what has been observed."""
    contexts = worker(ListedPast(STREAM), files=files)
    seen(contexts, STREAM[20])
    assert contexts.snapshot(PLACE) is None
    assert not contexts.partitions
    await caught_up(contexts)
    assert contexts.partitions == {PLACE}
    snapshot = contexts.snapshot(PLACE)
    assert snapshot is not None
    assert snapshot.place == (21, 0)
    assert read_snapshot(written(snapshot)) == snapshot


async def test_what_became_stale_in_memory_is_caught_up_with_from_there(files: SnapshotFiles) -> None:
    """A rebalance that this process slept through."""
    past = ListedPast(STREAM)
    contexts = worker(past, files=files)
    await contexts.assign({PLACE})
    seen(contexts, *STREAM[:10])
    await contexts.assign({PLACE})
    seen(contexts, STREAM[15])
    await caught_up(contexts)
    assert past.read == [10, 11, 12, 13, 14]
    assert seen(contexts, *STREAM[16:]) == undisturbed()[16:]


async def test_a_rebalance_lets_what_stays_catch_up_further(files: SnapshotFiles) -> None:
    """A second worker comes: the partitions that the first one keeps are not begun with anew."""
    past, other = ListedPast(STREAM), (TOPIC, 1)
    contexts = worker(past, files=files)
    await contexts.assign({PLACE, other})
    past.open.clear()
    seen(contexts, *STREAM[20:22])
    await asyncio.sleep(0)
    await contexts.assign({PLACE})
    assert contexts.catching_up == 1
    seen(contexts, *STREAM[22:25])
    past.open.set()
    await caught_up(contexts)
    assert past.read == list(range(20))
    assert seen(contexts, *STREAM[25:]) == undisturbed()[25:]


async def test_rebalances_in_which_a_partition_stays_quiet_lose_nothing_of_it(files: SnapshotFiles) -> None:
    """However many there are; it is written down meanwhile, and no past is read."""
    past = ListedPast(STREAM)
    contexts = worker(past, files=files)
    await contexts.assign({PLACE})
    seen(contexts, *STREAM[:10])
    for _ in range(3):
        await contexts.assign({PLACE, (TOPIC, 1)})
        await contexts.assign({PLACE})
    assert contexts.partitions == {PLACE}
    assert contexts.place(PLACE) == (10, 0)
    assert seen(contexts, *STREAM[10:]) == undisturbed()[10:]
    assert past.read == []


async def test_a_partition_that_stayed_and_comes_from_elsewhere_is_caught_up_with_anew(files: SnapshotFiles) -> None:
    """A rebalance slept through while it was catching up: what was begun is given up for what is written down."""
    past, first = ListedPast(STREAM), worker(files=files)
    seen(first, *STREAM[:20])
    keep(files, first)
    second = worker(past, files=files)
    await second.assign({PLACE})
    past.open.clear()
    seen(second, *STREAM[25:27])
    await second.assign({PLACE})
    seen(second, STREAM[30])
    past.open.set()
    await caught_up(second)
    assert past.read == list(range(20, 30))
    assert seen(second, *STREAM[31:]) == undisturbed()[31:]
