"""How well scores order attacks before harmless alerts, whatever the threshold."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import mul

_ROUNDING = 1e-9
"""A recall of 0.99 is reached by 99 attacks of 100, whatever the product of floats comes to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """Precision and recall on attacks, and the share of all alerts, when everything from `threshold` on is shown."""

    threshold: float
    precision: float
    recall: float
    shown: float


class Ranking:
    """Scores from high to low, ready to be counted many times with different weights.

    `attacks[i]` says whether row i is an attack, `ends[i]` whether it is the last of its score. `blocks` are the
    stretches of equal scores that hold an attack, as (first row, row after the last): all that areas depend on.
    """

    def __init__(self, scores: Sequence[float], attacks: Sequence[bool]) -> None:
        """Take `scores` in descending order and their truths."""
        self.scores = scores
        self.attacks = attacks
        self.ends = [i + 1 == len(scores) or scores[i + 1] != score for i, score in enumerate(scores)]
        self.blocks = self._blocks()

    def _blocks(self) -> list[tuple[int, int]]:
        blocks, start, holds = [], 0, False
        for row, (attack, end) in enumerate(zip(self.attacks, self.ends, strict=True)):
            holds = holds or attack
            if end:
                if holds:
                    blocks.append((start, row + 1))
                start, holds = row + 1, False
        return blocks

    def counted(self, weights: Sequence[int]) -> "Tally":
        """The ranking with every row counted as often as its weight says."""
        return Tally(self, weights)

    def curve(self, *, points: int = 200) -> tuple[CurvePoint, ...]:
        """Precision against recall, at most about `points` points, from the strictest threshold on."""
        total, caught = sum(self.attacks), 0
        curve = []
        for shown, (score, attack, end) in enumerate(zip(self.scores, self.attacks, self.ends, strict=True), start=1):
            caught += attack
            if end and total:
                share = shown / len(self.scores)
                curve.append(CurvePoint(threshold=score, precision=caught / shown, recall=caught / total, shown=share))
        return tuple(curve[:: max(len(curve) // points, 1)]) + tuple(curve[-1:])


class Tally:
    """Rows and attacks summed from the top: place i holds what lies above row i."""

    def __init__(self, ranking: Ranking, weights: Sequence[int]) -> None:
        self._blocks = ranking.blocks
        self._rows = list(accumulate(weights, initial=0))
        self._attacks: list[int] = list(accumulate(map(mul, weights, ranking.attacks), initial=0))
        self._total, self._caught = self._rows[-1], self._attacks[-1]

    @property
    def holds_both(self) -> bool:
        """Whether there are attacks and harmless alerts, so that there is something to order."""
        return 0 < self._caught < self._total

    def roc_auc(self) -> float:
        """Area under the ROC curve, ties counting half (Hanley and McNeil 1982); 0.5 where either kind is missing."""
        harmless, rows, attacks = self._total - self._caught, self._rows, self._attacks
        if not self._caught or not harmless:
            return 0.5
        pairs = 0.0
        for start, end in self._blocks:
            above = rows[start] - attacks[start] + rows[end] - attacks[end]  # twice the harmless alerts ranked above
            pairs += (attacks[end] - attacks[start]) * (harmless - above / 2)
        return pairs / (self._caught * harmless)

    def average_precision(self) -> float:
        """The sum of precisions weighted by the steps in recall, without interpolation, as in scikit-learn."""
        rows, attacks, area = self._rows, self._attacks, 0.0
        for start, end in self._blocks:
            if tied := attacks[end] - attacks[start]:
                area += tied * attacks[end] / rows[end]
        return area / self._caught if self._caught else 0.0

    def saved(self, recall: float) -> float:
        """The largest share of all alerts that need not be shown to reach this recall; 0 without an attack."""
        if not self._caught:
            return 0.0
        needed = recall * self._caught - _ROUNDING
        row = bisect_left(self._attacks, needed)  # the fewest rows from the top with enough attacks
        end = self._blocks[bisect_left(self._blocks, row, key=_end)][1]  # and all that have the last one's score
        return 1 - self._rows[end] / self._total


def _end(block: tuple[int, int]) -> int:
    return block[1]
