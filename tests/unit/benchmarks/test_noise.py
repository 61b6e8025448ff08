"""Noise touches what is learned, as much of it as it says, and nothing of what is judged by."""

from collections.abc import Mapping, Sequence

import pytest

from benchmarks.quality.noise import NOISES, average_precisions, careless, wrong
from benchmarks.quality.scenarios import Scenario
from services.core.example import Example
from services.core.judged import Predict
from tests.labelled import FP, TP, example

EXAMPLES = [example(number, TP if number % 2 else FP) for number in range(200)]


def _changed(spoiled: Sequence[Example]) -> list[Example]:
    return [before for before, after in zip(EXAMPLES, spoiled, strict=True) if before.label is not after.label]


def test_so_many_verdicts_are_wrong() -> None:
    """Of either kind."""
    changed = _changed(wrong(0.1)(EXAMPLES))
    assert len(changed) == 20
    assert {one.is_attack for one in changed} == {True, False}
    assert not _changed(wrong(0.0)(EXAMPLES))


def test_who_always_says_false_positive_is_wrong_about_attacks_alone() -> None:
    """A fifth of a hundred attacks."""
    changed = _changed(careless(0.2)(EXAMPLES))
    assert len(changed) == 20
    assert all(one.is_attack for one in changed)


@pytest.mark.parametrize("noise", NOISES)
def test_what_is_judged_by_keeps_the_truth(noise: str) -> None:
    """Who knows the truth has no fault, whatever was learned; each scenario is judged by who did not learn of it."""
    scenarios = {
        name: Scenario(name=name, stream=tuple(EXAMPLES[part::3]), places=tuple(range(60)))
        for part, name in enumerate(("a", "b", "c"))
    }
    truth = {one.alert.alert_id: one.is_attack for one in EXAMPLES}
    learned: list[set[str]] = []

    def fit(training: Sequence[Example]) -> Mapping[str, Predict]:
        learned.append({one.alert.alert_id for one in training})
        ids = learned[-1]

        def predict(examples: Sequence[Example]) -> list[tuple[float, float, float]]:
            assert ids.isdisjoint(one.alert.alert_id for one in examples)
            return [(1.0, 0.0, 0.0) if truth[one.alert.alert_id] else (0.0, 0.0, 1.0) for one in examples]

        return {"knows": predict}

    assert average_precisions(scenarios, fit, NOISES[noise]) == {"knows": 1.0}
    assert [len(ids) for ids in learned] == [120, 120, 120]
