"""Fitting of linear models on one thread, however many there are."""

from typing import Any

from threadpoolctl import threadpool_limits


def fit_alone(model: Any, features: Any, labels: Any, **given: Any) -> None:  # noqa: ANN401 - scikit-learn has no types
    """Fit a scikit-learn model with BLAS on one thread.

    L-BFGS goes thousands of small steps over long vectors, and BLAS's threads wait for each other after each: two on
    two idle cores took twice as long as one (TF-IDF baselines of 1,261 alerts: 6.5 s for 3.0 s).
    """
    with threadpool_limits(limits=1, user_api="blas"):
        model.fit(features, labels, **given)
