"""How well scores order attacks before harmless alerts, whatever the threshold."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """Precision and recall on attacks when everything at or above `threshold` is shown."""

    threshold: float
    precision: float
    recall: float


class Ranking:
    """Scores from high to low, ready to be counted many times with different weights.

    `attacks[i]` says whether row i is an attack, `ends[i]` whether it is the last of its score.
    """

    def __init__(self, scores: Sequence[float], attacks: Sequence[bool]) -> None:
        """Take `scores` in descending order and their truths."""
        self.scores = scores
        self.attacks = attacks
        self.ends = [i + 1 == len(scores) or scores[i + 1] != score for i, score in enumerate(scores)]

    def areas(self, weights: Sequence[int]) -> tuple[float, float]:
        """Area under the ROC curve (ties count half; Hanley and McNeil 1982) and average precision.

        Average precision is the sum of precisions weighted by the steps in recall, without interpolation, as in
        scikit-learn. Where attacks or harmless alerts are missing the area is 0.5, and average precision the share of
        attacks.
        """
        caught = passed = tied_attacks = tied_harmless = 0
        pairs = area = 0.0
        for attack, end, weight in zip(self.attacks, self.ends, weights, strict=True):
            if attack:
                tied_attacks += weight
            else:
                tied_harmless += weight
            if end:
                pairs += tied_harmless * (caught + tied_attacks / 2)
                caught += tied_attacks
                passed += tied_harmless
                if tied_attacks:
                    area += tied_attacks * caught / (caught + passed)
                tied_attacks = tied_harmless = 0
        roc_auc = pairs / (caught * passed) if caught and passed else 0.5
        return roc_auc, area / caught if caught else 0.0

    def curve(self, *, points: int = 200) -> tuple[CurvePoint, ...]:
        """Precision against recall, at most about `points` points, from the strictest threshold on."""
        total, caught = sum(self.attacks), 0
        curve = []
        for shown, (score, attack, end) in enumerate(zip(self.scores, self.attacks, self.ends, strict=True), start=1):
            caught += attack
            if end and total:
                curve.append(CurvePoint(threshold=score, precision=caught / shown, recall=caught / total))
        return tuple(curve[:: max(len(curve) // points, 1)]) + tuple(curve[-1:])
