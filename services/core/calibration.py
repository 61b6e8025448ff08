"""Whether a probability means what it says, and the temperature that makes it so."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationBin:
    """Alerts whose P(true_positive) lies in [low, high): how many, their mean probability and share of attacks."""

    low: float
    high: float
    count: int
    predicted: float
    observed: float


def bin_of(probability: float) -> int:
    """Which of the ten equal bins a probability falls into."""
    return min(int(probability * BINS), BINS - 1)


def calibration_bins(scores: Sequence[float], attacks: Sequence[bool]) -> tuple[CalibrationBin, ...]:
    """The reliability table, bins without an alert left out.

    Its expected calibration error is the mean of |predicted - observed| over alerts (Naeini et al., AAAI 2015).
    """
    members: dict[int, list[tuple[float, bool]]] = {}
    for score, attack in zip(scores, attacks, strict=True):
        members.setdefault(bin_of(score), []).append((score, attack))
    return tuple(_bin(place, members[place]) for place in sorted(members))


def _bin(place: int, members: list[tuple[float, bool]]) -> CalibrationBin:
    return CalibrationBin(
        low=place / BINS,
        high=(place + 1) / BINS,
        count=len(members),
        predicted=sum(score for score, _ in members) / len(members),
        observed=sum(attack for _, attack in members) / len(members),
    )


def fit_temperature(
    logits: Sequence[Sequence[float]], labels: Sequence[int], *, low: float = 0.05, high: float = 20.0
) -> float:
    """The temperature in [low, high] that suits the labels best; `labels` are places in the rows of `logits` [n, k].

    The loss is the cross-entropy (Guo et al., ICML 2017, section 4.2) with Platt's targets ("Probabilistic Outputs for
    Support Vector Machines", 1999, section 2.2), here for several labels: of n examples of a label, one more of each
    other label that occurs is reckoned to come. So a model that errs in none of them is not thought never to err, which
    would drive the temperature to nothing, and every probability to 0 or 1.

    The loss has one minimum in the temperature (it is convex in its inverse), so a golden-section search over its
    logarithm finds it, to one part in a thousand. Without examples it is 1.
    """
    if not labels:
        return 1.0
    rows = _below_the_largest(logits, labels)
    golden = (sqrt(5) - 1) / 2
    left, right = log(low), log(high)
    while right - left > 1e-3:
        inner_left, inner_right = right - golden * (right - left), left + golden * (right - left)
        if _loss(rows, temperature=exp(inner_left)) <= _loss(rows, temperature=exp(inner_right)):
            right = inner_right
        else:
            left = inner_left
    return exp((left + right) / 2)


_Row = tuple[Sequence[float], float]
"""How far each logit lies below the largest, and the mean of that by the targets."""


def _below_the_largest(logits: Sequence[Sequence[float]], labels: Sequence[int]) -> list[_Row]:
    counts = Counter(labels)
    rows: list[_Row] = []
    for row, label in zip(logits, labels, strict=True):
        largest = max(row)
        below = [logit - largest for logit in row]
        expected = below[label] * counts[label] + sum(below[other] for other in counts)
        rows.append((below, expected / (counts[label] + len(counts))))
    return rows


def _loss(rows: Sequence[_Row], *, temperature: float) -> float:
    """The cross-entropy of all rows together, in nats."""
    return sum(log(sum(exp(each / temperature) for each in below)) - expected / temperature for below, expected in rows)
