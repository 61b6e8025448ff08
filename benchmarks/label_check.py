"""A check on labels, to see how much of a poison it finds: confident learning over out-of-fold probabilities.

Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels" (JAIR 70, 2021), on attack
against harmless: flagged is an example whose other class is likelier than that class's own examples are in the mean.
"""

from collections.abc import Sequence

from benchmarks.small_model import learned
from services.core.caps import lot
from services.core.example import Example
from services.core.judged import group_of

_FOLDS = 3


def flagged(examples: Sequence[Example]) -> frozenset[str]:
    """The ids of the alerts whose verdict looks wrong."""
    scores = _out_of_fold(examples)
    attacks = [score for one, score in zip(examples, scores, strict=True) if one.is_attack]
    harmless = [1 - score for one, score in zip(examples, scores, strict=True) if not one.is_attack]
    as_attack, as_harmless = sum(attacks) / max(len(attacks), 1), sum(harmless) / max(len(harmless), 1)
    return frozenset(
        one.alert.alert_id
        for one, score in zip(examples, scores, strict=True)
        if (score >= as_attack and score > 0.5 and not one.is_attack)
        or (1 - score >= as_harmless and score < 0.5 and one.is_attack)
    )


def _out_of_fold(examples: Sequence[Example]) -> list[float]:
    """P(true_positive) of each example by a model that has seen nothing of its group."""
    folds = [int(_FOLDS * lot(group_of(one), seed=1)) for one in examples]
    scores = [0.0] * len(examples)
    for fold in range(_FOLDS):
        predict = learned([one for one, its in zip(examples, folds, strict=True) if its != fold])
        places = [place for place, its in enumerate(folds) if its == fold]
        for place, row in zip(places, predict([examples[place] for place in places]), strict=True):
            scores[place] = row[0]
    return scores
