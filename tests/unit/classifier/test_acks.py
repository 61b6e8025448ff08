"""Acknowledgement in order."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from services.classifier.acks import Partition


def recorder(into: list[int], offset: int) -> Callable[[], None]:
    """An acknowledgement that writes itself down."""
    return lambda: into.append(offset)


def test_a_message_done_early_waits_for_those_before_it() -> None:
    """Faust would commit the first acknowledgement of a new partition as if all before it were done."""
    acknowledged: list[int] = []
    partition = Partition()
    first, second = (
        partition.begin(offset=offset, parts=1, acknowledge=recorder(acknowledged, offset)) for offset in (7, 8)
    )
    assert partition.finish(second) == 0
    assert acknowledged == []
    assert partition.finish(first) == 2
    assert acknowledged == [7, 8]
    assert partition.next_offset == 9


def test_a_message_is_done_when_all_its_alerts_are() -> None:
    """One message may hold several."""
    acknowledged: list[int] = []
    partition = Partition()
    message = partition.begin(offset=0, parts=3, acknowledge=recorder(acknowledged, 0))
    assert [partition.finish(message) for _ in range(3)] == [0, 0, 1]
    assert acknowledged == [0]
    assert len(partition) == 0


@given(st.permutations(range(12)))
def test_in_whatever_order_they_finish_they_are_acknowledged_in_theirs(order: list[int]) -> None:
    """And at every moment only what is contiguously done."""
    acknowledged: list[int] = []
    partition = Partition()
    messages = [
        partition.begin(offset=offset, parts=1, acknowledge=recorder(acknowledged, offset)) for offset in range(12)
    ]
    done: set[int] = set()
    for each in order:
        partition.finish(messages[each])
        done.add(each)
        contiguous = next((offset for offset in range(13) if offset not in done), 13)
        assert acknowledged == list(range(contiguous))
