"""Which judged alerts a bundle keeps to name as the nearest."""

from collections.abc import Sequence
from typing import cast

import pytest

from schemas import Verdict
from services.core.example import Example
from services.trainer.graphs import Graphs
from services.trainer.neighbours import chosen_neighbours
from tests.labelled import FP, TP, ahead, example


class _Titles:
    """Texts by host alone."""

    def texts(self, examples: Sequence[Example]) -> list[str]:
        """Each alert's host."""
        return [one.alert.entities.host.name for one in examples]


def _chosen(examples: Sequence[Example], *, limit: int) -> list[str]:
    chosen = chosen_neighbours(examples, cast("Graphs", _Titles()), limit=limit)
    return [one.alert.alert_id.rpartition(":")[2] for one in chosen]


def test_the_latest_of_both_kinds_are_kept() -> None:
    """As many attacks as harmless alerts, however few attacks there are."""
    examples = [example(number, TP if number < 4 else FP, host=f"h-{number}") for number in range(20)]
    assert _chosen(examples, limit=6) == ["1", "2", "3", "17", "18", "19"]
    assert _chosen(examples, limit=0) == []


def test_of_equal_texts_and_verdicts_the_latest_is_kept() -> None:
    """And nothing that analysts contest."""
    examples = [
        example(1, host="a"),
        example(2, host="a"),
        example(3, host="b", contested=True),
        example(4, TP, host="a"),
    ]
    assert _chosen(examples, limit=10) == ["4", "2"]


@pytest.mark.parametrize("label", [TP, FP])
def test_a_clock_that_is_ahead_keeps_no_alert_for_ever(label: Verdict) -> None:
    """Later ones take its place."""
    examples = [ahead(example(1, label, host="a")), example(200, label, host="b")]
    assert _chosen(examples, limit=2) == ["200"]
