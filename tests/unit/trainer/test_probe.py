"""The probe: vectors and the context's steps in straight lines, in torch as scikit-learn fitted them."""

import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from services.core.bundle import LABELS
from services.trainer.descent import class_weights
from services.trainer.probe import Probe, fit

_WIDTH, _STEPS = 6, 4


def _examples(count: int, *, labels: int = 3) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Vectors in which one place never moves, steps, and labels that hang on both and on chance."""
    drawn = torch.Generator().manual_seed(4)
    vectors, steps = torch.randn(count, _WIDTH, generator=drawn) * 3 + 1, torch.rand(count, _STEPS, generator=drawn)
    vectors[:, 2] = 0.5
    told = torch.stack([vectors[:, 0], 4 * steps[:, 1], torch.full((count,), 2.0)], dim=-1)[:, :labels]
    return vectors, steps, (told + torch.randn(count, labels, generator=drawn)).argmax(1)


def _said(vectors: torch.Tensor, steps: torch.Tensor, labels: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    probe = Probe(width=_WIDTH, steps=_STEPS)
    fit(probe, vectors, steps, labels, weights=weights)
    said: torch.Tensor = probe(vectors, steps).exp()
    return said


def test_it_says_what_scikit_learn_would() -> None:
    """With places standardised, which the graph does not know of."""
    vectors, steps, labels = _examples(400)
    features = torch.cat([vectors, steps], dim=-1).numpy()
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300)).fit(features, labels.numpy())
    expected = torch.tensor(model.predict_proba(features), dtype=torch.float32)
    assert torch.allclose(_said(vectors, steps, labels, torch.ones(3)), expected, atol=1e-3)


def test_what_the_class_weights_shifted_is_taken_back() -> None:
    """Else a rare label, which counts for more in the fit, would be said to be likelier than it is."""
    vectors, steps, labels = _examples(400)
    said = _said(vectors, steps, labels, class_weights(labels, "balanced"))
    assert said.mean(0).tolist() == pytest.approx((torch.bincount(labels) / 400).tolist(), abs=0.03)


def test_a_label_that_never_occurred_is_next_to_impossible() -> None:
    """Two labels of three."""
    assert _said(*_examples(300, labels=2), torch.ones(3))[:, 2].max() < 1e-6


def test_before_it_is_fitted_it_says_nothing() -> None:
    """All labels alike."""
    said = Probe(width=_WIDTH, steps=_STEPS)(torch.rand(5, _WIDTH), torch.rand(5, _STEPS)).exp()
    assert torch.allclose(said, torch.full((5, len(LABELS)), 1 / len(LABELS)))
