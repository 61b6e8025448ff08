"""What a fine-tuned model must beat: look-up by rule, TF-IDF, and TF-IDF with the context, on the same split."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from services.core.bundle import LABELS
from services.core.context import rule_of
from services.core.example import Example
from services.core.metrics import Met, choose_threshold, judged_by
from services.core.text import render_alert

LOOK_UP, TFIDF, TFIDF_CONTEXT = "rule_look_up", "tfidf", "tfidf_context"

Row = tuple[float, float, float]
Predict = Callable[[Sequence[Example]], list[Row]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A fitted baseline: its name, its threshold on P(true_positive), and what it says of examples."""

    name: str
    threshold: float
    predict: Predict

    def probabilities(self, examples: Sequence[Example]) -> list[Row]:
        """Probabilities in the order of `bundle.LABELS`, one row an example."""
        return self.predict(examples) if examples else []


def fit_baselines(training: Sequence[Example], *, validation: Sequence[Example], beta: float = 2.0) -> list[Baseline]:
    """Fit all three on `training` and choose their thresholds on `validation`, by F-beta as the model's is."""
    predictors = {
        LOOK_UP: _look_up(training),
        TFIDF: _linear(training, context=False),
        TFIDF_CONTEXT: _linear(training, context=True),
    }
    met = Met.in_training(training)
    return [
        Baseline(
            name=name,
            predict=predict,
            threshold=choose_threshold(judged_by(validation, predict(validation), met=met), beta=beta),
        )
        for name, predict in predictors.items()
    ]


def _look_up(training: Sequence[Example]) -> Predict:
    """The verdicts a rule had, and one more spread as all verdicts are; so a new rule has the shares of all."""
    overall = Counter(example.label.value for example in training)
    prior = [overall[label] / len(training) for label in LABELS]
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for example in training:
        counts[rule_of(example.alert)][example.label.value] += 1

    def predict(examples: Sequence[Example]) -> list[Row]:
        return [_shares(counts.get(rule_of(example.alert), Counter()), prior) for example in examples]

    return predict


def _shares(counts: Counter[str], prior: Sequence[float]) -> Row:
    total = counts.total() + 1.0
    true, benign, false = ((counts[label] + share) / total for label, share in zip(LABELS, prior, strict=True))
    return true, benign, false


def _linear(training: Sequence[Example], *, context: bool) -> Predict:
    """Logistic regression on TF-IDF of words (1 to 2) and characters (3 to 5), with the context's buckets if asked."""
    features = Features(training, context=context)
    model = LogisticRegression(C=10.0, max_iter=300, class_weight="balanced")
    model.fit(features.of(training), [LABELS.index(example.label) for example in training])
    columns = [int(label) for label in model.classes_]

    def predict(examples: Sequence[Example]) -> list[Row]:
        wide = np.zeros((len(examples), len(LABELS)))
        wide[:, columns] = model.predict_proba(features.of(examples))
        return [(float(true), float(benign), float(false)) for true, benign, false in wide]

    return predict


class Features:
    """Sparse features fitted to a training part."""

    def __init__(self, training: Sequence[Example], *, context: bool) -> None:
        texts = [render_alert(example.alert) for example in training]
        self._text = [vectoriser.fit(texts) for vectoriser in text_vectorisers()]
        self._context = CountVectorizer(analyzer=buckets).fit(training) if context else None

    def of(self, examples: Sequence[Example]) -> csr_matrix:
        """The features of examples, [n, features]."""
        texts = [render_alert(example.alert) for example in examples]
        parts = [vectoriser.transform(texts) for vectoriser in self._text]
        if self._context is not None:
            parts.append(self._context.transform(examples))
        return csr_matrix(hstack(parts))


_MOST = 100_000


def text_vectorisers() -> list[TfidfVectorizer]:
    """TF-IDF of words (1 to 2) and of characters within words (3 to 5), not fitted yet."""
    return [
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, max_features=_MOST),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, max_features=_MOST),
    ]


def buckets(example: Example) -> list[str]:
    """The context as tokens: each place with its value, which is a logarithm already, rounded to halves."""
    return [f"{place}={round(2 * value)}" for place, value in enumerate(example.context.values)]
