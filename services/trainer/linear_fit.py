"""Fitting of linear models on one thread, however many there are."""

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits
from torch import Tensor

from services.core.bundle import LABELS

_ABSENT = -20.0
"""The logit of a label that training never met."""


def fit_alone(model: Any, features: Any, labels: Any, **given: Any) -> None:  # noqa: ANN401 - scikit-learn has no types
    """Fit a scikit-learn model with BLAS on one thread.

    L-BFGS goes thousands of small steps over long vectors, and BLAS's threads wait for each other after each: two on
    two idle cores took twice as long as one (TF-IDF baselines of 1,261 alerts: 6.5 s for 3.0 s).
    """
    with threadpool_limits(limits=1, user_api="blas"):
        model.fit(features, labels, **given)


def straight_lines(
    features: csr_matrix | NDArray[np.float32], labels: Tensor, *, weights: Tensor, regularisation: float, rounds: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What each feature adds to each label's logit, [labels, features], and the labels' own logits, [labels].

    By logistic regression on features [n, features] and labels [n], each label by its weight [labels];
    `regularisation` is scikit-learn's C, and after so many rounds it may end before it is done. The probabilities are
    those of the examples as they came: what the weights shifted is taken back.
    """
    model, of = LogisticRegression(C=regularisation, max_iter=rounds), labels.numpy()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fit_alone(model, features, of, sample_weight=weights.numpy()[of])
    found, bias = np.zeros((len(LABELS), features.shape[1])), np.full(len(LABELS), _ABSENT)
    found[model.classes_], bias[model.classes_] = _of_each_class(model.coef_), _of_each_class(model.intercept_)
    return found, bias - np.log(weights.numpy())


def _of_each_class(found: NDArray[np.float64]) -> NDArray[np.float64]:
    """A row for each class, where scikit-learn has but one for two: the second's, as the first's lies at zero."""
    return found if len(found) > 1 else np.concatenate([np.zeros_like(found), found])
