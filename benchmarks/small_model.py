"""A small model of text and context that learns in seconds, for benchmarks that train many times.

A network of one hidden layer over TF-IDF of words and the scaled context. On the simulated SOC, where neither text nor
context tells an attack by itself, it does what linear models cannot and the fine-tuned transformer does as well.
"""

import warnings
from collections.abc import Sequence

from scipy.sparse import csr_matrix, hstack
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

from services.core.example import Example
from services.core.judged import Predict
from services.core.text import render_alert
from services.trainer.baselines import fitted

_TEXT_WEIGHT = 3.0
"""So that words weigh as much as the context, whose places are scaled to one."""


def learned(training: Sequence[Example]) -> Predict:
    """The model, fitted."""
    words = TfidfVectorizer(min_df=3, sublinear_tf=True, token_pattern=r"[a-z0-9]+").fit(_texts(training))
    scaler = StandardScaler().fit(_contexts(training))
    network = MLPClassifier((32,), alpha=0.3, max_iter=20, learning_rate_init=3e-3, batch_size=64, random_state=0)

    def features(examples: Sequence[Example]) -> csr_matrix:
        text = _TEXT_WEIGHT * words.transform(_texts(examples))
        return csr_matrix(hstack([text, scaler.transform(_contexts(examples))]))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # twenty passes are meant to be enough
        return fitted(network, features, training)


def _texts(examples: Sequence[Example]) -> list[str]:
    return [render_alert(one.alert) for one in examples]


def _contexts(examples: Sequence[Example]) -> list[tuple[float, ...]]:
    return [one.context.values for one in examples]
