"""The order of labelled alerts in time."""

from hypothesis import given
from hypothesis import strategies as st

from services.core.dividing import in_order
from services.core.example import Example
from tests.labelled import ahead, example

EXAMPLES = [example(number, minutes=number // 2) for number in range(6)]


@given(st.permutations(EXAMPLES))
def test_any_order_gives_the_same(shuffled: list[Example]) -> None:
    """Of equal times the ids decide."""
    assert in_order(shuffled) == EXAMPLES


def test_a_clock_that_is_ahead_makes_no_alert_the_latest_for_ever() -> None:
    """It was seen before it was judged."""
    late = example(9, minutes=200)
    assert in_order([ahead(EXAMPLES[0]), late])[-1] == late
