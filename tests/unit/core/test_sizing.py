"""What a stream needs, from what an alert takes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.sizing import BUSY, RUNNING, Costs, need, needs

COSTS = Costs(
    alert_seconds=0.002, client_seconds=0.001, text_seconds=0.01, new_share=0.2, alert_bytes=1000, score_bytes=3000
)


def test_what_an_alert_takes_adds_up() -> None:
    """Two milliseconds and one for clients, and for every fifth alert ten, which are more in a running classifier."""
    assert COSTS.seconds == pytest.approx(0.003 + 0.002 * RUNNING)
    assert COSTS.rate_of_a_core == pytest.approx(1 / COSTS.seconds)


def test_a_thousand_alerts_a_second() -> None:
    """Where nine and a half cores would do it takes ten; four kilobytes an alert, kept thrice."""
    row = need(COSTS, rate=1_000, busy=1_000 * COSTS.seconds / 9.5)
    assert (row.classifiers, row.partitions) == (10, 20)
    assert row.megabytes_a_second == pytest.approx(12)
    assert row.gigabytes_a_day == pytest.approx(1036.8)


def test_a_few_alerts_need_one_classifier_and_few_partitions() -> None:
    """And never none."""
    assert (need(COSTS, rate=1).classifiers, need(COSTS, rate=1).partitions) == (1, 4)


@given(st.floats(1, 1e6), st.floats(0, 1))
def test_no_core_is_busier_than_planned(rate: float, new_share: float) -> None:
    """Whatever comes: and one classifier fewer would be too few."""
    costs = replace(COSTS, new_share=new_share)
    row = need(costs, rate=rate)
    assert rate * costs.seconds <= row.classifiers * BUSY * (1 + 1e-9)
    assert row.classifiers == 1 or rate * costs.seconds > (row.classifiers - 1) * BUSY
    assert row.partitions % row.classifiers == 0 or row.classifiers == 1


def test_the_table_goes_up_to_a_million() -> None:
    """A row for each rate, each more than the one before."""
    rows = needs(COSTS)
    assert [rows[0].rate, rows[-1].rate] == [10, 1_000_000]
    assert [row.classifiers for row in rows] == sorted(row.classifiers for row in rows)
