"""The paired comparison: the difference of the figures, narrower than the figures' own intervals."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.core.differences import COMPARED, Answers, differences
from services.core.metrics import evaluate, figures
from tests.labelled import answers, labels

TRUTH = labels(60, 240)


def said(noise: float, *, seed: int = 1, threshold: float = 0.5) -> Answers:
    """A model's answers on the common examples."""
    return Answers(judged=answers(TRUTH, noise=noise, seed=seed), threshold=threshold)


@settings(max_examples=15)
@given(st.floats(0.05, 0.5), st.floats(0.05, 0.5), st.floats(0.2, 0.8))
def test_a_difference_is_that_of_the_figures(noise: float, other: float, threshold: float) -> None:
    """Each model at its own threshold, and within its interval."""
    ours, theirs = said(noise, threshold=threshold), said(other, seed=2)
    found = differences(ours, {"champion": theirs}, resamples=10)["champion"]
    assert tuple(found) == COMPARED
    mine, its = (figures(one.judged, threshold=one.threshold) for one in (ours, theirs))
    for name, estimate in found.items():
        assert estimate.value == pytest.approx(mine[name] - its[name])
        assert estimate.low <= estimate.value <= estimate.high
        assert estimate.support == 150


def test_a_model_does_not_differ_from_itself() -> None:
    """Not even by chance: both are counted on the same resamples."""
    found = differences(said(0.3), {"itself": said(0.3)}, resamples=50)["itself"]
    assert {(one.low, one.value, one.high) for one in found.values()} == {(0.0, 0.0, 0.0)}


def test_pairing_takes_out_what_makes_examples_hard_for_both() -> None:
    """Two models that differ in one answer differ surely, though each one's own figure is unsure."""
    model = said(0.3)
    lifted = max((row for row in model.judged if row.is_attack and row.score < 0.5), key=lambda row: row.score)
    better = [replace(row, probabilities=(0.99, 0.005, 0.005)) if row is lifted else row for row in model.judged]
    found = differences(Answers(judged=better, threshold=0.5), {"it": model})["it"]["average_precision"]
    own = evaluate(model.judged, threshold=0.5).metrics["average_precision"]
    assert found.low >= 0 < found.value
    assert found.high - found.low < (own.high - own.low) / 2
