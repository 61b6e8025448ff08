"""What is measured of scores whose truth is known."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from services.core.example import Example

Scores = NDArray[np.float64]
Truth = NDArray[np.bool_]
RECALL = 0.99
"""What a threshold for saving alerts is chosen for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One attack step at a threshold: its alerts, the share shown, which of them was the first shown, and when.

    `first` counts from 1 and `seconds` from the step's first alert; both are None where none was shown.
    """

    name: str
    alerts: int
    recall: float
    first: int | None
    seconds: float | None


def truth_of(examples: Sequence[Example]) -> Truth:
    """Which are attacks."""
    return np.array([example.is_attack for example in examples])


def average_precision(truth: Truth, scores: Scores) -> float:
    """The area under precision by recall, in steps."""
    return float(average_precision_score(truth, scores))


def f1(truth: Truth, scores: Scores, *, threshold: float) -> float:
    """F1 on attacks of showing what reaches the threshold."""
    shown = scores >= threshold
    return float(2 * (shown & truth).sum() / max(shown.sum() + truth.sum(), 1))


def best_threshold(truth: Truth, scores: Scores) -> float:
    """The threshold with the highest F1, half-way to the next score below."""
    order = np.argsort(-scores, kind="stable")
    ranked, hits = scores[order], np.cumsum(truth[order])
    ends = np.append(ranked[1:] < ranked[:-1], True)
    values = np.where(ends, 2 * hits / (np.arange(1, len(order) + 1) + truth.sum()), 0)
    best = int(values.argmax())
    below = ranked[best + 1] if best + 1 < len(ranked) else 0.0
    return float((ranked[best] + below) / 2)


def threshold_for(truth: Truth, scores: Scores, *, recall: float = RECALL) -> float:
    """The highest threshold that shows this share of the attacks."""
    attacks = np.sort(scores[truth])
    return float(attacks[int(np.floor((1 - recall) * len(attacks)))])


def saved(scores: Scores, *, threshold: float) -> float:
    """The share of alerts that are not shown."""
    return float((scores < threshold).mean())


def recall(truth: Truth, scores: Scores, *, threshold: float) -> float:
    """The share of attacks that are shown."""
    return float((scores[truth] >= threshold).mean())


def steps(examples: Sequence[Example], scores: Scores, *, threshold: float) -> list[Step]:
    """Each attack step, alerts in the order of time."""
    names = sorted({example.incident for example in examples if example.is_attack})
    return [_step(name, examples, scores, threshold) for name in names]


def _step(name: str, examples: Sequence[Example], scores: Scores, threshold: float) -> Step:
    rows = [(one.alert.observed_at, score) for one, score in zip(examples, scores, strict=True) if one.incident == name]
    shown = [place for place, (_, score) in enumerate(rows) if score >= threshold]
    first = shown[0] if shown else None
    return Step(
        name=name,
        alerts=len(rows),
        recall=len(shown) / len(rows),
        first=None if first is None else first + 1,
        seconds=None if first is None else (rows[first][0] - rows[0][0]).total_seconds(),
    )


def resampled(
    truth: Truth, scores: Scores, groups: Sequence[str], *, seed: int = 0, resamples: int = 200
) -> tuple[float, float]:
    """The 95 % interval of average precision from drawing whole groups anew (Efron and Tibshirani 1993, chapter 13)."""
    generator = np.random.default_rng(seed)
    names = {name: number for number, name in enumerate(dict.fromkeys(groups))}
    members = [np.flatnonzero(np.array([names[group] for group in groups]) == number) for number in range(len(names))]
    values = []
    for _ in range(resamples):
        rows = np.concatenate([members[drawn] for drawn in generator.integers(len(members), size=len(members))])
        if truth[rows].any():
            values.append(average_precision(truth[rows], scores[rows]))
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)
