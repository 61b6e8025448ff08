"""One model against others on the same examples: by how much, and how sure that is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.core.bundle import Estimate
from services.core.intervals import around, bootstrap
from services.core.judged import Judged
from services.core.sheet import SAVED_AT_99, Ranked

COMPARED = ("average_precision", "f1", "recall", SAVED_AT_99)
"""The figures that are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What one model said, and its threshold on P(true_positive)."""

    judged: Sequence[Judged]
    threshold: float


def differences(
    candidate: Answers, others: Mapping[str, Answers], *, seed: int = 0, resamples: int = 200
) -> dict[str, dict[str, Estimate]]:
    """By other model and figure: the candidate's less the other's, with its 95 % interval.

    Groups are drawn once for all models, so that what makes a resample easy or hard cancels out (the paired bootstrap;
    Efron and Tibshirani 1993, chapter 8). All models judged the same examples.
    """
    own = Ranked(candidate.judged, threshold=candidate.threshold)
    sheets = {name: Ranked(other.judged, threshold=other.threshold) for name, other in others.items()}

    def statistics(group_weights: Sequence[int]) -> dict[tuple[str, str], float]:
        ours = own.figures(group_weights)
        theirs = {name: sheet.figures(group_weights) for name, sheet in sheets.items()}
        return {(name, figure): ours[figure] - theirs[name][figure] for name in theirs for figure in COMPARED}

    values = statistics(own.ones)
    intervals = bootstrap(statistics, groups=len(own.names), seed=seed, resamples=resamples)
    found: dict[str, dict[str, Estimate]] = {name: {} for name in others}
    for (name, figure), value in values.items():
        found[name][figure] = around(value, intervals[name, figure], support=len(own.names))
    return found
