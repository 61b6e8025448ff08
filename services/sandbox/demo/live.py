"""How well the alerts of a span were sorted, measured against the simulator's truth, never against the analysts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from schemas import ScoreV1, Verdict
from services.core.ranking import Ranking
from services.core.thresholds import f_beta
from services.sandbox.soc import SimulatedAlert

Scored = tuple[SimulatedAlert, ScoreV1]
"""An alert with its first score."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """Precision, recall and F1 of showing attacks to analysts. `support` counts alerts, `attacks` the attacks.

    `average_precision` is of the order by P(true_positive), whatever is shown; an alert without a score comes first.
    """

    precision: float
    recall: float
    f1: float
    average_precision: float
    false_positives_shown: int
    missed: int
    attacks: int
    support: int


def live(outcomes: Sequence[tuple[bool, bool, float]]) -> Live:
    """Measure a span: for each alert whether it is an attack, whether it was shown, and its P(true_positive)."""
    hits = sum(attack and shown for attack, shown, _ in outcomes)
    shown_count = sum(shown for _, shown, _ in outcomes)
    attacks = sum(attack for attack, _, _ in outcomes)
    ordered = sorted(outcomes, key=lambda outcome: -outcome[2])
    ranking = Ranking([score for _, _, score in ordered], [attack for attack, _, _ in ordered])
    return Live(
        precision=hits / shown_count if shown_count else 0.0,
        recall=hits / attacks if attacks else 0.0,
        f1=f_beta(hits, said=shown_count, true=attacks),
        average_precision=ranking.counted([1] * len(ordered)).average_precision(),
        false_positives_shown=shown_count - hits,
        missed=attacks - hits,
        attacks=attacks,
        support=len(outcomes),
    )


def scored_by(version: str | None, pairs: Sequence[Scored]) -> list[Scored]:
    """The alerts that one version scored, or that passed unscored where it is None."""
    return [pair for pair in pairs if pair[1].model_version == version]


def measured(pairs: Sequence[Scored]) -> Live:
    """Measure what was shown against the truth."""
    return live([(alert.truth is Verdict.TRUE_POSITIVE, score.shown, _order(score)) for alert, score in pairs])


def _order(score: ScoreV1) -> float:
    return score.probabilities.true_positive if score.probabilities is not None else 1.0


def of_main_model(pairs: Sequence[Scored]) -> tuple[str | None, Live]:
    """The version that scored most of the alerts, None where no model did, and how well it sorted those it scored."""
    versions = Counter(score.model_version for _, score in pairs if score.model_version)
    version = versions.most_common(1)[0][0] if versions else None
    return version, measured(scored_by(version, pairs))


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Percentiles of a set of latencies, in seconds."""

    p50: float
    p95: float
    p99: float
    max: float
    support: int


def latency(seconds: Sequence[float]) -> Latency:
    """Percentiles by nearest rank: the smallest value that at least that share does not exceed."""
    ordered = sorted(seconds) or [0.0]

    def rank(share: float) -> float:
        return ordered[max(0, ceil(share * len(ordered)) - 1)]

    return Latency(p50=rank(0.50), p95=rank(0.95), p99=rank(0.99), max=ordered[-1], support=len(seconds))
