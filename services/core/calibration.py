"""Whether a probability means what it says, and the temperature that makes it so."""

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


def negative_log_likelihood(
    logits: Sequence[Sequence[float]], labels: Sequence[int], *, temperature: float = 1.0
) -> float:
    """Mean -log P(label) in nats; `labels` are places in the rows of `logits` [n, k]."""
    total = 0.0
    for row, label in zip(logits, labels, strict=True):
        largest = max(row)
        total += log(sum(exp((logit - largest) / temperature) for logit in row)) - (row[label] - largest) / temperature
    return total / max(len(labels), 1)


def fit_temperature(
    logits: Sequence[Sequence[float]], labels: Sequence[int], *, low: float = 0.05, high: float = 20.0
) -> float:
    """The temperature in [low, high] with the least negative log-likelihood (Guo et al., ICML 2017, section 4.2).

    The loss has one minimum in the temperature (it is convex in its inverse), so a golden-section search over its
    logarithm finds it, to one part in a thousand. Without examples it is 1.
    """
    if not labels:
        return 1.0
    golden = (sqrt(5) - 1) / 2
    left, right = log(low), log(high)
    while right - left > 1e-3:
        inner_left, inner_right = right - golden * (right - left), left + golden * (right - left)
        loss_left = negative_log_likelihood(logits, labels, temperature=exp(inner_left))
        if loss_left <= negative_log_likelihood(logits, labels, temperature=exp(inner_right)):
            right = inner_right
        else:
            left = inner_left
    return exp((left + right) / 2)
