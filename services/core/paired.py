"""Two models on the same attacks: how much the one loses against the other, and whether that may be chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb

from services.core.judged import Judged, attacks_by_group
from services.core.showing import Shows


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What a candidate loses: `mean` of (champion - candidate), and how many pairs were lost and gained.

    `p_value` is the chance of losing so often or more often if either model were as likely to win a pair: the
    one-sided exact sign test, which on caught and missed attacks is McNemar's exact test (McNemar 1947).
    """

    mean: float
    lost: int
    gained: int
    support: int

    @property
    def p_value(self) -> float:
        """P(X >= lost) for X binomial in lost + gained trials of probability one half."""
        trials = self.lost + self.gained
        ways = comb(trials, self.lost)
        tail = 0
        for times in range(self.lost, trials + 1):
            tail += ways
            ways = ways * (trials - times) // (times + 1)
        return float(Fraction(tail, 2**trials))  # integers of any size, where floats would overflow


def caught(judged: Sequence[Judged], *, shows: Shows) -> list[float]:
    """For each attack, in order, 1 where it is shown and 0 where it is missed."""
    return [float(shows(row)) for row in judged if row.is_attack]


def caught_by_group(judged: Sequence[Judged], *, shows: Shows) -> list[float]:
    """For each group that holds an attack, in the order of their names, the share of its attacks that is shown."""
    groups = attacks_by_group(judged)
    return [sum(map(shows, groups[name])) / len(groups[name]) for name in sorted(groups)]


def loss(candidate: Sequence[float], champion: Sequence[float]) -> Loss:
    """Compare two models pair by pair.

    Raises:
        ValueError: they are not about the same attacks.
    """
    pairs = list(zip(candidate, champion, strict=True))
    return Loss(
        mean=sum(theirs - ours for ours, theirs in pairs) / max(len(pairs), 1),
        lost=sum(theirs > ours for ours, theirs in pairs),
        gained=sum(theirs < ours for ours, theirs in pairs),
        support=len(pairs),
    )
