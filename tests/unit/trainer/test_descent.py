"""The learning rate, the class weights, and a plan that is shortened on the way."""

from itertools import pairwise

import pytest
import torch

from services.core.bundle import LABELS
from services.trainer.descent import Descent, class_weights, rate_at, smoothed, uses_bfloat16


def test_the_rate_rises_in_a_line_and_falls_as_a_cosine() -> None:
    """From almost nothing to its peak and down to nothing."""
    shares = [rate_at(step, 100, 0.1) for step in range(101)]
    assert shares[:10] == pytest.approx([(step + 1) / 10 for step in range(10)])
    assert shares[55] == pytest.approx(0.5)
    assert shares[100] == pytest.approx(0.0)
    assert all(later < earlier for earlier, later in pairwise(shares[10:]))


@pytest.mark.parametrize(("kind", "ratio"), [("none", 1.0), ("root", 3.0), ("balanced", 9.0)])
def test_a_rare_class_counts_for_more(kind: str, ratio: float) -> None:
    """By nothing, by the root of its inverse share, or by its inverse share; one on average over the examples."""
    labels = torch.tensor([0] * 10 + [1] * 90)
    weights = class_weights(labels, kind)  # type: ignore[arg-type]
    assert (weights[0] / weights[1]).item() == pytest.approx(ratio)
    assert weights[labels].mean().item() == pytest.approx(1.0)
    assert len(weights) == len(LABELS)
    assert weights[2].item() == 1.0


def test_a_single_verdict_leaves_its_share_of_doubt_to_the_labels_that_occur() -> None:
    """A second analyst who agrees halves it, and one who does not makes the alert half the other's."""
    opinions = torch.tensor([[1.0, 0.0, 0.0], [2.0, 0.0, 0.0], [1.0, 0.0, 1.0], [0.0, 0.0, 1.0]])
    targets = smoothed(opinions, 0.1)
    expected = [[0.95, 0.0, 0.05], [0.9737, 0.0, 0.0263], [0.5, 0.0, 0.5], [0.05, 0.0, 0.95]]
    assert torch.allclose(targets, torch.tensor(expected), atol=1e-4)


def test_without_smoothing_a_verdict_is_what_it_says() -> None:
    """Only analysts who disagree leave something in doubt."""
    opinions = torch.tensor([[3.0, 0.0, 0.0], [0.0, 1.0, 2.0]])
    assert torch.allclose(smoothed(opinions, 0.0), torch.tensor([[1.0, 0.0, 0.0], [0.0, 1 / 3, 2 / 3]]))


def test_a_shortened_plan_ends_sooner_and_at_a_rate_of_nothing() -> None:
    """A time budget takes steps away, not the end of the schedule."""
    weight = torch.nn.Parameter(torch.tensor([1.0]))
    descent = Descent([([weight], 0.1)], steps=100, warm_up=0.0, weight_decay=0.0)
    while not descent.finished:
        descent.step((weight**2).sum())
        if descent.done == 5:
            descent.planned = 10
    assert descent.done == 10
    assert descent.share == 1.0
    assert abs(weight.item()) < 0.7


def test_precision_is_what_was_asked_for() -> None:
    """`auto` looks at the processor; the others do not."""
    assert uses_bfloat16("bfloat16")
    assert not uses_bfloat16("float32")
