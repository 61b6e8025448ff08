"""The wide voice: runs of word pieces and the context in straight lines, in torch as scikit-learn fitted them."""

from random import Random

import pytest
import torch

from services.core.bundle import LABELS
from services.trainer.descent import class_weights
from services.trainer.network import pooled
from services.trainer.samples import Samples, padded
from services.trainer.wide import Wide, fit

_STEPS = 4


def _samples(count: int, *, labels: int = 3) -> Samples:
    """Texts of few pieces, often repeated; which label it is hangs on the order of 7 and 8, and on the context."""
    random = Random(3)
    tokens = [[1, *(random.choice((5, 6, 7, 8)) for _ in range(random.randint(1, 6))), 2] for _ in range(count)]
    told = [0 if ", 7, 8," in str(text) else 1 + random.randrange(labels - 1) for text in tokens]
    return Samples(
        tokens=tokens,
        text_of=torch.arange(count),
        contexts=torch.rand(count, _STEPS),
        labels=torch.tensor(told),
        opinions=torch.zeros(count, len(LABELS)),
    )


def _fitted(samples: Samples, weights: torch.Tensor) -> Wide:
    wide = Wide(steps=_STEPS)
    fit(wide, samples, samples.contexts, weights=weights)
    return wide


def _said(wide: Wide, samples: Samples) -> torch.Tensor:
    ids, mask = padded(samples.tokens)
    said: torch.Tensor = wide(pooled(wide.states(ids, mask), mask), samples.contexts).exp()
    return said


@pytest.mark.parametrize("labels", [3, 2])
def test_what_it_says_of_its_own_examples_is_on_average_what_they_are(labels: int) -> None:
    """So a logistic regression does, whose features the graph must make just as it met them, repeated runs too."""
    samples = _samples(400, labels=labels)
    said = _said(_fitted(samples, torch.ones(3)), samples)
    assert said.sum(0).tolist() == pytest.approx(torch.bincount(samples.labels, minlength=3).tolist(), abs=0.5)


def test_it_remembers_the_order_of_pieces() -> None:
    """A bag of single pieces could not tell these apart."""
    samples = _samples(400)
    wide = _fitted(samples, torch.ones(3))
    ids = torch.tensor([[1, 5, 7, 8, 6, 2], [1, 5, 8, 7, 6, 2]])
    mask = torch.ones_like(ids)
    said = wide(pooled(wide.states(ids, mask), mask), torch.full((2, _STEPS), 0.5)).exp()
    assert said[0, 0] > 0.9
    assert said[1, 0] < 0.1


def test_what_the_class_weights_shifted_is_taken_back() -> None:
    """Else a rare label, which counts for more in the fit, would be said to be likelier than it is."""
    samples = _samples(400)
    said = _said(_fitted(samples, class_weights(samples.labels, "balanced")), samples)
    assert said.mean(0).tolist() == pytest.approx((torch.bincount(samples.labels) / 400).tolist(), abs=0.03)


def test_a_label_that_never_occurred_is_next_to_impossible() -> None:
    """Two labels of three."""
    samples = _samples(300, labels=2)
    assert _said(_fitted(samples, torch.ones(3)), samples)[:, 2].max() < 1e-6


def test_what_fills_up_a_batch_changes_nothing() -> None:
    """A text by itself and beside longer ones; one of a single piece is a text too."""
    samples = _samples(50)
    wide = _fitted(samples, torch.ones(3))
    tokens = [[7], [1, 7, 2], [1, 7, 8, 7, 8, 5, 2]]
    together = pooled(wide.states(*padded(tokens)), padded(tokens)[1])
    alone = [pooled(wide.states(*padded([text])), torch.ones(1, len(text)))[0] for text in tokens]
    assert torch.allclose(together, torch.stack(alone), atol=1e-6)
    assert together.abs().sum(1).gt(0).all()


def test_before_it_is_fitted_it_says_nothing() -> None:
    """All labels alike."""
    said = _said(Wide(steps=_STEPS), _samples(10))
    assert torch.allclose(said, torch.full_like(said, 1 / 3))
