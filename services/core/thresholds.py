"""From which probability on an alert is shown."""

from collections.abc import Sequence
from math import ceil

from services.core.errors import DataError
from services.core.judged import Judged
from services.core.showing import Shows, showing

BETA = 2.0
"""How much more recall weighs than precision, for a missed attack costs more than a false alarm."""


def f_beta(hits: float, *, said: float, true: float, beta: float = 1.0) -> float:
    """Harmonic mean of precision and recall, recall beta times as important (van Rijsbergen 1979, chapter 7).

    `said` and `true` count what was named and what should have been, `hits` both; 0 where there is neither.
    """
    both = said + beta * beta * true
    return (1 + beta * beta) * hits / both if both else 0.0


def choose_threshold(judged: Sequence[Judged], *, beta: float = BETA) -> float:
    """The threshold on P(true_positive) with the highest F-beta on attacks.

    Among equals the lowest is taken; it lies half-way to the next score below, so that a rounding error does not hide
    an alert.

    Raises:
        DataError: there is no attack among the examples.
    """
    ordered = sorted(judged, key=lambda row: -row.score)
    attacks = sum(row.is_attack for row in ordered)
    if not attacks:
        raise DataError("a threshold needs at least one attack among the validation examples")
    best, threshold, hits = -1.0, 0.0, 0
    for shown, row in enumerate(ordered, start=1):
        hits += row.is_attack
        last = shown == len(ordered)
        below = 0.0 if last else ordered[shown].score
        value = f_beta(hits, said=shown, true=attacks, beta=beta)
        if (last or below < row.score) and value >= best:
            best, threshold = value, (row.score + below) / 2
    return threshold


def threshold_with_recall(judged: Sequence[Judged], *, recall: float) -> float:
    """The highest threshold that shows at least this share of the attacks, half-way to the next score below.

    Raises:
        DataError: there is no attack among the examples.
    """
    attacks = sorted((row.score for row in judged if row.is_attack), reverse=True)
    if not attacks:
        raise DataError("a threshold needs at least one attack among the validation examples")
    last = attacks[max(ceil(recall * len(attacks) - 1e-9), 1) - 1]
    below = max((row.score for row in judged if row.score < last), default=0.0)
    return (last + below) / 2


def threshold_beside(
    judged: Sequence[Judged], champion: Sequence[Judged], *, shows: Shows, margin: float = 0.0
) -> float:
    """A model's threshold by what it said, beside a champion that said `champion` of the same and `shows` some of it.

    Its own, or where it shows as many of the attacks as the champion but for a share of `margin`; from there half the
    way down to where it would raise as many false alarms. So half of what it is better by goes to fewer false alarms,
    and half to attacks that these examples do not hold: later ones score lower than those a threshold was chosen by.
    The margin is for wrong verdicts: beside a champion that shows everything, one of them would else be the threshold.

    Raises:
        DataError: there is no attack among the examples.
    """
    shown = [shows(row) for row in champion if row.is_attack]
    as_many = threshold_with_recall(judged, recall=sum(shown) / max(len(shown), 1) - margin)
    highest = min(choose_threshold(judged), as_many)
    return _lower(judged, highest, by=(_alarms(champion, shows) - _alarms(judged, showing(highest))) // 2)


def _alarms(judged: Sequence[Judged], shows: Shows) -> int:
    return sum(shows(row) for row in judged if not row.is_attack)


def _lower(judged: Sequence[Judged], threshold: float, *, by: int) -> float:
    """The threshold that raises so many more false alarms; the same where that is none."""
    if by <= 0:
        return threshold
    hidden = sorted((row.score for row in judged if not row.is_attack and row.score < threshold), reverse=True)
    last = hidden[by - 1]
    below = max((row.score for row in judged if row.score < last), default=0.0)
    return (last + below) / 2
