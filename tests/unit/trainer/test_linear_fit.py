"""Linear models are fitted with BLAS on one thread, and others have theirs again after."""

from typing import Any

from threadpoolctl import threadpool_info, threadpool_limits

from services.trainer.linear_fit import fit_alone


class _Model:
    """Remembers with how many threads it was fitted, and to what."""

    def fit(self, features: Any, labels: Any, **given: Any) -> None:
        """As scikit-learn's."""
        self.threads = _threads()
        self.told = (features, labels, given)


def _threads() -> list[int]:
    return [each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"]


def test_a_fit_has_one_thread_and_leaves_the_others_theirs() -> None:
    """Those of numpy and of scipy."""
    model = _Model()
    with threadpool_limits(limits=2, user_api="blas"):
        fit_alone(model, "features", "labels", sample_weight=1)
        assert set(_threads()) == {2}
    assert set(model.threads) == {1}
    assert model.told == ("features", "labels", {"sample_weight": 1})
