"""Every edit alone, and the worst sequence of them for each attack, found greedily.

The search knows the model's answers, as an attacker with the same product at home would: after Li et al., "TextBugger:
Generating Adversarial Text Against Real-world Applications" (NDSS 2019), with edits that keep a command's meaning for
machines in place of those that keep a sentence's for people. A greedy search gives a lower bound of what a worst
sequence can do.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.core.example import Example
from services.core.judged import Predict
from services.core.robustness import EditFigures, UnderAttack
from services.trainer.adversarial.edits import EDITS, Edit, edited

BUDGET = 3
"""Edits upon each other."""


@dataclass(slots=True, kw_only=True)
class _Attempt:
    """One attack as the search has it now: its text, P(true_positive), and the edits made."""

    example: Example
    score: float
    made: frozenset[str] = frozenset()


def under_attack(
    predict: Predict,
    attacks: Sequence[Example],
    *,
    threshold: float,
    budget: int = BUDGET,
    edits: Mapping[str, Edit] = EDITS,
) -> UnderAttack:
    """A model's recall of these attacks under each edit, and under the worst sequence of up to `budget` of them.

    The model is asked once for the attacks as they are and once a round, about at most `len(edits)` variants of each
    attack that is still caught; the first round tries all. Contexts stay as they are: how often a rule fired where,
    no words of an attacker change.
    """
    scores = _scores(predict, attacks)
    attempts = [_Attempt(example=one, score=score) for one, score in zip(attacks, scores, strict=True)]
    before = tuple(score >= threshold for score in scores)
    figures = {name: _figures(name, [], before, threshold) for name in edits}
    for number in range(budget):
        open_ones = [place for place, one in enumerate(attempts) if number == 0 or one.score >= threshold]
        tried = _round(predict, attempts, open_ones, edits)
        if not tried:
            break
        if number == 0:
            figures = {name: _figures(name, tried, before, threshold) for name in edits}
        for place, name, variant, score in _worst(tried):
            if score < attempts[place].score:
                made = attempts[place].made | {name}
                attempts[place] = _Attempt(example=variant, score=score, made=made)
    after = tuple(was and one.score >= threshold for was, one in zip(before, attempts, strict=True))
    return UnderAttack(edits=figures, before=before, after=after, budget=budget)


_Tried = tuple[int, str, Example, float]
"""An attack's place, the edit's name, the variant and P(true_positive) of it."""


def _round(
    predict: Predict, attempts: Sequence[_Attempt], places: Sequence[int], edits: Mapping[str, Edit]
) -> list[_Tried]:
    """Every edit not made yet on every attack that is still caught, where it changes anything, in one batch."""
    variants = [
        (place, name, variant)
        for place in places
        for name, edit in edits.items()
        if name not in attempts[place].made and (variant := edited(attempts[place].example, edit)) is not None
    ]
    scores = _scores(predict, [variant for _, _, variant in variants])
    return [(place, name, variant, score) for (place, name, variant), score in zip(variants, scores, strict=True)]


def _worst(tried: Sequence[_Tried]) -> Iterator[_Tried]:
    """For each attack the variant that the model finds least suspicious."""
    seen: set[int] = set()
    for one in sorted(tried, key=lambda one: one[3]):
        if one[0] not in seen:
            seen.add(one[0])
            yield one


def _scores(predict: Predict, examples: Sequence[Example]) -> list[float]:
    return [float(row[0]) for row in predict(examples)] if examples else []


def _figures(name: str, tried: Sequence[_Tried], before: Sequence[bool], threshold: float) -> EditFigures:
    after = {place: score >= threshold for place, edit, _, score in tried if edit == name}
    return EditFigures(
        attacks=len(before),
        applicable=len(after),
        caught=sum(before[place] for place in after),
        still_caught=sum(still for place, still in after.items() if before[place]),
        recalled=sum(after.get(place, was) for place, was in enumerate(before)),
    )
