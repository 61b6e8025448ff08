"""What a fine-tuned model must beat, on the same split.

Look-up by rule, and by rule and host; TF-IDF, and TF-IDF with the context; and the linear probe: the pretrained model
as it came, its vectors frozen, with the context (Alain and Bengio, "Understanding intermediate layers using linear
classifier probes", ICLR 2017 workshop).
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from services.core.bundle import LABELS
from services.core.context import host_of, rule_of
from services.core.example import Example
from services.core.judged import Judged, Predict
from services.core.metrics import Met, choose_threshold, judged_by
from services.core.text import render_alert
from services.trainer.features import ContextFeatures, TextFeatures
from services.trainer.linear_fit import fit_alone

LOOK_UP, HOST_LOOK_UP = "rule_look_up", "rule_host_look_up"
TFIDF, TFIDF_CONTEXT, LINEAR_PROBE = "tfidf", "tfidf_context", "linear_probe"

Row = tuple[float, float, float]
Vectors = Callable[[Sequence[Example]], NDArray[np.float32]]
"""A pretrained model's vectors of examples, float32 [n, width]."""
Choose = Callable[[Sequence[Judged]], float]
"""A threshold on P(true_positive) by what was said of examples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A fitted baseline: its name, its threshold on P(true_positive), and what it says of examples."""

    name: str
    threshold: float
    predict: Predict

    def probabilities(self, examples: Sequence[Example]) -> Sequence[Sequence[float]]:
        """Probabilities in the order of `bundle.LABELS`, one row an example."""
        return self.predict(examples) if examples else []


def fit_baselines(
    training: Sequence[Example],
    *,
    validation: Sequence[Example],
    choose: Choose = choose_threshold,
    vectors: Vectors | None = None,
) -> list[Baseline]:
    """Fit all on `training` and choose their thresholds on `validation` as a model's is chosen."""
    met = Met.in_training(training)
    return [
        Baseline(
            name=name,
            predict=predict,
            threshold=choose(judged_by(validation, predict(validation), met=met)),
        )
        for name, predict in predictors(training, vectors=vectors).items()
    ]


def predictors(training: Sequence[Example], *, vectors: Vectors | None = None) -> dict[str, Predict]:
    """All by name, fitted and without thresholds.

    The linear probe is only there where `vectors` are: they take a pretrained model to make.
    """
    text = TextFeatures([render_alert(example.alert) for example in training])
    found = {
        LOOK_UP: _look_up(training, key=lambda example: rule_of(example.alert)),
        HOST_LOOK_UP: _look_up_in_two(training),
        TFIDF: linear(training, text),
        TFIDF_CONTEXT: linear(training, text, ContextFeatures(training)),
    }
    if vectors is not None:
        found[LINEAR_PROBE] = _probe(training, vectors)
    return found


Key = Callable[[Example], Hashable]


def _look_up(training: Sequence[Example], *, key: Key, prior: Predict | None = None) -> Predict:
    """The verdicts a key had, and one more spread as the prior says, for a new key that alone.

    Where no prior is given it is the shares of all verdicts.
    """
    counts: dict[Hashable, Counter[str]] = defaultdict(Counter)
    for example in training:
        counts[key(example)][example.label.value] += 1
    before = prior or _constant(training)

    def predict(examples: Sequence[Example]) -> list[Row]:
        found = (counts.get(key(example), Counter()) for example in examples)
        return [_shares(one, share) for one, share in zip(found, before(examples), strict=True)]

    return predict


def _look_up_in_two(training: Sequence[Example]) -> Predict:
    """By rule and host, falling back on the rule, and from there on all."""
    by_rule = _look_up(training, key=lambda example: rule_of(example.alert))
    return _look_up(training, key=lambda example: (rule_of(example.alert), host_of(example.alert)), prior=by_rule)


def _constant(training: Sequence[Example]) -> Predict:
    overall = Counter(example.label.value for example in training)
    true, benign, false = (overall[label] / len(training) for label in LABELS)
    return lambda examples: [(true, benign, false)] * len(examples)


def _shares(counts: Counter[str], prior: Sequence[float]) -> Row:
    total = counts.total() + 1.0
    true, benign, false = ((counts[label] + share) / total for label, share in zip(LABELS, prior, strict=True))
    return true, benign, false


def linear(training: Sequence[Example], text: TextFeatures, context: ContextFeatures | None = None) -> Predict:
    """Logistic regression on the text's features, and beside them the context's."""

    def features(examples: Sequence[Example]) -> csr_matrix:
        of_text = text.of([render_alert(example.alert) for example in examples])
        return of_text if context is None else csr_matrix(hstack([of_text, context.of(examples)]))

    return fitted(LogisticRegression(C=10.0, max_iter=300, class_weight="balanced"), features, training)


def _probe(training: Sequence[Example], vectors: Vectors) -> Predict:
    """Logistic regression on frozen vectors and the context, each place standardised."""

    def features(examples: Sequence[Example]) -> NDArray[np.float32]:
        contexts = np.array([example.context.values for example in examples], dtype=np.float32)
        return np.hstack([vectors(examples), contexts])

    model = LogisticRegression(max_iter=300, class_weight="balanced")
    return fitted(make_pipeline(StandardScaler(), model), features, training)


def fitted(
    model: Any,  # noqa: ANN401 - scikit-learn's, which has no types
    features: Callable[[Sequence[Example]], csr_matrix | NDArray[np.float32]],
    training: Sequence[Example],
) -> Predict:
    """Fit a classifier to the features of `training`; a verdict it never met gets no probability."""
    fit_alone(model, features(training), [LABELS.index(example.label) for example in training])
    columns = [int(label) for label in model.classes_]

    def predict(examples: Sequence[Example]) -> list[list[float]]:
        every = np.zeros((len(examples), len(LABELS)))
        every[:, columns] = model.predict_proba(features(examples))
        return every.tolist()

    return predict
