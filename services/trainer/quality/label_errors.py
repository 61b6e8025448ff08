"""Verdicts that are likely wrong, shown for review and never left out.

Confident learning (Northcutt, Jiang and Chuang 2021, "Confident Learning: Estimating Uncertainty in Dataset Labels",
JAIR 70), by cleanlab where it is installed, on what the linear baseline says of folds it did not learn from.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import SGDClassifier

from services.core.bundle import LABELS
from services.core.errors import DataError
from services.core.folds import folds
from services.trainer.features import ContextFeatures, TextFeatures
from services.trainer.quality.finding import Finding, Severity
from services.trainer.quality.rows import Rows

ROWS, TEXTS = 10_000, 2_000
"""Rows, and distinct texts among them, that are looked at; of more, those the lot falls on. Texts are what costs."""
FEWEST = 10
"""Examples a class needs to take part."""
_FOLDS = 5
_MANY = 0.05
_NAME = "label_errors"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """Alert ids looked at, and of these, likeliest errors first, those to review."""

    looked_at: frozenset[str]
    suspects: tuple[str, ...]


def likely_errors(rows: Rows, clusters: Sequence[Sequence[int]], *, seed: int) -> tuple[Reviewed, list[Finding]]:
    """Look for labels that the baseline contradicts with confidence; what stands in the way is a note.

    `clusters` are near duplicates, which lie in one fold.
    """
    if find_spec("cleanlab") is None:
        return _nothing(rows, "cleanlab is not installed", "Install it: pip install 'winnow-soc[label-review]'.")
    part = _enough_of_each(rows.sample(ROWS, texts=TEXTS, seed=seed))
    classes = {example.label for example in part.examples}
    if len(classes) < 2:
        return _nothing(rows, f"fewer than two classes have {FEWEST} examples", "Collect more verdicts.")
    try:
        said = out_of_fold(part, _among(clusters, rows, part), seed=seed)
    except DataError as error:
        return _nothing(rows, str(error), "Collect more verdicts.")
    reviewed = Reviewed(
        looked_at=frozenset(part.ids(range(len(part)))), suspects=tuple(part.ids(_suspects(part, said)))
    )
    return reviewed, _found(part, reviewed)


def out_of_fold(rows: Rows, clusters: Sequence[Sequence[int]], *, seed: int) -> NDArray[np.float64]:
    """P of each label in `LABELS`, [rows, 3], by a model that learned from the other folds.

    The model is the linear baseline with context (`services.trainer.baselines`) by stochastic gradient descent, which
    takes an eighth of the time, and held shorter so that it does not learn wrong labels by heart; its vocabulary is
    that of all texts, its labels those of the other folds.

    Raises:
        DataError: the rows make no two folds, or the rest of a fold has one class alone.
    """
    features, labels = _features(rows), np.array([LABELS.index(example.label) for example in rows.examples])
    said = np.zeros((len(rows), len(LABELS)))
    for learned, judged in folds(rows.examples, count=_FOLDS, seed=seed, clusters=clusters).parts():
        if len(set(labels[learned])) < 2:
            raise DataError("one group of alerts holds all of a class: collect verdicts on other rules and hosts")
        model = SGDClassifier(loss="log_loss", alpha=1 / len(learned), class_weight="balanced", random_state=seed)
        model.fit(features[learned], labels[learned])
        said[np.ix_(judged, model.classes_)] = model.predict_proba(features[judged])
    return said


def _features(rows: Rows) -> csr_matrix:
    return csr_matrix(
        hstack([TextFeatures(rows.texts).of(rows.texts), ContextFeatures(rows.examples).of(rows.examples)])
    )


def _suspects(rows: Rows, said: NDArray[np.float64]) -> list[int]:
    """Places of likely errors, the likeliest first."""
    from cleanlab.filter import find_label_issues  # noqa: PLC0415 - an extra, and slow to import

    labels = [LABELS.index(example.label) for example in rows.examples]
    present = sorted(set(labels))
    shares = said[:, present] + 1e-9
    issues = find_label_issues(
        np.array([present.index(label) for label in labels]),
        shares / shares.sum(axis=1, keepdims=True),
        return_indices_ranked_by="self_confidence",
        n_jobs=1,
    )
    return [int(place) for place in issues]


def _enough_of_each(rows: Rows) -> Rows:
    counts = Counter(example.label for example in rows.examples)
    return rows.at([place for place, example in enumerate(rows.examples) if counts[example.label] >= FEWEST])


def _among(clusters: Sequence[Sequence[int]], rows: Rows, part: Rows) -> list[list[int]]:
    """The clusters by their places in a part of the rows."""
    place_of = {id(example): place for place, example in enumerate(part.examples)}
    known = ([place_of.get(id(rows.examples[place])) for place in cluster] for cluster in clusters)
    return [[place for place in cluster if place is not None] for cluster in known]


def _found(rows: Rows, reviewed: Reviewed) -> list[Finding]:
    suspects = reviewed.suspects
    if not suspects:
        return []
    share = len(suspects) / len(rows)
    return [
        Finding(
            name=_NAME,
            count=len(suspects),
            share=share,
            severity=Severity.WARNING if share > _MANY else Severity.NOTE,
            effect=f"Of {len(rows):,} verdicts looked at, text and context of these speak for another one. They stay "
            "in training as they are: some are rightly unusual.",
            advice="Review these alerts, the likeliest errors first, and give a new verdict where one was wrong.",
            examples=suspects[:10],
        )
    ]


def _nothing(rows: Rows, why: str, advice: str) -> tuple[Reviewed, list[Finding]]:
    finding = Finding(
        name=_NAME,
        count=0,
        share=0.0,
        severity=Severity.NOTE,
        effect=f"Likely wrong verdicts were not looked for: {why}.",
        advice=advice,
    )
    return Reviewed(looked_at=frozenset(rows.ids(range(len(rows)))), suspects=()), [finding]
